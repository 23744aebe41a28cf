"""Write a sweep as one HTML page that needs no network: what was varied, how it ended, pictures, every case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimizer.errors import shown
from optimizer.plan.plan import Plan
from optimizer.units import usd

from .page.blocks import Chapter, Facts, Part
from .page.pictures import picture, pixels
from .page.skeleton import asset, filled
from .sweep_charts import one_input, tornado
from .sweep_frames import EPSILON, base_value, given, is_numeric, lone, numbers, ordered, planned, texts
from .sweep_front import pareto
from .sweep_map import CAUTION, site_frequency, site_frequency_table
from .sweep_programme import told
from .sweep_spread import fan, heat_map
from .sweep_table import cases_section, ended_table, frequency_section, gap_in_words, unplanned_table, varied_table
from .sweep_words import readable, step_of

_FEWEST_SAMPLES = 8
_DISTINCT = 0.8  # share of rows with a value of its own from which an input counts as sampled
_MOST_CURVES = 4
_MOST_SUMMED = 8  # inputs that the summary lists; more have a chapter behind the pictures


@dataclass(frozen=True)
class Design:
    """How a sweep varies its inputs.

    ``alone``: inputs varied alone by some case; ``pair``: the two inputs of a heat map, or none; ``curves``: inputs
    to draw a curve of; ``ceilings``: whether the ceiling on unused capacity is varied; ``samples``: whether there are
    enough samples of continuous inputs for a fan.
    """

    words: str
    alone: tuple[str, ...]
    pair: tuple[str, str] | None
    curves: tuple[str, ...]
    ceilings: bool
    samples: bool


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
        *([_sites(cases, base_plan)] if base_plan else []),
        *([Chapter("varied", "What was varied", [varied_table(cases, inputs)])] if len(inputs) > _MOST_SUMMED else []),
        Chapter("cases", "Cases", cases_section(cases, base, inputs, pages)),
    ]
    return filled(
        "chapters",
        title=title,
        kind="sweep",
        chapters=chapters,
        styles=[asset("page.css")],
        scripts=[asset("elements.js"), asset("tables.js")],
        facts={},
    )


def _summary(cases: pd.DataFrame, base: pd.DataFrame, inputs: Sequence[str], found: Design) -> list[Part]:
    has, gap = planned(cases), gap_in_words(cases)
    facts = [
        ("Design", found.words),
        ("Cases", f"{len(cases):,}, of which {int(has.sum()):,} have a plan" + (f"; largest gap {gap}" if gap else "")),
        ("Base", _base(base)),
    ]
    if has.any():
        low, high = (usd(float(end(numbers(cases, "objective_usd")[has]))) for end in (np.min, np.max))
        facts.append(("Cost", f"from {low} to {high}, with prices of unused capacity"))
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
    called = partial(readable, step=step_of(cases))
    if len(found.alone) > 1:
        drawn = picture(tornado(cases, base), name="tornado", label="Change of the cost for each input varied alone")
        yield Chapter("tornado", "What each input changes", [drawn])
    curves = [key for key in found.curves if key.rstrip("*+") != EPSILON][:_MOST_CURVES]
    if curves:
        heading = "Cost against an input" if len(curves) == 1 else "Cost against each input"
        drawings = [
            picture(one_input(cases, base, key), name=f"curve-{place}", label=f"Cost against {called(key)}")
            for place, key in enumerate(curves)
        ]
        yield Chapter("curves", heading, drawings)
    if found.pair:
        label = f"Cost over {called(found.pair[0])} and {called(found.pair[1])}"
        drawn = picture(heat_map(cases, *found.pair, base=base), name="grid", label=label)
        yield Chapter("grid", "Cost over two inputs", [drawn])
    if found.ceilings:
        kinds = {"money_usd": "Real money against unused capacity", "objective_usd": "Cost against unused capacity"}
        fronts = [picture(pareto(cases, base, quantity=q), name=q, label=kinds[q]) for q in kinds]
        yield Chapter("front", "Cost against unused capacity", fronts)
    if found.samples:
        drawn = picture(fan(cases, base), name="fan", label="Spending by period over the cases: bands and median")
        yield Chapter("fan", "Spending over the samples", [drawn])


def _sites(cases: pd.DataFrame, base_plan: Plan) -> Chapter:
    drawn = pixels(site_frequency(cases, base_plan), label="Map: how often each site opens")
    rows = frequency_section(site_frequency_table(cases, base_plan))
    return Chapter("sites", "How often each site opens", [CAUTION, drawn, *rows])


def design(cases: pd.DataFrame, inputs: Sequence[str]) -> Design:
    """Return the design that the cases show; one that is none of the known kinds is a list of cases."""
    has = given(cases, inputs)
    full = cases.iloc[np.flatnonzero(has.all(axis=1))] if len(inputs) else cases.head(0)
    alone = tuple(name for name in inputs if name in lone(cases)) if len(inputs) > 1 else ()
    values = {name: ordered(full[name].tolist()) for name in inputs}
    size = int(np.prod([max(1, len(v)) for v in values.values()]))
    several = [name for name in inputs if len(values[name]) > 1]
    sampled = [n for n in several if is_numeric(values[n]) and len(values[n]) >= _DISTINCT * len(full)]
    samples = bool(sampled) and len(full) >= _FEWEST_SAMPLES
    if len(inputs) == 1:  # values that somebody typed have few digits, drawn ones many
        samples = samples and all(float(f"{float(str(v)):.4g}") != v for v in values[inputs[0]])
    grid = len(full) > 1 and size == len(set(full[list(inputs)].itertuples(index=False, name=None))) and len(inputs) > 1
    pair = (several[0], several[1]) if grid and len(several) > 1 else None
    curves = tuple(inputs[:1]) if len(inputs) == 1 else tuple(sampled) if samples and not grid else ()
    words = _words(cases, full, alone, several, grid=grid, samples=samples)
    ceilings = any(name.rstrip("*+") == EPSILON for name in inputs)
    return Design(words, alone, pair, curves, ceilings, samples and not grid)


def _words(
    cases: pd.DataFrame, full: pd.DataFrame, alone: Sequence[str], several: Sequence[str], *, grid: bool, samples: bool
) -> str:
    """Say the design in a sentence's part for each kind of case."""
    parts = []
    single = sum(len(rows) for rows in lone(cases).values()) if alone else 0
    if single:
        parts.append(f"{single:,} cases with one of {len(alone):,} inputs at a time")
    if len(full) and grid:
        sides = " × ".join(str(len(ordered(full[name].tolist()))) for name in several)
        parts.append(f"a full grid of {sides} values, {len(full):,} cases")
    elif len(full) and not alone and len(full.columns) and len(several) == 1:
        parts.append(f"{len(full):,} values of {readable(several[0], step=step_of(cases))}")
    elif len(full) and samples:
        parts.append(f"{len(full):,} samples of {len(several):,} inputs at once")
    elif len(full):
        parts.append(f"{len(full):,} cases that give every input")
    rest = len(cases) - single - len(full)
    if rest > 0:
        parts.append(f"{rest:,} other cases")
    return "; ".join(parts) or "no cases"
