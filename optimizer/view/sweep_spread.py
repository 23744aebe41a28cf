"""Draw many cases at once: a heat map over two inputs, and the fan of spending over samples."""

from __future__ import annotations

from collections import Counter
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from optimizer.errors import shown

from .palette import AVOIDABLE, BORDER, DARK, FLOW, SOFT
from .style import PT, SMALL_PT, blank, canvas, keyed, note, paler, plain, settled
from .sweep_frames import Floats, base_value, inputs_of, numbers, ordered, planned, slack_usd, texts
from .sweep_programme import MARK, caution, programmes, told
from .sweep_words import measure, readable, step_of, title_of, valued

_MOST = 40  # values of an input that a heat map holds
_ON_PALE, _ON_DARK = "#1A1A1A", "#FFFFFF"  # inks on cells; no theme of a page changes them
_BANDS = ((5, 95), (25, 75))


@settled()
def heat_map(
    cases: pd.DataFrame, x: str, y: str, *, quantity: str = "objective_usd", base: pd.DataFrame | None = None
) -> Figure:
    """Draw a quantity over two inputs, the number in each cell; cells without a plan are hatched and say why.

    Inputs may be text. Where other inputs vary too, a cell holds the median of its cases. With ``base``, cells of
    cases that deliver or place other racks than it are marked.
    """
    heading = f"{title_of(quantity)} over two inputs"
    if x == y or not {x, y} <= set(inputs_of(cases)):
        return blank(heading, f"The cases do not vary both {shown(x)} and {shown(y)}.")
    across, up = ordered(cases[x].tolist()), ordered(cases[y].tolist())
    if not across or not up:
        return blank(heading, "No case gives these inputs.")
    if max(len(across), len(up)) > _MOST:
        return blank(heading, f"{len(across)} by {len(up)} values are too many for a heat map.")
    has, values, statuses = planned(cases, quantity), numbers(cases, quantity), texts(cases, "status")
    places: dict[tuple[int, int], list[int]] = {}
    for row, (a, b) in enumerate(zip(cases[x].tolist(), cases[y].tolist(), strict=True)):
        if a in across and b in up:
            places.setdefault((across.index(a), up.index(b)), []).append(row)
    others = programmes(cases, cases.head(0) if base is None else base)
    marked = {at for at, rows in places.items() if any(others[row] for row in rows)}
    cells: dict[tuple[int, int], float | str] = {}
    for at, rows in places.items():  # without a number, the status of most cases
        found = [values[row] for row in rows if has[row]]
        cells[at] = float(np.median(found)) if found else Counter(statuses[row] for row in rows).most_common(1)[0][0]
    most = max((len(rows) for rows in places.values()), default=1)
    axes = [(readable(key, step=step_of(cases)), [valued(key, v, 16) for v in each])
            for key, each in ((x, across), (y, up))]  # fmt: skip
    words = "" if base is None else caution(cases, base, quantity)
    return _heated(heading, cells, marked, axes, quantity=quantity, words=words + _note(cases, quantity, most))


def _note(cases: pd.DataFrame, quantity: str, most: int) -> str:
    words = f"Medians: a cell holds up to {most} cases, which vary other inputs too. " if most > 1 else ""
    slack = slack_usd(cases)[planned(cases)]
    if quantity == "objective_usd" and len(slack):
        kind = measure(quantity, numbers(cases, quantity)[planned(cases)])
        sure = np.isfinite(slack).all()
        words += (
            f"Gaps reach {kind.said(float(slack.max()))} {kind.name}: smaller differences prove nothing."
            if sure
            else "For some plans no bound is proven."
        )
    return words


def _heated(
    heading: str,
    cells: dict[tuple[int, int], float | str],
    marked: set[tuple[int, int]],
    axes: list[tuple[str, list[str]]],
    *,
    quantity: str,
    words: str,
) -> Figure:
    found = np.array([v for v in cells.values() if not isinstance(v, str)])
    kind = measure(quantity, found)
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 0.0)
    (x, across), (y, up) = axes
    columns, rows = len(across), len(up)
    figure = canvas(min(14.0, 3.4 + max(4.0, 0.95 * columns)), min(12.0, 1.9 + 0.55 * rows), heading, note=words)
    ax = figure.add_subplot()
    colours = matplotlib.colormaps["cividis"]
    points = max(5.0, min(PT, 92.0 / columns, 150.0 / rows))
    for at, value in cells.items():
        if isinstance(value, str):
            said, ink = shown(value.replace("_", " ") or "no plan", 14), AVOIDABLE
            style: dict[str, Any] = {"facecolor": "white", "edgecolor": BORDER, "hatch": "////"}
            under = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        else:
            share, under = 0.5 if high <= low else (value - low) / (high - low), None
            said, ink = kind.said(value) + (MARK if at in marked else ""), _ON_DARK if share < 0.5 else _ON_PALE
            style = {"facecolor": colours(0.08 + 0.92 * share), "edgecolor": "white"}
        ax.add_patch(Rectangle((at[0] - 0.5, at[1] - 0.5), 1, 1, linewidth=0.8, **style))
        ax.text(*at, said, ha="center", va="center", fontsize=points, color=ink, bbox=under)
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(-0.5, rows - 0.5)
    turned: dict[str, Any] = {"rotation": 40, "ha": "right"} if columns > 8 or any(len(v) > 9 for v in across) else {}
    ax.set_xticks(range(columns), across, **turned)
    ax.set_yticks(range(rows), up)
    plain(ax, "")
    ax.tick_params(length=0)
    ax.set(xlabel=x, ylabel=shown(y, 12 + 8 * rows))
    if len(found):
        scale = matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(low / kind.unit, high / kind.unit), colours)
        bar = figure.colorbar(scale, ax=ax, pad=0.02, aspect=18)
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors=DARK, labelsize=PT - 1)
        bar.set_label(kind.name or kind.title)
    return figure


