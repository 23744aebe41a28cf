"""Where things are: points and parcels in WGS 84, told apart from null, empty and swapped ones."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimizer.io.cells import SWAPPED, Unreadable, is_empty
from optimizer.io.table import Finding, Table

_SHAPES = ("POINT", "LINESTRING", "POLYGON")
_WKT_WORDS = {"EMPTY", "Z", "M", "ZM", "E", "NAN", "INF", *(m + w for m in ("", "MULTI") for w in _SHAPES)}
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_WKB_OF_SEVERAL = re.compile(
    rb"\x01[\x04-\x07\x0f\x10]\x00\x00[\x00-\xff]|\x00[\x00-\xff]\x00\x00[\x04-\x07\x0f\x10]", re.DOTALL
)
_MAX_PARTED = 50  # headers of collections in one shape: it has one, and some numbers may look like more
_NEAR = 0.1  # degrees: a point that is given beside a parcel may stand for its gate
_OUTSIDE = ("is below", "is above")
_AREAS = ("Polygon", "MultiPolygon")
_KINDS = {"sites": ("Point", "MultiPoint", *_AREAS), "zones": ("Point", *_AREAS)}


@dataclass
class Places:
    """Where rows are: the columns that say so, what is wrong by column, and what is odd."""

    columns: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Finding]] = field(default_factory=dict)
    doubts: list[Finding] = field(default_factory=list)


def has_place(table: str, cells: Mapping[str, Any]) -> bool:
    """Whether a table has the columns that say where its rows are, if it needs any."""
    return table != "sites" or "geometry" in cells or {"lon", "lat"} <= set(cells)


def read_places(table: Table, cells: Mapping[str, Any]) -> Places:
    """Return the columns that say where rows are: lon and lat of sites, geometry of zones, else none."""
    if table.name not in _KINDS:
        return Places()
    geometries, wrong = _geometries(table, cells.get("geometry"))
    if table.name == "zones":
        return _of_zones(table, geometries, wrong)
    lon, lat = table.numbers("lon").copy(), table.numbers("lat").copy()
    places = Places({"lon": lon, "lat": lat}, {"geometry": wrong})
    bad = {f.row for f in wrong}
    nowhere = []
    for i, geometry in enumerate(geometries):
        if geometry is not None:
            if _is_elsewhere(geometry, lon[i], lat[i]):
                places.doubts.append(Finding(i, "lon and lat are not used: the geometry lies elsewhere", "keep one"))
            point = geometry if geometry.geom_type == "Point" else geometry.representative_point()
            lon[i], lat[i] = point.x, point.y
        elif i in bad or table.unread(i, ("lon", "lat")):
            continue  # told already
        elif math.isnan(lon[i]) or math.isnan(lat[i]):
            nowhere.append(Finding(i, "there is no place", "give lon and lat in degrees, or a geometry"))
    if has_place(table.name, cells):
        places.errors["geometry" if "geometry" in cells else "lon"] = wrong + nowhere
    return places


def _of_zones(table: Table, geometries: np.ndarray, wrong: list[Finding]) -> Places:
    """Return the geometry of zones, of which a bus may be stated by lon and lat."""
    lon, lat = (table.numbers(n) if n in table.frame else np.full(len(geometries), math.nan) for n in ("lon", "lat"))
    stated = ~np.isnan(lon) | ~np.isnan(lat)
    half = []
    for i in np.flatnonzero(stated).tolist():
        if table.unread(i, ("lon", "lat", "geometry")):
            continue
        if geometries[i] is not None:
            half.append(Finding(i, "stands beside a geometry", "keep one of the two"))
        elif math.isnan(lon[i]) or math.isnan(lat[i]):
            half.append(Finding(i, "lon and lat are not both there", "give both in degrees, or none"))
        else:
            from shapely import Point

            geometries[i] = Point(lon[i], lat[i])
    return Places({"geometry": geometries}, {"geometry": wrong, "lon": half})


def _is_elsewhere(geometry: Any, lon: float, lat: float) -> bool:
    """Whether a point lies well outside of a geometry; not where it is not given."""
    west, south, east, north = geometry.bounds
    return bool(lon < west - _NEAR or lon > east + _NEAR or lat < south - _NEAR or lat > north + _NEAR)


def degrees_in_words(found: dict[str, list[Finding]], columns: Mapping[str, Any]) -> dict[str, list[Finding]]:
    """Return findings where a lat that would fit as lon says so, and metres are told once, of lon alone."""
    far = {f.row for f in found.get("lon", []) if f.reason.startswith(_OUTSIDE)}
    told = []
    for finding in found.get("lat", []):
        if not finding.reason.startswith(_OUTSIDE):
            told.append(finding)
        elif finding.row not in far:
            swapped = abs(columns["lon"][finding.row]) <= 90 and abs(float(str(finding.value))) <= 180
            told.append(replace(finding, cure=SWAPPED, kind="swapped") if swapped else finding)
    return {**found, "lat": told}


def _geometries(table: Table, cells: Sequence[Any] | None) -> tuple[np.ndarray, list[Finding]]:
    out = np.full(len(table.lines), None, dtype=object)
    found: list[Finding] = []
    for i, cell in enumerate(cells if cells is not None else ()):
        if is_empty(cell):
            continue
        if isinstance(cell, (str, bytes)):
            geometry = _from_wkt(cell) if isinstance(cell, str) else from_wkb(cell)
        else:
            geometry = cell
        problem = _problem(geometry, _KINDS[table.name])
        if problem is None:  # formats that know one kind of shape per layer make everything multiple
            out[i] = geometry.geoms[0] if len(getattr(geometry, "geoms", ())) == 1 else geometry
        else:
            found.append(Finding(i, problem.reason, problem.cure, problem.shown, problem.reason))
    return out, found


def _from_wkt(text: str) -> Any:
    import shapely

    stated = _SRID.match(text)
    if stated and stated[1] != "4326":
        return Unreadable(f"states SRID {stated[1]}", "convert it to WGS 84, or use GeoJSON or GeoPackage with its CRS")
    text = text[stated.end() :] if stated else text
    if set(re.findall("[A-Z]+", text.upper())) <= _WKT_WORDS:  # collections in collections end the process
        try:
            return shapely.force_2d(shapely.from_wkt(text))
        except (shapely.errors.ShapelyError, ValueError):
            pass
    return Unreadable("is no geometry", "write WKT such as POINT (-99.8 32.4), or use lon and lat", text)


def from_wkb(content: bytes) -> Any:
    """Return a shape of WKB without its heights, or an Unreadable that says why not."""
    import shapely

    if len(_WKB_OF_SEVERAL.findall(content)) > _MAX_PARTED:  # collections in collections end the process
        return Unreadable("is nested too deeply", "write points, polygons or multipolygons")
    try:
        return shapely.force_2d(shapely.from_wkb(content))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return Unreadable("is no geometry", "write WKB or WKT")


def _problem(geometry: Any, kinds: tuple[str, ...]) -> Unreadable | None:
    """Say why a geometry can't stand for a place."""
    if isinstance(geometry, Unreadable):
        return geometry
    if not hasattr(geometry, "geom_type"):
        return Unreadable("is no geometry", "write WKT such as POINT (-99.8 32.4)")
    import shapely

    if geometry.is_empty:
        return Unreadable(f"is an empty {geometry.geom_type}", "give it coordinates, or remove the geometry")
    if geometry.geom_type not in kinds:
        return Unreadable(f"is a {geometry.geom_type}", f"use one of {', '.join(kinds)}")
    west, south, east, north = geometry.bounds
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return Unreadable("has coordinates that are not finite", "write lon and lat in degrees")
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        return None
    reason, where = "lies outside of WGS 84", f"{west:.10g} {south:.10g}"
    if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
        return Unreadable(f"{reason} as it stands", SWAPPED, where)
    cure = "state its CRS – GeoJSON in a crs member, GeoPackage by itself – or convert it to degrees in WGS 84"
    return Unreadable(reason, cure, where)
