"""Draw the layers of a map: outlines, zones, flows, sites; as artists, for the limits of the axes stand already."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch, Wedge
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from optimizer.errors import shown
from optimizer.plan.kinds import GENERIC, REAL, UNSTATED

from .fonts import drawn_vendors
from .palette import (
    BORDER,
    DARK,
    FLOW,
    IDLE,
    IDLE_EDGE,
    OUTLINE,
    SOFT,
    loaded_colour,
    used_grey,
    vendor_colours,
    vendor_marks,
)  # fmt: skip
from .placing import Point
from .projection import graticule
from .scene import Scene, Spot

SMALL_MARK_PT = 3.2
CLOSED_MARKS = {REAL: "D", UNSTATED: "o", GENERIC: "+"}
"""Marks of sites that are not in use, by their standing."""
_MANY, _MANY_BUSES = 300, 60  # lines, and buses, from which they are drawn thin and small
_ARROW = 0.02  # of the map's width: shorter lines have no arrow
_LETTER = 0.0115  # room that a letter needs, as a share of the map's width


def draw(ax: Any, view: Scene, *, flows: bool) -> None:
    """Draw everything on the axes and set their limits."""
    west, south, east, north = view.bounds
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal", adjustable="box")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set(color=BORDER, linewidth=0.8)  # the frame at which every line of the map ends
    for shapes, width, colour in ((view.states, 0.4, BORDER), (view.land, 0.8, OUTLINE)):
        for path in filter(None, map(_outline, shapes)):
            ax.add_artist(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, zorder=0.5))
    if all(_outline(a.shape) is None for a in view.areas):
        _graticule(ax, view)
    _zones(ax, view)
    if flows:
        _flows(ax, view)
    for standing in CLOSED_MARKS:
        places = [(s.x, s.y) for s in view.spots if s.standing == standing and not s.in_use]
        closed_mark(ax, standing, SMALL_MARK_PT, 0.8, *places, zorder=3)
    if flows and view.upgraded:
        upgrade_mark(ax, *view.upgraded)
    visible = [spot for spot in view.spots if spot.in_use]
    for spot in visible:
        _ring(ax, view, spot)
    for spot in visible:
        inner = view.radius(spot.it_mw)
        if spot.it_mw > 0:
            pie(ax, spot.at, inner, spot.vendor_mw, view.vendors, generic=spot.generic)
            _marks(ax, view, spot, inner)
        rim(ax, spot.at, inner or view.radius(spot.idle_mw), standing=spot.standing)


def _zones(ax: Any, view: Scene) -> None:
    for area in view.areas:
        outline, without = _outline(area.shape), area.used is None
        colour = "white" if area.used is None else used_grey(area.used)
        if outline is not None:
            hatch = "//////" if without else None
            style = {"facecolor": colour, "edgecolor": BORDER, "linewidth": 0.6, "hatch": hatch, "zorder": 1}
            ax.add_artist(PathPatch(outline, **style))
    for area in view.areas:
        if area.shape.geom_type in ("Point", "MultiPoint"):
            centre, colour = area.shape.centroid, "white" if area.used is None else used_grey(area.used)
            size = 3 if view.tells_loading and len(view.areas) > _MANY_BUSES else 6
            above = 2.5 if view.tells_loading else 1  # of lines, whose ends it stands on
            ax.plot([centre.x], [centre.y], "s", ms=size, mfc=colour, mec=SOFT, mew=0.7, zorder=above)


def _graticule(ax: Any, view: Scene) -> None:
    """Draw meridians and parallels, named where they meet the left or the lower edge."""
    west, south, east, north = view.bounds
    for name, xs, ys in graticule(view.bounds, view.crs):
        ax.plot(xs, ys, "-", color=BORDER, lw=0.6, zorder=0)
        right = east - 0.05 * (east - west)
        inside = [(x, y) for x, y in zip(xs, ys, strict=True) if west < x < right and south < y < north]
        if inside:
            x, y = min(inside, key=lambda p: min(p[0] - west, p[1] - south))
            ax.text(x, y, name, fontsize=8, color=SOFT, zorder=1, path_effects=halo("white", 2))


def _outline(shape: Any) -> Any:
    """Return the path of a polygon or of many, holes included; None for points and lines."""
    parts = [g for g in getattr(shape, "geoms", [shape]) if g.geom_type == "Polygon"]
    rings = [np.asarray(ring.coords)[:, :2] for part in parts for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings)) if rings else None


def _flows(ax: Any, view: Scene) -> None:
    if view.tells_loading:
        _loaded(ax, view)
        return
    most = max((f.mw for f in view.flows), default=0.0)
    for flow in view.flows:
        if flow.mw >= 0.02 * most:
            width = 0.5 + 1.8 * flow.mw / most
            style: dict[str, Any] = {
                "arrowstyle": "-|>",
                "mutation_scale": 10,
                "shrinkA": 0,
                "shrinkB": 0,
                "linewidth": width,
            }
            ax.add_artist(FancyArrowPatch(flow.start, flow.end, color=FLOW, alpha=0.55, zorder=2, **style))


def _loaded(ax: Any, view: Scene) -> None:
    """Draw lines in the colour of their loading, the fullest last, each with its direction where it is long enough."""
    thin, span = (0.6 if len(view.flows) > _MANY else 1.0), view.bounds[2] - view.bounds[0]
    for flow in sorted(view.flows, key=lambda f: f.loading or 0.0):
        colour, width = loaded_colour(flow.loading), thin * (1.0 + 1.4 * min(1.0, flow.loading or 0.0))
        (x0, y0), (x1, y1) = flow.start, flow.end
        ax.plot([x0, x1], [y0, y1], "-", color=colour, lw=width, solid_capstyle="butt", zorder=2)
        if math.dist(flow.start, flow.end) > _ARROW * span:
            tail, head = ((x0 + part * (x1 - x0), y0 + part * (y1 - y0)) for part in (0.55, 0.6))
            style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 12 * thin, "shrinkA": 0, "shrinkB": 0}
            ax.add_artist(FancyArrowPatch(tail, head, color=colour, linewidth=width, zorder=2, **style))


def upgrade_mark(ax: Any, *places: Point, points: float = 9.0, zorder: float = 6.5) -> None:
    """Mark what is reinforced: a disc with a plus."""
    x, y = [at[0] for at in places], [at[1] for at in places]
    ax.plot(x, y, "o", ms=points, mfc=DARK, mec="white", mew=0.9, zorder=zorder)
    ax.plot(x, y, "+", ms=0.6 * points, mec="white", mew=1.4, zorder=zorder + 0.1)


def closed_mark(ax: Any, standing: str, points: float, width: float, *places: Point, zorder: float = 2) -> None:
    """Mark sites of a standing that are not in use."""
    x, y = [at[0] for at in places], [at[1] for at in places]
    style = {"ms": points, "mfc": "white", "mec": SOFT, "mew": width, "zorder": zorder}
    ax.plot(x, y, CLOSED_MARKS[standing], **style)


def _ring(ax: Any, view: Scene, spot: Spot) -> None:
    """Draw energised power without racks as a pale band below all discs, and the line to the site's true place."""
    outer = view.radius(spot.it_mw + spot.idle_mw)
    if math.dist(spot.at, (spot.x, spot.y)) > 0.3 * outer:
        ax.plot([spot.x, spot.at[0]], [spot.y, spot.at[1]], "-", color=DARK, lw=0.7, zorder=3)
        ax.plot([spot.x], [spot.y], ".", color=DARK, ms=3, zorder=3)
    if spot.idle_mw > 0:
        ring(ax, spot.at, outer)


