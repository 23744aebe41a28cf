"""Read Parquet and GeoParquet: rows counted from 1, an empty cell where a value is null, NaN where it is NaN."""

from __future__ import annotations

import io
import json
from typing import Any

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_CELLS, MAX_RATIO, MAX_ROWS, MAX_TEXT, MAX_UNPACKED, too_large
from optimizer.io.crs import UnknownCrs, to_wgs84
from optimizer.io.location import from_wkb
from optimizer.io.schema import Schema
from optimizer.io.table import RawTable, refuse_too_wide, told

_LEAN = "leave out what the study does not need"


def read_parquet(content: bytes, name: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Return the columns of a file as cells, or None and faults where it is no table."""
    with told(faults):
        try:
            return _read(content, name, schema)
        except InputError:
            raise
        except Exception as error:  # what pyarrow raises over a damaged file is anything
            reason = f"can't be read as Parquet: {shown(str(error).partition(chr(10))[0], 60)}"
            raise InputError([Fault(name, reason, cure="write it anew from its source")]) from error


def _read(content: bytes, name: str, schema: Schema) -> RawTable:
    from pyarrow import parquet, types

    file = parquet.ParquetFile(io.BytesIO(content))
    names = [str(n) for n in file.schema_arrow.names]
    refuse_too_wide(names, name)
    if twins := sorted({n for n in names if names.count(n) > 1}):
        raise InputError([Fault(name, "stands twice among the columns", None, twins[0], cure="remove or rename one")])
    _refuse_excess(file.metadata, len(content), name)
    for column in file.schema_arrow:
        if types.is_nested(column.type):
            cure = "write one value per cell, a geometry as WKB or WKT"
            raise InputError([Fault(name, "holds lists or structures", None, column.name, cure=cure)])
    kinds = types.is_string, types.is_large_string, types.is_binary, types.is_large_binary
    words = [c.name for c in file.schema_arrow if any(is_one(c.type) for is_one in kinds)]
    table = parquet.ParquetFile(io.BytesIO(content), read_dictionary=words).read()
    place, stated = _geometry(table.schema.metadata or {}, name)
    cells: dict[str, Any] = {n: _values(n, table.column(n), name) for n in names}
    if place in cells:
        shapes = _places(cells.pop(place), stated, name)
        if schema.find("geometry"):
            cells["geometry"] = shapes
    return RawTable(schema.table, name, cells, range(1, table.num_rows + 1), "row")


def _refuse_excess(metadata: Any, size: int, file: str) -> None:
    """Refuse a file that unpacks to more than any table that was made on purpose."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    cells = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
    tests = [
        (metadata.num_rows, MAX_ROWS, "rows"),
        (max(cells, metadata.num_rows * metadata.num_columns), MAX_CELLS, "cells"),
        (sum(group.total_byte_size for group in groups), max(MAX_UNPACKED, MAX_RATIO * size), "bytes once unpacked"),
    ]
    for count, limit, what in tests:
        if count > limit:
            raise InputError([Fault(file, too_large(what, count, limit), cure=_LEAN)])


def _values(name: str, column: Any, file: str) -> list[Any]:
    """Return Python values; a text that repeats is one object, however often."""
    from pyarrow import types

    if not types.is_dictionary(column.type):
        return list(column.to_pylist())
    found: list[Any] = []
    for chunk in column.chunks:
        words = chunk.dictionary.to_pylist()
        found += [None if i is None else words[i] for i in chunk.indices.to_pylist()]
    size = sum(len(value) for value in found if isinstance(value, (str, bytes)))
    if size > MAX_TEXT:
        raise InputError([Fault(file, too_large("characters", size, MAX_TEXT), None, name, cure=_LEAN)])
    return found


def _geometry(metadata: dict[bytes, bytes], file: str) -> tuple[str, Any]:
    """Return the column that GeoParquet's metadata calls the geometry, or "", and the CRS that it states."""
    found = json.loads(metadata.get(b"geo", b"{}"))
    primary = found.get("primary_column") if isinstance(found, dict) else None
    columns = found.get("columns") if isinstance(found, dict) else None
    facts = columns.get(primary) if isinstance(columns, dict) and isinstance(primary, str) else None
    if not isinstance(facts, dict):
        return "", None
    if facts.get("encoding", "WKB") != "WKB":
        reason = f"is encoded as {shown(facts['encoding'], 40)}"
        raise InputError([Fault(file, reason, None, str(primary), cure="write the geometry as WKB")])
    return str(primary), facts.get("crs")


def _places(values: list[Any], stated: Any, file: str) -> list[Any]:
    """Return the shapes in WGS 84, from the CRS that the file states; what is none stays, for the parse to name."""
    try:
        convert = to_wgs84(stated)
    except UnknownCrs:
        reason, cure = (
            "is no CRS from which anything leads to WGS 84",
            "state a CRS that is known, or convert it to WGS 84",
        )
        raise InputError([Fault(file, reason, None, "crs", cure=cure)]) from None
    shapes = [from_wkb(value) if isinstance(value, bytes) else value for value in values]
    if convert is None:
        return shapes
    return [convert(s) if hasattr(s, "geom_type") and not s.is_empty else s for s in shapes]
