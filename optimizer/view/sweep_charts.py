"""Draw what each input of a sweep does to a quantity: a tornado over many inputs, a curve over one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.errors import shown

from .palette import AVOIDABLE, DARK, SOFT
from .style import HIGH, LOW, NEUTRAL, PT, blank, canvas, hatched, keyed, missing, note, paler, plain, settled
from .sweep_frames import (
    base_value,
    inputs_of,
    is_numeric,
    is_scale,
    lone,
    numbers,
    ordered,
    planned,
    slack_usd,
    texts,
)
from .sweep_programme import COSTS, MARK, caution, per_gw
from .sweep_words import Measure, measure, readable, step_of, title_of, valued

_WITHIN = (
    "Within the gap: the best plans of both cases may cost the same, so the bar proves nothing; "
    "it is smaller than the proven gaps."
)
_WORDS = 0.6  # of one side of the line: room on the other for words about a programme
_LABELLED = 8  # points of a curve that say their programme
_UNPROVEN = "Plans that are equally good within their gap may differ in this quantity: small bars prove nothing."


@dataclass(frozen=True)
class _Bar:
    """One end of an input: its value, the change it makes (nan without a plan), whether that is proven.

    ``programme`` says how what it delivers or places differs from the base, "" where it does not.
    """

    value: str
    change: float
    status: str
    proven: bool
    colour: str
    programme: str


@settled()
def tornado(cases: pd.DataFrame, base: pd.DataFrame, *, quantity: str = "objective_usd", most: int = 20) -> Figure:
    """Draw, for each input varied alone, the change of a quantity at its lowest and its highest value.

    The ``most`` inputs with the largest swing are drawn, that one on top. Changes of the objective within the proven
    gaps of both plans are hatched. Bars of cases that deliver or place other racks than the base are dotted, and say
    how many GW and at what cost per GW: a smaller programme is no saving.
    """
    heading = f"{title_of(quantity)}: change against the base, one input at a time"
    at_base = base_value(base, quantity)
    if np.isnan(at_base[0]):
        return blank(heading, "The base has no plan: there is nothing to compare with.")
    alone = lone(cases)
    rows = {name: _ends(name, part, quantity, base, at_base) for name, part in alone.items()}
    if not rows:
        return blank(heading, "No case varies one input alone.")
    changes = {name: [0.0, *(b.change for b in bars if np.isfinite(b.change))] for name, bars in rows.items()}
    names = sorted(rows, key=lambda name: (min(changes[name]) - max(changes[name]), name))
    kind = measure(quantity, np.append(numbers(cases, quantity), at_base[0]))
    drawn = [(readable(name, step=step_of(cases)), rows[name]) for name in names[:most]]
    words = caution(pd.concat([alone[name] for name in names[:most]]), base, quantity)
    words += _WITHIN if quantity == "objective_usd" else _UNPROVEN
    if len(names) > most:
        words = f"{len(names) - most} more inputs change less. {words}"
    return _drawn(heading, drawn, words, kind)


def _ends(name: str, rows: pd.DataFrame, quantity: str, base: pd.DataFrame, at_base: tuple[float, float]) -> list[_Bar]:
    """Return the bars of an input: at its lowest and highest value, or where text changes the quantity most."""
    rows = rows.drop_duplicates(name)
    values, has, slack = rows[name].tolist(), planned(rows, quantity), slack_usd(rows)
    change = np.where(has, numbers(rows, quantity) - at_base[0], np.nan)
    proven = np.ones(len(rows), dtype=bool)
    if quantity == "objective_usd":  # the best plans' difference lies between change − slack and change + the base's
        proven = (change - slack > 0) | (change + at_base[1] < 0)
    order = [values.index(v) for v in ordered(values)]
    if not is_scale(values):
        order = sorted((i for i in order if has[i]), key=lambda i: float(change[i])) or order
    ends, status = list(dict.fromkeys([order[0], order[-1]])), texts(rows, "status")
    words, step = per_gw(rows, base, quantity), step_of(rows)
    inks = [LOW, HIGH] if is_scale(values) and len(ends) == 2 else [NEUTRAL] * len(ends)
    return [
        _Bar(valued(name, values[i], step=step), float(change[i]), status[i], bool(proven[i]), ink, words[i])
        for i, ink in zip(ends, inks, strict=True)
    ]


def _drawn(heading: str, rows: list[tuple[str, list[_Bar]]], words: str, kind: Measure) -> Figure:
    bars = [bar for _, ends in rows for bar in ends]
    others = [bar.change for bar in bars if bar.programme]
    used = [bar for bar in bars if np.isfinite(bar.change)]
    figure = canvas(11.0, 1.9 + 0.5 * len(rows), heading, note=words)
    ax = figure.add_subplot()
    for place, (_, ends) in enumerate(rows):
        for bar, shift in zip(ends, (-0.2, 0.2) if len(ends) > 1 else (0.0,), strict=True):
            _bar(ax, place + shift, bar, kind)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=PT - 1)
    ax.set_ylim(len(rows) - 0.45, -0.55)
    plain(ax, "x")
    ax.axvline(0.0, color=DARK, lw=0.9)
    _room(ax, np.array([bar.change for bar in used]) / kind.unit, others)
    ax.set_xlabel(f"{kind.name} against the base".strip())
    ax.tick_params(axis="y", length=0)
    inks = {LOW: "lowest value", HIGH: "highest value", NEUTRAL: "only value, or text"}
    keys = [(Patch(facecolor=ink), said) for ink, said in inks.items() if any(bar.colour == ink for bar in used)]
    if any(not bar.proven and bar.change for bar in used):
        keys.append((Patch(**hatched(NEUTRAL)), "within the gap"))
    if others:
        keys.append((Patch(**hatched(NEUTRAL, hatch="....", edge=NEUTRAL)), f"{MARK} another programme"))
    if keys:
        keyed(ax, *map(list, zip(*keys, strict=True)))
    return figure


def _bar(ax: Any, place: float, bar: _Bar, kind: Measure) -> None:
    """Draw a bar with its value and its change at its end; without a plan, say why in its place."""
    if np.isnan(bar.change):
        words = f"{bar.value}: {shown(bar.status.replace('_', ' ') or 'no plan', 20)}"
        note(ax, words, (0.0, place), (4, 0), va="center", color=AVOIDABLE)
        return
    width, ink = bar.change / kind.unit, {"color": bar.colour} if bar.proven else hatched(bar.colour)
    if bar.programme:
        ink = hatched(bar.colour, hatch="....", edge=bar.colour)
    ax.barh(place, width, 0.36, **ink)
    side, near, far = (-1, "right", "left") if width < 0 else (1, "left", "right")
    if bar.programme:  # across the line there is room
        note(ax, f"{MARK} {bar.programme}", (0.0, place), (-4 * side, 0), va="center", ha=far)
    note(ax, f"{bar.value}:  {kind.said(bar.change, sign=True)}", (width, place), (4 * side, 0), va="center", ha=near)


def _room(ax: Any, changes: Any, across: Sequence[float]) -> None:
    """Leave room for words at both ends of the bars, and across the line from those of another programme."""
    low, high = min(0.0, changes.min(initial=0.0)), max(0.0, changes.max(initial=0.0))
    span = (high - low) or 1.0
    left, right = (0.34 if low < 0 else 0.02) * span - low, high + 0.34 * span
    if any(change < 0 for change in across):
        right = max(right, _WORDS * left)
    if any(change >= 0 for change in across):
        left = max(left, _WORDS * right)
    ax.set_xlim(-left, right)


@settled()
def one_input(cases: pd.DataFrame, base: pd.DataFrame, input: str, *, quantity: str = "objective_usd") -> Figure:
    """Draw a quantity against the values of one input, each plan's gap as a bar down to its bound.

    Cases that vary this input alone are drawn where there are any, else all that give it.
    """
    heading = f"{title_of(quantity)} against {readable(input, step=step_of(cases))}"
    if input not in inputs_of(cases):
        return blank(heading, f"The cases do not vary {shown(input)}.")
    rows = lone(cases).get(input, cases)
    places = ordered(rows[input].tolist())
    rows = rows[[value in places for value in rows[input].tolist()]]
    if not len(rows):
        return blank(heading, "No case gives this input.")
    return _curve(heading, rows, base, input, quantity)


def _curve(heading: str, rows: pd.DataFrame, base: pd.DataFrame, key: str, quantity: str) -> Figure:
    at_base, base_slack = base_value(base, quantity)
    values, has, y = rows[key].tolist(), planned(rows, quantity), numbers(rows, quantity)
    distinct = ordered(values)
    numeric, few = is_numeric(distinct), len(values) <= 60
    places = np.array([float(str(v)) if numeric else float(distinct.index(v)) for v in values])
    kind = measure(quantity, np.append(y[has], at_base))
    y /= kind.unit
    bars = quantity in COSTS
    below = "Bars: the proven gap of each plan, from its objective down to its bound." if bars else ""
    words = per_gw(rows, base, quantity)
    other = has & np.array(list(map(bool, words)), dtype=bool)
    figure = canvas(9.0, 4.6, heading, note=caution(rows, base, quantity) + below)
    ax = figure.add_subplot()
    if bars:
        slack = np.nan_to_num(slack_usd(rows), posinf=0.0) / kind.unit
        ax.vlines(places[has], (y - slack)[has], y[has], color=paler(HIGH), lw=4.0 if few else 1.5)
    order = np.argsort(places[has], kind="stable")
    alone = numeric and key in lone(rows) and len(distinct) == len(values)
    style = "-o" if alone else "o"
    ax.plot(places[has][order], y[has][order], style, color=HIGH, ms=5 if few else 3, lw=1.2)
    labelled = np.flatnonzero(other) if len(values) <= _LABELLED else ()
    for place in labelled:
        note(ax, f"{MARK} {words[place]}", (places[place], y[place]), (7, 5))
    ax.plot(places[other], y[other], ".", color="white", ms=3)
    if np.isfinite(at_base):  # a line, and the band down to its bound where there is one
        level = at_base / kind.unit
        ax.axhline(level, color=SOFT, lw=1.0, ls="--")
        note(ax, "base", (1.0, level), (-2, 3), xycoords=("axes fraction", "data"), ha="right", color=SOFT)
        if bars and np.isfinite(base_slack):
            ax.axhspan(level - base_slack / kind.unit, level, color=paler(NEUTRAL, 0.25), lw=0)
    _without(ax, places[~has], [s for s, there in zip(texts(rows, "status"), has, strict=True) if not there])
    plain(ax, "y")
    _value_ticks(ax, key, distinct)
    ax.margins(x=0.06, y=0.12)
    if len(labelled):
        ax.set_xlim(right=ax.get_xlim()[1] + 0.45 * np.ptp(ax.get_xlim()))
    ax.set(xlabel=readable(key, step=step_of(rows)), ylabel=kind.name or kind.title)
    return figure


def _value_ticks(ax: Any, key: str, distinct: list[object]) -> None:
    """Name the values on the axis where they are few, or text."""
    numeric = is_numeric(distinct)
    if numeric and len(distinct) > 12:
        return
    at = [float(str(v)) for v in distinct] if numeric else list(range(len(distinct)))
    turned: dict[str, Any] = {"rotation": 30, "ha": "right"} if not numeric and len(distinct) > 4 else {}
    ax.set_xticks(at, [valued(key, v, 18) for v in distinct], **turned)


def _without(ax: Any, places: Any, statuses: list[str]) -> None:
    """Mark on the axis the values that have no plan, once for each status."""
    marks: list[Any] = []
    names: list[str] = []
    for status in dict.fromkeys(statuses):
        at = [p for p, s in zip(places, statuses, strict=True) if s == status]
        names.append(f"no plan: {shown(status.replace('_', ' ') or 'not told why', 20)}")
        marks += missing(ax, at, status, ms=7)
    if marks:
        keyed(ax, marks, names)
