"""Project longitude and latitude onto the plane that suits where the data lie; give outlines of countries around it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east and north."""
Line = tuple[str, list[float], list[float]]
"""A name, and the places of the points."""
CONUS = (-126.0, 23.5, -65.5, 50.0)
CONUS_CRS = "EPSG:5070"
WGS84 = "EPSG:4326"
_WORLD_M = 6e6  # a map wider than this has few, wide meshes
_FAR_DEG = 160.0  # outlines further than this from the middle are not drawn
_AROUND = 1.25  # how far they reach beyond the map's box, as a share of its longer side
_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # degrees between the lines of a graticule


def on_plane(lon: Floats, lat: Floats, shapes: Sequence[Any]) -> tuple[str, Floats, Floats, list[Any]]:
    """Return the projection that suits sites and zones, the places of the sites and the shapes of the zones on it.

    What the plane cannot show is nan, or None.
    """
    crs = _fitting_crs(lon, lat, shapes)
    return crs, *project_points(lon, lat, crs), project_shapes(shapes, crs)


def _fitting_crs(lon: Floats, lat: Floats, shapes: Sequence[Any]) -> str:
    """Return Albers for the conterminous United States, else an equal-area plane centred on the sites and zones."""
    boxes = np.array([s.bounds for s in shapes if s is not None and not s.is_empty]).reshape(-1, 4)
    lon, lat = (np.concatenate([own, boxes[:, i], boxes[:, i + 2]]) for i, own in enumerate((lon, lat)))
    west, south, east, north = CONUS
    if not len(lon) or (west <= lon.min() and lon.max() <= east and south <= lat.min() and lat.max() <= north):
        return CONUS_CRS
    angle = np.radians(lon)  # a mean on the circle, so that data on both sides of 180° stay together
    middle = math.degrees(math.atan2(np.sin(angle).mean(), np.cos(angle).mean()))
    centre = (lat.min() + lat.max()) / 2
    return f"+proj=laea +lat_0={centre:.4f} +lon_0={middle:.4f} +datum=WGS84 +units=m +no_defs"


