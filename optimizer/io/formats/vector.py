"""Read a layer of a GeoPackage or a shapefile: features counted from 1, converted to WGS 84 from the CRS stated."""

from __future__ import annotations

import io
import warnings
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


def read_geopackage(content: bytes, name: str, layer: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Return the features of a layer as cells: of the one named, else of the table's name, else of the only one."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that bytes have no ending
            layers = [str(n) for n, _ in pyogrio.list_layers(io.BytesIO(content))]
    except Exception as error:  # GDAL's many ways to say no
        faults.add(_unreadable(name, "a GeoPackage", error))
        return None
    wanted = layer or (layers[0] if len(layers) == 1 else schema.table)
    if wanted not in layers:
        cure = nearest(wanted, layers) or f"name one: {name}#{shown(layers[0], 40) if layers else 'layer'}"
        faults.add(
            Fault(name, f'has no layer "{shown(wanted, 40)}"; its layers are {listed(layers) or "none"}', cure=cure)
        )
        return None
    shown_name = f"{name}#{wanted}" if layer else name
    return _read(io.BytesIO(content), wanted, shown_name, schema, faults)


def read_shapefile(path: Path, name: str, schema: Schema, source: Source) -> RawTable | None:
    """Return the features of a shapefile that states its CRS; its names and their cut are checked."""
    faults = source.faults
    for ending, why in ((".dbf", "its columns"), (".prj", "its CRS")):
        beside = path.with_suffix(ending)
        if not beside.exists():
            reason = f"has no {Path(name).stem}{ending} beside it, which states {why}"
            faults.add(Fault(name, reason, cure=f"put the {ending} beside it, or save it as GeoPackage or GeoJSON"))
            return None
        source.read(beside, str(Path(name).with_suffix(ending)))
    raw = _read(path, None, name, schema, faults)
    return None if raw is None or _has_cut_names(raw, schema, faults) else raw


def _read(file: Any, layer: str | None, name: str, schema: Schema, faults: Faults) -> RawTable | None:
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of heights, which are dropped, and of types
            frame = pyogrio.read_dataframe(file, layer=layer, max_features=MAX_ROWS + 1)
    except Exception as error:  # GDAL's many ways to say no
        faults.add(_unreadable(name, "a layer of features", error))
        return None
    if len(frame) > MAX_ROWS:
        faults.add(Fault(name, f"holds more than {MAX_ROWS:,} features", cure="leave out what the study does not need"))
        return None
    return raw_from_frame(frame, schema, faults, file=name, unit="feature")


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
