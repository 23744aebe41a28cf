"""Project longitude and latitude onto the plane that suits where the data lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONUS = (-126.0, 23.5, -65.5, 50.0)
CONUS_CRS = "EPSG:5070"
WGS84 = "EPSG:4326"
_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # degrees between the lines of a graticule


def fitting_crs(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> str:
    """Return Albers for the conterminous United States, else an equal-area plane centred on the data."""
    west, south, east, north = CONUS
    if not len(lon):
        return CONUS_CRS
    if west <= lon.min() and lon.max() <= east and south <= lat.min() and lat.max() <= north:
        return CONUS_CRS
    angle = np.radians(lon)  # a mean on the circle, so that data on both sides of 180° stay together
    middle = math.degrees(math.atan2(np.sin(angle).mean(), np.cos(angle).mean()))
    centre = (lat.min() + lat.max()) / 2
    return f"+proj=laea +lat_0={centre:.4f} +lon_0={middle:.4f} +datum=WGS84 +units=m +no_defs"


def project_points(
    lon: Sequence[float] | NDArray[np.float64], lat: Sequence[float] | NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project points; one that the plane cannot show becomes nan."""
    from pyproj import Transformer

    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(np.asarray(lon, float), np.asarray(lat, float))
    wrong = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(wrong, np.nan, x), np.where(wrong, np.nan, y)


def graticule(bounds: tuple[float, float, float, float], crs: str) -> list[tuple[str, list[float], list[float]]]:
    """Return meridians and parallels that cross the box, each with its name, for maps without zones."""
    from pyproj import Transformer

    west, south, east, north = bounds
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
    lines = []
    for k in range(math.ceil((lon0 - 1.5 * across) / step), math.floor((lon0 + 1.5 * across) / step) + 1):
        lon = (k * step + 180) % 360 - 180
        x, y = project_points([lon] * len(along), list(along), crs)
        lines.append((f"{abs(lon):.6g}° {'W' if lon < 0 else 'E'}", x.tolist(), y.tolist()))
    for k in range(math.ceil(along[0] / step), math.floor(along[-1] / step) + 1):
        x, y = project_points(list(around), [k * step] * len(around), crs)
        lines.append((f"{abs(k * step):.6g}° {'S' if k < 0 else 'N'}", x.tolist(), y.tolist()))
    return lines


def project_shapes(shapes: Sequence[Any], crs: str) -> list[Any]:
    """Project geometries, None where there is none or the plane cannot show it."""
    import geopandas

    series = geopandas.GeoSeries(list(shapes), crs=WGS84)
    projected = series.to_crs(crs)
    return [
        None if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all() else shape for shape in projected
    ]
