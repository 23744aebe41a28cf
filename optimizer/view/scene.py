"""Gather what a map of one period shows: places in the plane, megawatts and zones, without any drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.plan.grid import bought, shows_grid, used_share, worst_flows, worst_zones
from optimizer.plan.kinds import GENERIC, standing
from optimizer.plan.plan import Plan

from .placing import spread_circles
from .projection import Box, Floats, extent, on_plane, outlines

_FINE = 3000  # parts of the map's width that an outline may leave out


@dataclass(frozen=True)
class Spot:
    """A site on the map: where it is, where its circle stands, and what runs there in IT MW.

    ``standing`` is "real", "GENERIC" or "kind not stated".
    """

    site: str
    name: str
    standing: str
    open: bool
    x: float
    y: float
    at: tuple[float, float]
    vendor_mw: Mapping[str, float]
    idle_mw: float

    @property
    def it_mw(self) -> float:
        """IT MW in service."""
        return sum(self.vendor_mw.values())

    @property
    def generic(self) -> bool:
        """Whether the site is no project."""
        return self.standing == GENERIC

    @property
    def in_use(self) -> bool:
        """Whether the site shows a circle: racks or energised power."""
        return self.open and self.it_mw + self.idle_mw > 0


@dataclass(frozen=True)
class Area:
    """A zone on the map; ``used`` is the share of its headroom that is served, None where it has none."""

    shape: Any
    used: float | None


@dataclass(frozen=True)
class Flow:
    """Power that moves from one zone to another; ``loading`` is a share, None where it has no limit or is not told."""

    start: tuple[float, float]
    end: tuple[float, float]
    mw: float
    loading: float | None = None


@dataclass(frozen=True)
class Scene:
    """Everything on the map of a period; lengths in metres of the plane. ``land`` and ``states`` are outlines.

    ``tells_loading``: flows are told by their loading; ``upgraded`` are the places of what is reinforced by then.
    """

    crs: str
    bounds: Box
    spots: list[Spot]
    areas: list[Area]
    flows: list[Flow]
    vendors: list[str]
    metres_per_sqrt_mw: float
    largest_mw: float
    land: tuple[Any, ...]
    states: tuple[Any, ...]
    tells_loading: bool = False
    upgraded: tuple[tuple[float, float], ...] = ()

    def radius(self, it_mw: float) -> float:
        """Radius of the circle whose area stands for so many MW."""
        return self.metres_per_sqrt_mw * float(np.sqrt(max(0.0, it_mw)))


def scene(plan: Plan, period: str, *, aspect: float) -> Scene:
    """Gather the scene of a period; ``aspect`` is the width of the picture over its height.

    Circles have one scale in all periods of a plan.
    """
    zones, sites = plan.study.zones, plan.study.sites
    lon, lat = sites["lon"].to_numpy(float), sites["lat"].to_numpy(float)
    crs, x, y, projected = on_plane(lon, lat, list(zones["geometry"]))
    drawn = {zone: shape for zone, shape in zip(zones["zone"], projected, strict=True) if shape is not None}
    bounds = framed(x, y, list(drawn.values()), aspect)
    fine = (bounds[2] - bounds[0]) / _FINE
    land, states = outlines(crs, bounds, fine).values()
    largest, count = largest_circle(plan)
    width = bounds[2] - bounds[0]
    scale = width * min(0.033, 0.15 / np.sqrt(max(count, 1))) / np.sqrt(largest)
    spots = _spots(plan, period, x, y)  # circles are moved apart, each keeps its true place beside
    at = spread_circles([(s.x, s.y) for s in spots], [_radius(s, scale) for s in spots], gap=0.002 * width)
    spots = [replace(spot, at=place) for spot, place in zip(spots, at, strict=True)]
    bounds = _holding_circles(bounds, spots, scale, aspect)
    used = headroom_used(plan, period)
    areas = [Area(shape.simplify(fine), used.get(zone)) for zone, shape in drawn.items()]
    vendors = delivered_vendors(plan)
    points = {zone: shape.representative_point().coords[0] for zone, shape in drawn.items()}
    flows, upgraded = _flows(plan, period, points), _upgraded(plan, period, points, spots)
    told = shows_grid(plan.study)
    return Scene(crs, bounds, spots, areas, flows, vendors, scale, largest, land, states, told, upgraded)


Points = Mapping[str, tuple[float, float]]


def _upgraded(plan: Plan, period: str, points: Points, spots: list[Spot]) -> tuple[tuple[float, float], ...]:
    """Return the places of what is reinforced by a period: the middle of a line, a zone, a site."""
    names = plan.study.horizon.names
    places = {("zone", zone): at for zone, at in points.items()} | {("site", s.site): (s.x, s.y) for s in spots}
    for line, start, end in plan.study.lines[["line", "from", "to"]].itertuples(index=False):
        if start in points and end in points:
            (x0, y0), (x1, y1) = points[start], points[end]
            places["line", line] = (0.6 * x0 + 0.4 * x1, 0.6 * y0 + 0.4 * y1)
    own = {(b.kind, b.target) for b in bought(plan) if names.index(b.period) <= names.index(period)}
    return tuple(places[key] for key in sorted(own) if key in places)


def _flows(plan: Plan, period: str, points: Points) -> list[Flow]:
    """Return what every line carries in its worst block, the way the power goes, between points within the zones."""
    ends = {line: (start, end) for line, start, end in plan.study.lines[["line", "from", "to"]].to_numpy().tolist()}
    table, flows, told = worst_flows(plan), [], shows_grid(plan.study)
    rows = table[table["period"] == period][["line", "flow_mw", "loading"]]
    for line, flow_mw, loading in rows.itertuples(index=False):
        if abs(flow_mw) > 1e-3 and line in ends and set(ends[line]) <= set(points):
            start, end = ends[line] if flow_mw > 0 else reversed(ends[line])
            flows.append(Flow(points[start], points[end], abs(flow_mw), loading if told and loading >= 0 else None))
    return flows


def _spots(plan: Plan, period: str, x: Floats, y: Floats) -> list[Spot]:
    held, idle = vendor_mw(plan, period), open_idle_mw(plan, period)
    sites, spots = plan.study.sites, []
    at = zip(x.tolist(), y.tolist(), strict=True)
    for site, name, kind, (px, py) in zip(sites["site"], sites["name"], sites["kind"], at, strict=True):
        if np.isfinite(px) and np.isfinite(py):
            mw, spare = held.get(site, {}), idle.get(site, 0.0)
            spots.append(Spot(site, name or site, standing(kind), site in idle, px, py, (px, py), mw, spare))
    return spots


def _radius(spot: Spot, scale: float) -> float:
    return scale * float(np.sqrt(spot.it_mw + spot.idle_mw)) if spot.open else 0.0


def framed(x: Floats, y: Floats, shapes: list[Any], aspect: float) -> Box:
    """Return the box of everything, with a margin, widened to the picture's aspect."""
    west, south, east, north = extent(x, y, shapes)
    room = (0.03 if any(s.area for s in shapes) else 0.15) * max(east - west, north - south, 40_000.0)
    return _to_aspect(west - room, south - room, east + room, north + room, aspect)


