"""Name the sites of a map, the largest first, as far as names find room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from optimizer.errors import shown
from optimizer.units import figure

from .fonts import can_draw
from .layers import halo
from .palette import DARK
from .placing import Label, Point, label_place
from .projection import Box
from .scene import Scene, Spot


def draw(ax: Any, view: Scene, *, points: float, most: int) -> None:
    """Name sites that show something and are no GENERIC ones, each where it covers least, next to its own circle.

    A name that stands off is joined with its circle; one that finds no room beside the others is left out.
    """
    ax.apply_aspect()
    used = [s for s in view.spots if s.in_use]
    circles = [(s.at, view.radius(s.it_mw + s.idle_mw)) for s in used]
    taken: list[Box] = []
    for spot in sorted((s for s in used if not s.generic), key=lambda s: (-s.it_mw, s.site))[:most]:
        circle = spot.at, view.radius(spot.it_mw + spot.idle_mw)
        said = f"{words(spot)} {figure(spot.it_mw)} MW"
        label, place, height = written(ax, view, said, circle, (taken, circles), points=points, pad=0.12)
        if place.covers_names:
            label.remove()
        else:
            taken.append(place.box)
            lead(ax, *circle, place, height)


def written(
    ax: Any,
    view: Scene,
    said: str,
    circle: tuple[Point, float],
    others: tuple[Sequence[Box], Sequence[tuple[Point, float]]],
    *,
    points: float,
    colour: str = DARK,
    pad: float = 0.0,
) -> tuple[Any, Label, float]:
    """Write words beside a circle where they cover least of ``others``, names and circles.

    Returns the text, its place with ``pad`` heights around it, and its height in metres.
    """
    label = ax.text(0, 0, said, fontsize=points, color=colour, zorder=8, path_effects=halo("white", 2.6), ha="left",
                    va="bottom")  # fmt: skip
    (x0, y0), (x1, y1) = ax.transData.inverted().transform(label.get_window_extent())
    pad *= y1 - y0
    place = label_place(*circle, (x1 - x0 + 2 * pad, y1 - y0 + 2 * pad), *others, view.bounds)
    label.set_position((place.box[0] + pad, place.box[1] + pad))
    return label, place, y1 - y0


def words(spot: Spot) -> str:
    """Return what a site is called on a map: its short name, its id where no font has the letters of that."""
    short = shown(spot.name.partition("(")[0].strip() or spot.name, 32)  # without what stands in brackets
    return short if can_draw(short) else shown(spot.site, 32)


def lead(ax: Any, at: Point, radius: float, place: Label, height: float) -> None:
    """Join a name with its circle where it stands off, or nearer to another one."""
    box = place.box
    end = min(max(at[0], box[0]), box[2]), min(max(at[1], box[1]), box[3])
    away = math.dist(end, at)
    if away > radius and (away - radius > 0.7 * height or place.nearer_to_another):
        start = [c + (e - c) * radius / away for c, e in zip(at, end, strict=True)]
        ax.plot([start[0], end[0]], [start[1], end[1]], "-", color=DARK, lw=0.7, zorder=7)
