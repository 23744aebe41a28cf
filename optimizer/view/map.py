"""Draw a plan on a map, a picture of a period."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.errors import InputError, shown
from optimizer.io.whole import write_whole
from optimizer.plan.plan import Plan
from optimizer.units import mw

from . import labels, layers, legend
from .fonts import can_draw, drawn_vendors, use_fonts_for
from .palette import DARK, SOFT, vendor_colours
from .scene import Scene, delivered_vendors, scene
from .style import empty, settled

SIZE_IN = (12.0, 8.0)
DPI = 150
_LEFT = 0.018  # where text begins, as a share of the figure
_MAP = (0.01, 0.165, 0.98, 0.745)  # left, bottom, width, height as shares of the figure
_LEGEND = (0.01, 0.035, 0.98, 0.125)
_FOOTER = "Generic sites are no projects: they stand for capacity that a zone could host by rule."


@settled()
def map_period(plan: Plan, period: str, *, ax: Any = None, flows: bool = True) -> Figure:
    """Return the map of a period, on ``ax`` where one is given (then without legend and footer).

    Raises InputError where the plan has no such period.
    """
    if period not in plan.study.horizon.names:
        names = plan.study.horizon.names
        raise InputError(f"the plan has no period {shown(period)}: its periods are {names[0]} to {names[-1]}")
    use_fonts_for([plan.study.config.study.name, *plan.study.sites["name"].astype(str), *delivered_vendors(plan)])
    if ax is not None:
        drawn: Figure = ax.figure
        _draw(ax, plan, period, drawn.get_size_inches(), ax.get_position().bounds, flows=flows)
        ax.set_title(_title(plan, period), parse_math=False)
        return drawn
    figure = empty(*SIZE_IN, dpi=DPI)
    _headline(figure, 0.957, _title(plan, period), points=17.0, weight="bold")
    _headline(figure, 0.921, _subtitle(plan, period), points=12.0)
    view = _draw(figure.add_axes(_MAP), plan, period, SIZE_IN, _MAP, flows=flows)
    metres_per_inch = (view.bounds[2] - view.bounds[0]) / (_MAP[2] * SIZE_IN[0])
    strip = figure.add_axes(_LEGEND)
    legend.draw(strip, view, (_LEGEND[2] * SIZE_IN[0], _LEGEND[3] * SIZE_IN[1]), metres_per_inch)
    generic = f"{_FOOTER} " if any(spot.generic for spot in view.spots) else ""
    files = plan.study.config.files
    origin = ", ".join(shown(Path(f).name, 30) for f in (files.sites, files.grid) if f) or "the study"
    words = f"{generic}Data: {origin}. Outlines: Natural Earth, US Census Bureau."
    figure.text(_LEFT, 0.012, words, fontsize=8.5, color=SOFT)
    return figure


@settled()
def small_map(plan: Plan, period: str) -> Figure:
    """Return the map of a period for a corner of a page: the ten largest names, and a line that explains it."""
    size, box = (7.0, 4.7), (0.005, 0.085, 0.99, 0.905)
    figure = empty(*size)
    view = _draw(figure.add_axes(box), plan, period, size, box, flows=False, points=8.0, most=10)
    colours = vendor_colours(view.vendors)
    handles = [Patch(facecolor=colours[v]) for v in view.vendors]
    names = [shown(v, 24) for v in view.vendors]
    if any(spot.generic for spot in view.spots):
        handles.append(Patch(facecolor="white", edgecolor=DARK, linestyle=(0, (2.2, 1.6))))
        names.append("dashed: GENERIC, no project")
    figure.legend(handles, names, loc="lower center", ncols=len(names) or 1, fontsize=8.5, labelcolor="black")
    return figure


def _draw(
    ax: Any, plan: Plan, period: str, size_in: Any, box: Any, *, flows: bool, points: float = 10.0, most: int = 30
) -> Scene:
    """Draw map and names on axes that fill ``box``, shares of a figure of this size; return what is shown."""
    view = scene(plan, period, aspect=box[2] * size_in[0] / (box[3] * size_in[1]))
    layers.draw(ax, view, flows=flows)
    labels.draw(ax, view, points=points, most=most)
    return view


def _headline(figure: Figure, height: float, text: str, *, points: float, weight: str = "normal") -> None:
    """Write a line across the picture, smaller where it is long."""
    line = figure.text(_LEFT, height, text, fontsize=points, weight=weight)
    room = (1.0 - 2 * _LEFT) * figure.bbox.width
    line.set_fontsize(points * min(1.0, room / max(1.0, line.get_window_extent().width)))


def save_map(plan: Plan, period: str, folder: Path) -> Path:
    """Write map-PERIOD.png, the same bytes for the same plan; return its path.

    Raises InputError where the plan has no such period, or where the place cannot be written; what was there stays
    whole then.
    """
    figure, path = map_period(plan, period), folder / f"map-{period}.png"
    save = partial(figure.savefig, format="png", dpi=DPI, metadata={"Software": "rackgrid"})
    return write_whole(path, settled()(save), replace="own", cure="choose another place")


@settled()
def without_letters(plan: Plan) -> list[str]:
    """Return the ids of sites, and names of vendors, whose names no font at hand can draw."""
    sites = plan.study.sites
    lost = [str(s) for s, n in zip(sites["site"], sites["name"], strict=True) if not can_draw(str(n))]
    return lost + [v for v in delivered_vendors(plan) if not can_draw(v)]


def _title(plan: Plan, period: str) -> str:
    name = plan.study.config.study.name
    return f"{shown(name, 70) if name and can_draw(name) else 'Plan'} · {period}"


def _subtitle(plan: Plan, period: str) -> str:
    """State what is in service by vendor and what waits."""
    serving = plan.assignments[plan.assignments["period"] == period].groupby("vendor")["it_mw_in_service"].sum()
    waiting = plan.waiting[plan.waiting["period"] == period]["waiting_mw"].sum()
    called = drawn_vendors(delivered_vendors(plan))
    by_vendor = ", ".join(f"{shown(called.get(str(v), str(v)), 24)} {mw(x)}" for v, x in serving.items() if x > 0)
    delivered = plan.waiting["delivered_racks"].sum() > 0
    waits = f"racks waiting {mw(waiting)}" if waiting > 0 else "no rack waits" if delivered else "nothing is delivered"
    return f"In service {mw(serving.sum())}{f': {by_vendor}' if by_vendor else ''}  ·  {waits}"
