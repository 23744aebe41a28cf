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
from .style import settled
from .sweep_axes import HIGH, LOW, NEUTRAL, PT, SMALL_PT, blank, canvas, keyed, named, paler, plain
from .sweep_frames import base_value, inputs_of, is_numeric, is_scale, lone, numbers, ordered, planned, slack_usd, texts
from .sweep_programme import MARK, caution, per_gw
from .sweep_words import Measure, measure, readable, step_of, valued

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


def tornado(cases: pd.DataFrame, base: pd.DataFrame, *, quantity: str = "objective_usd", most: int = 20) -> Figure:
    """Draw, for each input varied alone, the change of a quantity at its lowest and its highest value.

    The ``most`` inputs with the largest swing are drawn, that one on top. Changes of the objective within the proven
    gaps of both plans are hatched. Bars of cases that deliver or place other racks than the base are dotted, and say
    how many GW and at what cost per GW: a smaller programme is no saving.
    """
    with settled():
        heading = f"{measure(quantity, np.zeros(0)).title}: change against the base, one input at a time"
        at_base, base_slack = base_value(base, quantity)
        if np.isnan(at_base):
            return blank(heading, "The base has no plan: there is nothing to compare with.")
        rows = {
            name: _ends(name, part, quantity, base, (at_base, base_slack)) for name, part in lone(cases).items()
        }  # fmt: skip
        if not rows:
            return blank(heading, "No case varies one input alone.")
        names = sorted(rows, key=lambda name: (-_swing(rows[name]), name))
        kind = measure(quantity, np.append(numbers(cases, quantity), at_base))
        drawn = [(readable(name, step=step_of(cases)), rows[name]) for name in names[:most]]
        note = caution(pd.concat([lone(cases)[name] for name in names[:most]]), base, quantity)
        note += _WITHIN if quantity == "objective_usd" else _UNPROVEN
        return _drawn(heading, drawn, note, kind=kind, total=len(names))


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


def _swing(bars: list[_Bar]) -> float:
    changes = [0.0, *(b.change for b in bars if np.isfinite(b.change))]
    return max(changes) - min(changes)


def _drawn(heading: str, rows: list[tuple[str, list[_Bar]]], note: str, *, kind: Measure, total: int) -> Figure:
    others = [b.change for _, bars in rows for b in bars if b.programme]
    if total > len(rows):
        note = f"{total - len(rows)} more inputs change less. {note}"
    changes = np.array([b.change for _, bars in rows for b in bars])
    figure = canvas(11.0, 1.9 + 0.5 * len(rows), heading, note=note)
    ax = figure.add_subplot()
    for place, (_, bars) in enumerate(rows):
        for bar, shift in zip(bars, (-0.2, 0.2) if len(bars) > 1 else (0.0,), strict=True):
            _bar(ax, place + shift, bar, kind)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=PT - 1, parse_math=False)
    ax.set_ylim(len(rows) - 0.45, -0.55)
    plain(ax, "x")
    ax.axvline(0.0, color=DARK, lw=0.9)
    _room(ax, changes[np.isfinite(changes)] / kind.unit, others)
    named(ax, x=f"{kind.name} against the base" if kind.name else "against the base")
    ax.tick_params(axis="y", length=0)
    used = [b for _, bars in rows for b in bars if np.isfinite(b.change)]
    keys = {LOW: "lowest value", HIGH: "highest value", NEUTRAL: "only value, or text"}
    inks = [ink for ink in keys if any(b.colour == ink for b in used)]
    handles, labels = [Patch(facecolor=ink) for ink in inks], [keys[ink] for ink in inks]
    if any(not b.proven and b.change for b in used):
        handles.append(Patch(facecolor=paler(NEUTRAL, 0.35), edgecolor="white", hatch="////", linewidth=0.0))
        labels.append("within the gap")
    if others:
        handles.append(Patch(facecolor=paler(NEUTRAL, 0.35), edgecolor=NEUTRAL, hatch="....", linewidth=0.0))
        labels.append(f"{MARK} another programme")
    if handles:
        keyed(ax, handles, labels)
    return figure


def _bar(ax: Any, place: float, bar: _Bar, kind: Measure) -> None:
    """Draw a bar with its value and its change at its end; without a plan, say why in its place."""
    style: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": SMALL_PT, "color": DARK, "parse_math": False}
    if np.isnan(bar.change):
        words = f"{bar.value}: {shown(bar.status.replace('_', ' ') or 'no plan', 20)}"
        ax.annotate(words, (0.0, place), (4, 0), textcoords="offset points", **style | {"color": AVOIDABLE})
        return
    width = bar.change / kind.unit
    if bar.programme:
        ax.barh(
            place, width, 0.36, facecolor=paler(bar.colour, 0.35), edgecolor=bar.colour, hatch="....", linewidth=0.0
        )
    elif bar.proven:
        ax.barh(place, width, 0.36, color=bar.colour)
    else:
        ax.barh(place, width, 0.36, facecolor=paler(bar.colour, 0.35), edgecolor="white", hatch="////", linewidth=0.0)
    side = -1 if width < 0 else 1
    style["ha"] = "right" if width < 0 else "left"
    words = f"{bar.value}:  {kind.said(bar.change, sign=True)}"
    if bar.programme:  # across the line there is room
        other = style | {"ha": "left" if width < 0 else "right"}
        ax.annotate(f"{MARK} {bar.programme}", (0.0, place), (-4 * side, 0), textcoords="offset points", **other)
    ax.annotate(words, (width, place), (4 * side, 0), textcoords="offset points", **style)


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


