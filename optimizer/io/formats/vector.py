"""Read a layer of a GeoPackage or a shapefile: features counted from 1, converted to WGS 84 from the CRS stated."""

from __future__ import annotations

import io
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from optimizer.errors import Fault, Faults, shown
from optimizer.io.bounds import MAX_ROWS
from optimizer.io.frames import raw_from_frame
from optimizer.io.schema import Schema
from optimizer.io.source import Source, nearest
from optimizer.io.table import RawTable
from optimizer.io.wording import listed

_CUT = 10  # characters that a shapefile leaves of a column's name
_LEAN = "leave out what the study does not need"


def read_geopackage(path: Path, name: str, layer: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a layer as cells: of the one named, else of the table's name, else of the only one.

    Where a table may have places, what has none – styles, projects – is no layer beside those that have.
    """
    faults = source.faults
    if _has_changes(path):
        cure = "close it there (in QGIS: remove the layer, or close the project), then run this again"
        faults.add(Fault(name, "is open in another program, which has not yet written its changes", cure=cure))
        return None
    content = source.read(path, name)
    if content is None:
        return None
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            kinds = _kinds(content, database)
        except Exception as error:  # GDAL's many ways to say no, and SQLite's
            faults.add(_unreadable(name, "a GeoPackage", error))
            return None
        wanted = _wanted(kinds, name, layer, schema, faults)
        if not wanted:
            return None
        shown_name = f"{name}#{wanted}" if layer or len(kinds) > 1 else name
        try:
            frame = _frame(io.BytesIO(content), wanted, shown_name, faults)
            if frame is not None:
                _put_back_texts(frame, database, wanted, schema)
        except (sqlite3.Error, ValueError) as error:
            faults.add(_unreadable(shown_name, "a layer of features", error))
            return None
    if frame is not None and _has_places(frame) and frame.crs is None:
        reason = "states no CRS and is taken for degrees in WGS 84"
        faults.add(Fault(shown_name, reason, cure="set the CRS of the layer", severity="warning"))
    return None if frame is None else raw_from_frame(frame, schema, faults, file=shown_name, unit="feature")


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


def _wanted(kinds: Mapping[str, str], name: str, layer: str, schema: Schema, faults: Faults) -> str:
    """Return the layer to be read, or "" and a fault."""
    may_have_places, wanted = schema.find("geometry") is not None, layer or schema.table
    places = [n for n, kind in kinds.items() if kind == "places" and may_have_places]
    choice = places or [n for n, kind in kinds.items() if kind != "view"] or list(kinds)
    if not layer and wanted not in kinds and len(choice) == 1:
        wanted = choice[0]
    if kinds.get(wanted, "view") != "view":
        return wanted
    if wanted in kinds:
        cure = "save the layer as a table of its own"
        faults.add(Fault(f"{name}#{wanted}", "is a view, not a table of features", cure=cure))
    else:
        example = f"name one: {shown(name, 80)}#{shown(choice[0], 40) if choice else 'layer'}"
        what = "its layers" if places or not may_have_places else "none has places; its tables"
        reason = f'has no layer "{shown(wanted, 40)}"; {what} are {listed(choice) or "none"}'
        faults.add(Fault(name, reason, cure=(nearest(wanted, choice) if layer else "") or example))
    return ""


def read_shapefile(path: Path, name: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a shapefile that states its CRS; column names that it has cut are refused."""
    faults = source.faults
    cure = "put it beside the .shp, or save it as GeoPackage or GeoJSON"
    for ending, why in ((".dbf", "its columns"), (".prj", "its CRS"), (".shx", ""), (".cpg", "")):
        beside = path.with_suffix(ending)
        if not beside.exists() and why:
            faults.add(Fault(name, f"has no {Path(name).stem}{ending} beside it, which states {why}", cure=cure))
            return None
        if beside.exists() and source.read(beside, str(Path(name).with_suffix(ending))) is None:
            return None
    frame = _frame(path, None, name, faults)
    if frame is not None and _has_places(frame) and frame.crs is None:
        faults.add(Fault(name, f"has no CRS: {Path(name).stem}.prj states none that is known", cure=cure))
        return None
    raw = None if frame is None else raw_from_frame(frame, schema, faults, file=name, unit="feature")
    return None if raw is None or _has_cut_names(raw, schema, faults) else raw


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


def _has_places(frame: Any) -> bool:
    return hasattr(frame, "crs")


def _frame(file: Any, layer: str | None, name: str, faults: Faults) -> Any:
    """Return a layer as a frame, or None and a fault."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of heights, which are dropped, and of types
            frame = pyogrio.read_dataframe(file, layer=layer, max_features=MAX_ROWS + 1)
    except Exception as error:  # GDAL's many ways to say no
        faults.add(_unreadable(name, "a layer of features", error))
        return None
    if len(frame) > MAX_ROWS:
        faults.add(Fault(name, f"holds more than {MAX_ROWS:,} features", cure=_LEAN))
        return None
    return frame


def _unreadable(name: str, what: str, error: Exception) -> Fault:
    reason = f"can't be read as {what}: {shown(str(error).partition(chr(10))[0], 80)}"
    return Fault(name, reason, cure="write it anew from its source")


def _has_cut_names(raw: RawTable, schema: Schema, faults: Faults) -> bool:
    """Name the columns that a shapefile has cut to ten characters: they would be ignored."""
    cut = [
        (n, column)
        for n in raw.cells
        if len(n) == _CUT and schema.find(n) is None
        for column in schema.names
        if column.startswith(n)
    ]
    for n, column in cut:
        faults.add(Fault(raw.file, f"is {column}, cut by the shapefile", None, n, cure="save it as GeoPackage"))
    return bool(cut)
