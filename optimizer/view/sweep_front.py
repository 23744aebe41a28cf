"""Draw what less unused capacity costs: each plan's cost against its unused MW-years, and the front of the best."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from optimizer.errors import shown
from optimizer.units import power_unit

from .palette import AVOIDABLE, DARK, FLOW, SOFT
from .style import NEUTRAL, PT, blank, canvas, hatched, keyed, missing, note, paler, plain, settled
from .sweep_frames import EPSILON, Flags, Floats, numbers, planned, slack_usd, texts
from .sweep_programme import told
from .sweep_words import Measure, measure, plain_number, title_of, valued

_UNUSED = "unused_mw_years"
_FAR = 1.05  # times what a plan leaves unused: a ceiling beyond did not make it
_NOTE = (
    "Bars: the proven gap of each plan, its objective less its bound. Pale: another plan costs no more and leaves no "
    "more unused. Below: what a MW-year less costs between neighbours on the front; hatched where the step is within "
    "the gap and proves nothing."
)


@settled()
def pareto(cases: pd.DataFrame, base: pd.DataFrame, *, quantity: str = "money_usd") -> Figure:
    """Draw cost against unused MW-years, the front as steps, and the USD per MW-year avoided along it.

    ``quantity`` is ``money_usd`` (real money) or ``objective_usd`` (with the prices of unused capacity). Each plan is
    labelled with its ceiling on unused capacity, ε, in the unit of the axis; ceilings without a plan are marked there.
    """
    heading = f"{title_of(quantity)} against unused capacity"
    key = next((str(c) for c in cases.columns if str(c).rstrip("*+") == EPSILON), "")
    rows = [frame for frame in (base.head(1), cases) if len(frame)]
    table = pd.concat(rows, ignore_index=True) if rows else cases
    from_base = np.arange(len(table)) < len(base.head(1))
    seen = planned(table, quantity) & planned(table, _UNUSED)
    if not seen.any():
        return blank(heading, "No case has a plan.")
    figure = canvas(10.0, 7.2, heading, note=told(cases, base, end=". ") + _NOTE)
    grid = figure.add_gridspec(2, 1, height_ratios=(3.0, 1.3))
    top = figure.add_subplot(grid[0])
    below = figure.add_subplot(grid[1], sharex=top)
    cost, unused = numbers(table, quantity)[seen], numbers(table, _UNUSED)[seen]
    kind, power = measure(quantity, cost), power_unit(float(unused.max()))
    _points(top, table[seen], from_base[seen], (cost, unused), key, kind, power)
    _missing(top, table[~seen & ~from_base], key, power)
    top.set_ylabel(kind.name)
    rate = _rates(below, cost, unused, slack_usd(table)[seen], power[0])
    below.set(xlabel=f"unused capacity, IT {power[1]}-years", ylabel=rate)
    return figure


def front(cost: Floats, unused: Floats) -> NDArray[np.intp]:
    """Return the places of the plans that no other beats in both, by growing unused MW-years."""
    order = np.lexsort((cost, unused))
    least = np.minimum.accumulate(np.concatenate([[np.inf], cost[order]]))[:-1]
    return order[cost[order] < least]


def _points(
    ax: Any,
    table: pd.DataFrame,
    from_base: Flags,
    at: tuple[Floats, Floats],
    key: str,
    kind: Measure,
    power: tuple[float, str],
) -> None:
    """Draw every plan with its gap, those on the front strong and labelled."""
    y, x, slack = at[0] / kind.unit, at[1] / power[0], np.nan_to_num(slack_usd(table), posinf=0.0) / kind.unit
    best = front(*at)
    other = np.setdiff1d(np.arange(len(x)), best)
    for places, ink, width in ((other, paler(NEUTRAL, 0.5), 2.0), (best, paler(FLOW, 0.45), 4.0)):
        ax.vlines(x[places], (y - slack)[places], y[places], color=ink, lw=width, zorder=2)
    ax.plot(x[other], y[other], "o", color=paler(NEUTRAL, 0.7), ms=4.5, zorder=3)
    ax.step(x[best], y[best], where="post", color=FLOW, lw=1.4, zorder=3)
    ax.plot(x[best], y[best], "o", color=FLOW, ms=6, zorder=4)
    base = np.flatnonzero(from_base)
    ax.plot(x[base], y[base], "*", color=DARK, ms=14, mec="white", zorder=5)
    plain(ax, "y")
    ax.margins(x=0.08, y=0.14)
    ax.tick_params(axis="x", labelbottom=False)
    limits = table[key].tolist() if key else [np.nan] * len(table)
    names = {int(i): _limit(key, limits[i], float(at[1][i]), power) for i in best} | {int(i): "base" for i in base}
    _labels(ax, x, y, {i: name for i, name in names.items() if name})
    handles = [Line2D([], [], color=FLOW, marker="o"), Line2D([], [], color=paler(NEUTRAL, 0.7), marker="o", ls="")]
    handles.append(Line2D([], [], color=DARK, marker="*", ms=11, ls=""))
    keyed(ax, handles, ["front", "beaten by another plan", "base"])


def _limit(key: str, value: object, unused: float, power: tuple[float, str]) -> str:
    """Return a ceiling in the unit of the axis for its label, "" where the case leaves it to the base.

    One that is far above what the plan leaves unused has no part in it: the label says so, not the number.
    """
    if not isinstance(value, int | float | np.number):
        return f"ε {shown(value, 16)}" if isinstance(value, str) and value else ""
    if value != value:
        return ""
    if key != EPSILON:
        return f"ε {valued(key, value)}"
    return f"ε {plain_number(float(value) / power[0])}" if value <= _FAR * unused else "ε not reached"


def _labels(ax: Any, x: Floats, y: Floats, names: dict[int, str]) -> None:
    """Write the labels above their points, the base's first; leave out what would cover another."""
    wide, high = float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0
    taken: list[tuple[float, float]] = []
    for i in sorted(names, key=lambda i: (names[i] != "base", x[i])):
        spot = (float(x[i]) / wide, float(y[i]) / high)
        if any(abs(spot[0] - a) < 0.10 and abs(spot[1] - b) < 0.06 for a, b in taken):
            continue
        taken.append(spot)
        note(ax, names[i], (x[i], y[i]), (6, 6), zorder=6)


