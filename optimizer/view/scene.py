"""Gather what a map of one period shows: places in the plane, megawatts and zones, without any drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.plan.kinds import GENERIC, standing
from optimizer.plan.plan import Plan

from .outlines import LAYERS, outlines
from .placing import spread_circles
from .projection import fitting_crs, project_points, project_shapes
from .readings import (
    Floats,
    delivered_vendors,
    flowing,
    headroom_used,
    largest_circle,
    open_idle_mw,
    vendor_mw,
)

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
    """Power that moves from one zone to another."""

    start: tuple[float, float]
    end: tuple[float, float]
    mw: float


@dataclass(frozen=True)
class Scene:
    """Everything on the map of a period; lengths in metres of the plane. ``land`` and ``states`` are outlines."""

    crs: str
    bounds: tuple[float, float, float, float]
    spots: list[Spot]
    areas: list[Area]
    flows: list[Flow]
    vendors: list[str]
    metres_per_sqrt_mw: float
    largest_mw: float
    land: tuple[Any, ...]
    states: tuple[Any, ...]

    def radius(self, it_mw: float) -> float:
        """Radius of the circle whose area stands for so many MW."""
        return self.metres_per_sqrt_mw * float(np.sqrt(max(0.0, it_mw)))


def scene(plan: Plan, period: str, *, aspect: float) -> Scene:
    """Gather the scene of a period; ``aspect`` is the width of the picture over its height.

    Circles have one scale in all periods of a plan.
    """
    zones, sites = plan.study.zones, plan.study.sites
    shapes = list(zones["geometry"])
    lon, lat = sites["lon"].to_numpy(float), sites["lat"].to_numpy(float)
    crs = fitting_crs(*_all_points(lon, lat, shapes))
    x, y = project_points(lon, lat, crs)
    projected = dict(zip(zones["zone"], project_shapes(shapes, crs), strict=True))
    drawn = {zone: shape for zone, shape in projected.items() if shape is not None}
    bounds = _bounds(x, y, list(drawn.values()), aspect)
    fine = (bounds[2] - bounds[0]) / _FINE
    land, states = (outlines(layer, crs, bounds, fine) for layer in LAYERS)
    largest, count = largest_circle(plan)
    width = bounds[2] - bounds[0]
    scale = width * min(0.033, 0.15 / np.sqrt(max(count, 1))) / np.sqrt(largest)
    spots = _spread(_spots(plan, period, x, y), scale, 0.002 * width)
    bounds = _holding_circles(bounds, spots, scale, aspect)
    used = headroom_used(plan, period)
    areas = [Area(shape.simplify(fine), used.get(zone)) for zone, shape in drawn.items()]
    vendors = delivered_vendors(plan)
    return Scene(crs, bounds, spots, areas, _flows(plan, period, drawn), vendors, scale, largest, land, states)


def _flows(plan: Plan, period: str, shapes: Mapping[str, Any]) -> list[Flow]:
    centres = {}
    for zone, shape in shapes.items():
        point = shape.representative_point()
        centres[zone] = (point.x, point.y)
    moving = flowing(plan, period)
    return [Flow(centres[a], centres[b], power) for a, b, power in moving if a in centres and b in centres]


def _spots(plan: Plan, period: str, x: Floats, y: Floats) -> list[Spot]:
    held, idle = vendor_mw(plan, period), open_idle_mw(plan, period)
    sites = plan.study.sites
    rows = zip(sites["site"], sites["name"], sites["kind"], x.tolist(), y.tolist(), strict=True)
    return [
        Spot(
            site,
            name or site,
            standing(kind),
            site in idle,
            px,
            py,
            (px, py),
            held.get(site, {}),
            idle.get(site, 0.0),
        )
        for site, name, kind, px, py in rows
        if np.isfinite(px) and np.isfinite(py)
    ]


def _spread(spots: list[Spot], scale: float, gap: float) -> list[Spot]:
    """Move circles apart; each keeps its true place beside."""
    moved = spread_circles([(s.x, s.y) for s in spots], [_radius(s, scale) for s in spots], gap=gap)
    return [replace(s, at=at) for s, at in zip(spots, moved, strict=True)]


def _radius(spot: Spot, scale: float) -> float:
    return scale * float(np.sqrt(spot.it_mw + spot.idle_mw)) if spot.open else 0.0


def _all_points(lon: Floats, lat: Floats, shapes: list[Any]) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of all sites and of the corners of all zones' boxes."""
    boxes = np.array([s.bounds for s in shapes if s is not None and not s.is_empty]).reshape(-1, 4)
    return np.concatenate([lon, boxes[:, 0], boxes[:, 2]]), np.concatenate([lat, boxes[:, 1], boxes[:, 3]])


def _bounds(x: Floats, y: Floats, shapes: list[Any], aspect: float) -> tuple[float, float, float, float]:
    """Return the box of everything, with a margin, widened to the picture's aspect."""
    boxes = [s.bounds for s in shapes if s is not None]
    seen = np.isfinite(x) & np.isfinite(y)
    boxes += [(a, b, a, b) for a, b in zip(x[seen], y[seen], strict=True)]
    if not boxes:
        boxes = [(0.0, 0.0, 0.0, 0.0)]
    table = np.array(boxes)
    west, south = table[:, :2].min(axis=0)
    east, north = table[:, 2:].max(axis=0)
    room = 0.03 if any(s is not None and s.area for s in shapes) else 0.15
    span = max(east - west, north - south, 40_000.0)
    return _to_aspect(west - room * span, south - room * span, east + room * span, north + room * span, aspect)


def _holding_circles(
    bounds: tuple[float, float, float, float],
    spots: list[Spot],
    scale: float,
    aspect: float,
) -> tuple[float, float, float, float]:
    """Return the box, widened where a circle would be cut at its edge."""
    reach = [(s.at, 1.15 * _radius(s, scale)) for s in spots]
    west, south = (min([bounds[i], *(at[i] - r for at, r in reach)]) for i in (0, 1))
    east, north = (max([bounds[i + 2], *(at[i] + r for at, r in reach)]) for i in (0, 1))
    return _to_aspect(west, south, east, north, aspect)


def _to_aspect(
    west: float, south: float, east: float, north: float, aspect: float
) -> tuple[float, float, float, float]:
    width, height = max(east - west, (north - south) * aspect), max(north - south, (east - west) / aspect)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2
