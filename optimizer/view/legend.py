"""Draw the legend of a map: vendors, kinds of sites, sizes, headroom; in inches, at the map's scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from optimizer.errors import shown
from optimizer.plan.kinds import GENERIC, REAL, UNSTATED
from optimizer.units import figure

from .fonts import drawn_vendors
from .layers import CLOSED_MARKS, SMALL_MARK_PT, closed_mark, pie, rim, ring, upgrade_mark
from .palette import BORDER, DARK, FLOW, LOADED, used_grey, vendor_marks
from .placing import Point
from .scene import Scene

_PT = 9.5
_ROW_IN = 0.235
_ROWS = 3
_TALLEST_IN = 0.72
_WORDS = {
    REAL: "real campus, IT MW in service",
    UNSTATED: "site, kind not stated",
    GENERIC: "GENERIC site: not a project",
}
_SHORT = {REAL: "campus", UNSTATED: "site", GENERIC: "generic"}


def draw(ax: Any, view: Scene, size_in: tuple[float, float], metres_per_inch: float) -> None:
    """Fill a strip of this size in inches."""
    width, height = size_in
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    ax.set_axis_off()
    top = height - 0.14
    _vendors(ax, view, 0.1, top)
    _kinds(ax, view, 0.20 * width, top)
    if view.largest_mw > 0.01:
        _sizes(ax, view, 0.565 * width, height, metres_per_inch)
    if view.tells_loading and all(area.used is None for area in view.areas):
        _loading(ax, view, 0.80 * width, top)
    elif view.areas:
        _headroom(ax, view, 0.80 * width, top)


def _say(ax: Any, x: float, y: float, text: str, **style: Any) -> None:
    ax.text(x, y, text, **{"fontsize": _PT, "va": "center", **style})


def _vendors(ax: Any, view: Scene, x: float, top: float) -> None:
    called = drawn_vendors(view.vendors)
    marks = vendor_marks(list(called.values()))
    _say(ax, x, top, "Racks in service, by vendor", weight="bold")
    for row, vendor in enumerate(view.vendors[:6]):
        column, line = divmod(row, _ROWS)
        cx, cy = x + 0.1 + 1.25 * column, top - _ROW_IN * (line + 1)
        pie(ax, (cx, cy), 0.085, {vendor: 1.0}, view.vendors, generic=False)
        name = called[vendor]
        words, mark = shown(name, 14 if len(view.vendors) > 3 else 24), shown(marks[name], 4)
        _say(ax, cx + 0.16, cy, f"{words} ({mark})" if mark != name else words)


def _kinds(ax: Any, view: Scene, x: float, top: float) -> None:
    """Explain the marks of sites that are on this map, and no others."""
    _say(ax, x, top, "Sites", weight="bold")
    used, closed = ({s.standing for s in view.spots if s.in_use == now} for now in (True, False))
    rows: list[tuple[Callable[[Point], object], str]] = [
        (partial(_disc, ax, view, standing), words) for standing, words in _WORDS.items() if standing in used
    ]
    if any(s.idle_mw > 0 for s in view.spots if s.in_use):
        rows.append((partial(_band, ax), "energised, without racks"))
    rows += [
        (partial(closed_mark, ax, standing, SMALL_MARK_PT + 1, 0.9), f"{_SHORT[standing]}, not in use")
        for standing in CLOSED_MARKS
        if standing in closed
    ]
    if view.upgraded:
        rows.append((partial(upgrade_mark, ax), "upgrade that was bought"))
    for row, (paint, words) in enumerate(rows):
        column, line = divmod(row, _ROWS)
        at = x + 0.1 + 2.35 * column, top - _ROW_IN * (line + 1)
        paint(at)
        _say(ax, at[0] + 0.18, at[1], words)


def _disc(ax: Any, view: Scene, standing: str, at: Point) -> None:
    if view.vendors:
        pie(ax, at, 0.085, dict.fromkeys(view.vendors, 1.0), view.vendors, generic=standing == GENERIC)
    rim(ax, at, 0.085, standing=standing)


def _band(ax: Any, at: Point) -> None:
    ring(ax, at, 0.1)
    ax.add_patch(Circle(at, 0.05, facecolor="white", edgecolor=DARK, linewidth=0.6, zorder=5))


def _sizes(ax: Any, view: Scene, x: float, height: float, metres_per_inch: float) -> None:
    """Draw circles of round sizes from one foot."""
    _say(ax, x, height - 0.14, "IT MW", weight="bold")
    x += 0.62
    widest = (_TALLEST_IN / 2 * metres_per_inch / view.metres_per_sqrt_mw) ** 2
    for value in _round_sizes(min(view.largest_mw, widest)):
        radius = view.radius(value) / metres_per_inch
        x += max(radius, 0.16)
        ax.add_patch(Circle((x, 0.26 + radius), radius, facecolor="none", edgecolor=DARK, linewidth=1.0))
        _say(ax, x, 0.12, figure(value), ha="center")
        x += max(radius, 0.16) + 0.2


def _loading(ax: Any, view: Scene, x: float, top: float) -> None:
    """Explain the colours of lines."""
    _say(ax, x, top, "Line loading, worst block", weight="bold")
    rows = [(colour, words) for _, colour, words in LOADED]
    rows += [(FLOW, "no limit")] if any(f.loading is None for f in view.flows) else []
    for place, (colour, words) in enumerate(rows):
        column, line = divmod(place, _ROWS)
        at, y = x + 1.15 * column, top - _ROW_IN * (line + 1)
        ax.add_patch(Rectangle((at, y - 0.03), 0.26, 0.06, facecolor=colour))
        _say(ax, at + 0.34, y, words)


def _headroom(ax: Any, view: Scene, x: float, top: float) -> None:
    _say(ax, x, top, "Zone headroom used", weight="bold")
    y = top - _ROW_IN
    if any(area.used is not None for area in view.areas):
        for step in range(5):
            _box(ax, x + 0.3 * step, y, facecolor=used_grey(step / 4))
        _say(ax, x + 1.58, y, "0 to 100 %")
        y -= _ROW_IN
    if any(area.used is None for area in view.areas):
        _box(ax, x, y, facecolor="white", hatch="//////")
        _say(ax, x + 0.4, y, "zone without headroom")
        y -= _ROW_IN
    if view.tells_loading:
        for step, (_, colour, _) in enumerate(LOADED):
            _box(ax, x + 0.3 * step, y, facecolor=colour)
        _say(ax, x + 1.58, y, "lines, to full")
    elif view.flows:
        arrow = FancyArrowPatch((x, y), (x + 0.3, y), arrowstyle="-|>", mutation_scale=7, color=FLOW, alpha=0.55)
        ax.add_patch(arrow)
        _say(ax, x + 0.4, y, "power between zones")


def _box(ax: Any, x: float, y: float, **style: Any) -> None:
    ax.add_patch(Rectangle((x, y - 0.075), 0.3, 0.15, edgecolor=BORDER, linewidth=0.6, **style))


def _round_sizes(largest_mw: float) -> list[float]:
    """Return up to three round sizes, none above the largest."""
    sizes = []
    for part in (1.0, 0.35, 0.1):
        power = 10.0 ** math.floor(math.log10(largest_mw * part))
        sizes.append(max(step * power for step in (1, 2, 5) if step * power <= largest_mw * part * 1.000001))
    return list(dict.fromkeys(sizes))
