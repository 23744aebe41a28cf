"""Draw the layers of a map: zones, flows, sites, names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch, Wedge
from matplotlib.path import Path as Outline

from optimizer.errors import shown

from .palette import BORDER, DARK, FLOW, IDLE, SOFT, used_grey, vendor_colours, vendor_marks
from .placing import label_place
from .projection import graticule
from .scene import Scene, Spot

SMALL_MARK_PT = 3.2
_NAME_PT = 10.0
_LETTER = 0.0115  # room that a letter needs, as a share of the map's width


def draw(ax: Any, view: Scene, *, flows: bool) -> None:
    """Draw everything on the axes and set their limits."""
    west, south, east, north = view.bounds
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal", adjustable="box")
    ax.set_axis_off()
    if all(_outline(a.shape) is None for a in view.areas):
        _graticule(ax, view)
    _zones(ax, view)
    if flows:
        _flows(ax, view)
    _closed(ax, view)
    for spot in view.spots:
        if spot.open:
            _site(ax, view, spot)
    _names(ax, view)


def _zones(ax: Any, view: Scene) -> None:
    points = [(a.shape, a.used) for a in view.areas if a.shape.geom_type in ("Point", "MultiPoint")]
    for area in view.areas:
        outline = _outline(area.shape)
        if outline is None:
            continue
        without = area.used is None
        patch = PathPatch(
            outline,
            facecolor="white" if without else used_grey(area.used or 0.0),
            edgecolor=BORDER,
            linewidth=0.6,
            hatch="//////" if without else None,
            zorder=1,
        )
        ax.add_patch(patch)
    for shape, used in points:
        centre = shape.centroid
        colour = "white" if used is None else used_grey(used)
        ax.plot([centre.x], [centre.y], "s", ms=6, mfc=colour, mec=SOFT, mew=0.7, zorder=1)


def _graticule(ax: Any, view: Scene) -> None:
    """Draw meridians and parallels, named where they meet the left or the lower edge."""
    west, south, east, north = view.bounds
    for name, xs, ys in graticule(view.bounds, view.crs):
        ax.plot(xs, ys, "-", color=BORDER, lw=0.6, zorder=0)
        inside = [
            (x, y) for x, y in zip(xs, ys, strict=True) if west < x < east - 0.05 * (east - west) and south < y < north
        ]
        if inside:
            x, y = min(inside, key=lambda p: min(p[0] - west, p[1] - south))
            ax.text(x, y, name, fontsize=8, color=SOFT, zorder=1, parse_math=False, path_effects=_halo("white", 2))


def _outline(shape: Any) -> Any:
    """Return the path of a polygon or of many, holes included; None for points and lines."""
    parts = [g for g in getattr(shape, "geoms", [shape]) if g.geom_type == "Polygon"]
    rings = [np.asarray(ring.coords)[:, :2] for part in parts for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings)) if rings else None


def _flows(ax: Any, view: Scene) -> None:
    most = max((f.mw for f in view.flows), default=0.0)
    for flow in view.flows:
        if flow.mw < 0.02 * most:
            continue
        arrow = FancyArrowPatch(
            flow.start,
            flow.end,
            arrowstyle="-|>",
            mutation_scale=10,
            linewidth=0.5 + 1.8 * flow.mw / most,
            color=FLOW,
            alpha=0.55,
            shrinkA=0,
            shrinkB=0,
            zorder=2,
        )
        ax.add_patch(arrow)


def _closed(ax: Any, view: Scene) -> None:
    for generic, mark in ((True, "+"), (False, "D")):
        spots = [s for s in view.spots if s.generic == generic and (not s.open or s.it_mw + s.idle_mw <= 0)]
        ax.plot(
            [s.x for s in spots],
            [s.y for s in spots],
            mark,
            ms=SMALL_MARK_PT,
            mfc="white",
            mec=SOFT,
            mew=0.8,
            linestyle="none",
            zorder=3,
        )


def _site(ax: Any, view: Scene, spot: Spot) -> None:
    inner, outer = view.radius(spot.it_mw), view.radius(spot.it_mw + spot.idle_mw)
    if outer <= 0:
        return
    if math.dist(spot.at, (spot.x, spot.y)) > 0.3 * outer:
        ax.plot([spot.x, spot.at[0]], [spot.y, spot.at[1]], "-", color=DARK, lw=0.7, zorder=3)
        ax.plot([spot.x], [spot.y], ".", color=DARK, ms=3, zorder=3)
    if outer > inner:
        ax.add_patch(Circle(spot.at, outer, facecolor=IDLE, edgecolor="none", zorder=4))
    pie(ax, spot.at, inner, spot.vendor_mw, view.vendors, generic=spot.generic)
    rim(ax, spot.at, outer, generic=spot.generic)
    _marks(ax, view, spot, inner)


def pie(ax: Any, at: tuple[float, float], radius: float, shares: Any, vendors: list[str], *, generic: bool) -> None:
    """Draw vendors as sectors, clockwise from the top; those of generic sites are hatched."""
    total, colours, turned = sum(shares.values()), vendor_colours(vendors), 90.0
    for vendor in sorted(shares):
        angle = 360.0 * shares[vendor] / total
        sector = Wedge(
            at,
            radius,
            turned - angle,
            turned,
            facecolor=colours[vendor],
            edgecolor="white",
            linewidth=0.0 if generic or len(shares) == 1 else 0.5,
            hatch="...." if generic else None,
            zorder=5,
        )
        ax.add_patch(sector)
        turned -= angle


def rim(ax: Any, at: tuple[float, float], radius: float, *, generic: bool) -> None:
    """Draw the edge that tells a real campus (solid) from a generic site (dashed)."""
    style = {"linestyle": (0, (2.2, 1.6)), "linewidth": 1.1} if generic else {"linestyle": "-", "linewidth": 2.0}
    ax.add_patch(Circle(at, radius, facecolor="none", edgecolor=DARK, zorder=6, **style))


def _marks(ax: Any, view: Scene, spot: Spot, radius: float) -> None:
    """Write the vendor's first letter into sectors that are large enough."""
    marks, turned = vendor_marks(view.vendors), 90.0
    for vendor in sorted(spot.vendor_mw):
        angle = 360.0 * spot.vendor_mw[vendor] / spot.it_mw
        middle, away = math.radians(turned - angle / 2), 0.0 if angle > 359 else 0.58 * radius
        turned -= angle
        chord = 2 * radius if angle > 180 else 2 * away * math.sin(math.radians(angle / 2))
        if min(chord, radius) < _LETTER * (view.bounds[2] - view.bounds[0]):
            continue
        x, y = spot.at[0] + away * math.cos(middle), spot.at[1] + away * math.sin(middle)
        ax.text(
            x,
            y,
            shown(marks[vendor], 4),
            fontsize=8.5,
            weight="bold",
            color="white",
            ha="center",
            va="center",
            zorder=7,
            parse_math=False,
            path_effects=_halo(DARK, 1.6),
        )


