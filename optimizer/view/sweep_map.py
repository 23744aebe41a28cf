"""Draw how often each site opens over the cases of a sweep, as a map and as a table."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge

from optimizer.plan.kinds import GENERIC, REAL, standing
from optimizer.plan.plan import Plan

from . import labels, layers
from .palette import AVOIDABLE, DARK, FLOW, SOFT
from .placing import Point, away, spread_circles
from .projection import Box
from .scene import Scene, Spot, scene
from .style import empty, paler, settled
from .sweep_frames import PLANNED, texts

_MAP = (0.01, 0.115, 0.98, 0.795)  # left, bottom, width, height as shares of the figure
_RADIUS = 0.0115  # of the map's width
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


@settled()
def site_frequency(
    cases: pd.DataFrame, base_plan: Plan, *, of: str = "cases", base: str = "the base", caution: str = CAUTION
) -> Figure:
    """Draw a map of the base's sites; the filled part of each circle is the share of cases in which the site opens.

    Only cases with a plan count. Sites that the base opens are pale: every case starts from them, and a full circle
    claims nothing. Generic sites are hatched and dashed, and called generic. ``of`` and ``base`` are the words for
    cases and the base, ``caution`` says what a share does not.
    """
    figure = empty(12.0, 8.0, dpi=150)
    table = site_frequency_table(cases, base_plan)
    shares = dict(zip(table["site"], table["share"].tolist(), strict=True))
    own = set(table["site"][table["in_base"]])
    count = sum(status in PLANNED for status in texts(cases, "status"))
    heading = f"How often each site opens, over {count:,} {of} with a plan" if count else "No case has a plan"
    figure.text(0.018, 0.955, heading, fontsize=15, weight="bold")
    view = scene(base_plan, base_plan.study.horizon.names[-1], aspect=_MAP[2] * 12.0 / (_MAP[3] * 8.0))
    ax = figure.add_axes(_MAP)
    width = view.bounds[2] - view.bounds[0]
    areas = [replace(area, shape=area.shape.simplify(width / 2500), used=0.15) for area in view.areas]
    layers.draw(ax, replace(view, spots=[], flows=[], areas=areas), flows=False)
    radius, spots = _RADIUS * width, [spot for spot in view.spots if shares.get(spot.site, 0.0) > 0]
    for spot in view.spots:
        if spot not in spots:
            layers.closed_mark(ax, spot.standing, 3.4, 0.8, (spot.x, spot.y))
    moved = spread_circles([(s.x, s.y) for s in spots], [radius] * len(spots), gap=0.15 * radius)
    spots = [replace(spot, at=at) for spot, at in zip(spots, moved, strict=True)]
    for spot in spots:
        _circle(ax, spot.at, radius, shares[spot.site], standing=spot.standing, pale=spot.site in own)
        if math.dist(spot.at, (spot.x, spot.y)) > 0.5 * radius:
            ax.plot([spot.x, spot.at[0]], [spot.y, spot.at[1]], "-", color=DARK, lw=0.7, zorder=3)
    _names(ax, view, spots, radius, {s: share for s, share in shares.items() if share < 1 or s not in own})
    _key(figure, int((table["kind"] == "").sum()), of, base, caution)
    return figure


def _circle(ax: Any, at: Point, radius: float, share: float, *, standing: str, pale: bool) -> None:
    """Draw the share as a sector, clockwise from the top."""
    colour = AVOIDABLE if standing == GENERIC else FLOW
    ax.add_patch(Circle(at, radius, facecolor="white", edgecolor="none", zorder=4))
    ink: dict[str, Any] = {"facecolor": paler(colour, 0.3) if pale else colour}
    ink |= {"hatch": "....", "edgecolor": "white"} if standing == GENERIC else {}
    ax.add_patch(Wedge(at, radius, 90.0 - 360.0 * share, 90.0, linewidth=0.0, zorder=5, **ink))
    layers.rim(ax, at, radius, standing=standing)


def _names(ax: Any, view: Scene, spots: list[Spot], radius: float, shares: dict[str, float]) -> None:
    """Name real campuses with their share; generic sites show the share alone, where there is room for it.

    A site without a share, since it is open in the base and in every case, says none.
    """
    ax.apply_aspect()
    taken: list[Box] = []
    circles = [(spot.at, radius) for spot in spots]
    for spot in sorted(spots, key=lambda s: (s.generic, -shares.get(s.site, 1.0), s.site)):
        share = shares.get(spot.site)
        percent = "" if share is None else f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"
        words = percent if spot.generic else f"{labels.words(spot)} {percent}".rstrip()
        if not words:
            continue
        points, colour = (8.0, AVOIDABLE) if spot.generic else (10.0, DARK)
        label, place, height = labels.written(
            ax, view, words, (spot.at, radius), (taken, circles), points=points, colour=colour
        )
        if spot.generic and (place.covers_names or away(place.box, *spot.at) > radius + 0.8 * height):
            label.remove()
            continue
        taken.append(place.box)
        if not spot.generic:
            labels.lead(ax, spot.at, radius, place, height)


def _key(figure: Figure, unknown: int, of: str, base: str, caution: str) -> None:
    """Explain the marks below the map."""
    ax = figure.add_axes((0.01, 0.005, 0.98, 0.1))
    ax.set_xlim(0, 11.76)
    ax.set_ylim(0, 0.8)
    ax.set_axis_off()
    style: dict[str, Any] = {"fontsize": 10.0, "va": "center"}
    _circle(ax, (0.2, 0.62), 0.12, 0.7, standing=REAL, pale=False)
    ax.text(0.42, 0.62, f"real campus: filled part = share of {of}", **style)
    _circle(ax, (3.62, 0.62), 0.12, 1.0, standing=REAL, pale=True)
    ax.text(3.84, 0.62, f"pale: open in {base}", **style)
    _circle(ax, (5.66, 0.62), 0.12, 0.7, standing=GENERIC, pale=False)
    ax.text(5.88, 0.62, "GENERIC site: not a project", color=AVOIDABLE, weight="bold", **style)
    layers.closed_mark(ax, REAL, 4.4, 0.9, (8.35, 0.62))
    ax.text(8.47, 0.62, "campus, never opened", **style)
    layers.closed_mark(ax, GENERIC, 5, 0.9, (10.4, 0.62))
    ax.text(10.52, 0.62, "generic, never", **style)
    more = f" {unknown} sites of the cases are not in the base and not on the map." if unknown else ""
    words = textwrap.fill(f"{caution} Generic sites stand for capacity that a zone could host by rule.{more}", 190)
    ax.text(0.08, 0.22, words, **style | {"fontsize": 8.5, "color": SOFT})
