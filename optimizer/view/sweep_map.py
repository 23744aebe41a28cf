"""Draw how often each site opens over the cases of a sweep, as a map and as a table."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge
from matplotlib.patheffects import withStroke

from optimizer.plan.kinds import GENERIC, REAL, standing
from optimizer.plan.plan import Plan

from . import labels, layers
from .palette import AVOIDABLE, DARK, FLOW, SOFT
from .placing import label_place, spread_circles
from .scene import Scene, Spot, scene
from .style import Picture, settled
from .sweep_axes import paler
from .sweep_frames import PLANNED, texts

_SIZE_IN = (12.0, 8.0)
_MAP = (0.01, 0.115, 0.98, 0.795)  # left, bottom, width, height as shares of the figure
_RADIUS = 0.0115  # of the map's width
_GENERIC = AVOIDABLE
Box = tuple[float, float, float, float]
CAUTION = (
    "Every case starts from the base's plan and stops at its gap, so it keeps the base's sites wherever they are good "
    "enough. A full circle claims nothing: not that a site is needed, nor that it stays under other assumptions. "
    "To learn what a site is worth, forbid it."
)
"""What a share of cases does not say."""


def site_frequency_table(cases: pd.DataFrame, base_plan: Plan) -> pd.DataFrame:
    """Return one row per site that opens in any case or exists in the base, those that open most first.

    Columns: site, name, kind ("real", "GENERIC", "kind not stated", or "" for sites that the base does not know), zone,
    cases (with a plan, in which it opens), share (of the cases with a plan), in_base (whether the base's plan opens
    it).
    """
    opened = [row for row, s in zip(texts(cases, "opened"), texts(cases, "status"), strict=True) if s in PLANNED]
    counts = Counter(site for row in opened for site in dict.fromkeys(row.split(";")) if site)
    sites = base_plan.study.sites
    own = set(base_plan.sites["site"][base_plan.sites["open"].to_numpy(dtype=bool)].astype(str))
    known = {
        str(site): (str(name or site), standing(str(kind)), str(zone))
        for site, name, kind, zone in zip(sites["site"], sites["name"], sites["kind"], sites["zone"], strict=True)
    }
    rows = [
        (site, *known.get(site, (site, "", "")), counts[site], counts[site] / max(1, len(opened)), site in own)
        for site in [*known, *(s for s in counts if s not in known)]
    ]
    table = pd.DataFrame(rows, columns=["site", "name", "kind", "zone", "cases", "share", "in_base"])
    return table.sort_values(["cases", "site"], ascending=[False, True], kind="stable", ignore_index=True)


def site_frequency(cases: pd.DataFrame, base_plan: Plan) -> Figure:
    """Draw a map of the base's sites; the filled part of each circle is the share of cases in which the site opens.

    Only cases with a plan count. Sites that the base opens are pale: every case starts from them, and a full circle
    claims nothing. Generic sites are hatched and dashed, and called generic.
    """
    with settled():
        figure = Picture(figsize=_SIZE_IN, dpi=150, facecolor="white")
        FigureCanvasAgg(figure)
        table = site_frequency_table(cases, base_plan)
        shares = dict(zip(table["site"], table["share"].tolist(), strict=True))
        own = set(table["site"][table["in_base"]])
        count = sum(status in PLANNED for status in texts(cases, "status"))
        heading = f"How often each site opens, over {count:,} cases with a plan" if count else "No case has a plan"
        figure.text(0.018, 0.955, heading, fontsize=15, weight="bold", color=DARK)
        view = scene(base_plan, base_plan.study.horizon.names[-1], aspect=_MAP[2] * 12.0 / (_MAP[3] * 8.0))
        ax = figure.add_axes(_MAP)
        _land(ax, view)
        spots = _spread(view, shares)
        for spot in view.spots:
            if spot not in spots and shares.get(spot.site, 0.0) <= 0:
                ax.plot([spot.x], [spot.y], layers.CLOSED_MARKS[spot.standing], ms=3.4, mfc="white", mec=SOFT, mew=0.8)
        radius = _radius(view)
        for spot in spots:
            _circle(ax, spot.at, radius, shares[spot.site], standing=spot.standing, pale=spot.site in own)
            if math.dist(spot.at, (spot.x, spot.y)) > 0.5 * radius:
                ax.plot([spot.x, spot.at[0]], [spot.y, spot.at[1]], "-", color=DARK, lw=0.7, zorder=3)
        _names(ax, view, spots, {s: share for s, share in shares.items() if share < 1 or s not in own})
        _key(figure, int((table["kind"] == "").sum()))
        return figure


def _radius(view: Scene) -> float:
    return _RADIUS * (view.bounds[2] - view.bounds[0])


def _land(ax: Any, view: Scene) -> None:
    """Draw the zones alone, their outlines as coarse as the picture."""
    coarse = (view.bounds[2] - view.bounds[0]) / 2500
    areas = [replace(area, shape=area.shape.simplify(coarse), used=0.15) for area in view.areas]
    layers.draw(ax, replace(view, spots=[], flows=[], areas=areas), flows=False)


def _spread(view: Scene, shares: dict[str, float]) -> list[Spot]:
    """Return the sites that open at all, moved apart."""
    spots = [spot for spot in view.spots if shares.get(spot.site, 0.0) > 0]
    radius = _radius(view)
    moved = spread_circles([(s.x, s.y) for s in spots], [radius] * len(spots), gap=0.15 * radius)
    return [replace(spot, at=at) for spot, at in zip(spots, moved, strict=True)]


def _circle(ax: Any, at: tuple[float, float], radius: float, share: float, *, standing: str, pale: bool) -> None:
    """Draw the share as a sector, clockwise from the top."""
    colour = _GENERIC if standing == GENERIC else FLOW
    ax.add_patch(Circle(at, radius, facecolor="white", edgecolor="none", zorder=4))
    ink: dict[str, Any] = {"facecolor": paler(colour, 0.3) if pale else colour}
    ink |= {"hatch": "....", "edgecolor": "white"} if standing == GENERIC else {}
    ax.add_patch(Wedge(at, radius, 90.0 - 360.0 * share, 90.0, linewidth=0.0, zorder=5, **ink))
    layers.rim(ax, at, radius, standing=standing)


def _names(ax: Any, view: Scene, spots: list[Spot], shares: dict[str, float]) -> None:
    """Name real campuses with their share; generic sites show the share alone, where there is room for it.

    A site without a share, since it is open in the base and in every case, says none.
    """
    ax.apply_aspect()
    radius, taken = _radius(view), list[Box]()
    circles = [(spot.at, radius) for spot in spots]
    for spot in sorted(spots, key=lambda s: (s.generic, -shares.get(s.site, 1.0), s.site)):
        share = shares.get(spot.site)
        percent = "" if share is None else f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"
        words = percent if spot.generic else f"{labels.words(spot)} {percent}".rstrip()
        if not words:
            continue
        label = ax.text(0, 0, words, fontsize=8.0 if spot.generic else 10.0, color=_GENERIC if spot.generic else DARK,
                        zorder=8, parse_math=False, path_effects=[withStroke(linewidth=2.6, foreground="white")],
                        ha="left", va="bottom")  # fmt: skip
        extent = label.get_window_extent()
        (x0, y0), (x1, y1) = ax.transData.inverted().transform([(extent.x0, extent.y0), (extent.x1, extent.y1)])
        place = label_place(spot.at, radius, (x1 - x0, y1 - y0), taken, circles, view.bounds)
        box = place.box
        if spot.generic and (place.covers_names or _away(spot.at, box) > radius + 0.8 * (y1 - y0)):
            label.remove()
            continue
        label.set_position(box[:2])
        taken.append(box)
        if not spot.generic:
            labels.lead(ax, spot.at, radius, place, y1 - y0)


def _nearest(at: tuple[float, float], box: Box) -> tuple[float, float]:
    return min(max(at[0], box[0]), box[2]), min(max(at[1], box[1]), box[3])


def _away(at: tuple[float, float], box: Box) -> float:
    return math.dist(_nearest(at, box), at)


def _key(figure: Figure, unknown: int) -> None:
    """Explain the marks below the map."""
    ax = figure.add_axes((0.01, 0.005, 0.98, 0.1))
    ax.set_xlim(0, 11.76)
    ax.set_ylim(0, 0.8)
    ax.set_axis_off()
    style: dict[str, Any] = {"fontsize": 10.0, "color": DARK, "va": "center", "parse_math": False}
    _circle(ax, (0.2, 0.62), 0.12, 0.7, standing=REAL, pale=False)
    ax.text(0.42, 0.62, "real campus: filled part = share of cases", **style)
    _circle(ax, (3.62, 0.62), 0.12, 1.0, standing=REAL, pale=True)
    ax.text(3.84, 0.62, "pale: open in the base", **style)
    _circle(ax, (5.66, 0.62), 0.12, 0.7, standing=GENERIC, pale=False)
    ax.text(5.88, 0.62, "GENERIC site: not a project", **style | {"color": _GENERIC, "weight": "bold"})
    ax.plot([8.35], [0.62], "D", ms=4.4, mfc="white", mec=SOFT, mew=0.9)
    ax.text(8.47, 0.62, "campus, never opened", **style)
    ax.plot([10.4], [0.62], "+", ms=5, mec=SOFT, mew=0.9)
    ax.text(10.52, 0.62, "generic, never", **style)
    more = f" {unknown} sites of the cases are not in the base and not on the map." if unknown else ""
    words = textwrap.fill(f"{CAUTION} Generic sites stand for capacity that a zone could host by rule.{more}", 190)
    ax.text(0.08, 0.22, words, **style | {"fontsize": 8.5, "color": SOFT})
