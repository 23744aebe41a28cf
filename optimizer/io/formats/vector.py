"""Read a layer of a GeoPackage or a shapefile: features counted from 1, converted to WGS 84 from the CRS stated."""

from __future__ import annotations

import io
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_ROWS
from optimizer.io.frames import raw_from_frame
from optimizer.io.schema import Schema
from optimizer.io.source import Source, nearest
from optimizer.io.table import RawTable, told
from optimizer.io.wording import listed

_CUT = 10  # characters that a shapefile leaves of a column's name


def read_geopackage(path: Path, name: str, layer: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a layer as cells: of the one named, else of the table's name, else of the only one.

    Where a table may have places, what has none – styles, projects – is no layer beside those that have.
    """
    with told(source.faults):
        if _has_changes(path):
            cure = "close it there (in QGIS: remove the layer, or close the project), then run this again"
            reason = "is open in another program, which has not yet written its changes"
            raise InputError([Fault(name, reason, cure=cure)])
        content = source.read(path, name)
        return None if content is None else _of_layer(content, name, layer, schema, source.faults)


def _of_layer(content: bytes, name: str, layer: str, schema: Schema, faults: Faults) -> RawTable | None:
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            kinds = _kinds(content, database)
        except Exception as error:  # GDAL's many ways to say no, and SQLite's
            raise _unreadable(name, "a GeoPackage", error) from error
        wanted = _wanted(kinds, name, layer, schema)
        shown_name = f"{name}#{wanted}" if layer or len(kinds) > 1 else name
        try:
            frame = _frame(io.BytesIO(content), wanted, shown_name)
            _put_back_texts(frame, database, wanted, schema)
        except (sqlite3.Error, ValueError) as error:
            raise _unreadable(shown_name, "a layer of features", error) from error
    if hasattr(frame, "crs") and frame.crs is None:
        reason = "states no CRS and is taken for degrees in WGS 84"
        faults.add(Fault(shown_name, reason, cure="set the CRS of the layer", severity="warning"))
    return raw_from_frame(frame, schema, faults, file=shown_name, unit="feature")


def _kinds(content: bytes, database: sqlite3.Connection) -> dict[str, str]:
    """Load a GeoPackage into the database; return for each layer whether it is "places", "table" or "view".

    A view is computed when it is read: that may never end.
    """
    import pyogrio

    database.deserialize(content[:18] + b"\1\1" + content[20:])  # as if no program had kept a log of changes beside it
    views = {n.lower() for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that bytes have no ending
        layers = [(str(n), shape) for n, shape in pyogrio.list_layers(io.BytesIO(content))]
    return {n: "view" if n.lower() in views else "places" if shape else "table" for n, shape in layers}


def _wanted(kinds: Mapping[str, str], name: str, layer: str, schema: Schema) -> str:
    """Return the layer to be read; raises InputError where there is none."""
    may_have_places, wanted = schema.find("geometry") is not None, layer or schema.table
    places = [n for n, kind in kinds.items() if kind == "places" and may_have_places]
    choice = places or [n for n, kind in kinds.items() if kind != "view"] or list(kinds)
    if not layer and wanted not in kinds and len(choice) == 1:
        wanted = choice[0]
    if kinds.get(wanted, "view") != "view":
        return wanted
    if wanted in kinds:
        cure = "save the layer as a table of its own"
        raise InputError([Fault(f"{name}#{wanted}", "is a view, not a table of features", cure=cure)])
    example = f"name one: {shown(name, 80)}#{shown(choice[0], 40) if choice else 'layer'}"
    what = "its layers" if places or not may_have_places else "none has places; its tables"
    reason = f'has no layer "{shown(wanted, 40)}"; {what} are {listed(choice) or "none"}'
    raise InputError([Fault(name, reason, cure=(nearest(wanted, choice) if layer else "") or example)])


def read_shapefile(path: Path, name: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a shapefile that states its CRS; column names that it has cut are refused."""
    cure = "put it beside the .shp, or save it as GeoPackage or GeoJSON"
    with told(source.faults):
        for ending, why in ((".dbf", "its columns"), (".prj", "its CRS"), (".shx", ""), (".cpg", "")):
            beside = path.with_suffix(ending)
            if not beside.exists() and why:
                reason = f"has no {Path(name).stem}{ending} beside it, which states {why}"
                raise InputError([Fault(name, reason, cure=cure)])
            if beside.exists() and source.read(beside, str(Path(name).with_suffix(ending))) is None:
                return None
        frame = _frame(path, None, name)
        if hasattr(frame, "crs") and frame.crs is None:
            reason = f"has no CRS: {Path(name).stem}.prj states none that is known"
            raise InputError([Fault(name, reason, cure=cure)])
        raw = raw_from_frame(frame, schema, source.faults, file=name, unit="feature")
        if raw is not None:
            _refuse_cut_names(raw, schema)
        return raw


def _has_changes(path: Path) -> bool:
    """Whether a program keeps changes of a database in a file beside it."""
    beside = path.with_name(f"{path.name}-wal")
    try:
        return beside.stat().st_size > 0
    except OSError:
        return False


def _put_back_texts(frame: Any, database: sqlite3.Connection, layer: str, schema: Schema) -> None:
    """Put texts back into columns of numbers, where the driver has read 6 for "6 0 MW", so that they are named."""
    for column in (c.name for c in schema.columns if c.is_number and c.name in frame):
        cell, table = _quoted(column), _quoted(layer)
        if database.execute(f"SELECT 1 FROM {table} WHERE typeof({cell}) = 'text' LIMIT 1").fetchone():
            frame[column] = [row[0] for row in database.execute(f"SELECT {cell} FROM {table} ORDER BY rowid")]


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _frame(file: Any, layer: str | None, name: str) -> Any:
    """Return a layer as a frame."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of heights, which are dropped, and of types
            frame = pyogrio.read_dataframe(file, layer=layer, max_features=MAX_ROWS + 1)
    except Exception as error:  # GDAL's many ways to say no
        raise _unreadable(name, "a layer of features", error) from error
    if len(frame) > MAX_ROWS:
        cure = "leave out what the study does not need"
        raise InputError([Fault(name, f"holds more than {MAX_ROWS:,} features", cure=cure)])
    return frame


def _unreadable(name: str, what: str, error: Exception) -> InputError:
    reason = f"can't be read as {what}: {shown(str(error).partition(chr(10))[0], 80)}"
    return InputError([Fault(name, reason, cure="write it anew from its source")])


def _refuse_cut_names(raw: RawTable, schema: Schema) -> None:
    """Refuse columns whose names a shapefile has cut to ten characters: they would be ignored."""
    cut = [
        Fault(raw.file, f"is {column}, cut by the shapefile", None, n, cure="save it as GeoPackage")
        for n in raw.cells
        if len(n) == _CUT and schema.find(n) is None
        for column in schema.names
        if column.startswith(n)
    ]
    if cut:
        raise InputError(cut)
