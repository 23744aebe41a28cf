"""Find the zone of the sites that name none, and doubt the zone of those that lie in another."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from optimizer.errors import Fault, Faults, shown
from optimizer.grid.areas import Areas, nearest_areas, nearest_buses
from optimizer.io.cells import SWAPPED
from optimizer.io.periods import Horizon
from optimizer.io.standing import by_site
from optimizer.io.table import Finding, Table, report
from optimizer.io.wording import listed

_NEAR_KM = 25.0  # simplified coasts and slivers leave a site outside by so much
_BORDER_KM = 15.0  # and let a site near a border lie in its neighbour
_FAR_KM = 250.0  # from the nearest bus


def join_zones(sites: Table, zones: Table, ramp: Table | None, horizon: Horizon | None, faults: Faults) -> None:
    """Fill the empty zones of sites; name those that lie in none and draw from the grid, and every doubt."""
    names = sites.texts("zone")
    lon, lat = sites.numbers("lon"), sites.numbers("lat")
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat)).tolist()
    placed = [i for i in placed if not sites.unread(i, ("zone",))]
    areas = Areas.of(zones)
    _doubt_areas(zones, faults)
    _doubt_stated(sites, zones, [i for i in placed if names[i]], areas, faults)
    rows = [i for i in placed if not names[i]]
    if not rows:
        return
    holders = areas.holders(lon, lat, rows)
    for row, ids in holders.items():
        names[row] = ids[0]
    report(faults, sites, "zone", _shared(holders), severity="warning")
    lost = [i for i in rows if i not in holders]
    if areas.buses:
        near = nearest_buses(lon, lat, lost, areas.buses)
        limit_km, what = _FAR_KM, "bus"
    else:
        near = nearest_areas(lon, lat, lost, areas.polygons, within_km=_NEAR_KM) if len(lost) < len(rows) else {}
        limit_km, what = 0.0, "zone"
    for row, (zone, _) in near.items():
        names[row] = zone
    report(faults, sites, "zone", _far(near, limit_km, what), severity="warning")
    lost = _on_the_grid(sites, [i for i in lost if i not in near], ramp, horizon)
    _report_lost(sites, zones, rows, lost, areas, faults)
    sites.frame["zone"] = pd.Series(names, index=sites.frame.index, dtype="str")


def _shared(holders: dict[int, list[str]]) -> list[Finding]:
    found = []
    for row, ids in holders.items():
        if len(ids) > 1:
            reason = f"lies in {len(ids)} zones, {', '.join(shown(z, 40) for z in ids[:5])}; the first is taken"
            found.append(Finding(row, reason, "name its zone", None, "several zones"))
    return found


def _far(near: dict[int, tuple[str, float]], limit_km: float, what: str) -> list[Finding]:
    """Say which zones were taken from afar, and how far away they are."""
    lies = "lies in no zone; " if what == "zone" else ""
    reason = f"{lies}the nearest {what}, {{}}, {{:,.0f}} km away, is taken"
    return [
        Finding(row, reason.format(shown(zone, 40), km), "name its zone", None, "far")
        for row, (zone, km) in near.items()
        if km > limit_km
    ]


def _doubt_stated(sites: Table, zones: Table, rows: list[int], areas: Areas, faults: Faults) -> None:
    """Doubt sites that name a zone and lie well outside of it; where lon and lat are swapped it is a fault."""
    stated = sites.texts("zone")
    rows = [i for i in rows if stated[i] in areas.ids]
    lon, lat = sites.numbers("lon"), sites.numbers("lat")
    holders = areas.holders(lon, lat, rows)
    outside = [i for i in rows if stated[i] not in holders.get(i, ())]
    swapped = areas.holders(lat, lon, outside)
    turned = [i for i in outside if stated[i] in swapped.get(i, ()) and i not in holders]
    if len(turned) == len(rows) > 1:
        reason = f"0 of {len(rows):,} sites lie in the zone that they name – lon and lat swapped?"
        faults.add(Fault(sites.file, reason, None, "lon", cure="all would with lon and lat swapped"))
        return
    found = [Finding(i, "lies outside of its zone, and inside with lon and lat swapped", SWAPPED) for i in turned]
    report(faults, sites, "lon", found)
    others = sorted(set(outside) - set(turned))
    away_km = areas.distances_km([stated[i] for i in others], lon[others], lat[others])
    others = [i for i, km in zip(others, away_km, strict=True) if km > _BORDER_KM]
    if len(others) == len(rows) > 1 and not any(i in holders for i in others):
        reason = f"0 of {len(rows):,} sites lie in a zone, though all name one"
        cure = f"do {sites.file} and {zones.file} state their CRS? are lon and lat swapped?"
        faults.add(Fault(sites.file, reason, None, "lon", cure=cure, severity="warning"))
        return
    doubts = []
    for i in others:
        where = f"lies in {listed(holders[i])}" if i in holders else "lies in no zone"
        reason = f"is stated, but the site {where}"
        doubts.append(Finding(i, reason, "correct the zone, or the place", stated[i], "elsewhere"))
    report(faults, sites, "zone", doubts, severity="warning")


def _on_the_grid(sites: Table, rows: list[int], ramp: Table | None, horizon: Horizon | None) -> list[int]:
    """Return the rows that draw from the grid in any period; not those of which a fault elsewhere hides it."""
    if ramp is None:
        return []
    power_mw = np.nan_to_num(by_site(sites.frame, ramp.frame, "interconnection_mw", horizon), posinf=math.inf)
    return [i for i in rows if power_mw[i].any() and not sites.unread(i, ("interconnection_mw",))]


def _report_lost(sites: Table, zones: Table, tried: list[int], lost: list[int], areas: Areas, faults: Faults) -> None:
    """Name the sites that no zone holds, and say where lon and lat look swapped."""
    if zones.lost_rows or any(column == "geometry" for _, column in zones.unread_cells):
        return  # the zone may be one that could not be read
    swapped = areas.holders(sites.numbers("lat"), sites.numbers("lon"), lost)
    if areas.polygons and len(lost) == len(tried) > 1:
        cure = f"{len(swapped):,} would with lon and lat swapped" if swapped else "or is a CRS wrong, or not stated?"
        which = "" if len(tried) == len(sites.lines) else " that name no zone"
        reason = f"0 of {len(tried):,} sites{which} lie in a zone – lon and lat swapped?"
        faults.add(Fault(sites.file, reason, None, "zone", cure=cure))
        return
    reason = f"is in no zone: no polygon of {zones.file} holds it"
    if not areas.polygons:
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
