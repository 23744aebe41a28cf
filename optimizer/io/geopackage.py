"""Write layers as a GeoPackage that says what each field means and in which unit, the same bytes every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.errors import said

_WHEN = "2000-01-01T00:00:00.000Z"
_NAMESPACE = "http://www.geopackage.org/spec131/#extension_schema"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', '{_NAMESPACE}', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', '{_NAMESPACE}', 'read-write');
"""


@dataclass(frozen=True)
class Field:
    """What a column means; ``unit`` is "" where it is no number."""

    unit: str
    meaning: str


@dataclass(frozen=True)
class Layer:
    """A named table of places in WGS 84: a GeoDataFrame, the one kind of its geometry, and what its columns mean."""

    name: str
    title: str
    frame: Any
    shape: str
    fields: Mapping[str, Field]


def write_geopackage(layers: Sequence[Layer], path: Path) -> None:
    """Write the layers, in their order, to a path where nothing is.

    Raises OSError where the disk refuses.
    """
    import pyogrio

    path = path.absolute()
    try:
        with _same_date(pyogrio), chdir(path.parent):  # GDAL and PROJ look for files of theirs where we are
            for layer in layers:
                pyogrio.write_dataframe(
                    layer.frame, path, layer=layer.name, driver="GPKG", geometry_type=layer.shape,
                    promote_to_multi=layer.shape.startswith("Multi"), layer_options={"IDENTIFIER": layer.title},
                )  # fmt: skip
        with closing(sqlite3.connect(path)) as base:
            base.executescript(_SCHEMA)
            base.executemany("INSERT INTO gpkg_data_columns VALUES (?, ?, NULL, ?, ?, NULL, NULL)", _rows(layers))
            base.commit()
    except (RuntimeError, sqlite3.Error) as fault:  # what GDAL and SQLite raise
        _ask_the_system(path.parent)
        raise OSError(said(fault).rpartition("failed: ")[2]) from fault


def _ask_the_system(folder: Path) -> None:
    """Open and write files as a database does, for its own word: GDAL and SQLite only say that they failed."""
    with ExitStack() as stack:
        for number in range(4):
            stack.enter_context((folder / f"asked-{number}").open("wb")).write(bytes(4_000_000))


@contextmanager
def _same_date(pyogrio: Any) -> Iterator[None]:
    """Let GDAL write one date, not today's."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WHEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _rows(layers: Sequence[Layer]) -> Iterator[tuple[str, str, str, str]]:
    """Yield layer, column, its name with the unit, and its meaning."""
    for layer in layers:
        for name in layer.frame.columns:
            if name in layer.fields:
                known = layer.fields[name]
                yield layer.name, name, f"{name} [{known.unit}]" if known.unit else name, known.meaning
