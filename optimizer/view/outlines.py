"""Give the outlines of countries and US states around a map, in metres of its plane."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from .projection import WGS84, project_shapes

Box = tuple[float, float, float, float]
LAYERS = ("countries", "states")
_FAR_DEG = 160.0  # outlines further than this from the middle are not drawn
_AROUND = 1.25  # how far they reach beyond the map's box, as a share of its longer side


@lru_cache(maxsize=8)
def outlines(layer: str, crs: str, bounds: Box, tolerance_m: float) -> tuple[Any, ...]:
    """Return the areas of a layer near the box, projected, cut well beyond it and simplified."""
    import shapely
    from shapely.affinity import translate

    window = shapely.box(*reach(crs, bounds))
    pieces = []
    for area in _areas(layer):
        copies = [translate(area, xoff=turn) for turn in (-360.0, 0.0, 360.0) if _near(area, turn, window)]
        near = shapely.unary_union([shapely.intersection(c, window) for c in copies])
        if not near.is_empty:
            pieces.append(shapely.segmentize(near, 1.0))
    frame = shapely.box(*_grown(bounds))
    drawn = []
    for shape in project_shapes(pieces, crs):
        if shape is not None:
            shape = shapely.make_valid(shapely.make_valid(shape).simplify(tolerance_m))
            drawn.append(shapely.intersection(shape, frame))
    return tuple(shape for shape in drawn if not shape.is_empty)


def _near(area: Any, turn: float, window: Any) -> bool:
    west, south, east, north = area.bounds
    left, low, right, high = window.bounds
    return bool(west + turn <= right and left <= east + turn and south <= high and low <= north)


def sources() -> list[str]:
    """Return where the outlines come from."""
    return list(_known()["sources"].values())


@cache
def _known() -> dict[str, Any]:
    text = (files(__package__) / "web/assets/basemap.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


@cache
def _areas(layer: str) -> list[Any]:
    """Return the areas of a layer in degrees."""
    import shapely
    from shapely.geometry import Polygon

    def area(rings: Sequence[Sequence[float]]) -> Any:
        return shapely.unary_union([shapely.make_valid(Polygon(np.reshape(ring, (-1, 2)))) for ring in rings])

    return [area(rings) for rings in _known()[layer]]


def reach(crs: str, bounds: Box) -> Box:
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
