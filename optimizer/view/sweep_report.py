"""Write a sweep as one HTML page that needs no network: what was varied, how it ended, pictures, every case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimizer.errors import shown
from optimizer.plan.plan import Plan
from optimizer.units import usd

from .page.blocks import Chapter, Drawing, Facts, Part
from .page.pictures import picture, pixels
from .page.skeleton import asset, filled
from .sweep_charts import one_input, tornado
from .sweep_design import Design, design
from .sweep_frames import EPSILON, base_value, numbers, planned, texts
from .sweep_front import pareto
from .sweep_map import CAUTION, site_frequency, site_frequency_table
from .sweep_programme import told
from .sweep_spread import fan, heat_map
from .sweep_table import cases_section, ended_table, frequency_section, gap_in_words, unplanned_table, varied_table
from .sweep_words import readable, step_of

_MOST_CURVES = 4
_MOST_SUMMED = 8  # inputs that the summary lists; more have a chapter behind the pictures


def sweep_page(
    cases: pd.DataFrame,
    base: pd.DataFrame,
    inputs: Sequence[str],
    base_plan: Plan | None,
    *,
    title: str,
    pages: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Return the page of a sweep, the same text for the same tables; links lead to the plans' folders beside it.

    Pictures are those that fit the design; without ``base_plan`` there is no map. ``pages`` names, by the folder of
    a plan, the pages in it that are to be linked.
    """
    found = design(cases, inputs)
    chapters = [
        Chapter("summary", "Summary", _summary(cases, base, inputs, found)),
        *_pictures(cases, base, found),
        *_sites(cases, base_plan),
        *([Chapter("varied", "What was varied", [varied_table(cases, inputs)])] if len(inputs) > _MOST_SUMMED else []),
        Chapter("cases", "Cases", cases_section(cases, base, inputs, pages)),
    ]
    return filled(
        "chapters",
        title=title,
        kind="sweep",
        chapters=chapters,
        styles=[asset("page.css")],
        scripts=[asset("tables.js")],
        facts={},
    )


def _summary(cases: pd.DataFrame, base: pd.DataFrame, inputs: Sequence[str], found: Design) -> list[Part]:
    has = planned(cases)
    gap = gap_in_words(cases)
    facts = [
        ("Design", found.words),
        ("Cases", f"{len(cases):,}, of which {int(has.sum()):,} have a plan" + (f"; largest gap {gap}" if gap else "")),
        ("Base", _base(base)),
    ]
    if has.any():
        cost = numbers(cases, "objective_usd")[has]
        facts.append(
            ("Cost", f"from {usd(float(cost.min()))} to {usd(float(cost.max()))}, with prices of unused capacity")
        )
    if words := told(cases, base):
        facts.append(("Programme", words))
    parts: list[Part] = [Facts([(name, shown(words, 400)) for name, words in facts])]
    if 0 < len(inputs) <= _MOST_SUMMED:
        parts.append(varied_table(cases, inputs))
    if len(cases):
        parts.append(ended_table(cases))
    return [*parts, *unplanned_table(cases, inputs)]


def _base(base: pd.DataFrame) -> str:
    """Return the base's cost and what it leaves unused, or why it has no plan."""
    cost = base_value(base, "objective_usd")[0]
    if np.isnan(cost):
        status = (texts(base, "status") or [""])[0].replace("_", " ")
        return f"no plan: {status}" if status else "no plan"
    words, money, gap = usd(cost), base_value(base, "money_usd")[0], gap_in_words(base)
    words += "" if np.isnan(money) else f", of it real money {usd(money)}"
    return words + (f"; gap {gap}" if gap else "")


def _pictures(cases: pd.DataFrame, base: pd.DataFrame, found: Design) -> Iterator[Chapter]:
    """Draw what fits the design."""
    if len(found.alone) > 1:
        drawn = picture(tornado(cases, base), name="tornado", label="Change of the cost for each input varied alone")
        yield Chapter("tornado", "What each input changes", [drawn])
    curves = [key for key in found.curves if key.rstrip("*+") != EPSILON][:_MOST_CURVES]
    if curves:
        heading = "Cost against an input" if len(curves) == 1 else "Cost against each input"
        yield Chapter("curves", heading, [_curve(cases, base, key, place) for place, key in enumerate(curves)])
    if found.pair:
        names = [readable(key, step=step_of(cases)) for key in found.pair]
        label = f"Cost over {names[0]} and {names[1]}"
        drawn = picture(heat_map(cases, *found.pair, base=base), name="grid", label=label)
        yield Chapter("grid", "Cost over two inputs", [drawn])
    if found.ceilings:
        kinds = {"money_usd": "Real money against unused capacity", "objective_usd": "Cost against unused capacity"}
        fronts = [picture(pareto(cases, base, quantity=q), name=q, label=kinds[q]) for q in kinds]
        yield Chapter("front", "Cost against unused capacity", fronts)
    if found.samples:
        drawn = picture(fan(cases, base), name="fan", label="Spending by period over the cases: bands and median")
        yield Chapter("fan", "Spending over the samples", [drawn])


def _curve(cases: pd.DataFrame, base: pd.DataFrame, key: str, place: int) -> Drawing:
    return picture(
        one_input(cases, base, key), name=f"curve-{place}", label=f"Cost against {readable(key, step=step_of(cases))}"
    )


def _sites(cases: pd.DataFrame, base_plan: Plan | None) -> Iterator[Chapter]:
    if base_plan is None:
        return
    drawn = pixels(site_frequency(cases, base_plan), label="Map: how often each site opens")
    rows = frequency_section(site_frequency_table(cases, base_plan))
    yield Chapter("sites", "How often each site opens", [CAUTION, drawn, *rows])
