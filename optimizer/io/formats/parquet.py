"""Read Parquet and GeoParquet: rows counted from 1, an empty cell where a value is null, NaN where it is NaN."""

from __future__ import annotations

import io
import json
from typing import Any

from optimizer.errors import Fault, Faults, shown
from optimizer.io.bounds import MAX_CELLS, MAX_RATIO, MAX_ROWS, MAX_UNPACKED, too_large
from optimizer.io.frames import flat_geometries
from optimizer.io.schema import Schema
from optimizer.io.table import RawTable, is_too_wide


def read_parquet(content: bytes, name: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Return the columns of a file as cells, or None and faults where it is no table."""
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        texts = [
            field.name
            for field in file.schema_arrow
            if pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)
        ]
        if _is_too_large(file.metadata, len(content), name, faults):
            return None
        file = parquet.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        table = file.read()
        names = [str(n) for n in table.column_names]
        if is_too_wide(names, name, faults) or _has_twins(names, name, faults):
            return None
        place = _geometry_column(file.schema_arrow.metadata or {})
        cells: dict[str, Any] = {n: _values(table.column(n)) for n in names if n != place}
        if place in names and schema.find("geometry"):
            cells["geometry"] = _places(content, place)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        reason = f"can't be read as Parquet: {shown(str(error).partition(chr(10))[0], 60)}"
        faults.add(Fault(name, reason, cure="write it anew from its source"))
        return None
    return RawTable(schema.table, name, cells, range(1, table.num_rows + 1), "row")


def _is_too_large(metadata: Any, size: int, name: str, faults: Faults) -> bool:
    """Whether a file unpacks to more than any table that was made on purpose; adds the fault."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    cells = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
    tests = [
        (metadata.num_rows, MAX_ROWS, "rows"),
        (max(cells, metadata.num_rows * metadata.num_columns), MAX_CELLS, "cells"),
        (sum(group.total_byte_size for group in groups), max(MAX_UNPACKED, MAX_RATIO * size), "bytes once unpacked"),
    ]
    for count, limit, what in tests:
        if count > limit:
            faults.add(Fault(name, too_large(what, count, limit), cure="leave out what the study does not need"))
            return True
    return False


def _has_twins(names: list[str], name: str, faults: Faults) -> bool:
    twins = sorted({n for n in names if names.count(n) > 1})
    for twin in twins[:1]:
        faults.add(Fault(name, "stands twice among the columns", None, twin, cure="remove or rename one"))
    return bool(twins)


def _geometry_column(metadata: dict[bytes, bytes]) -> str:
    """Return the column that GeoParquet's metadata calls the geometry, or ""."""
    found = json.loads(metadata.get(b"geo", b"{}"))
    primary = found.get("primary_column", "") if isinstance(found, dict) else ""
    return primary if isinstance(primary, str) else ""


def _values(column: Any) -> list[Any]:
    """Return Python values; a text that repeats is one object, however often."""
    import pyarrow

    if not pyarrow.types.is_dictionary(column.type):
        return list(column.to_pylist())
    found: list[Any] = []
    for chunk in column.chunks:
        words = chunk.dictionary.to_pylist()
        found += [None if i is None else words[i] for i in chunk.indices.to_pylist()]
    return found


def _places(content: bytes, column: str) -> list[Any]:
    """Return the geometries in WGS 84, from the CRS that the file states."""
    import geopandas

    return flat_geometries(geopandas.read_parquet(io.BytesIO(content), columns=[column]))
