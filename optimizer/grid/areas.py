"""Look up which areas of a grid hold a point, and which area or bus is nearest, on the globe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.io.table import Table

EARTH_KM = 6371.0
_DEGREE_KM = EARTH_KM * np.pi / 180
Pairs = list[tuple[str, Any]]


@dataclass(frozen=True)
class Areas:
    """Polygons and buses of a grid's zones, sorted by id so that the order of rows changes nothing."""

    polygons: Pairs
    buses: Pairs

    @classmethod
    def of(cls, zones: Table) -> Areas:
        """Take the geometries of a table of zones."""
        pairs = zip(zones.texts("zone"), zones.frame["geometry"], strict=True)
        known = sorted(((zone, g) for zone, g in pairs if g is not None), key=lambda pair: pair[0])
        return cls(
            [pair for pair in known if pair[1].geom_type != "Point"],
            [pair for pair in known if pair[1].geom_type == "Point"],
        )

    @cached_property
    def ids(self) -> dict[str, Any]:
        """The polygon of each zone that has one."""
        return dict(self.polygons)

    def holders(self, lon: np.ndarray, lat: np.ndarray, rows: list[int]) -> dict[int, list[str]]:
        """Return the zones whose polygon holds each row, borders included, in the order of their ids."""
        if not self.polygons or not rows:
            return {}
        import shapely

        polygons = np.array([geometry for _, geometry in self.polygons], dtype=object)
        whole = shapely.is_valid(polygons)
        points = shapely.points(lon[rows], lat[rows])
        sound = polygons.copy()
        sound[~whole] = None
        tree = shapely.STRtree(sound)
        pairs = list(zip(*tree.query(points, predicate="intersects").tolist(), strict=True))
        for area in np.flatnonzero(~whole).tolist():  # by counting crossings: to mend a polygon may take hours
            shapely.prepare(polygons[area])
            inside = shapely.intersects_xy(polygons[area], lon[rows], lat[rows])
            pairs += [(point, area) for point in np.flatnonzero(inside).tolist()]
        found: dict[int, list[str]] = {}
        for point, area in pairs:
            found.setdefault(rows[point], []).append(self.polygons[area][0])
        return {row: sorted(ids) for row, ids in sorted(found.items())}

    def distances_km(self, zones: list[str], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return how far each point lies from the polygon of its zone."""
        return _distances_km([self.ids[zone] for zone in zones], lon, lat)


def nearest_buses(lon: np.ndarray, lat: np.ndarray, rows: list[int], buses: Pairs) -> dict[int, tuple[str, float]]:
    """Return the nearest bus of each row and its great-circle distance in km, the first id among equals."""
    if not rows:
        return {}
    from scipy.spatial import KDTree

    tree = KDTree(_unit_vectors(np.array([p.x for _, p in buses]), np.array([p.y for _, p in buses])))
    sites = _unit_vectors(lon[rows], lat[rows])
    chord, _ = tree.query(sites)
    equals = tree.query_ball_point(sites, chord + 1e-12)
    km = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))
    return {row: (buses[min(near)][0], float(away)) for row, near, away in zip(rows, equals, km, strict=True)}


def nearest_areas(
    lon: np.ndarray, lat: np.ndarray, rows: list[int], polygons: Pairs, *, within_km: float
) -> dict[int, tuple[str, float]]:
    """Return the nearest polygon of each row within a distance, and how far it is; the first id among equals."""
    if not rows or not polygons:
        return {}
    import shapely

    x, y = lon[rows], lat[rows]
    reach = within_km / _DEGREE_KM
    wide = reach / np.maximum(np.cos(np.radians(np.minimum(np.abs(y) + 1, 89))), 0.02)
    shapes = [geometry for _, geometry in polygons]
    points, areas = shapely.STRtree(shapes).query(shapely.box(x - wide, y - reach, x + wide, y + reach))
    found: dict[int, tuple[str, float]] = {}
    away = _distances_km([shapes[i] for i in areas.tolist()], x[points], y[points])
    for km, area, point in sorted(zip(away.tolist(), areas.tolist(), points.tolist(), strict=True)):
        if km <= within_km:
            found.setdefault(rows[point], (polygons[area][0], km))
    return found


def _distances_km(geometries: list[Any], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the great-circle distance from each point to the nearest point (in degrees) of its geometry."""
    if not geometries:
        return np.zeros(0)
    import shapely

    shapely.prepare(geometries)
    ends = shapely.get_coordinates(shapely.shortest_line(geometries, shapely.points(lon, lat))).reshape(-1, 2, 2)
    a, b = (_unit_vectors(ends[:, i, 0], ends[:, i, 1]) for i in (0, 1))
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(np.linalg.norm(a - b, axis=1) / 2, 1)))


def _unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
