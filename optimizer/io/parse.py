"""Turn cells as written into typed columns, by the schema; look at single cells only where a column fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Fault, Faults, shown
from optimizer.io import cells
from optimizer.io.cells import Problem
from optimizer.io.frames import is_missing
from optimizer.io.location import degrees_in_words, has_place, read_places
from optimizer.io.schema import Column, Schema
from optimizer.io.source import nearest
from optimizer.io.table import Finding, RawTable, Table, report

Values = Sequence[Any]
Cells = tuple[Any, list[Finding]]

_READERS: dict[str, Callable[[object, Column], Any]] = {"bool": cells.read_bool, "period": cells.read_period}


def parse(raw: RawTable, schema: Schema, faults: Faults) -> Table:
    """Return the table: columns typed by the schema, defaults applied, unknown columns kept as text."""
    if not _check_header(raw, schema, faults):
        return replace(empty(raw.name, schema), file=raw.file, unit=raw.unit, given=True, lost_rows=True)
    columns: dict[str, Any] = {}
    found: dict[str, list[Finding]] = {}
    for column in schema.columns:
        if column.type == "geometry":
            continue
        values = raw.cells.get(column.name)
        if values is None:
            columns[column.name], found[column.name] = _absent(column, len(raw.lines)), []
        else:
            columns[column.name], found[column.name] = _read(column, values)
    for column in schema.columns:
        if column.same_as:
            columns[column.name] = np.where(
                np.isnan(columns[column.name]), columns[column.same_as], columns[column.name]
            )
    for name in _extras(raw, schema):
        columns[name], found[name] = _read_texts(schema.find(name) or _extra(name), raw.cells[name])
    table = Table(raw.name, raw.file, schema, _frame(columns, schema), list(raw.lines), raw.unit)
    table.lost_rows = raw.lost_rows or (bool(raw.lines) and any(c.name not in raw.cells for c in _required(schema)))
    table.unread_cells = {(f.row, name) for name, findings in found.items() for f in findings}
    places = read_places(table, raw.cells)
    table.frame = table.frame.assign(**places.columns)
    table.unread_cells |= {(f.row, "geometry") for f in places.errors.get("geometry", [])}
    found |= {name: found.get(name, []) + more for name, more in places.errors.items()}
    _report(table, degrees_in_words(found, columns), faults)
    report(faults, table, "lon", places.doubts, severity="warning")
    names = [c.name for c in schema.typed] + [n for n in table.frame if schema.find(str(n)) is None]
    table.frame = table.frame[names + [c.name for c in schema.people if c.name in table.frame]]
    return table


def empty(name: str, schema: Schema) -> Table:
    """Return the table of a file that the study does not have."""
    columns: dict[str, Any] = {c.name: _absent(c, 0) for c in schema.typed}
    return Table(name, f"{name}.csv", schema, _frame(columns, schema), given=False)


def _extra(name: str) -> Column:
    nothing = (-math.inf, math.inf, -math.inf, math.inf)
    return Column(name, "", "text", "", False, "", "", *nothing, False, "", "")


def _extras(raw: RawTable, schema: Schema) -> list[str]:
    known = set(schema.names)
    return sorted(n for n in raw.cells if n not in known)


def _frame(columns: dict[str, Any], schema: Schema) -> pd.DataFrame:
    series: dict[str, Any] = {}
    for name, values in columns.items():
        column = schema.find(name)
        series[name] = pd.Series(values, dtype=column.dtype if column else "str")
    return pd.DataFrame(series)


def _check_header(raw: RawTable, schema: Schema, faults: Faults) -> bool:
    """Name the required columns that are missing and, once per file, the columns nobody knows.

    Return whether the rows are worth reading: not where it seems to be another file.
    """
    unknown = [n for n in _extras(raw, schema) if schema.find(n) is None]
    missing = [c for c in _required(schema) if c.name not in raw.cells]
    if not has_place(schema.table, raw.cells):
        missing += [schema[n] for n in ("lon", "lat") if n not in raw.cells]
    if missing and (raw.lines or raw.unit == "line"):
        faults.add(_missing_columns(raw, missing, unknown))
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        names = ", ".join(shown(n, 30) for n in unknown[:5]) + more
        hints = [f"{shown(n, 30)}: {h}" for n in unknown[:5] if (h := nearest(n, schema.names))]
        one = len(unknown) == 1
        reason = f"{'column' if one else 'columns'} {names} {'is' if one else 'are'} kept and not used"
        faults.add(Fault(raw.file, reason, cure="; ".join(hints), severity="warning"))
    return len(missing) < 2 or not raw.lines


def _required(schema: Schema) -> list[Column]:
    return [c for c in schema.columns if c.required]


def _missing_columns(raw: RawTable, missing: list[Column], unknown: list[str]) -> Fault:
    """Say what is missing, and which columns perhaps have another name."""
    alike = {c.name: _alike(c.name, unknown) for c in missing}
    renamed = [f"{found} to {name}" for name, found in alike.items() if found]
    if len(missing) == 1:
        column = missing[0]
        cure = f"rename the column {renamed[0]}" if renamed else f"add it: {column.meaning}"
        return Fault(raw.file, "the column is missing", None, column.name, cure=cure)
    names = ", ".join(c.name for c in missing)
    has = ", ".join(shown(n, 30) for n in list(raw.cells)[:8]) or "none"
    cure = f"rename {', '.join(renamed)}" if renamed else f"is it the file of {raw.name}? its columns are {has}"
    return Fault(raw.file, f"the columns {names} are missing", cure=cure)


def _alike(name: str, unknown: list[str]) -> str:
    longer = next((n for n in unknown if n.lower() in (f"{name}gitude", f"{name}itude")), "")
    return f'"{longer}"' if longer else nearest(name, unknown).removeprefix("did you mean ").rstrip("?")


def _absent(column: Column, rows: int) -> Any:
    """Return what a column holds that the file does not have."""
    fill = column.fill
    if column.dtype == "int64":
        return np.full(rows, 1 if fill is None or fill != fill else int(float(fill)), dtype=np.int64)
    if column.type == "bool":
        return np.full(rows, bool(fill))
    if column.is_number:
        return np.full(rows, math.nan if fill is None else float(fill))
    return [None if column.type == "geometry" else fill] * rows


def _read(column: Column, values: Values) -> Cells:
    if column.is_number:
        return _read_numbers(column, values)
    if column.type == "refused":
        found = [_finding(i, v, _refusal(column)) for i, v in enumerate(values) if not cells.is_empty(v)]
        return [""] * len(values), found
    if column.type in _READERS:
        return _read_each(column, values, _READERS[column.type])
    return _read_texts(column, values)


def _refusal(column: Column) -> Problem:
    return Problem("can't be modelled by this release", f"leave the column {column.name} empty")


def _finding(row: int, value: object, problem: Problem) -> Finding:
    return Finding(row, problem.reason, problem.cure, value)


def _read_each(column: Column, values: Values, reader: Callable[[object, Column], Any]) -> Cells:
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
            result = known[key] = reader(value, column)
        if isinstance(result, Problem):
            found.append(_finding(i, value, result))
            result = fill
        out.append(result)
    return out, found


def _read_texts(column: Column, values: Values) -> Cells:
    """Read texts; what is wrong is kept, so that rows that refer to it are not named too."""
    if column.type == "text" and all(type(v) is str for v in values) and _is_writable("".join(values)):
        return [v.strip() for v in values], []
    texts, found = _read_each(column, values, cells.read_text)
    for finding in found:
        if isinstance(finding.value, str) and not column.choices and _is_writable(finding.value):
            texts[finding.row] = finding.value
    return texts, found


def _is_writable(text: str) -> bool:
    try:
        return "\0" not in text and bool(text.isascii() or text.encode())
    except UnicodeEncodeError:
        return False


def _missing(row: int, column: Column) -> Finding:
    cure = column.when_empty() if column.is_number else f"write {column.what}"
    return Finding(row, "is empty", cure)


def _read_numbers(column: Column, values: Values) -> Cells:
    fast = _fast_numbers(values)
    if fast is None:
        numbers, blank, found = _slow_numbers(column, values)
    else:
        (numbers, blank), found = fast, []
    if column.required:
        found += [_missing(int(i), column) for i in np.flatnonzero(blank)]
    found += _outside(column, values, numbers)
    bad = np.zeros(len(numbers), dtype=bool)
    bad[[f.row for f in found]] = True
    fill = column.fill
    if column.dtype == "int64":
        default = 1 if fill is None else int(float(fill))
        return np.where(bad | blank, default, numbers).astype(np.int64), found
    numbers = np.where(bad, math.nan, numbers)
    return np.where(blank & ~bad, math.nan if fill is None else float(fill), numbers), found


def _fast_numbers(values: Values) -> tuple[np.ndarray, np.ndarray] | None:
    """Read a whole column at once; None where any cell is not a plain number or empty."""
    if isinstance(values, pd.Series):
        if values.dtype.kind not in "iuf":
            return None
        numbers = values.to_numpy(dtype=float, na_value=math.nan)
        blank = np.isnan(numbers)
        return (numbers, blank) if np.isfinite(numbers[~blank]).all() else None
    if not all(type(v) is str for v in values):
        return None
    joined = "".join(values)
    if not joined.isascii() or "_" in joined:
        return None
    try:
        numbers = np.array([float(v) if v else math.nan for v in values], dtype=float)
    except ValueError:
        return None
    blank = np.array([not v for v in values], dtype=bool)
    return (numbers, blank) if np.isfinite(numbers[~blank]).all() else None


def _slow_numbers(column: Column, values: Values) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    numbers, blank = np.full(len(values), math.nan), np.zeros(len(values), dtype=bool)
    found: list[Finding] = []
    from_frame = isinstance(values, pd.Series)
    for i, value in enumerate(values):
        if cells.is_empty(value) or (from_frame and _is_blank_in_frame(value, column)):
            blank[i] = True
            continue
        result = cells.read_number(value, column)
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
            cure = cells.limits_hint(column, float(numbers[i]), too_large=too_large)
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


def _report(table: Table, found: dict[str, list[Finding]], faults: Faults) -> None:
    for name, findings in found.items():
        report(faults, table, name, sorted(findings, key=lambda f: f.row))
