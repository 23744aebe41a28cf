"""Where things are: points and parcels in WGS 84, told apart from null, empty and swapped ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optimizer.io.cells import SWAPPED
from optimizer.io.table import Finding, Table

_AREAS = ("Polygon", "MultiPolygon")
_KINDS = {"sites": ("Point", "MultiPoint", *_AREAS), "zones": ("Point", *_AREAS)}


class BadGeometry:
    """Stands in a cell for a geometry that could not be read."""

    def __init__(self, reason: str, cure: str = "") -> None:
        self.reason, self.cure = reason, cure


def read_places(table: Table, cells: Sequence[Any] | None) -> tuple[dict[str, Any], list[Finding]]:
    """Return the columns that say where rows are: lon and lat of sites, geometry of zones, else none."""
    if table.name not in _KINDS:
        return {}, []
    geometries, found = _geometries(table, cells)
    if table.name == "zones":
        return {"geometry": geometries}, found
    lon, lat = table.numbers("lon").copy(), table.numbers("lat").copy()
    bad = {f.row for f in found}
    for i, geometry in enumerate(geometries):
        if geometry is not None:
            point = geometry if geometry.geom_type == "Point" else geometry.representative_point()
            lon[i], lat[i] = point.x, point.y
        elif i in bad or table.unread(i, ("lon", "lat")):
            continue  # told already
        elif math.isnan(lon[i]) or math.isnan(lat[i]):
            found.append(Finding(i, "there is no place", "give lon and lat in degrees, or a geometry"))
    return {"lon": lon, "lat": lat}, found


def _geometries(table: Table, cells: Sequence[Any] | None) -> tuple[np.ndarray, list[Finding]]:
    out = np.full(len(table.lines), None, dtype=object)
    found: list[Finding] = []
    for i, cell in enumerate(cells if cells is not None else ()):
        if cell is None or cell != cell or (isinstance(cell, str) and not cell.strip()):
            continue
        geometry = _from_wkt(cell) if isinstance(cell, str) else cell
        problem = _problem(geometry, _KINDS[table.name])
        if problem is None:
            out[i] = geometry
        else:
            found.append(Finding(i, problem.reason, problem.cure))
    return out, found


def _from_wkt(text: str) -> Any:
    import shapely

    try:
        return shapely.force_2d(shapely.from_wkt(text))
    except (shapely.errors.ShapelyError, ValueError):
        return BadGeometry("is no geometry", "write WKT such as POINT (-99.8 32.4), or use lon and lat")


def _problem(geometry: Any, kinds: tuple[str, ...]) -> BadGeometry | None:
    """Say why a geometry can't stand for a place."""
    if isinstance(geometry, BadGeometry):
        return geometry
    if not hasattr(geometry, "geom_type"):
        return BadGeometry("is no geometry")
    if geometry.is_empty:
        return BadGeometry(f"is an empty {geometry.geom_type}", "give it coordinates, or remove the geometry")
    if geometry.geom_type not in kinds:
        return BadGeometry(f"is a {geometry.geom_type}", f"use one of {', '.join(kinds)}")
    west, south, east, north = geometry.bounds
    if not all(map(math.isfinite, (west, south, east, north))):
        return BadGeometry("has coordinates that are not finite")
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        return None
    where = f"has coordinates outside of WGS 84 ({west:.10g} {south:.10g})"
    if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
        return BadGeometry(where, SWAPPED)
    return BadGeometry(where, "state its CRS in a crs member, or convert it to WGS 84")
