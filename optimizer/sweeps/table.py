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
from ..io.registers import TERMS
from ..io.write import cell_text
from ..study import Study
from .row import UNUSED

_HEAD = ("number", "case")
_END = ("status", "reason")
_TAIL = ("sites_opened", "opened", "plan")
_TEXTS = ("case", *_END, "opened", "plan")
_COUNTS = ("number", "sites_opened")
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
        places = [f"{vendor}_{period}" for vendor in sorted(vendors) for period in times]
        return cls(
            tuple(dict.fromkeys(inputs)),
            (
                *("objective_usd", "bound_usd", "gap", "money_usd", "delivered_gw", "placed_gw"),
                *(f"{kind}_{term}_usd" for kind in ("discounted", "undiscounted") for term in TERMS),
                *(f"spend_{period}_usd" for period in times),
                *UNUSED,
                *(f"in_service_gw_{place}" for place in places),
                *(f"delivered_gw_{place}" for place in places),
            ),
        )

    @classmethod
    def in_file(cls, names: Iterable[str], inputs: Iterable[str]) -> Columns:
        """Return the columns of a table that was written, of which some are inputs."""
        varied = tuple(inputs)
        return cls(varied, tuple(n for n in names if n not in (*_HEAD, *varied, *_END, *_TAIL)))

    @property
    def names(self) -> list[str]:
        """All columns in their order."""
        return [*_HEAD, *self.inputs, *_END, *self.figures, *_TAIL]


def table(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as a table; an input is a number where all its values are, else text."""
    arrays = []
    for name in columns.names:
        cells = [row.get(name) for row in rows]
        if name in _HEAD or name not in columns.inputs:
            arrays.append(pa.array(cells, _type(name)))
        else:
            arrays.append(_input(cells))
    return pa.table(arrays, names=columns.names)


def _type(name: str) -> pa.DataType:
    if name in _TEXTS:
        return pa.string()
    return pa.int64() if name in _COUNTS else pa.float64()


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
