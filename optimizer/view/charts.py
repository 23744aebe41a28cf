"""Draw what a plan deploys by period and what it costs by term, as figures for slides, notebooks and the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.account.quantities import Quantities, quantities
from optimizer.errors import shown
from optimizer.io.registers import PRICES, term_words
from optimizer.plan.plan import Plan
from optimizer.plan.summary import waits_by_rule
from optimizer.units import aligned, money_unit, power_unit

from .palette import AVOIDABLE, BORDER, CREDIT, DARK, ENERGISED, SOFT, SPENT, vendor_colours
from .style import Picture, settled

_WIDTH = 0.27  # of a bar; a period is 1 wide
_LETTERED = 10  # periods up to which each bar carries its letter and its number
_PT = 11.0


def stack_deployment(plan: Plan) -> Figure:
    """Draw IT power delivered, energised and in service by vendor and period, and below it what waits.

    The last strip splits the waiting of the whole horizon into what nothing could avoid and what the plan chose.
    """
    seen = quantities(plan.study, plan.tables)
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    with settled():
        figure = Picture(figsize=(11.0, 7.6), facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(3, 1, height_ratios=(3.3, 1.5, 0.34), hspace=0.05)
        top, middle, bottom = (figure.add_subplot(grid[row]) for row in range(3))
        _deployment(top, plan, seen, unit, name)
        _waiting(middle, seen, unit, name)
        _split(bottom, plan)
        _legend(figure, list(seen.delivered.index))
        return figure


def cost_waterfall(plan: Plan, *, discounted: bool = True) -> Figure:
    """Draw the cost of a plan term by term down to its total; discounted, that total is the objective."""
    kind = "discounted" if discounted else "undiscounted"
    terms = {term: float(value) for term, value in plan.facts["cost_usd"][kind].items() if value}
    total = sum(terms.values())
    unit, name = money_unit(max([abs(total), *map(abs, terms.values())]))
    rows = [(term_words(term), value / unit, _money_colour(term, value)) for term, value in terms.items()]
    with settled():
        figure = Picture(figsize=(8.4, 1.9 + 0.36 * (len(rows) + 1)), facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        _fall(ax, rows, total / unit)
        _plain(ax, f"Cost, {kind}" if rows else f"Cost, {kind}: every term is zero", "x")
        ax.set_xlabel(name, fontsize=_PT, color=DARK)
        keys = {"spent": SPENT, "price of unused capacity": AVOIDABLE, "credit": CREDIT, "total": SOFT}
        handles = [Patch(facecolor=colour) for colour in keys.values()]
        figure.legend(
            handles, list(keys), loc="outside lower center", ncols=4, frameon=False, fontsize=_PT, labelcolor=DARK
        )
        return figure


def _money_colour(term: str, value: float) -> str:
    if value < 0:
        return CREDIT
    return AVOIDABLE if term in PRICES else SPENT


def _fall(ax: Any, rows: list[tuple[str, float, str]], total: float) -> None:
    """Draw a bar for each term where the one before it ended, and the total from zero."""
    ends = np.cumsum([value for _, value, _ in rows]).tolist()
    starts = [0.0, *ends[:-1]] if rows else []
    labels = [*(label for label, _, _ in rows), "total"]
    for place, (start, (_, value, colour)) in enumerate(zip(starts, rows, strict=True)):
        ax.barh(place, value, 0.62, left=start, color=colour)
        ax.plot([start + value] * 2, [place - 0.31, place + 1.31], color=BORDER, lw=1.0, zorder=0)
    ax.barh(len(rows), total, 0.62, color=SOFT)
    tops = [*(max(start, end) for start, end in zip(starts, ends, strict=True)), max(total, 0.0)]
    digits = 1 if max([*map(abs, ends), abs(total)]) >= 10 else 2
    for place, (top, value) in enumerate(zip(tops, [*(v for _, v, _ in rows), total], strict=True)):
        words = aligned(value, digits).replace("-", "−")
        weight = "bold" if place == len(rows) else "normal"
        ax.annotate(words, (top, place), (5, 0), textcoords="offset points", va="center", fontsize=_PT, color=DARK,
                    weight=weight)  # fmt: skip
    ax.set_yticks(range(len(labels)), [shown(label, 40) for label in labels], fontsize=_PT, parse_math=False)
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, 1.1 * min([0.0, *ends])), 1.13 * max([0.0, *tops]) or 1.0)
    ax.axvline(0.0, color=DARK, lw=0.8)


def _deployment(ax: Any, plan: Plan, seen: Quantities, unit: float, name: str) -> None:
    periods = list(seen.delivered.columns)
    energised = np.array([float(plan.facts["energised_mw"].get(p, 0.0)) for p in periods]) / unit
    _stack(ax, seen.delivered / unit, -_WIDTH, "delivered", hatch="////")
    ax.bar(np.arange(len(periods)), energised, 0.92 * _WIDTH, color=ENERGISED, label="energised")
    _stack(ax, seen.serving / unit, _WIDTH, "in service")
    tops = np.array([seen.delivered.sum() / unit, energised, seen.serving.sum() / unit])
    _number(ax, tops, "DES")
    ax.set_ylim(0.0, 1.14 * tops.max(initial=0.0) or 1.0)
    _periods(ax, periods, below=len(periods) <= _LETTERED)
    _plain(ax, "Delivered, energised and in service at the end of each period", "y")
    ax.set_ylabel(f"IT {name}", fontsize=_PT, color=DARK)


def _stack(ax: Any, table: pd.DataFrame, shift: float, word: str, *, hatch: str | None = None) -> None:
    """Stack vendors at every period; hatched bars are paler too."""
    colours, base = vendor_colours(list(table.index)), np.zeros(table.shape[1])
    for vendor in table.index:
        values = table.loc[vendor].to_numpy(dtype=np.float64)
        style = {"facecolor": _paler(colours[vendor]), "edgecolor": "white", "hatch": hatch, "linewidth": 0.0}
        ax.bar(np.arange(len(values)) + shift, values, 0.92 * _WIDTH, bottom=base, label=f"{word} {vendor}",
               **(style if hatch else {"color": colours[vendor]}))  # fmt: skip
        base = base + values


def _paler(colour: str) -> tuple[float, ...]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(0.72 * part + 0.28 for part in parts)


def _number(ax: Any, tops: Any, letters: str) -> None:
    """Write its number above each bar and its letter below, where they fit."""
    count = tops.shape[1]
    if count > _LETTERED:
        return
    points = _PT - 1 if count <= 6 else 7.5
    shifts = (np.arange(len(tops)) - (len(tops) - 1) / 2) * _WIDTH
    for shift, values, letter in zip(shifts, tops, letters, strict=True):
        for place, value in enumerate(values):
            ax.annotate(_figure(value), (place + shift, value), (0, 2), textcoords="offset points", ha="center",
                        fontsize=points, color=DARK)  # fmt: skip
            if letter.strip():
                ax.annotate(letter, (place + shift, 0.0), (0, -11), textcoords="offset points", ha="center",
                            fontsize=9.0, color=SOFT)  # fmt: skip


def _figure(value: float) -> str:
    return aligned(value, 0 if value >= 100 or abs(value) < 5e-6 else 1)


def _waiting(ax: Any, seen: Quantities, unit: float, name: str) -> None:
    periods, total = list(seen.waiting.columns), (seen.waiting.sum() / unit).to_numpy()
    _stack(ax, seen.waiting / unit, 0.0, "waiting")
    if total.max(initial=0.0) > 0:
        _number(ax, total[None, :], " ")
    else:
        ax.text(0.5, 0.5, "No rack waits at the end of any period", transform=ax.transAxes, ha="center",
                va="center", fontsize=_PT + 1, color=DARK)  # fmt: skip
        ax.set_yticks([0.0])
    ax.set_ylim(0.0, 1.22 * total.max(initial=0.0) or 1.0)
    _periods(ax, periods, below=False)
    _plain(ax, "Delivered and not in service: racks that wait", "y")
    ax.set_ylabel(f"IT {name}", fontsize=_PT, color=DARK)


def _split(ax: Any, plan: Plan) -> None:
    """Split the horizon's waiting into what nothing could avoid and what the plan chose, or rules forced."""
    waited, least = float(plan.facts["unused"]["waiting_rack_mw_years"]), _unavoidable(plan)
    unit, name = power_unit(waited)
    parts = [(waited, "not known what could be avoided", ENERGISED)]
    if least is not None:
        chosen = max(0.0, waited - least)
        parts = [
            (waited - chosen, "nothing could avoid", SOFT),
            (chosen, "by rules or by choice" if waits_by_rule(plan) else "the plan chose", AVOIDABLE),
        ]
    start, words = 0.0, []
    for value, label, colour in parts:
        ax.barh(0, value / unit, 0.9, left=start, color=colour, label=label)
        start += value / unit
        words.append(f"{label} {_figure(value / unit)}")
    keys = {SOFT: "grey", AVOIDABLE: "orange", ENERGISED: "light"}
    told = ", ".join(f"{w} ({keys[c]})" for w, (_, _, c) in zip(words, parts, strict=True))
    heading = f"Waiting over the horizon, {_figure(waited / unit)} {name}-years:\n{told}"
    _plain(ax, heading if waited > 0 else "Waiting over the horizon: none", "x")
    ax.set_xlim(0.0, start or 1.0)
    ax.set_yticks([])
    ax.set_xlabel(f"IT {name}-years", fontsize=_PT, color=DARK)
    if waited <= 0:
        ax.set_xticks([0.0])


