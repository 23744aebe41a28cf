"""Lay everything onto one plane of whole numbers: sites, zones, outlines of countries and states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..projection import Box, Floats, extent, graticule, on_plane, outlines, sources

UNITS = 10_000  # the longer side of the map, so that a unit is far less than a pixel


@dataclass(frozen=True)
class Plane:
    """A projection, the box that the data fill (metres: west, south, east, north), and whole units within it.

    Units count from the upper left corner, x to the right and y downwards.
    """

    crs: str
    bounds: Box

    @property
    def metres_per_unit(self) -> float:
        """Length of a unit."""
        west, south, east, north = self.bounds
        return max(east - west, north - south) / UNITS

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in units."""
        west, south, east, north = self.bounds
        return round((east - west) / self.metres_per_unit), round((north - south) / self.metres_per_unit)

    def place(self, x: float, y: float) -> tuple[float, float] | None:
        """Return a point in units, to a tenth, None where the plane cannot show it."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        west, _, _, north = self.bounds
        return round((x - west) / self.metres_per_unit, 1) + 0.0, round((north - y) / self.metres_per_unit, 1) + 0.0

    def flat(self, coordinates: Any) -> list[int]:
        """Return x, y, x, y, … of a line in whole units, points that fall together once."""
        table = np.asarray(coordinates, dtype=np.float64)[:, :2]
        west, _, _, north = self.bounds
        units = np.rint(np.column_stack([table[:, 0] - west, north - table[:, 1]]) / self.metres_per_unit)
        units = units[np.isfinite(units).all(axis=1)].astype(np.int64)
        if not len(units):
            return []
        kept = np.concatenate([[True], (np.diff(units, axis=0) != 0).any(axis=1)])
        flat: list[int] = units[kept].ravel().tolist()
        return flat

    def rings(self, shape: Any) -> list[list[int]]:
        """Return the rings of an area that are larger than a point."""
        found = (self.flat(ring.coords) for part in polygons(shape) for ring in (part.exterior, *part.interiors))
        return [ring for ring in found if len(ring) >= 8]

    def facts(self) -> dict[str, Any]:
        """Return what a reader of the units needs."""
        width, height = self.size
        return {
            "crs": self.crs,
            "west_m": round(self.bounds[0], 1),
            "north_m": round(self.bounds[3], 1),
            "metres_per_unit": float(f"{self.metres_per_unit:.9g}"),
            "width": width,
            "height": height,
        }


def polygons(shape: Any) -> list[Any]:
    """Return the polygons of a geometry, none of a point or a line."""
    if shape is None:
        return []
    return [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]


def plane_of(
    lon: Floats, lat: Floats, shapes: Sequence[Any], *, buses: bool = False
) -> tuple[Plane, Floats, Floats, list[Any]]:
    """Choose the plane that suits sites and zones; return it with the sites' places and the zones' shapes on it.

    ``buses``: zones that are points have as much room around them as sites.
    """
    crs, x, y, drawn = on_plane(lon, lat, shapes)
    room = 0.02 if any(polygons(s) if buses else s is not None for s in drawn) else 0.12
    west, south, east, north = extent(x, y, drawn)
    span = max(east - west, north - south, 40_000.0)
    least = 0.3 * span  # a row of sites on one parallel is still a map
    wide, high = max(east - west, least) / 2 + room * span, max(north - south, least) / 2 + room * span
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Plane(crs, (middle_x - wide, middle_y - high, middle_x + wide, middle_y + high)), x, y, drawn


def basemap(plane: Plane) -> dict[str, Any]:
    """Return the outlines of countries and US states around the map, and their sources."""
    found = outlines(plane.crs, plane.bounds, 1.5 * plane.metres_per_unit)
    layers = {layer: [rings for s in shapes if (rings := plane.rings(s))] for layer, shapes in found.items()}
    return layers | {"sources": sources()}


def parallels(plane: Plane) -> list[dict[str, Any]]:
    """Return the meridians and parallels of the map, each with its name."""
    lines = graticule(plane.bounds, plane.crs, world=True)
    flat = [(name, plane.flat(np.column_stack([x, y]))) for name, x, y in lines]
    return [{"name": name, "path": path} for name, path in flat if len(path) >= 4]