def _names(ax: Any, view: Scene) -> None:
    """Name the real campuses that show something, each where it covers least."""
    ax.apply_aspect()
    to_map = ax.transData.inverted()
    circles = [(s.at, view.radius(s.it_mw + s.idle_mw)) for s in view.spots if s.open]
    taken: list[tuple[float, float, float, float]] = []
    named = [s for s in view.spots if s.open and not s.generic and s.it_mw + s.idle_mw > 0]
    for spot in sorted(named, key=lambda s: (-s.it_mw, s.site)):
        label = ax.text(
            0,
            0,
            f"{short_name(spot.name)} {spot.it_mw:,.0f} MW",
            fontsize=_NAME_PT,
            color=DARK,
            zorder=8,
            parse_math=False,
            path_effects=_halo("white", 2.6),
            ha="left",
            va="bottom",
        )
        extent = label.get_window_extent()
        (x0, y0), (x1, y1) = to_map.transform([(extent.x0, extent.y0), (extent.x1, extent.y1)])
        radius = view.radius(spot.it_mw + spot.idle_mw)
        pad = 0.12 * (y1 - y0)
        box = label_place(spot.at, radius, (x1 - x0 + 2 * pad, y1 - y0 + 2 * pad), taken, circles, view.bounds)
        label.set_position((box[0] + pad, box[1] + pad))
        taken.append(box)
        _lead(ax, spot, radius, box, y1 - y0)


def _lead(ax: Any, spot: Spot, radius: float, box: tuple[float, float, float, float], height: float) -> None:
    """Join a name that stands far off with its site."""
    x = min(max(spot.at[0], box[0]), box[2])
    y = min(max(spot.at[1], box[1]), box[3])
    away = math.dist((x, y), spot.at)
    if away - radius > 0.7 * height:
        start = [c + (e - c) * radius / away for c, e in zip(spot.at, (x, y), strict=True)]
        ax.plot([start[0], x], [start[1], y], "-", color=DARK, lw=0.7, zorder=7)


def short_name(name: str) -> str:
    """Return a name without what stands in brackets, short enough for a map."""
    return shown(name.partition("(")[0].strip() or name, 32)


def _halo(colour: str, width: float) -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=colour)]