def _unavoidable(plan: Plan) -> float | None:
    least = plan.facts["unused"]["unavoidable_waiting_mw_years"]
    return None if least is None else float(least)


def _periods(ax: Any, periods: list[str], *, below: bool) -> None:
    turned = {"rotation": 45, "ha": "right"} if len(periods) > _LETTERED else {}
    ax.set_xticks(range(len(periods)), periods, fontsize=_PT, **turned)
    ax.set_xlim(-0.6, len(periods) - 0.4)
    ax.tick_params(axis="x", length=0, pad=14 if below else 4)


def _plain(ax: Any, heading: str, grid: str) -> None:
    """Leave what reading needs: a heading, a grid along the values, no frame."""
    ax.set_title(heading, fontsize=_PT + 1.5, color=DARK, loc="left", weight="bold", parse_math=False)
    ax.grid(axis=grid, color=BORDER, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.set_facecolor("none")
    ax.tick_params(colors=DARK, labelsize=_PT)
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)


def _legend(figure: Any, vendors: list[str]) -> None:
    colours = vendor_colours(vendors)
    handles = [Patch(facecolor=colours[v]) for v in vendors]
    handles += [Patch(facecolor="#BBBBBB", edgecolor="white", hatch="////", linewidth=0.0)]
    handles += [Patch(facecolor=ENERGISED), Patch(facecolor=SOFT)]
    names = [shown(v, 24) for v in vendors] + ["D delivered (hatched)", "E energised", "S in service (solid)"]
    labels = [f" {n}" if n.startswith("_") else n for n in names]
    columns = min(6, len(labels))
    box = figure.legend(handles, labels, loc="outside upper center", ncols=columns, frameon=False, fontsize=_PT)
    for text in box.get_texts():
        text.set_parse_math(False)
        text.set_color(DARK)