def one_input(cases: pd.DataFrame, base: pd.DataFrame, input: str, *, quantity: str = "objective_usd") -> Figure:
    """Draw a quantity against the values of one input, each plan's gap as a bar down to its bound.

    Cases that vary this input alone are drawn where there are any, else all that give it.
    """
    with settled():
        heading = f"{measure(quantity, np.zeros(0)).title} against {readable(input, step=step_of(cases))}"
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
    numeric = is_numeric(distinct)
    places = np.array([float(str(v)) if numeric else float(distinct.index(v)) for v in values])
    kind = measure(quantity, np.append(y[has], at_base))
    bars = quantity in ("objective_usd", "money_usd")
    note = "Bars: the proven gap of each plan, from its objective down to its bound." if bars else ""
    words = per_gw(rows, base, quantity)
    other = np.array(list(map(bool, words)), dtype=bool)
    figure = canvas(9.0, 4.6, heading, note=caution(rows, base, quantity) + note)
    ax = figure.add_subplot()
    slack = np.where(np.isfinite(slack_usd(rows)), slack_usd(rows), 0.0)
    if bars:
        ax.vlines(
            places[has],
            (y[has] - slack[has]) / kind.unit,
            y[has] / kind.unit,
            color=paler(HIGH),
            lw=4.0 if len(values) <= 60 else 1.5,
        )
    order = np.argsort(places[has], kind="stable")
    alone = numeric and key in lone(rows) and len(distinct) == len(values)
    ax.plot(
        places[has][order],
        y[has][order] / kind.unit,
        "-o" if alone else "o",
        color=HIGH,
        ms=5 if len(values) <= 60 else 3,
        lw=1.2,
    )
    for place in np.flatnonzero(other & has) if len(values) <= _LABELLED else ():
        ax.annotate(f"{MARK} {words[place]}", (places[place], y[place] / kind.unit), (7, 5), fontsize=SMALL_PT,
                    textcoords="offset points", color=DARK, parse_math=False)  # fmt: skip
    ax.plot(places[other & has], y[other & has] / kind.unit, ".", color="white", ms=3)
    _base_line(ax, at_base / kind.unit, base_slack / kind.unit if bars else np.inf)
    _without(ax, places[~has], [s for s, there in zip(texts(rows, "status"), has, strict=True) if not there])
    plain(ax, "y")
    _value_ticks(ax, key, distinct)
    ax.margins(x=0.06, y=0.12)
    if other.any() and len(values) <= _LABELLED:
        ax.set_xlim(right=ax.get_xlim()[1] + 0.45 * np.ptp(ax.get_xlim()))
    named(ax, x=readable(key, step=step_of(rows)), y=kind.name or kind.title)
    return figure


def _value_ticks(ax: Any, key: str, distinct: list[object]) -> None:
    """Name the values on the axis where they are few, or text."""
    numeric = is_numeric(distinct)
    if numeric and len(distinct) > 12:
        return
    at = [float(str(v)) for v in distinct] if numeric else list(range(len(distinct)))
    turned: dict[str, Any] = {"rotation": 30, "ha": "right"} if not numeric and len(distinct) > 4 else {}
    ax.set_xticks(at, [valued(key, v, 18) for v in distinct], parse_math=False, **turned)


def _base_line(ax: Any, at: float, slack: float) -> None:
    """Draw the base as a line, and the band down to its bound where there is one."""
    if not np.isfinite(at):
        return
    ax.axhline(at, color=SOFT, lw=1.0, ls="--")
    ax.annotate("base", (1.0, at), (-2, 3), xycoords=("axes fraction", "data"), ha="right",
                textcoords="offset points", fontsize=SMALL_PT, color=SOFT)  # fmt: skip
    if np.isfinite(slack):
        ax.axhspan(at - slack, at, color=paler(NEUTRAL, 0.25), lw=0)


def _without(ax: Any, places: Any, statuses: list[str]) -> None:
    """Mark on the axis the values that have no plan, once for each status."""
    marks: list[Any] = []
    names: list[str] = []
    for status in dict.fromkeys(statuses):
        at = np.array([p for p, s in zip(places, statuses, strict=True) if s == status])
        names.append(f"no plan: {shown(status.replace('_', ' ') or 'not told why', 20)}")
        marks += ax.plot(at, np.zeros(len(at)), "x" if status == "infeasible" else "D", color=AVOIDABLE, ms=7, mew=2,
                         mfc="none", clip_on=False, transform=ax.get_xaxis_transform())  # fmt: skip
    if marks:
        keyed(ax, marks, names)
