"""A table of the plan as the checks use it: positions of its keys, numbers of its columns, its shape judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import shown
from .columns import Bools, Floats, Ints
from .report import Finding
from .shapes import CELLS, SHAPES
from .tolerance import differs

MISSING, ROW = "missing", "row"
FLAGS = {"true": 1.0, "false": 0.0}
_NEGATIVE = -1e-6


@dataclass(frozen=True)
class Table:
    """Keys as positions in the study's ids (−1: empty) and columns as numbers; ``usable`` where all could be read."""

    name: str
    frame: pd.DataFrame
    keys: Mapping[str, Ints]
    number: Mapping[str, Floats]
    sizes: Mapping[str, int]
    usable: bool

    @property
    def file(self) -> str:
        """Name of the file in the plan folder."""
        return f"{self.name}.csv"

    @property
    def at(self) -> tuple[Ints, ...]:
        """Positions of each row in an array over the keys."""
        return tuple(self.keys.values())

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of an array over the keys."""
        return tuple(self.sizes[key] for key in self.keys)

    def row(self, i: int) -> str:
        """Return the key of a row in words; nothing of the load block where there is but one."""
        told = (key for key in self.keys if key != "block" or self.sizes[key] > 1)
        cells = [(key, _raw(self.frame[key].iloc[i])) for key in told]
        return ", ".join(f"{key} {shown(value)}" for key, value in cells if value != "")

    def spread(self, column: str) -> Floats:
        """Return a column as an array over the keys, 0 where there is no row."""
        array = np.zeros(self.shape)
        array[self.at] = self.number[column]
        return array

    def present(self) -> Bools:
        """Return which keys have a row, as an array over the keys."""
        array = np.zeros(self.shape, dtype=np.bool_)
        array[self.at] = True
        return array

    def compare(self, column: str, recomputed: ArrayLike, unit: str) -> list[Finding]:
        """Find the rows whose number is not that of the array over the keys."""
        return self.compare_rows(
            column, np.broadcast_to(np.asarray(recomputed, dtype=np.float64), self.shape)[self.at], unit
        )

    def compare_rows(self, column: str, recomputed: Floats, unit: str) -> list[Finding]:
        """Find the rows whose number is not that of an array with one value per row."""
        stated = self.number[column]
        return [
            Finding(self.file, self.row(int(i)), column, float(stated[i]), float(recomputed[i]))
            for i in np.flatnonzero(differs(stated, recomputed, unit))
        ]


def read_table(name: str, frame: pd.DataFrame, ids: Mapping[str, Sequence[str]]) -> tuple[Table, list[Finding]]:
    """Read one table by its contract; return it with all that is wrong with its columns, cells and keys."""
    file, shape = f"{name}.csv", SHAPES[name]
    if found := _columns(file, frame, list(shape)):
        return Table(name, frame, {}, {}, {}, False), found
    keys, number, bad = {}, {}, {}
    for column, kind in shape.items():
        if kind.startswith("id"):
            keys[column], bad[column] = _positions(frame[column], ids[column], empty=kind == "id or empty")
        elif kind != "text":
            number[column], bad[column] = _numbers(frame[column], kind)
    whole = not any(cells.any() for cells in bad.values())
    table = Table(name, frame, keys, number, {key: len(ids[key]) for key in keys}, whole)
    if not whole:
        rule = "what a cell may hold"
        wrong = [(column, i) for column, cells in bad.items() for i in np.flatnonzero(cells).tolist()]
        return table, [Finding(file, table.row(i), c, _raw(frame[c].iloc[i]), CELLS[shape[c]], rule) for c, i in wrong]
    twice, unsorted = _order(table)
    found = [Finding(file, table.row(i), ROW, "twice", "once", "a key stands once") for i in twice]
    rule = "rows are sorted by their keys"
    found += [Finding(file, table.row(i), ROW, "after a later key", "sorted", rule) for i in unsorted[:1]]
    return replace(table, usable=not twice), found


def _columns(file: str, frame: pd.DataFrame, wanted: list[str]) -> list[Finding]:
    stated = [str(c) for c in frame.columns]
    if stated == wanted:
        return []
    rule = "a table has the columns of the contract, in its order"
    lost = [Finding(file, "", c, MISSING, "a column", rule) for c in wanted if c not in stated]
    more = [Finding(file, "", c, "a column", "none of this name", rule) for c in stated if c not in wanted]
    return lost + more or [Finding(file, "", ", ".join(stated), "this order", ", ".join(wanted), rule)]


def _raw(value: object) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    return value.item() if isinstance(value, np.generic) else value


def _positions(cells: pd.Series, ids: Sequence[str], *, empty: bool) -> tuple[Ints, Bools]:
    texts = ["" if cell is None or cell != cell else str(cell) for cell in cells.tolist()]
    index = {name: i for i, name in enumerate(ids)}
    positions = np.array([index.get(text, -1 if empty and text == "" else -2) for text in texts], dtype=np.int64)
    return positions, np.asarray(positions == -2, dtype=np.bool_)


def _numbers(cells: pd.Series, kind: str) -> tuple[Floats, Bools]:
    if kind == "flag":
        flags = [FLAGS.get(str(cell).lower(), np.nan) for cell in cells.tolist()]
        values = np.array(flags, dtype=np.float64)
        return values, np.asarray(np.isnan(values), dtype=np.bool_)
    given = cells.notna().to_numpy(dtype=np.bool_)
    values = _floats(cells)
    bad = ~np.isfinite(values)
    if kind == "number or empty":
        bad &= given
    if kind in ("count", "whole"):
        bad |= ~bad & (values != np.round(np.nan_to_num(values)))
    if kind in ("count", "mw"):
        bad |= values < _NEGATIVE
    return values, np.asarray(bad, dtype=np.bool_)


def _floats(cells: pd.Series) -> Floats:
    """Return the cells as numbers, NaN where one is none."""
    try:
        return pd.to_numeric(cells.astype(object), errors="coerce").to_numpy(dtype=np.float64)
    except OverflowError:  # a whole number of hundreds of digits
        values = [float(min(max(c, -(2**1000)), 2**1000)) if isinstance(c, int) else c for c in cells.tolist()]
        return pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)


def _order(table: Table) -> tuple[list[int], list[int]]:
    """Rows whose key stood before, and rows that stand after a later key."""
    code = np.zeros(len(table.frame), dtype=np.int64)
    for key, positions in table.keys.items():
        code = code * (table.sizes[key] + 1) + positions + 1
    twice = np.flatnonzero(pd.Series(code).duplicated().to_numpy())
    return twice.tolist(), (np.flatnonzero(np.diff(code) < 0) + 1).tolist()
