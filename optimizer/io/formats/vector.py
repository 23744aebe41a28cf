"""Read a layer of a GeoPackage or a shapefile: features counted from 1, converted to WGS 84 from the CRS stated."""

from __future__ import annotations

import io
import sqlite3
import warnings
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
    """Return the features of a layer as cells: of the one named, else of the only one, else of the table's name."""
    import pyogrio

    faults = source.faults
    if _has_changes(path):
        cure = "close it there (in QGIS: remove the layer, or close the project), then run this again"
        faults.add(Fault(name, "is open in another program, which has not yet written its changes", cure=cure))
        return None
    content = source.read(path, name)
    if content is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that bytes have no ending
            layers = [str(n) for n, _ in pyogrio.list_layers(io.BytesIO(content))]
    except Exception as error:  # GDAL's many ways to say no
        faults.add(_unreadable(name, "a GeoPackage", error))
        return None
    wanted = layer or (layers[0] if len(layers) == 1 else schema.table)
    if wanted not in layers:
        example = f"name one: {shown(name, 80)}#{shown(layers[0], 40) if layers else 'layer'}"
        reason = f'has no layer "{shown(wanted, 40)}"; its layers are {listed(layers) or "none"}'
        faults.add(Fault(name, reason, cure=nearest(wanted, layers) or example))
        return None
    shown_name = f"{name}#{wanted}" if layer else name
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            if _is_view(database, wanted):
                cure = "save the layer as a table of its own"
                faults.add(Fault(shown_name, "is a view, not a table of features", cure=cure))
                return None
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


def read_shapefile(path: Path, name: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a shapefile that states its CRS; column names that it has cut are refused."""
    faults = source.faults
    cure = "put it beside the .shp, or save it as GeoPackage or GeoJSON"
    for ending, why in ((".dbf", "its columns"), (".prj", "its CRS")):
        if not path.with_suffix(ending).exists():
            faults.add(Fault(name, f"has no {Path(name).stem}{ending} beside it, which states {why}", cure=cure))
            return None
        source.read(path.with_suffix(ending), str(Path(name).with_suffix(ending)))
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


def _is_view(database: sqlite3.Connection, layer: str) -> bool:
    """Whether a layer is computed when it is read: that may never end."""
    found = database.execute("SELECT type FROM sqlite_master WHERE name = ?", (layer,)).fetchone()
    return bool(found) and found[0] == "view"


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
