"""The tidy table: one row per case, the same bytes for the same sweep, read with pandas or DuckDB."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..io.periods import parse_label
from ..io.registers import ALWAYS
from ..io.schema import schema
from ..io.write import cell_text
from ..study import Study

_KNOWN = schema("sweep/cases")
_SEAL = b"sha256"  # among the metadata of cases.parquet


@dataclass(frozen=True)
class Columns:
    """Columns of a sweep's table: those of the inputs, and those that its vendors and periods bring."""

    inputs: tuple[str, ...]
    figures: tuple[str, ...]

    @classmethod
    def of(cls, inputs: Iterable[str], studies: Iterable[Study]) -> Columns:
        """Return the columns for cases of these studies; they depend on no result."""
        vendors: set[str] = set()
        periods: set[str] = set()
        for study in dict.fromkeys(studies):
            periods |= set(study.horizon.names)
            coming = study.racks["sku"].isin(set(study.deliveries["sku"]))
            vendors |= set(study.racks.loc[coming, "vendor"])
        times = sorted(periods, key=parse_label)
        of = {"term": list(ALWAYS), "period": times, "vendor": sorted(vendors)}
        figures = tuple(name for column in _KNOWN.columns if column.type == "float" for name in column.names(of))
        return cls(tuple(dict.fromkeys(inputs)), figures)

    @classmethod
    def in_file(cls, names: Iterable[str], inputs: Iterable[str]) -> Columns:
        """Return the columns of a table that was written, of which some are inputs."""
        varied = tuple(inputs)
        return cls(varied, tuple(n for n in names if n not in varied and _type(n) == pa.float64()))

    @property
    def names(self) -> list[str]:
        """All columns in their order: the dictionary's, inputs in the place of its key, figures as they come."""
        many = {"any": self.inputs, "float": self.figures}
        return list(dict.fromkeys(name for c in _KNOWN.columns for name in many.get(c.type, (c.name,))))


def table(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as a table; an input is a number where all its values are, else text."""
    arrays = []
    for name in columns.names:
        cells = [row.get(name) for row in rows]
        arrays.append(_input(cells) if name in columns.inputs else pa.array(cells, _type(name)))
    return pa.table(arrays, names=columns.names)


def _type(name: str) -> pa.DataType:
    """Return the type of a column of the dictionary, a figure's where it is none or stands for many."""
    column = _KNOWN.find(name)
    if column is None or column.type == "float":
        return pa.float64()
    return pa.int64() if column.type == "int" else pa.string()


def _input(cells: list[Any]) -> pa.Array:
    """Return a varied key's values; an empty cell is the base's value."""
    given = [None if _is_empty(cell) else cell for cell in cells]
    if all(cell is None or _is_number(cell) for cell in given):
        return pa.array([None if cell is None else float(cell) for cell in given], pa.float64())
    texts = [None if cell is None else _text(cell) for cell in given]
    return pa.array(texts, pa.string())


def _is_empty(cell: Any) -> bool:
    if isinstance(cell, (float, np.floating)):
        return math.isnan(cell)
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, str) and not cell)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float, np.integer, np.floating)) and not isinstance(cell, bool)


def _text(cell: Any) -> str:
    return ";".join(map(cell_text, cell)) if isinstance(cell, (list, tuple)) else cell_text(cell)


def table_bytes(rows: pa.Table) -> bytes:
    """Return a table as Parquet, with a digest of its content and nothing that differs between equal tables."""
    sink = io.BytesIO()
    rows = rows.replace_schema_metadata({_SEAL: _digest(rows)})
    pq.write_table(rows, sink, compression="snappy", write_statistics=True)
    return sink.getvalue()


def read_table(path: Path) -> pd.DataFrame:
    """Read cases.parquet; raises OSError or ValueError where it is none, or another content than was written."""
    rows = pq.read_table(path)
    if (rows.schema.metadata or {}).get(_SEAL) != _digest(rows):
        raise ValueError("it was changed since the sweep wrote it")
    return frame_of(rows)


def _digest(rows: pa.Table) -> bytes:
    content = json.dumps([[name, rows[name].to_pylist()] for name in rows.column_names])
    return hashlib.sha256(content.encode()).hexdigest().encode()


def frame_of(rows: pa.Table) -> pd.DataFrame:
    """Return a table as the DataFrame that its file would be read to."""
    frame: pd.DataFrame = rows.to_pandas()
    return frame
