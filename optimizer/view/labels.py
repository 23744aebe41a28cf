"""Name the sites of a map, the largest first, as far as names find room."""

from __future__ import annotations

import math
from typing import Any

from optimizer.errors import shown
from optimizer.units import figure

from .fonts import can_draw
from .layers import halo
from .palette import DARK
from .placing import Box, Label, label_place
from .scene import Scene, Spot

MOST = 30  # names on a map; the list beside the interactive map has every site


def draw(ax: Any, view: Scene, *, points: float = 10.0, most: int = MOST) -> None:
    """Name sites that show something and are no GENERIC ones, each where it covers least, next to its own circle.

    A name that stands off is joined with its circle; one that finds no room beside the others is left out.
    """
    ax.apply_aspect()
    to_map = ax.transData.inverted()
    circles = [(s.at, view.radius(s.it_mw + s.idle_mw)) for s in view.spots if s.in_use]
    taken: list[Box] = []
    for spot in sorted(named(view), key=lambda s: (-s.it_mw, s.site))[:most]:
        label = ax.text(
            0,
            0,
            f"{words(spot)} {figure(spot.it_mw)} MW",
            fontsize=points,
            color=DARK,
            zorder=8,
            parse_math=False,
            path_effects=halo("white", 2.6),
            ha="left",
            va="bottom",
        )
        extent = label.get_window_extent()
        (x0, y0), (x1, y1) = to_map.transform([(extent.x0, extent.y0), (extent.x1, extent.y1)])
        radius, pad = view.radius(spot.it_mw + spot.idle_mw), 0.12 * (y1 - y0)
        place = label_place(spot.at, radius, (x1 - x0 + 2 * pad, y1 - y0 + 2 * pad), taken, circles, view.bounds)
        if place.covers_names:
            label.remove()
            continue
        label.set_position((place.box[0] + pad, place.box[1] + pad))
        taken.append(place.box)
        lead(ax, spot.at, radius, place, y1 - y0)


def named(view: Scene) -> list[Spot]:
    """Return the sites of which a name may stand on the map."""
    return [s for s in view.spots if s.in_use and not s.generic]


def words(spot: Spot) -> str:
    """Return what a site is called on a map: its short name, its id where no font has the letters of that."""
    short = short_name(spot.name)
    return short if can_draw(short) else shown(spot.site, 32)


def short_name(name: str) -> str:
    """Return a name without what stands in brackets, short enough for a map."""
    return shown(name.partition("(")[0].strip() or name, 32)


def lead(ax: Any, at: tuple[float, float], radius: float, place: Label, height: float) -> None:
    """Join a name with its circle where it stands off, or nearer to another one."""
    box = place.box
    end = min(max(at[0], box[0]), box[2]), min(max(at[1], box[1]), box[3])
    away = math.dist(end, at)
    if away > radius and (away - radius > 0.7 * height or place.nearer_to_another):
        start = [c + (e - c) * radius / away for c, e in zip(at, end, strict=True)]
        ax.plot([start[0], end[0]], [start[1], end[1]], "-", color=DARK, lw=0.7, zorder=7)
