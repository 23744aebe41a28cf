"""Compare one table of two studies: rows by their keys, cells exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ..io.periods import parse_label
from ..io.schema import Schema, schema
from .totals import Amount

_SUMMED = ("MW IT", "MW at the fence", "MW", "USD", "racks")
_SIZES = ("hall_mw",)  # of one piece: they add up to nothing

Cells = Mapping[str, object]
Rows = dict[tuple[object, ...], Cells]


@dataclass(frozen=True)
class Row:
    """A row that only one study has: its key, in the order of the key columns, and its other cells."""

    key: tuple[str, ...]
    cells: Cells


@dataclass(frozen=True)
class CellChange:
    """A cell that differs; NaN, None and "" where it is empty. Text only: no plan depends on the column."""

    key: tuple[str, ...]
    column: str
    a: object
    b: object
    text_only: bool


@dataclass(frozen=True)
class TableDifference:
    """What differs in one table.

    ``rows_a`` and ``rows_b`` count the rows of either table; rows of ``deliveries`` that share SKU and period count as
    one, added up. ``columns_a`` and ``columns_b`` are columns for people that only one study fills; their cells are
    not listed. ``sums`` are of the MW, USD and racks in columns that differ: over all rows, of a standing value over
    the last row of each id.
    """

    table: str
    key_columns: tuple[str, ...]
    rows_a: int
    rows_b: int
    only_a: tuple[Row, ...]
    only_b: tuple[Row, ...]
    cells: tuple[CellChange, ...]
    columns_a: tuple[str, ...]
    columns_b: tuple[str, ...]
    sums: tuple[Amount, ...]

    @property
    def text_only(self) -> bool:
        """Whether nothing differs but text for people."""
        return not self.only_a and not self.only_b and all(cell.text_only for cell in self.cells)


def compare_tables(name: str, a: pd.DataFrame, b: pd.DataFrame) -> TableDifference | None:
    """Return what differs between two frames of the table of this name; None where nothing does."""
    known = schema(name)
    left, right = _rows(a, known), _rows(b, known)
    columns_a, columns_b = _filled(left, a, known), _filled(right, b, known)
    shared = [c for c in columns_a if c in columns_b]
    only_a = tuple(Row(_key(row, known), _values(row, known)) for i, row in left.items() if i not in right)
    only_b = tuple(Row(_key(row, known), _values(row, known)) for i, row in right.items() if i not in left)
    cells = tuple(
        CellChange(_key(row, known), column, row[column], right[i][column], _is_for_people(column, known))
        for i, row in left.items()
        if i in right
        for column in shared
        if not _equal(row[column], right[i][column])
    )
    extra_a = tuple(c for c in columns_a if right and c not in columns_b)
    extra_b = tuple(c for c in columns_b if left and c not in columns_a)
    if not (only_a or only_b or cells or extra_a or extra_b):
        return None
    changed = {cell.column for cell in cells}
    changed |= {c for row in (*only_a, *only_b) for c, value in row.cells.items() if value and not _is_empty(value)}
    sums = tuple(_sums(known, changed, list(left.values()), list(right.values())))
    keys = tuple(known.order)
    return TableDifference(name, keys, len(left), len(right), only_a, only_b, cells, extra_a, extra_b, sums)


def _rows(frame: pd.DataFrame, known: Schema) -> Rows:
    """Return the rows by what identifies them: keys, a label by its start, and of segments their turn."""
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if known.unique or known.in_turn:
        turns = frame.groupby(known.order, sort=False).cumcount().tolist()
        pairs = zip(rows, turns, strict=True)
        return {(*(_identity(c, row[c]) for c in known.order), turn): row for row, turn in pairs}
    shared: dict[tuple[object, ...], list[Cells]] = {}
    for row in rows:
        shared.setdefault(_key(row, known), []).append(row)
    return {key: _added_up(group, known) for key, group in shared.items()}


def _identity(column: str, value: object) -> object:
    return parse_label(str(value)).start if column == "period" and value else value


def _added_up(rows: list[Cells], known: Schema) -> Cells:
    """Make one row of those that share a key: numbers add up, different texts stand side by side."""
    total = dict(rows[0])
    for name in _values(total, known):
        values = [row[name] for row in rows if not _is_empty(row[name])]
        column = known.find(name)
        if column is not None and column.is_number:
            total[name] = math.fsum(float(str(v)) for v in values) if values else math.nan
        else:
            total[name] = "; ".join(sorted({str(v) for v in values}))
    return total


def _filled(rows: Rows, frame: pd.DataFrame, known: Schema) -> list[str]:
    """Return the columns to compare: those of the dictionary, and others that any row fills."""
    others = [str(c) for c in frame.columns if str(c) not in known.order]
    return [c for c in others if c in known.names or any(not _is_empty(row[c]) for row in rows.values())]


def _key(row: Cells, known: Schema) -> tuple[str, ...]:
    return tuple(str(row[c]) for c in known.order)


def _values(row: Cells, known: Schema) -> dict[str, object]:
    return {column: value for column, value in row.items() if column not in known.order}


def _is_for_people(name: str, known: Schema) -> bool:
    column = known.find(name)
    return column is None or column.type == "text"


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value != value


def _equal(a: object, b: object) -> bool:
    return bool(a == b) or (_is_empty(a) and _is_empty(b))


def _sums(known: Schema, changed: set[str], left: list[Cells], right: list[Cells]) -> Iterable[Amount]:
    """Yield the sums of columns that hold MW, USD or racks and differ in some row."""
    for column in known.columns if not known.in_turn else ():
        if column.name in changed and column.unit in _SUMMED and column.name not in _SIZES:
            yield Amount(column.name, column.unit, _sum(left, column.name, known), _sum(right, column.name, known))


def _sum(rows: list[Cells], column: str, known: Schema) -> float:
    """Add up the cells that are finite; of a standing value the last of each id, rows being in order of time."""
    ids = [c for c in known.unique if c != "period"] if "period" in known.unique else []
    last = {
        tuple(row[c] for c in ids) if ids else i: row[column]
        for i, row in enumerate(rows)
        if not _is_empty(row[column])
    }
    return math.fsum(filter(math.isfinite, (float(str(value)) for value in last.values())))
