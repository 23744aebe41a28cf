"""Draw a plan on a map, a picture of a period."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.errors import InputError, shown
from optimizer.io.whole import write_whole
from optimizer.plan.plan import Plan
from optimizer.units import mw

from . import labels, layers, legend
from .fonts import can_draw, drawn_vendors, use_fonts_for
from .palette import DARK, SOFT, vendor_colours
from .readings import delivered_vendors
from .scene import scene
from .style import Picture, settled

SIZE_IN = (12.0, 8.0)
DPI = 150
_LEFT = 0.018  # where text begins, as a share of the figure
_MAP = (0.01, 0.165, 0.98, 0.745)  # left, bottom, width, height as shares of the figure
_LEGEND = (0.01, 0.035, 0.98, 0.125)
_FOOTER = "Generic sites are no projects: they stand for capacity that a zone could host by rule."


def map_period(plan: Plan, period: str, *, ax: Any = None, flows: bool = True) -> Figure:
    """Return the map of a period, on ``ax`` where one is given (then without legend and footer).

    Raises InputError where the plan has no such period.
    """
    if period not in plan.study.horizon.names:
        names = plan.study.horizon.names
        raise InputError(f"the plan has no period {shown(period)}: its periods are {names[0]} to {names[-1]}")
    with settled():
        use_fonts_for(_texts(plan))
        if ax is not None:
            box = ax.get_position()
            width, height = ax.figure.get_size_inches()
            view = scene(plan, period, aspect=box.width * width / (box.height * height))
            layers.draw(ax, view, flows=flows)
            labels.draw(ax, view)
            ax.set_title(_title(plan, period), parse_math=False)
            drawn: Figure = ax.figure
            return drawn
        figure = Picture(figsize=SIZE_IN, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        view = scene(plan, period, aspect=_MAP[2] * SIZE_IN[0] / (_MAP[3] * SIZE_IN[1]))
        _headline(figure, 0.957, _title(plan, period), points=17.0, weight="bold")
        _headline(figure, 0.921, _subtitle(plan, period), points=12.0)
        on_map = figure.add_axes(_MAP)
        layers.draw(on_map, view, flows=flows)
        labels.draw(on_map, view)
        metres_per_inch = (view.bounds[2] - view.bounds[0]) / (_MAP[2] * SIZE_IN[0])
        strip = figure.add_axes(_LEGEND)
        legend.draw(strip, view, (_LEGEND[2] * SIZE_IN[0], _LEGEND[3] * SIZE_IN[1]), metres_per_inch)
        generic = f"{_FOOTER} " if any(spot.generic for spot in view.spots) else ""
        words = f"{generic}Data: {_origin(plan)}. Outlines: Natural Earth, US Census Bureau."
        figure.text(_LEFT, 0.012, words, fontsize=8.5, color=SOFT, parse_math=False)
        return figure


def small_map(plan: Plan, period: str) -> Figure:
    """Return the map of a period for a corner of a page: the ten largest names, and a line that explains it."""
    with settled():
        figure = Picture(figsize=(7.0, 4.7), facecolor="white")
        FigureCanvasAgg(figure)
        box = (0.005, 0.085, 0.99, 0.905)
        view = scene(plan, period, aspect=box[2] * 7.0 / (box[3] * 4.7))
        ax = figure.add_axes(box)
        layers.draw(ax, view, flows=False)
        labels.draw(ax, view, points=8.0, most=10)
        colours = vendor_colours(view.vendors)
        handles = [Patch(facecolor=colours[v]) for v in view.vendors]
        names = [shown(v, 24) for v in view.vendors]
        if any(spot.generic for spot in view.spots):
            handles.append(Patch(facecolor="white", edgecolor=DARK, linestyle=(0, (2.2, 1.6))))
            names.append("dashed: GENERIC, no project")
        keys = figure.legend(handles, names, loc="lower center", ncols=len(names) or 1, frameon=False, fontsize=8.5)
        for text in keys.get_texts():
            text.set_parse_math(False)
        return figure


def _headline(figure: Figure, height: float, text: str, *, points: float, weight: str = "normal") -> None:
    """Write a line across the picture, smaller where it is long."""
    line = figure.text(_LEFT, height, text, fontsize=points, weight=weight, color=DARK, parse_math=False)
    room = (1.0 - 2 * _LEFT) * figure.bbox.width
    line.set_fontsize(points * min(1.0, room / max(1.0, line.get_window_extent().width)))


def save_map(plan: Plan, period: str, folder: Path) -> Path:
    """Write map-PERIOD.png, the same bytes for the same plan; return its path.

    Raises InputError where the plan has no such period, or where the place cannot be written; what was there stays
    whole then.
    """
    figure = map_period(plan, period)
    path = folder / f"map-{period}.png"
    return write_whole(path, partial(_save, figure), replace="own", cure="choose another place")


def without_letters(plan: Plan) -> list[str]:
    """Return the ids of sites, and names of vendors, whose names no font at hand can draw."""
    with settled():
        sites = plan.study.sites
        lost = [str(s) for s, n in zip(sites["site"], sites["name"], strict=True) if not can_draw(str(n))]
        return lost + [v for v in delivered_vendors(plan) if not can_draw(v)]


def _texts(plan: Plan) -> list[str]:
    return [plan.study.config.study.name, *plan.study.sites["name"].astype(str), *delivered_vendors(plan)]


def _save(figure: Figure, path: Path) -> None:
    with settled():
        figure.savefig(path, format="png", dpi=DPI, metadata={"Software": "rackgrid"})


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


def _origin(plan: Plan) -> str:
    files = plan.study.config.files
    return ", ".join(shown(Path(f).name, 30) for f in (files.sites, files.grid) if f) or "the study"
