"""Say on a few lines what a sweep found: how its cases ended, and what each input moves."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import shown
from ..io.registers import STATUSES
from ..units import mw_years, usd
from ..view.sweep_programme import MARK, programmes, size, told
from ..view.sweep_words import is_shift, length_of, step_of

if TYPE_CHECKING:
    from .result import Sweep

_FEW = 8  # up to so many values of an input are compared one by one
_REASONS = 5
_SHOWN = 12  # inputs


@dataclass(frozen=True)
class Effect:
    """How far one input moves the mean objective and the mean unused capacity, over its values or thirds of them.

    ``other`` says what its cases place where one delivers or places other racks than the base.
    """

    name: str
    values: str
    objective_usd: tuple[float, float]
    unused_mw_years: tuple[float, float]
    other: str

    @property
    def size(self) -> float:
        """Width of the range of the objective."""
        return self.objective_usd[1] - self.objective_usd[0]


def effects(found: Sweep) -> list[Effect]:
    """Return the effect of every input with two values or more that have plans, the largest first."""
    effects = [effect for name in found.inputs if (effect := _effect(found, name)) is not None]
    return sorted(effects, key=lambda effect: (-effect.size, effect.name))


def _effect(found: Sweep, name: str) -> Effect | None:
    figures = ["objective_usd", "unused_mw_years"]
    cases = found.cases[found.cases["objective_usd"].notna()]
    given = cases.dropna(subset=[name])
    alone = given[given[found.inputs].notna().sum(axis="columns") == 1]
    if len(alone):  # cases that vary other inputs too would blur it
        given = alone
    if not len(given):
        return None
    values = given[name].drop_duplicates().sort_values(key=length_of if is_shift(name) else None)
    words = " … ".join(dict.fromkeys([_cell(values.iloc[0]), _cell(values.iloc[-1])]))
    words += f" {step_of(found.cases)}s" if is_shift(name) and pd.api.types.is_numeric_dtype(values) else ""
    if len(values) > _FEW and pd.api.types.is_float_dtype(given[name]):
        thirds = pd.qcut(given[name].rank(method="first"), 3, labels=False)
        means = given.groupby(thirds)[figures].mean()
    else:
        means = given.groupby(name)[figures].mean()
        if len(given) < len(found.cases):  # one at a time: the base is among the values
            means = pd.concat([means, found.base[figures].dropna()])
    if len(means) < 2:
        return None
    low, high = means.min(), means.max()
    ranges = [(float(low[figure]), float(high[figure])) for figure in figures]
    other = f" {MARK} {size(given, found.base)} placed" if any(programmes(given, found.base)) else ""
    return Effect(name, words, ranges[0], ranges[1], other)


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else shown(value, 20)


def ended(found: Sweep) -> str:
    """Say how many cases ended how."""
    counts = found.cases["status"].value_counts(sort=False)
    return ", ".join(f"{counts[status]} {status.replace('_', ' ')}" for status in STATUSES if status in counts)


def _base(found: Sweep) -> str:
    base = found.base.iloc[0]
    if not base["plan"]:
        return f"{base['status'].replace('_', ' ')}" + (f": {base['reason']}" if base["reason"] else "")
    return f"{usd(base['objective_usd'])}, {mw_years(base['unused_mw_years'])} unused ({base['status']})"


def _reasons(found: Sweep) -> list[str]:
    told = found.cases.loc[found.cases["reason"] != "", ["status", "reason"]]
    counts = told.value_counts().reset_index().sort_values(["count", "reason"], ascending=[False, True])
    lines = [f"{n} {s.replace('_', ' ')}: {shown(r, 160)}" for s, r, n in counts.head(_REASONS).to_numpy().tolist()]
    more = len(counts) - _REASONS
    return [*lines, f"and {more} other reasons"] if more > 0 else lines


def summary(found: Sweep) -> str:
    """Return the sweep on a few lines of plain text."""
    lines = [f"Sweep      {len(found.cases)} cases: {ended(found)}", f"Base       {_base(found)}"]
    moves = effects(found)
    if moves:
        width = min(40, max(len(effect.name) for effect in moves))
        lines.append("Inputs     mean objective and unused capacity over the values of each, largest effect first")
    for effect in moves[:_SHOWN]:
        low, high = effect.objective_usd
        least, most = effect.unused_mw_years
        lines.append(
            f"  {shown(effect.name, 40):<{width}}  {usd(low)} to {usd(high)}; {mw_years(least)} to {mw_years(most)}"
            f"  ({effect.values}){effect.other}"
        )
    if len(moves) > _SHOWN:
        lines.append(f"  and {len(moves) - _SHOWN} more that move less")
    if words := told(found.cases, found.base):
        lines.append(f"Programme  {words}")
    lines += [f"{'Reasons    ' if i == 0 else '           '}{text}" for i, text in enumerate(_reasons(found))]
    lines += [f"Warning    {fault}" for fault in found.warnings]
    return "\n".join([*lines, f"Folder     {found.folder}"])


def summary_html(found: Sweep) -> str:
    """Return the sweep as one small table for notebooks."""
    rows = [("Cases", f"{len(found.cases)}: {ended(found)}"), ("Base", _base(found))]
    for effect in effects(found)[:_SHOWN]:
        low, high = effect.objective_usd
        rows.append((effect.name, f"{usd(low)} to {usd(high)} ({effect.values}){effect.other}"))
    rows += [("Programme", words)] if (words := told(found.cases, found.base)) else []
    rows += [("Reason", text) for text in _reasons(found)]
    body = "".join(
        f'<tr><th style="text-align:left">{escape(shown(k, 60))}</th><td>{escape(shown(v, 200))}</td></tr>'
        for k, v in rows
    )
    return f"<table>{body}</table>"
