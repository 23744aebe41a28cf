"""Draw the legend of a map: vendors, kinds of sites, sizes, headroom; in inches, at the map's scale."""

from __future__ import annotations

from typing import Any

from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from optimizer.errors import shown

from .layers import SMALL_MARK_PT, pie, rim
from .palette import BORDER, DARK, FLOW, IDLE, SOFT, used_grey, vendor_marks
from .readings import round_sizes
from .scene import Scene

_PT = 9.5
_ROW_IN = 0.235
_TALLEST_IN = 0.72


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
    if view.areas:
        _headroom(ax, 0.80 * width, top, flows=bool(view.flows))


def _say(ax: Any, x: float, y: float, text: str, **style: Any) -> None:
    ax.text(x, y, text, **{"fontsize": _PT, "color": DARK, "va": "center", "parse_math": False, **style})


def _vendors(ax: Any, view: Scene, x: float, top: float) -> None:
    marks = vendor_marks(view.vendors)
    _say(ax, x, top, "Racks in service, by vendor", weight="bold")
    for row, vendor in enumerate(view.vendors[:6]):
        column, line = divmod(row, 3)
        cx, cy = x + 0.1 + 1.25 * column, top - _ROW_IN * (line + 1)
        pie(ax, (cx, cy), 0.085, {vendor: 1.0}, view.vendors, generic=False)
        name = shown(vendor, 14 if len(view.vendors) > 3 else 24)
        _say(ax, cx + 0.16, cy, f"{name} ({shown(marks[vendor], 4)})" if marks[vendor] != vendor else name)


def _kinds(ax: Any, view: Scene, x: float, top: float) -> None:
    _say(ax, x, top, "Sites", weight="bold")
    vendors, shares = view.vendors, dict.fromkeys(view.vendors, 1.0)
    y = top - _ROW_IN
    if shares:
        pie(ax, (x + 0.1, y), 0.085, shares, vendors, generic=False)
    rim(ax, (x + 0.1, y), 0.085, generic=False)
    _say(ax, x + 0.28, y, "real campus, IT MW in service")
    y -= _ROW_IN
    if shares:
        pie(ax, (x + 0.1, y), 0.085, shares, vendors, generic=True)
    rim(ax, (x + 0.1, y), 0.085, generic=True)
    _say(ax, x + 0.28, y, "GENERIC site: not a project")
    y -= _ROW_IN
    ax.add_patch(Circle((x + 0.1, y), 0.1, facecolor=IDLE, edgecolor=DARK, linewidth=0.8))
    ax.add_patch(Circle((x + 0.1, y), 0.055, facecolor="white", edgecolor="none"))
    _say(ax, x + 0.28, y, "energised power without racks")
    x, y = x + 2.55, top - _ROW_IN
    for mark, text in (("D", "campus, not in use"), ("+", "generic, not in use")):
        ax.plot([x + 0.1], [y], mark, ms=SMALL_MARK_PT + 1, mfc="white", mec=SOFT, mew=0.9)
        _say(ax, x + 0.25, y, text)
        y -= _ROW_IN


def _sizes(ax: Any, view: Scene, x: float, height: float, metres_per_inch: float) -> None:
    """Draw circles of round sizes from one foot."""
    _say(ax, x, height - 0.14, "IT MW", weight="bold")
    x += 0.62
    widest = (_TALLEST_IN / 2 * metres_per_inch / view.metres_per_sqrt_mw) ** 2
    for value in round_sizes(min(view.largest_mw, widest)):
        radius = view.radius(value) / metres_per_inch
        x += max(radius, 0.16)
        ax.add_patch(Circle((x, 0.26 + radius), radius, facecolor="none", edgecolor=DARK, linewidth=1.0))
        _say(ax, x, 0.12, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}", ha="center")
        x += max(radius, 0.16) + 0.2


def _headroom(ax: Any, x: float, top: float, *, flows: bool) -> None:
    _say(ax, x, top, "Zone headroom used", weight="bold")
    y = top - _ROW_IN
    for step in range(5):
        box = Rectangle(
            (x + 0.3 * step, y - 0.075),
            0.3,
            0.15,
            facecolor=used_grey(step / 4),
            edgecolor=BORDER,
            linewidth=0.6,
        )
        ax.add_patch(box)
    _say(ax, x + 1.58, y, "0 to 100 %")
    y -= _ROW_IN
    ax.add_patch(
        Rectangle((x, y - 0.075), 0.3, 0.15, facecolor="white", edgecolor=BORDER, linewidth=0.6, hatch="//////")
    )
    _say(ax, x + 0.4, y, "zone without headroom")
    if flows:
        y -= _ROW_IN
        arrow = FancyArrowPatch((x, y), (x + 0.3, y), arrowstyle="-|>", mutation_scale=7, color=FLOW, alpha=0.55)
        ax.add_patch(arrow)
        _say(ax, x + 0.4, y, "power between zones")
