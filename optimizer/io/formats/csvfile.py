"""Read CSV: comma and decimal point, true line numbers, every row as long as the header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_CELLS, MAX_ROWS, too_large
from optimizer.io.schema import Schema
from optimizer.io.table import Finding, RawTable, refuse_too_wide, report, told

csv.field_size_limit(10_000_000)  # parcels as WKT are longer than the default

_HEAD = 1_000_000  # characters in which a header is looked for
_MARKS = ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars"))
Record = tuple[int, list[str]]


def read_csv(text: str, name: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Split text into columns of cells, or None and a fault where it is no table."""
    with told(faults):
        try:
            records = _records(text)
            header = next(records, None)
            if header is None:
                wanted = ", ".join(c.name for c in schema.columns if c.required)
                raise InputError([Fault(name, "is empty", cure=f"the first line names the columns: {wanted}")])
            _refuse_no_header(text, header, name, schema)
            _refuse_too_long(text, len(header[1]), name)
            rows = list(records)
        except csv.Error as error:
            raise InputError([_broken(text, str(error), name)]) from error
        return _columns(header, rows, name, schema, faults)


def _broken(text: str, error: str, name: str) -> Fault:
    """Say at which line a text stops being CSV, and why."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    with suppress(csv.Error):
        for _ in reader:
            line = reader.line_num + 1
    if "field larger" in error:
        cure = "remove it; or close its quote, where one is open"
        return Fault(name, f"a cell holds more than {csv.field_size_limit():,} characters", line, cure=cure)
    if "unexpected end" in error:
        return Fault(name, "opens a quote that is never closed", line, cure="close it, or remove it")
    cure = "close every quote, and double a quote inside a quoted cell"
    return Fault(name, f"is no CSV: {shown(error)}", line, cure=cure)


def _refuse_too_long(text: str, width: int, name: str) -> None:
    """Refuse a file with more rows or cells than are read."""
    rows = text.count("\n") - 1
    for count, limit, what in ((rows, MAX_ROWS, "rows"), (rows * width, MAX_CELLS, "cells")):
        if count > limit:
            cure = "leave out what the study does not need"
            raise InputError([Fault(name, too_large(what, count, limit), cure=cure)])


def _records(text: str) -> Iterator[Record]:
    """Yield each row that holds anything, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in reader:
        if any(row) and any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _refuse_no_header(text: str, header: Record, name: str, schema: Schema) -> None:
    """Refuse a file that separates by semicolons, tabs or bars, or whose header has lines above it."""
    line, cells = header
    known = set(schema.names)
    if known & {c.strip() for c in cells}:
        return
    for number, row in enumerate(text[:_HEAD].splitlines()[: line + 9], 1):
        for mark, word in _MARKS:
            if mark not in row or not known & {c.strip().strip('"') for c in row.split(mark)}:
                continue
            if mark != ",":
                cure = "save it as CSV with commas between cells and a point in decimals"
                raise InputError([Fault(name, f"separates its cells by {word}", number, cure=cure)])
            if number > line:
                cure = "remove the lines above it"
                raise InputError([Fault(name, f"has its header in line {number}", line, cure=cure)])


def _columns(header: Record, rows: list[Record], name: str, schema: Schema, faults: Faults) -> RawTable:
    line, names = header[0], [c.strip() for c in header[1]]
    width = len(names)
    while width and not names[width - 1]:  # commas at the end of each line
        width -= 1
    _refuse_odd_names(names[:width], line, name)
    cells: dict[str, Sequence[str]] = dict.fromkeys(names[:width], ())
    kept: list[Record] = []
    ragged: list[Finding] = []
    for number, row in rows:
        if len(row) > width and not any(c.strip() for c in row[width:]):
            row = row[:width]
        if row[0].strip() == names[0] and [cell.strip() for cell in row] == names[:width]:
            ragged.append(Finding(len(ragged), "repeats the header", "remove the line"))
        elif len(row) == width:
            kept.append((number, row))
        else:
            ragged.append(_ragged(len(ragged), row, width))
    numbers = [n for n, _ in kept]
    if ragged:
        lost = set(numbers)
        broken = RawTable(schema.table, name, {}, [n for n, _ in rows if n not in lost])
        report(faults, broken, "", ragged)
    if kept:
        cells = dict(zip(names[:width], zip(*(r for _, r in kept), strict=True), strict=True))
    return RawTable(schema.table, name, cells, numbers, lost_rows=bool(ragged))


def _ragged(index: int, row: list[str], width: int) -> Finding:
    kind, cure = "short", "write a comma for each empty cell"
    if len(row) > width:
        kind, cure = "long", "quote a text that holds a comma, write decimals with a point"
    count = f"{len(row):,} cell" + ("s" if len(row) != 1 else "")
    return Finding(index, f"has {count}, the header has {width:,}", cure, None, kind)


def _refuse_odd_names(names: list[str], line: int, name: str) -> None:
    refuse_too_wide(names, name)
    for position, column in enumerate(names, 1):
        if not column:
            raise InputError([Fault(name, f"column {position} has no name", line, cure="name it or remove it")])
        if column in names[: position - 1]:
            raise InputError([Fault(name, "stands twice in the header", line, column, cure="remove or rename one")])