def extent(x: Floats, y: Floats, shapes: Sequence[Any]) -> Box:
    """Return the box of points and shapes on a plane, as far as it can show them."""
    seen = np.isfinite(x) & np.isfinite(y)
    boxes = [s.bounds for s in shapes if s is not None] + list(zip(x[seen], y[seen], x[seen], y[seen], strict=True))
    table = np.array(boxes or [(0.0, 0.0, 0.0, 0.0)])
    (west, south), (east, north) = table[:, :2].min(axis=0).tolist(), table[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def project_points(lon: Sequence[float] | Floats, lat: Sequence[float] | Floats, crs: str) -> tuple[Floats, Floats]:
    """Project points; one that the plane cannot show becomes nan."""
    from pyproj import Transformer

    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(np.asarray(lon, float), np.asarray(lat, float))
    wrong = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(wrong, np.nan, x), np.where(wrong, np.nan, y)


def graticule(bounds: Box, crs: str, *, world: bool = False) -> list[Line]:
    """Return meridians and parallels that cross the box, each with its name, for maps without zones.

    ``world``: every 30th and 15th of the half of the globe around the middle, where the box is as wide.
    """
    from pyproj import Transformer

    west, south, east, north = bounds
    if world and max(east - west, north - south) > _WORLD_M:
        west, _, east, _ = _reach(crs, bounds)
        degrees = np.linspace(max(west, east - 320.0), east, 161), np.linspace(-75.0, 75.0, 101)
        return _named_lines(range(-180, 180, 30), range(-75, 76, 15), *degrees, crs)
    back = Transformer.from_crs(crs, WGS84, always_xy=True)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    lon0, lat0 = back.transform(middle_x, middle_y)
    _, top = back.transform(middle_x, north)
    right, _ = back.transform(east, middle_y)
    if not np.isfinite([lon0, lat0, top, right]).all():
        return []
    across, up = abs((right - lon0 + 180) % 360 - 180), abs(top - lat0)
    step = next((s for s in _STEPS if up / s <= 3), 30.0)
    around = np.linspace(-3 * across, 3 * across, 61) + lon0
    along = np.linspace(max(-89.0, lat0 - 3 * up), min(89.0, lat0 + 3 * up), 61)
    meridians = range(math.ceil((lon0 - 1.5 * across) / step), math.floor((lon0 + 1.5 * across) / step) + 1)
    parallels = range(math.ceil(along[0] / step), math.floor(along[-1] / step) + 1)
    lons = [(k * step + 180) % 360 - 180 for k in meridians]
    return _named_lines(lons, [k * step for k in parallels], around, along, crs)


def _named_lines(lons: Iterable[float], lats: Iterable[float], around: Floats, along: Floats, crs: str) -> list[Line]:
    """Return meridians through the latitudes ``along`` and parallels ``around``, with their names."""
    lines = [(f"{abs(lon):.6g}° {'W' if lon < 0 else 'E'}", np.full_like(along, lon), along) for lon in lons]
    lines += [(f"{abs(lat):.6g}° {'S' if lat < 0 else 'N'}", around, np.full_like(around, lat)) for lat in lats]
    found = [(name, *project_points(lon, lat, crs)) for name, lon, lat in lines]
    return [(name, x.tolist(), y.tolist()) for name, x, y in found]


def project_shapes(shapes: Sequence[Any], crs: str) -> list[Any]:
    """Project geometries, None where there is none or the plane cannot show it."""
    import geopandas

    projected = geopandas.GeoSeries(list(shapes), crs=WGS84).to_crs(crs)
    return [None if s is None or s.is_empty or not np.isfinite(s.bounds).all() else s for s in projected]


def outlines(crs: str, bounds: Box, tolerance_m: float) -> dict[str, tuple[Any, ...]]:
    """Return countries and states near the box, projected, cut well beyond it and simplified."""
    return {layer: _outlines(layer, crs, bounds, tolerance_m) for layer in ("countries", "states")}


@lru_cache(maxsize=8)
def _outlines(layer: str, crs: str, bounds: Box, tolerance_m: float) -> tuple[Any, ...]:
    import shapely
    from shapely.affinity import translate

    window = shapely.box(*_reach(crs, bounds))
    pieces = []
    for area in _areas(layer):
        copies = [translate(area, xoff=turn) for turn in (-360.0, 0.0, 360.0)]
        near = shapely.unary_union([shapely.intersection(c, window) for c in copies if shapely.intersects(c, window)])
        if not near.is_empty:
            pieces.append(shapely.segmentize(near, 1.0))
    frame = shapely.box(*_grown(bounds))
    drawn = []
    for shape in project_shapes(pieces, crs):
        if shape is not None:
            shape = shapely.make_valid(shapely.make_valid(shape).simplify(tolerance_m))
            drawn.append(shapely.intersection(shape, frame))
    return tuple(shape for shape in drawn if not shape.is_empty)


def sources() -> list[str]:
    """Return where the outlines come from."""
    return list(_known()["sources"].values())


@cache
def _known() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files(__package__) / "web/assets/basemap.json").read_bytes())
    return content


@cache
def _areas(layer: str) -> list[Any]:
    """Return the areas of a layer in degrees."""
    import shapely
    from shapely.geometry import Polygon

    areas = ([Polygon(np.reshape(ring, (-1, 2))) for ring in rings] for rings in _known()[layer])
    return [shapely.unary_union([shapely.make_valid(ring) for ring in rings]) for rings in areas]


def _reach(crs: str, bounds: Box) -> Box:
    """Return the degrees around a map, west possibly below -180 and east above 180."""
    from pyproj import Transformer

    west, south, east, north = _grown(bounds)
    back = Transformer.from_crs(crs, WGS84, always_xy=True)
    across, along = np.meshgrid(np.linspace(west, east, 15), np.linspace(south, north, 15))
    lon, lat = back.transform(across.ravel(), along.ravel())
    middle, _ = back.transform((west + east) / 2, (south + north) / 2)
    seen = np.isfinite(lon) & np.isfinite(lat)
    if not seen.any() or not np.isfinite(middle):
        return -_FAR_DEG, -85.0, _FAR_DEG, 85.0
    away = np.clip((np.asarray(lon)[seen] - middle + 180.0) % 360.0 - 180.0, -_FAR_DEG, _FAR_DEG)
    tall = np.asarray(lat)[seen]
    if not seen.all():
        return middle - _FAR_DEG, -85.0, middle + _FAR_DEG, 85.0
    return middle + away.min() - 2, max(-85.0, tall.min() - 2), middle + away.max() + 2, min(85.0, tall.max() + 2)


def _grown(bounds: Box) -> Box:
    west, south, east, north = bounds
    more = _AROUND * max(east - west, north - south)
    return west - more, south - more, east + more, north + more
