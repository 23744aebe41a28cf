"""Tell the design of a sweep from its cases: inputs one at a time, a grid, samples; and so which pictures fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .sweep_frames import EPSILON, given, is_numeric, lone, ordered
from .sweep_words import readable, step_of

FEWEST_SAMPLES = 8
_DISTINCT = 0.8  # share of rows with a value of its own from which an input counts as sampled


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


def design(cases: pd.DataFrame, inputs: Sequence[str]) -> Design:
    """Return the design that the cases show; one that is none of the known kinds is a list of cases."""
    has = given(cases, inputs)
    full = cases.iloc[np.flatnonzero(has.all(axis=1))] if len(inputs) else cases.head(0)
    alone = tuple(name for name in inputs if name in lone(cases)) if len(inputs) > 1 else ()
    values = {name: ordered(full[name].tolist()) for name in inputs}
    size = int(np.prod([max(1, len(v)) for v in values.values()]))
    several = [name for name in inputs if len(values[name]) > 1]
    sampled = [n for n in several if is_numeric(values[n]) and len(values[n]) >= _DISTINCT * len(full)]
    samples = bool(sampled) and len(full) >= FEWEST_SAMPLES
    if len(inputs) == 1:  # values that somebody typed have few digits, drawn ones many
        samples = samples and all(float(f"{float(str(v)):.4g}") != v for v in values[inputs[0]])
    grid = len(full) > 1 and size == len(set(full[list(inputs)].itertuples(index=False, name=None))) and len(inputs) > 1
    pair = (several[0], several[1]) if grid and len(several) > 1 else None
    curves = tuple(inputs[:1]) if len(inputs) == 1 else tuple(sampled) if samples and not grid else ()
    words = _words(cases, full, alone, several, grid=grid, samples=samples)
    return Design(
        words=words,
        alone=alone,
        pair=pair,
        curves=curves,
        ceilings=any(name.rstrip("*+") == EPSILON for name in inputs),
        samples=samples and not grid,
    )


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
