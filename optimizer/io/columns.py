"""Read one column by its schema: typed values, what is wrong, and what is only a mark of nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from optimizer.io import cells
from optimizer.io.cells import Problem, Unreadable
from optimizer.io.frames import is_missing
from optimizer.io.hints import limits_hint
from optimizer.io.marks import HUGE, instead, marks_in
from optimizer.io.schema import Column
from optimizer.io.table import Finding

Values = Sequence[Any]

_READERS: dict[str, Callable[[object, Column], Any]] = {"bool": cells.read_bool, "period": cells.read_period}


@dataclass
class Read:
    """A column as it was read: its values, what is wrong with single rows, and what is odd."""

    values: Any
    found: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)


def absent(column: Column, rows: int) -> Any:
    """Return what a column holds that the file does not have."""
    fill = column.fill
    if column.dtype == "int64":
        return np.full(rows, 1 if fill is None or fill != fill else int(float(fill)), dtype=np.int64)
    if column.type == "bool":
        return np.full(rows, bool(fill))
    if column.is_number:
        return np.full(rows, math.nan if fill is None else float(fill))
    return [None if column.type == "geometry" else fill] * rows


def read_column(column: Column, values: Values, *, needed: bool) -> Read:
    """Read the cells of a column; ``needed`` where no default can stand for a mark of nothing."""
    if column.is_number:
        return _read_numbers(column, values, needed=needed)
    if column.type in _READERS:
        return _read_each(column, values, _READERS[column.type])
    return read_texts(column, values)


def read_texts(column: Column, values: Values) -> Read:
    """Read texts; what is wrong is kept, so that rows that refer to it are not named too."""
    if column.type == "text" and all(type(v) is str for v in values) and not cells.unstorable("".join(values)):
        return Read([v.strip() for v in values])
    read = _read_each(column, values, cells.read_text)
    for finding in read.found:
        if isinstance(finding.value, str) and not column.choices and not cells.unstorable(finding.value):
            read.values[finding.row] = finding.value
    return read


def _finding(row: int, value: object, problem: Problem) -> Finding:
    return Finding(row, problem.reason, problem.cure, value.shown if isinstance(value, Unreadable) else value)


def _read_each(column: Column, values: Values, reader: Callable[[object, Column], Any]) -> Read:
    """Read cell by cell, each different value once."""
    fill, out, found = column.fill, [], []
    known: dict[Any, Any] = {}
    for i, value in enumerate(values):
        if cells.is_empty(value):
            out.append(fill)
            found += [_missing(i, column)] if column.required else []
            continue
        key = (type(value), value if isinstance(value, (str, int, float, bool)) else cells.spelled(value))
        result = known.get(key)
        if result is None:
            result = known[key] = value if isinstance(value, Unreadable) else reader(value, column)
        if isinstance(result, Problem):
            found.append(_finding(i, value, result))
            result = fill
        out.append(result)
    return Read(out, found)


def _missing(row: int, column: Column) -> Finding:
    cure = column.when_empty() if column.is_number else f"write {column.what}"
    return Finding(row, "is empty", cure)


def _read_numbers(column: Column, values: Values, *, needed: bool) -> Read:
    fast = _fast_numbers(values)
    if fast is None:
        numbers, blank, found = _slow_numbers(column, values)
    else:
        (numbers, blank), found = fast, []
    if column.required:
        found += [_missing(int(i), column) for i in np.flatnonzero(blank)]
    marked = marks_in(column, numbers)
    is_told_as_mark = marked & (numbers > 0) & (not needed)  # 1e20 is above every limit; -1 is a negative number
    found += _outside(column, values, np.where(is_told_as_mark, math.nan, numbers))
    bad = np.zeros(len(numbers), dtype=bool)
    bad[[f.row for f in found]] = True
    marked &= ~bad
    marks = [_mark(int(i), column, _at(values, i), float(numbers[i]), needed=needed) for i in np.flatnonzero(marked)]
    if needed:
        found, bad, marks = [*found, *marks], bad | marked, []
    blank = (blank | marked) & ~bad
    fill = column.fill
    if column.dtype == "int64":
        default = 1 if fill is None or column.required else int(float(fill))
        return Read(np.where(bad | blank, default, numbers).astype(np.int64), found, marks)
    numbers = np.where(bad, math.nan, numbers)
    return Read(np.where(blank, math.nan if fill is None else float(fill), numbers), found, marks)


def _mark(row: int, column: Column, value: object, number: float, *, needed: bool) -> Finding:
    reason = "looks like a mark for a missing or unlimited value"
    meant = f", or {number - math.copysign(1, number):.10g} where such a number is meant" if abs(number) < HUGE else ""
    if needed:
        return Finding(row, f"{reason} and is not used as a number", f"{column.when_empty()}{meant}", value, "mark")
    return Finding(row, f"{reason} and is not used: {instead(column)}", f"leave the cell empty{meant}", value, "mark")


def _fast_numbers(values: Values) -> tuple[np.ndarray, np.ndarray] | None:
    """Read a whole column at once; None where any cell is not a plain number or empty."""
    if isinstance(values, pd.Series):
        if values.dtype.kind not in "iuf":
            return None
        numbers = values.to_numpy(dtype=float, na_value=math.nan)
        blank = np.isnan(numbers)
        return (numbers, blank) if np.isfinite(numbers[~blank]).all() else None
    kinds = {type(v) for v in values}
    texts = kinds == {str}
    if not texts and not kinds <= {int, float, NoneType}:
        return None
    joined = "".join(values) if texts else ""
    if not joined.isascii() or "_" in joined:
        return None
    nothing = "" if texts else None
    blank = np.array([v == nothing for v in values], dtype=bool)
    try:
        numbers = np.array([math.nan if v == nothing else float(v) for v in values], dtype=float)
    except (ValueError, OverflowError):
        return None
    return (numbers, blank) if np.isfinite(numbers[~blank]).all() else None


def _slow_numbers(column: Column, values: Values) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    numbers, blank = np.full(len(values), math.nan), np.zeros(len(values), dtype=bool)
    found: list[Finding] = []
    from_frame = isinstance(values, pd.Series)
    for i, value in enumerate(values):
        if cells.is_empty(value) or (from_frame and _is_blank_in_frame(value, column)):
            blank[i] = True
            continue
        result = value if isinstance(value, Unreadable) else cells.read_number(value, column)
        if isinstance(result, Problem):
            found.append(_finding(i, value, result))
        else:
            numbers[i] = result
    return numbers, blank, found


def _is_blank_in_frame(value: Any, column: Column) -> bool:
    """Whether a DataFrame says nothing: NaN, or infinity where the default is unlimited."""
    if isinstance(value, str):
        return False
    return is_missing(value) or (column.default == "unlimited" and isinstance(value, float) and value == math.inf)


def _outside(column: Column, values: Values, numbers: np.ndarray) -> list[Finding]:
    """Find numbers that the schema does not allow."""
    finite = np.isfinite(numbers)
    tests = [
        (numbers < column.minimum, f"is below {column.minimum:,.10g}", False),
        (numbers <= column.above, f"is not above {column.above:,.10g}", False),
        (numbers > column.maximum, f"is above {column.maximum:,.10g}", True),
    ]
    found: list[Finding] = []
    for wrong, reason, too_large in tests:
        for i in np.flatnonzero(wrong & finite):
            cure = limits_hint(column, float(numbers[i]), too_large=too_large)
            found.append(Finding(int(i), reason, cure, _at(values, i)))
    if column.type == "int":
        broken = finite & (numbers != np.round(np.where(finite, numbers, 0)))
        seen = {f.row for f in found}
        found += [
            Finding(int(i), "is no whole number", "write a whole number", _at(values, i))
            for i in np.flatnonzero(broken)
            if i not in seen
        ]
    return found


def _at(values: Values, row: Any) -> object:
    return values.iloc[int(row)] if isinstance(values, pd.Series) else values[int(row)]