def _holding_circles(bounds: Box, spots: list[Spot], scale: float, aspect: float) -> Box:
    """Return the box, widened where a circle would be cut at its edge."""
    reach = [(s.at, 1.15 * _radius(s, scale)) for s in spots]
    west, south = (min([bounds[i], *(at[i] - r for at, r in reach)]) for i in (0, 1))
    east, north = (max([bounds[i + 2], *(at[i] + r for at, r in reach)]) for i in (0, 1))
    return _to_aspect(west, south, east, north, aspect)


def _to_aspect(west: float, south: float, east: float, north: float, aspect: float) -> Box:
    width, height = max(east - west, (north - south) * aspect), max(north - south, (east - west) / aspect)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def vendor_mw(plan: Plan, period: str) -> dict[str, dict[str, float]]:
    """Return IT MW in service by site and vendor; sites that hold nothing are absent."""
    table = plan.assignments[plan.assignments["period"] == period]
    held: dict[str, dict[str, float]] = {}
    for site, vendor, it_mw in zip(table["site"], table["vendor"], table["it_mw_in_service"].tolist(), strict=True):
        if it_mw > 0:
            vendors = held.setdefault(str(site), {})
            vendors[str(vendor)] = vendors.get(str(vendor), 0.0) + it_mw
    return held


def open_idle_mw(plan: Plan, period: str) -> dict[str, float]:
    """Return the sites that are open, each with its energised power that no rack draws, as IT MW."""
    rows = plan.sites["period"] == period
    table, idle = plan.sites[rows], _idle_it_mw(plan)[rows.to_numpy()]
    return {str(s): v for s, is_open, v in zip(table["site"], table["open"], idle.tolist(), strict=True) if is_open}


def _idle_it_mw(plan: Plan) -> Floats:
    """Idle power as IT MW, for each row of the sites table."""
    pue = dict(zip(plan.study.sites["site"], plan.study.sites["peak_pue"].tolist(), strict=True))
    per_row = np.array([pue[site] for site in plan.sites["site"]], dtype=np.float64)
    return plan.sites["idle_power_mw"].fillna(0.0).to_numpy(dtype=np.float64) / per_row


def largest_circle(plan: Plan) -> tuple[float, int]:
    """Return the most IT MW that a site shows in any period, and the most sites open at once."""
    is_open = plan.sites["open"].to_numpy(dtype=bool)
    shown = plan.sites["it_mw_in_service"].to_numpy(dtype=np.float64) + _idle_it_mw(plan)
    counts = plan.sites["period"][is_open].value_counts()
    return max(float(shown[is_open].max(initial=0.0)), 1e-3), int(counts.max()) if len(counts) else 0


def headroom_used(plan: Plan, period: str) -> dict[str, float]:
    """Return the share of headroom that each zone serves in its worst block; zones without headroom are absent."""
    table = worst_zones(plan).assign(used=used_share)
    table = table[(table["period"] == period) & table["used"].notna()]
    return {str(zone): float(used) for zone, used in zip(table["zone"], table["used"], strict=True)}


def delivered_vendors(plan: Plan) -> list[str]:
    """Return the vendors of which anything is delivered, sorted."""
    racks = plan.study.racks
    return sorted(set(racks["vendor"][racks["sku"].isin(plan.waiting["sku"])]))
