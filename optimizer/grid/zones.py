"""Find the zone of the sites that name none: the polygon that holds them, else the nearest bus."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.errors import Fault, Faults, shown
from optimizer.io.cells import SWAPPED
from optimizer.io.periods import Horizon
from optimizer.io.standing import by_site
from optimizer.io.table import Finding, Table, report

Holders = dict[int, list[str]]


def join_zones(sites: Table, zones: Table, ramp: Table | None, horizon: Horizon | None, faults: Faults) -> None:
    """Fill the empty zones of sites; name those that lie in none and draw from the grid."""
    names = sites.texts("zone")
    lon, lat = sites.numbers("lon"), sites.numbers("lat")
    placed = np.isfinite(lon) & np.isfinite(lat)
    rows = [i for i, zone in enumerate(names) if not zone and placed[i]]
    rows = [i for i in rows if not sites.unread(i, ("zone",))]
    if not rows:
        return
    _doubt_areas(zones, faults)
    areas, buses = _parts(zones, areas=True), _parts(zones, areas=False)
    holders = _holders(lon, lat, rows, areas)
    for row, ids in holders.items():
        names[row] = ids[0]
    report(faults, sites, "zone", _shared(holders), severity="warning")
    lost = [i for i in rows if i not in holders]
    if buses:
        for row, bus in _nearest_buses(lon, lat, lost, buses).items():
            names[row] = bus
    else:
        _report_lost(sites, zones, rows, _on_the_grid(sites, lost, ramp, horizon), areas, faults)
    sites.frame["zone"] = np.array(names, dtype=object)
    sites.frame["zone"] = sites.frame["zone"].astype("str")


def _parts(zones: Table, *, areas: bool) -> list[tuple[str, Any]]:
    """Return areas or buses, by id, so that the order of rows changes nothing."""
    pairs = [
        (zone, geometry)
        for zone, geometry in zip(zones.texts("zone"), zones.frame["geometry"], strict=True)
        if geometry is not None and (geometry.geom_type != "Point") == areas
    ]
    return sorted(pairs, key=lambda pair: pair[0])


def _holders(lon: np.ndarray, lat: np.ndarray, rows: list[int], areas: list[tuple[str, Any]]) -> Holders:
    """Return the zones whose polygon holds each row, borders included, in the order of their ids."""
    if not areas or not rows:
        return {}
    import shapely

    polygons = np.array([geometry for _, geometry in areas], dtype=object)
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
    found: Holders = {}
    for point, area in pairs:
        found.setdefault(rows[point], []).append(areas[area][0])
    return {row: sorted(ids) for row, ids in sorted(found.items())}


def _shared(holders: Holders) -> list[Finding]:
    found = []
    for row, ids in holders.items():
        if len(ids) > 1:
            reason = f"lies in {len(ids)} zones, {', '.join(shown(z, 40) for z in ids[:5])}; the first is taken"
            found.append(Finding(row, reason, "name its zone", None, "several zones"))
    return found


def _nearest_buses(lon: np.ndarray, lat: np.ndarray, rows: list[int], buses: list[tuple[str, Any]]) -> dict[int, str]:
    """Return the nearest bus of each row by great circle, the first id among equals."""
    if not rows:
        return {}
    from scipy.spatial import KDTree

    tree = KDTree(_unit_vectors(np.array([p.x for _, p in buses]), np.array([p.y for _, p in buses])))
    sites = _unit_vectors(lon[rows], lat[rows])
    distance, _ = tree.query(sites)
    equals = tree.query_ball_point(sites, distance + 1e-12)
    return {row: buses[min(near)][0] for row, near in zip(rows, equals, strict=True)}


def _unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def _on_the_grid(sites: Table, rows: list[int], ramp: Table | None, horizon: Horizon | None) -> list[int]:
    """Return the rows that draw from the grid in any period; none where a fault elsewhere hides it."""
    if ramp is None or horizon is None:
        return []
    power_mw = by_site(sites.frame, ramp.frame, "interconnection_mw", horizon)
    ids = sites.texts("site")
    return [i for i in rows if power_mw[ids[i]].any()]


def _report_lost(
    sites: Table,
    zones: Table,
    tried: list[int],
    lost: list[int],
    areas: list[tuple[str, Any]],
    faults: Faults,
) -> None:
    """Name the sites that no zone holds, and say where lon and lat look swapped."""
    if zones.lost_rows or any(column == "geometry" for _, column in zones.unread_cells):
        return  # the zone may be one that could not be read
    swapped = _holders(sites.numbers("lat"), sites.numbers("lon"), lost, areas)
    if areas and len(lost) == len(tried) > 1:
        cure = f"{len(swapped):,} would with lon and lat swapped" if swapped else "do both files state their CRS?"
        reason = f"0 of {len(tried):,} sites without a zone lie in a zone – lon and lat swapped?"
        faults.add(Fault(sites.file, reason, None, "zone", cure=cure))
        return
    reason = f"is in no zone: no polygon of {zones.file} holds it"
    if not areas:
        reason = f"is in no zone: {zones.file} has no geometry to find it by"
    cure = "name its zone, or set interconnection_mw = 0 where the site is islanded"
    found = [Finding(i, reason, SWAPPED if i in swapped else cure, kind=f"{i in swapped}") for i in lost]
    report(faults, sites, "zone", found)


def _doubt_areas(zones: Table, faults: Faults) -> None:
    """Doubt areas that cross the 180th meridian the wrong way round, and areas that cross themselves."""
    wide, crossed = [], []
    for row, geometry in enumerate(zones.frame["geometry"]):
        if geometry is None or geometry.geom_type == "Point":
            continue
        bounds = [part.bounds for part in getattr(geometry, "geoms", [geometry])]
        if any(east - west > 180 for west, _, east, _ in bounds):
            wide.append(Finding(row, "is wider than 180 degrees", "split it at the 180th meridian"))
        if not geometry.is_valid:
            crossed.append(Finding(row, "crosses itself; its parts are taken as areas", "mend the polygon"))
    report(faults, zones, "geometry", wide, severity="warning")
    report(faults, zones, "geometry", crossed, severity="warning")