def _missing(ax: Any, table: pd.DataFrame, key: str, power: tuple[float, str]) -> None:
    """Mark the ceilings without a plan on the axis; those that multiply or add have no place there."""
    if key != EPSILON or not len(table):
        return
    limits, statuses, last = numbers(table, key), texts(table, "status"), -np.inf
    across, axis = float(np.ptp(ax.get_xlim())), ax.get_xaxis_transform()
    for i in (i for i in np.argsort(limits, kind="stable") if np.isfinite(limits[i])):
        place = limits[i] / power[0]
        missing(ax, [place], statuses[i], ms=8, zorder=6)
        if place - last >= 0.025 * across:
            last = place
            words = f"ε {plain_number(place)}: {shown(statuses[i].replace('_', ' ') or 'no plan', 16)}"
            note(ax, words, (place, 0.0), (0, 9), xycoords=axis, rotation=90, ha="center", va="bottom", color=AVOIDABLE)


def _rates(ax: Any, cost: Floats, unused: Floats, slack: Floats, unit: float) -> str:
    """Draw the USD that a MW-year less costs between neighbours on the front, and return their name for the axis."""
    best = front(cost, unused)
    plain(ax, "y")
    if len(best) < 2:
        words = "One plan alone is on the front: nothing to trade"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=PT, color=SOFT)
        ax.set_yticks([])
        return ""
    dearer, cheaper = best[:-1], best[1:]
    saved = cost[dearer] - cost[cheaper]
    rate = saved / (unused[cheaper] - unused[dearer])
    kind: Measure = measure("rate_usd", rate)
    left, width = unused[dearer] / unit, (unused[cheaper] - unused[dearer]) / unit
    for x, w, value, unsure in zip(left, width, rate / kind.unit, saved <= slack[dearer], strict=True):
        ink = hatched(FLOW, 0.3) if unsure else {"color": FLOW, "linewidth": 0.0}
        ax.bar(x, value, w, align="edge", **ink)
    if len(rate) <= 16:
        span = float(np.ptp(unused[best])) / unit
        for x, w, value in zip(left, width, rate, strict=True):
            if w > 0.05 * span or value == rate.max():
                note(ax, kind.said(float(value)), (x + w / 2, value / kind.unit), (0, 2), ha="center")
    ax.set_ylim(0.0, 1.25 * float(rate.max()) / kind.unit or 1.0)
    return f"{kind.name} per\nMW-year avoided"