@settled()
def fan(cases: pd.DataFrame, base: pd.DataFrame) -> Figure:
    """Draw what is spent by the end of each period: bands that hold 90 % and 50 % of the cases, their median, the base.

    Real money, undiscounted, without residual value. A single period gives the distribution of its spending.
    """
    columns = [str(c) for c in cases.columns if str(c).startswith("spend_") and str(c).endswith("_usd")]
    rows = cases[planned(cases, columns[0] if columns else "")]
    periods = [c.removeprefix("spend_").removesuffix("_usd") for c in columns]
    heading = f"Spending over {len(rows):,} cases with a plan"
    if not columns or not len(rows):
        return blank(heading, "No case has a plan." if columns else "The cases state no spending by period.")
    spent, own = _spent(rows, columns), np.full(len(columns), np.nan)
    if np.isfinite(base_value(base, columns[0])[0]):
        own = _spent(base, columns)[0]
    words = f"{told(rows, base, end='. ')}Undiscounted real money, without the value left at the end."
    if len(periods) == 1:
        return _heaped(heading, periods[0], spent, own, words)
    return _fanned(heading, periods, spent, own, f"{words} Bands count cases; they are no chances.")


def _spent(rows: pd.DataFrame, columns: list[str]) -> Floats:
    """Return what each case spends by the end of each period."""
    return np.cumsum(np.nan_to_num(np.column_stack([numbers(rows, c) for c in columns])), axis=1)


def _fanned(heading: str, periods: list[str], spent: Floats, own: Floats, words: str) -> Figure:
    figure = canvas(10.0, 5.2, heading, note=words)
    ax = figure.add_subplot()
    kind, places = measure("spent_usd", np.append(spent, own)), np.arange(len(periods))
    handles: list[Any] = []
    for (low, high), part in zip(_BANDS, (0.28, 0.55), strict=True):
        edges = np.percentile(spent, [low, high], axis=0) / kind.unit
        ax.fill_between(places, edges[0], edges[1], color=paler(FLOW, part), linewidth=0.0)
        handles.append(Patch(facecolor=paler(FLOW, part)))
    middle = np.median(spent, axis=0) / kind.unit
    handles += ax.plot(places, middle, "-", color=FLOW, lw=2.0)
    labels = ["5 to 95 % of cases", "25 to 75 %", "median"]
    if np.isfinite(own).all():
        handles += ax.plot(places, own / kind.unit, "--", color=DARK, lw=1.8)
        labels.append("base")
    plain(ax, "y")
    ends = [(f"{p} %", float(np.percentile(spent[:, -1], p)) / kind.unit) for p in (5, 95)]
    place, room = -np.inf, 0.055 * max(float(spent.max()), float(np.nanmax(np.append(own, 0.0)))) / kind.unit
    for end, value in sorted([*ends, ("median", float(middle[-1]))], key=lambda each: each[1]):
        place = max(value, place + room)  # words stand above each other where the bands are narrow
        note(ax, f"{end} {kind.said(value * kind.unit)}", (places[-1], place), (6, 0), va="center")
    ax.set_ylim(top=max(ax.get_ylim()[1], place + room))
    few = places[:: max(1, -(-len(periods) // 12))]
    ax.set_xticks(few, [shown(periods[i], 12) for i in few])
    ax.set_xlim(0, (len(periods) - 1) * 1.16)
    ax.set_ylabel(f"{kind.name} spent by the end of the period")
    keyed(ax, handles, labels)
    return figure


def _heaped(heading: str, period: str, spent: Floats, own: Floats, words: str) -> Figure:
    figure = canvas(9.0, 4.0, heading, note=words)
    ax = figure.add_subplot()
    kind = measure("spent_usd", np.append(spent, own))
    ax.hist(spent[:, 0] / kind.unit, bins=min(30, max(5, len(spent) // 5)), color=paler(FLOW, 0.6), edgecolor="white")
    for value, ink, style, name in ((np.median(spent), FLOW, "-", "median"), (own[0], DARK, "--", "base")):
        if np.isfinite(value):
            ax.axvline(value / kind.unit, color=ink, lw=1.8, ls=style, label=f"{name} {kind.said(float(value))}")
    plain(ax, "y")
    ax.set(xlabel=f"{kind.name} spent in {shown(period, 20)}", ylabel="cases")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(fontsize=SMALL_PT, labelcolor=SOFT)
    return figure
