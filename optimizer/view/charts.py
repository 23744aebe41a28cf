"""Draw what a plan deploys by period and what it costs by term, as figures for slides, notebooks and the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.account.quantities import Quantities, quantities
from optimizer.errors import shown
from optimizer.io.registers import PRICES, term_words
from optimizer.plan.plan import Plan
from optimizer.plan.summary import waits_by_rule
from optimizer.units import aligned, money_unit, power_unit

from .palette import AVOIDABLE, BORDER, CREDIT, DARK, ENERGISED, SOFT, SPENT, vendor_colours
from .style import PT, bare, empty, hatched, note, settled

_WIDTH = 0.27  # of a bar; a period is 1 wide
_LETTERED = 10  # periods up to which each bar carries its letter and its number


@settled()
def stack_deployment(plan: Plan) -> Figure:
    """Draw IT power delivered, energised and in service by vendor and period, and below it what waits.

    The last strip splits the waiting of the whole horizon into what nothing could avoid and what the plan chose.
    """
    seen = quantities(plan.study, plan.tables)
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    figure = empty(11.0, 7.6, layout="constrained")
    grid = figure.add_gridspec(3, 1, height_ratios=(3.3, 1.5, 0.34), hspace=0.05)
    top, middle, bottom = (figure.add_subplot(grid[row]) for row in range(3))
    _deployment(top, plan, seen, unit, name)
    _waiting(middle, seen, unit, name)
    _split(bottom, plan)
    vendors = list(seen.delivered.index)
    handles = [Patch(facecolor=vendor_colours(vendors)[v]) for v in vendors]
    handles += [Patch(facecolor="#BBBBBB", edgecolor="white", hatch="////", linewidth=0.0)]
    handles += [Patch(facecolor=ENERGISED), Patch(facecolor=SOFT)]
    names = [shown(v, 24) for v in vendors] + ["D delivered (hatched)", "E energised", "S in service (solid)"]
    labels = [f" {n}" if n.startswith("_") else n for n in names]
    figure.legend(handles, labels, loc="outside upper center", ncols=min(6, len(labels)), fontsize=PT)
    return figure


@settled()
def cost_waterfall(plan: Plan, *, discounted: bool = True) -> Figure:
    """Draw the cost of a plan term by term down to its total; discounted, that total is the objective."""
    kind = "discounted" if discounted else "undiscounted"
    terms = {term: float(value) for term, value in plan.facts["cost_usd"][kind].items() if value}
    total = sum(terms.values())
    unit, name = money_unit(max([abs(total), *map(abs, terms.values())]))
    inks = [CREDIT if usd < 0 else AVOIDABLE if term in PRICES else SPENT for term, usd in terms.items()]
    rows = [(term_words(term), usd / unit, ink) for (term, usd), ink in zip(terms.items(), inks, strict=True)]
    figure = empty(8.4, 1.9 + 0.36 * (len(rows) + 1), layout="constrained")
    ax = figure.add_subplot()
    _fall(ax, rows, total / unit)
    _plain(ax, f"Cost, {kind}" if rows else f"Cost, {kind}: every term is zero", "x")
    ax.set_xlabel(name)
    keys = {"spent": SPENT, "price of unused capacity": AVOIDABLE, "credit": CREDIT, "total": SOFT}
    handles = [Patch(facecolor=colour) for colour in keys.values()]
    figure.legend(handles, list(keys), loc="outside lower center", ncols=4, fontsize=PT)
    return figure


def _fall(ax: Any, rows: list[tuple[str, float, str]], total: float) -> None:
    """Draw a bar for each term where the one before it ended, and the total from zero."""
    ends = np.cumsum([value for _, value, _ in rows]).tolist()
    starts = [0.0, *ends[:-1]] if rows else []
    digits = 1 if max([*map(abs, ends), abs(total)]) >= 10 else 2
    for place, (start, (_, value, colour)) in enumerate(
        zip([*starts, 0.0], [*rows, ("total", total, SOFT)], strict=True)
    ):
        ax.barh(place, value, 0.62, left=start, color=colour)
        if place < len(rows):
            ax.plot([start + value] * 2, [place - 0.31, place + 1.31], color=BORDER, lw=1.0, zorder=0)
        words, weight = aligned(value, digits).replace("-", "−"), "normal" if place < len(rows) else "bold"
        note(ax, words, (max(start, start + value), place), (5, 0), va="center", fontsize=PT, weight=weight)
    labels = [*(shown(label, 40) for label, _, _ in rows), "total"]
    ax.set_yticks(range(len(labels)), labels, fontsize=PT)
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, 1.1 * min([0.0, *ends])), 1.13 * max([0.0, total, *ends]) or 1.0)
    ax.axvline(0.0, color=DARK, lw=0.8)


def _deployment(ax: Any, plan: Plan, seen: Quantities, unit: float, name: str) -> None:
    periods = list(seen.delivered.columns)
    energised = np.array([float(plan.facts["energised_mw"].get(p, 0.0)) for p in periods]) / unit
    _stack(ax, seen.delivered / unit, -_WIDTH, "delivered", pale=True)
    ax.bar(np.arange(len(periods)), energised, 0.92 * _WIDTH, color=ENERGISED, label="energised")
    _stack(ax, seen.serving / unit, _WIDTH, "in service")
    tops = np.array([seen.delivered.sum() / unit, energised, seen.serving.sum() / unit])
    _number(ax, tops, "DES")
    ax.set_ylim(0.0, 1.14 * tops.max(initial=0.0) or 1.0)
    _periods(ax, periods, below=len(periods) <= _LETTERED)
    _plain(ax, "Delivered, energised and in service at the end of each period", "y")
    ax.set_ylabel(f"IT {name}")


def _stack(ax: Any, table: pd.DataFrame, shift: float, word: str, *, pale: bool = False) -> None:
    """Stack vendors at every period; pale bars are hatched too."""
    colours, base = vendor_colours(list(table.index)), np.zeros(table.shape[1])
    for vendor in table.index:
        values = table.loc[vendor].to_numpy(dtype=np.float64)
        ink = hatched(colours[vendor], 0.72) if pale else {"color": colours[vendor]}
        places = np.arange(len(values)) + shift
        ax.bar(places, values, 0.92 * _WIDTH, bottom=base, label=f"{word} {vendor}", **ink)
        base = base + values


def _number(ax: Any, tops: Any, letters: str) -> None:
    """Write its number above each bar and its letter below, where they fit."""
    count = tops.shape[1]
    if count > _LETTERED:
        return
    points = PT - 1 if count <= 6 else 7.5
    shifts = (np.arange(len(tops)) - (len(tops) - 1) / 2) * _WIDTH
    for shift, values, letter in zip(shifts, tops, letters, strict=True):
        for place, value in enumerate(values):
            note(ax, _figure(value), (place + shift, value), (0, 2), ha="center", fontsize=points)
            if letter.strip():
                note(ax, letter, (place + shift, 0.0), (0, -11), ha="center", fontsize=9.0, color=SOFT)


def _figure(value: float) -> str:
    return aligned(value, 0 if value >= 100 or abs(value) < 5e-6 else 1)


def _waiting(ax: Any, seen: Quantities, unit: float, name: str) -> None:
    periods, total = list(seen.waiting.columns), (seen.waiting.sum() / unit).to_numpy()
    _stack(ax, seen.waiting / unit, 0.0, "waiting")
    if total.max(initial=0.0) > 0:
        _number(ax, total[None, :], " ")
    else:
        words = "No rack waits at the end of any period"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=PT + 1)
        ax.set_yticks([0.0])
    ax.set_ylim(0.0, 1.22 * total.max(initial=0.0) or 1.0)
    _periods(ax, periods, below=False)
    _plain(ax, "Delivered and not in service: racks that wait", "y")
    ax.set_ylabel(f"IT {name}")


def _split(ax: Any, plan: Plan) -> None:
    """Split the horizon's waiting into what nothing could avoid and what the plan chose, or rules forced."""
    unused = plan.facts["unused"]
    waited, least = float(unused["waiting_rack_mw_years"]), unused["unavoidable_waiting_mw_years"]
    unit, name = power_unit(waited)
    parts = [(waited, "not known what could be avoided", ENERGISED)]
    if least is not None:
        chosen = max(0.0, waited - float(least))
        parts = [
            (waited - chosen, "nothing could avoid", SOFT),
            (chosen, "by rules or by choice" if waits_by_rule(plan) else "the plan chose", AVOIDABLE),
        ]
    start, told, called = 0.0, [], {SOFT: "grey", AVOIDABLE: "orange", ENERGISED: "light"}
    for value, label, colour in parts:
        ax.barh(0, value / unit, 0.9, left=start, color=colour, label=label)
        start += value / unit
        told.append(f"{label} {_figure(value / unit)} ({called[colour]})")
    heading = f"Waiting over the horizon, {_figure(waited / unit)} {name}-years:\n{', '.join(told)}"
    _plain(ax, heading if waited > 0 else "Waiting over the horizon: none", "x")
    ax.set_xlim(0.0, start or 1.0)
    ax.set_yticks([])
    ax.set_xlabel(f"IT {name}-years")
    if waited <= 0:
        ax.set_xticks([0.0])


def _periods(ax: Any, periods: list[str], *, below: bool) -> None:
    turned = {"rotation": 45, "ha": "right"} if len(periods) > _LETTERED else {}
    ax.set_xticks(range(len(periods)), periods, fontsize=PT, **turned)
    ax.set_xlim(-0.6, len(periods) - 0.4)
    ax.tick_params(axis="x", length=0, pad=14 if below else 4)


def _plain(ax: Any, heading: str, grid: str) -> None:
    ax.set_title(heading, fontsize=PT + 1.5, loc="left", weight="bold")
    bare(ax, grid, points=PT)