def ring(ax: Any, at: Point, radius: float) -> None:
    """Draw the band of energised power without racks; a disc stands on it."""
    ax.add_artist(Circle(at, radius, facecolor=IDLE, edgecolor=IDLE_EDGE, linewidth=0.6, zorder=4))


def pie(ax: Any, at: Point, radius: float, shares: Any, vendors: list[str], *, generic: bool) -> None:
    """Draw vendors as sectors, clockwise from the top; those of generic sites are hatched."""
    colours, edge = vendor_colours(vendors), 0.0 if generic or len(shares) == 1 else 0.5
    for vendor, start, end in _sectors(shares):
        style: dict[str, Any] = {"facecolor": colours[vendor], "edgecolor": "white", "linewidth": edge}
        ax.add_artist(Wedge(at, radius, start, end, hatch="...." if generic else None, zorder=5, **style))


def _sectors(shares: Mapping[str, float]) -> Iterator[tuple[str, float, float]]:
    """Yield vendors with the degrees between which their sectors stand, clockwise from the top."""
    total, turned = sum(shares.values()), 90.0
    for vendor in sorted(shares):
        angle = 360.0 * shares[vendor] / total
        yield vendor, turned - angle, turned
        turned -= angle


def rim(ax: Any, at: Point, radius: float, *, standing: str) -> None:
    """Draw the edge that tells a real campus (bold), a site without a kind (thin) and a generic one (dashed) apart."""
    dashed, width = (0, (2.2, 1.6)), {REAL: 1.6, UNSTATED: 0.7, GENERIC: 1.0}[standing]
    style = dashed if standing == GENERIC else "-"
    ax.add_artist(Circle(at, radius, facecolor="none", edgecolor=DARK, zorder=6, linestyle=style, linewidth=width))


def _marks(ax: Any, view: Scene, spot: Spot, radius: float) -> None:
    """Write the vendor's first letter into sectors that are large enough."""
    called = drawn_vendors(view.vendors)
    marks = vendor_marks(list(called.values()))
    for vendor, start, end in _sectors(spot.vendor_mw):
        angle, middle = end - start, math.radians((start + end) / 2)
        away = 0.0 if angle > 359 else 0.58 * radius
        chord = 2 * radius if angle > 180 else 2 * away * math.sin(math.radians(angle / 2))
        if min(chord, radius) >= _LETTER * (view.bounds[2] - view.bounds[0]):
            x, y = spot.at[0] + away * math.cos(middle), spot.at[1] + away * math.sin(middle)
            ax.text(x, y, shown(marks[called[vendor]], 4), fontsize=8.5, weight="bold", color="white", ha="center",
                    va="center", zorder=7, path_effects=halo(DARK, 1.6))  # fmt: skip


def halo(colour: str, width: float) -> list[Any]:
    """Return the effect that lets text stand out from what it covers."""
    return [withStroke(linewidth=width, foreground=colour)]
