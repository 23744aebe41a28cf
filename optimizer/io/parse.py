"""Turn cells as written into typed columns, by the schema; look at single cells only where a column fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Fault, Faults, shown
from optimizer.io.columns import Read, absent, read_column, read_texts
from optimizer.io.location import degrees_in_words, has_place, read_places
from optimizer.io.schema import Column, Schema
from optimizer.io.source import nearest
from optimizer.io.table import RawTable, Table, report
from optimizer.io.wording import counted, listed


def parse(raw: RawTable, schema: Schema, faults: Faults) -> Table:
    """Return the table: columns typed by the schema, defaults applied, unknown columns kept as text."""
    if not _check_header(raw, schema, faults):
        return replace(empty(raw.name, schema), file=raw.file, unit=raw.unit, given=True, lost_rows=True)
    reads = _read_all(raw, schema)
    columns = {name: read.values for name, read in reads.items()}
    found = {name: read.found for name, read in reads.items()}
    for column in schema.columns:
        if column.same_as:
            given, other = columns[column.name], columns[column.same_as]
            columns[column.name] = np.where(np.isnan(given), other, given)
    table = Table(raw.name, raw.file, schema, _frame(columns, schema), list(raw.lines), raw.unit, letters=raw.letters)
    table.lost_rows = raw.lost_rows
    table.missing = frozenset(c.name for c in _required(schema) if c.name not in raw.cells and raw.lines)
    table.unread_cells = {(f.row, name) for name, findings in found.items() for f in findings}
    places = read_places(table, raw.cells)
    table.frame = table.frame.assign(**places.columns)
    table.unread_cells |= {(f.row, "geometry") for f in places.errors.get("geometry", [])}
    found |= {name: found.get(name, []) + more for name, more in places.errors.items()}
    for name, findings in degrees_in_words(found, columns).items():
        report(faults, table, name, sorted(findings, key=lambda f: f.row))
    for name, doubts in [*((name, read.doubts) for name, read in reads.items()), ("lon", places.doubts)]:
        report(faults, table, name, doubts, severity="warning")
    names = [c.name for c in schema.typed] + [n for n in table.frame if schema.find(str(n)) is None]
    table.frame = table.frame[names + [c.name for c in schema.people if c.name in table.frame]]
    return table


def _read_all(raw: RawTable, schema: Schema) -> dict[str, Read]:
    """Read every column but the geometry, those that the file does not have too."""
    reads: dict[str, Read] = {}
    for column in (c for c in schema.columns if c.type != "geometry"):
        values = raw.cells.get(column.name)
        if values is None:
            reads[column.name] = Read(absent(column, len(raw.lines)))
        else:  # a delivery says one of racks and mw, so that none of the two has a default
            reads[column.name] = read_column(column, values, needed=column.required or schema.table == "deliveries")
    for name in _extras(raw, schema):
        reads[name] = read_texts(schema.find(name) or Column(name, "text"), raw.cells[name])
    return reads


def empty(name: str, schema: Schema) -> Table:
    """Return the table of a file that the study does not have."""
    columns: dict[str, Any] = {c.name: absent(c, 0) for c in schema.typed}
    return Table(name, f"{name}.csv", schema, _frame(columns, schema), given=False)


def as_it_is(frame: pd.DataFrame, schema: Schema, faults: Faults) -> Table:
    """Return a table of a study, which has been parsed and is valid; its unknown columns are doubted again."""
    name = schema.table
    if any(schema.find(str(column)) is None for column in frame):
        parse(RawTable(name, name, {str(column): [] for column in frame}, range(0), "row"), schema, faults)
    # a copy that shares its columns: the zones that are found for sites must not enter the study's own table
    return Table(name, name, schema, frame.copy(deep=False), list(range(1, len(frame) + 1)), "row")


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
        alike = {_alike(c.name, unknown).strip('"') for c in missing}
        unknown = [n for n in unknown if n not in alike]
    is_readable = len(missing) < 2 or not raw.lines
    if unknown and is_readable:
        hints = [f"{shown(n, 30)}: {h}" for n in unknown[:5] if (h := nearest(n, schema.names))]
        names = f"{counted(unknown, 'column', 'columns')} {listed(unknown)}"
        reason = f"{names} {counted(unknown, 'is', 'are')} kept and not used"
        faults.add(Fault(raw.file, reason, cure="; ".join(hints), severity="warning"))
    return is_readable


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
