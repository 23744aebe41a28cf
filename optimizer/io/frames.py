"""Take a table from a DataFrame, so that it goes through the same parse as a file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from optimizer.errors import Fault, Faults, InputError
from optimizer.io.crs import UnknownCrs, to_wgs84
from optimizer.io.schema import Schema
from optimizer.io.table import RawTable, refuse_too_wide, told


def raw_from_frame(
    frame: object, schema: Schema, faults: Faults, *, file: str = "", unit: str = "row"
) -> RawTable | None:
    """Return the cells of a DataFrame or GeoDataFrame; rows count from 1, ``file`` is the table's name by default."""
    with told(faults):
        return _raw(frame, schema, file or schema.table, unit)


def _raw(frame: object, schema: Schema, file: str, unit: str) -> RawTable:
    if not isinstance(frame, pd.DataFrame):
        cure = "pass a pandas DataFrame"
        raise InputError([Fault(file, f"is a {type(frame).__name__}, no DataFrame", cure=cure)])
    names = [str(c) for c in frame.columns]
    refuse_too_wide(names, file)
    if twice := sorted({n for n in names if names.count(n) > 1}):
        more = f", and so do {len(twice) - 1} others" if len(twice) > 1 else ""
        reason = f"stands twice among the columns{more}"
        raise InputError([Fault(file, reason, None, twice[0], cure="remove or rename one")])
    geometry = _geometry_name(frame)
    cells: dict[str, Any] = {}
    for position, name in enumerate(names):
        series = frame.iloc[:, position]
        if name == geometry and schema.find("geometry"):
            try:
                cells["geometry"] = _places(frame, name)
            except UnknownCrs as error:
                cure = "convert it to degrees in WGS 84, or state the CRS that it has"
                reason = "states a CRS from which nothing leads to WGS 84"
                raise InputError([Fault(file, reason, cure=cure)]) from error
        elif name != geometry:
            cells[name] = series if schema.find(name) and schema[name].is_number else _objects(series)
    return RawTable(schema.table, file, cells, range(1, len(frame) + 1), unit)


def _objects(series: pd.Series) -> list[Any]:
    """Return Python values, None where a value is missing."""
    try:
        missing = series.isna().tolist()
    except ArithmeticError:
        missing = [is_missing(value) for value in series.tolist()]
    return [None if gone else value for value, gone in zip(series.tolist(), missing, strict=True)]


def is_missing(value: Any) -> bool:
    """Whether a value of a DataFrame says nothing."""
    try:
        return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
    except ArithmeticError:  # a signalling NaN of decimal
        return True


def _geometry_name(frame: pd.DataFrame) -> str:
    """Return the active geometry column of a GeoDataFrame, else "geometry" where there is one, else ""."""
    name = getattr(frame, "_geometry_column_name", None)
    if isinstance(name, str) and name in frame.columns:
        return name
    return "geometry" if "geometry" in frame.columns else ""


def _places(frame: Any, name: str) -> list[Any]:
    """Return the geometries of a frame in WGS 84.

    Raises UnknownCrs where nothing leads there from its CRS.
    """
    import shapely

    convert = to_wgs84(
        getattr(frame, "crs", None)
    )  # heights are dropped; what is no shape is left for the parse to name
    found = [shapely.force_2d(g) if hasattr(g, "geom_type") else g for g in _objects(frame[name])]
    return found if convert is None else [g if g is None or g.is_empty else convert(g) for g in found]
