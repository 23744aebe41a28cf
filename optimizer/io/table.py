"""Tables on their way in: cells as written, then typed columns that still know their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_COLUMNS
from optimizer.io.schema import Schema

SHOWN_ROWS = 3  # one mistake made in many rows is one fault that names so many of them


@dataclass(frozen=True)
class RawTable:
    """Cells as a file holds them, by column; ``lines`` are their line, feature or row numbers."""

    name: str
    file: str
    cells: dict[str, Any]  # of each column a sequence, or a Series of numbers
    lines: Sequence[int]
    unit: str = "line"
    lost_rows: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)  # of a sheet's columns


@dataclass
class Table:
    """Typed columns by the table's schema, in the order of the file; ``lines`` are those of its rows."""

    name: str
    file: str
    schema: Schema
    frame: pd.DataFrame
    lines: list[int] = field(default_factory=list)
    unit: str = "line"
    given: bool = True
    lost_rows: bool = False
    missing: frozenset[str] = frozenset()  # required columns
    unread_cells: set[tuple[int, str]] = field(default_factory=set)
    letters: Mapping[str, str] = field(default_factory=dict)

    def unread(self, row: int, columns: Sequence[str]) -> bool:
        """Whether any of these cells had a fault of its own."""
        return any((row, c) in self.unread_cells for c in columns)

    def texts(self, column: str) -> list[str]:
        """Return a column of text."""
        return [str(v) for v in self.frame[column].tolist()]

    def numbers(self, column: str) -> np.ndarray:
        """Return a column of numbers as floats."""
        return np.asarray(self.frame[column].to_numpy(), dtype=float)

    def key(self, row: int) -> str:
        """Return the first key of a row."""
        return str(self.frame[self.schema.order[0]].iat[row])

    def label(self, row: int, but: str = "") -> str:
        """Name a row by its keys, as faults show it, ``but`` for a column that is shown already."""
        keys = {name: str(self.frame[name].iat[row]) for name in self.schema.order if name != but}
        return ", ".join(f'{name} "{shown(key, 40)}"' for name, key in keys.items() if key)


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one row; findings of one ``kind``, else of one reason, are told together."""

    row: int
    reason: str
    cure: str = ""
    value: object = None
    kind: str = ""


def report(
    faults: Faults, table: Table | RawTable, column: str, found: Sequence[Finding], *, severity: str = "error"
) -> None:
    """Add findings as faults: each row its own line, or one line with a count where there are over three."""
    groups: dict[str, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.kind or finding.reason, []).append(finding)
    for group in groups.values():
        if len(group) > SHOWN_ROWS:
            faults.add(_fault(table, column, group[0], severity, _others(table, group)))
        else:
            for finding in group:
                but = "" if finding.value is None else column
                label = table.label(finding.row, but) if isinstance(table, Table) else ""
                faults.add(_fault(table, column, finding, severity, f" ({label})" if label else ""))


@contextmanager
def told(faults: Faults) -> Iterator[None]:
    """Add the faults of an InputError that ends the block."""
    try:
        yield
    except InputError as refused:
        for fault in refused.faults:
            faults.add(fault)


def refuse_too_wide(names: Sized, file: str) -> None:
    """Raise InputError where a table has more columns than any that was made on purpose."""
    if len(names) > MAX_COLUMNS:
        reason = f"has {len(names):,} columns; the limit is {MAX_COLUMNS:,}"
        raise InputError([Fault(file, reason, cure="leave out what the study does not need")])


def _others(table: Table | RawTable, group: list[Finding]) -> str:
    """Say how many rows share a fault and where the first ones are."""
    first = group[:SHOWN_ROWS]
    rows = []
    for finding in first:
        name = f' "{shown(table.key(finding.row), 40)}"' if isinstance(table, Table) else ""
        rows.append(f"{table.lines[finding.row]}{name}")
    return f" ({table.unit}s {', '.join(rows)} and {len(group) - len(first)} more)"


def _fault(table: Table | RawTable, column: str, finding: Finding, severity: str, tail: str) -> Fault:
    value = None if finding.value is None else _as_text(finding.value)
    line = table.lines[finding.row]
    cell = f"{table.letters[column]}{line}" if column in table.letters else ""
    return Fault(table.file, finding.reason + tail, line, column, value, finding.cure, severity, cell)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, lists in lists
        return "the value"
