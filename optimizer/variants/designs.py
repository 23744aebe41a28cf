"""Lay out cases: the full grid, one key at a time, and samples that fill a space."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Fault, InputError
from .selector import Refusal, parse_key

SEED = 26
MAX_CASES = 100_000
Ranges = Mapping[str, tuple[float, float]]


def grid(varied: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """Return a case for every combination of the values given for each key, the last key fastest.

    Raises InputError where a key has no values.
    """
    values = _given(varied)
    _check_number(math.prod(len(v) for v in values.values()))
    return pd.DataFrame(list(product(*values.values())), columns=list(values))


def one_at_a_time(varied: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """Return a case for each value of each key, all other keys left as in the study.

    Raises InputError where a key has no values.
    """
    values = _given(varied)
    _check_number(sum(len(v) for v in values.values()))
    rows = [{key: value} for key, several in values.items() for value in several]
    return pd.DataFrame(rows, columns=list(values))


def latin_hypercube(ranges: Ranges, *, samples: int, seed: int = SEED) -> pd.DataFrame:
    """Return samples that put one value of each key into each of as many equal slices of its range.

    Keys that take whole numbers get whole numbers. Raises InputError where a range or their number is none.
    """
    from scipy.stats import qmc

    _check(ranges, samples)
    return _scaled(ranges, qmc.LatinHypercube(len(ranges), seed=np.random.default_rng(seed)).random(samples))


def sobol(ranges: Ranges, *, samples: int, seed: int = SEED) -> pd.DataFrame:
    """Return the first samples of a scrambled Sobol sequence; a power of two covers the ranges most evenly.

    Keys that take whole numbers get whole numbers. Raises InputError where a range or their number is none.
    """
    from scipy.stats import qmc

    _check(ranges, samples)
    engine = qmc.Sobol(len(ranges), scramble=True, seed=np.random.default_rng(seed))
    return _scaled(ranges, engine.random_base2(math.ceil(math.log2(samples)))[:samples])


def _scaled(ranges: Ranges, shares: np.ndarray) -> pd.DataFrame:
    """Stretch shares from 0 to 1 over the ranges; whole numbers are all equally likely."""
    columns: dict[str, Any] = {}
    for place, (key, (low, high)) in enumerate(ranges.items()):
        if _is_whole(key):
            first, last = math.ceil(low), math.floor(high)
            columns[key] = np.minimum(first + np.floor(shares[:, place] * (last - first + 1)), last).astype(int)
        else:
            rounded = [float(f"{v:.9g}") for v in (low + shares[:, place] * (high - low)).tolist()]
            columns[key] = np.clip(rounded, low, high)
    return pd.DataFrame(columns, columns=list(ranges))


def _is_whole(key: str) -> bool:
    try:
        return parse_key(key).is_whole
    except Refusal:  # told when the cases are made
        return False


def _given(varied: Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    """Return the values of each key; one that is no list is a list of one."""
    values: dict[str, list[object]] = {}
    for key, several in varied.items():
        alone = isinstance(several, str) or not hasattr(several, "__iter__")
        values[str(key)] = [several] if alone else list(several)
    empty = [key for key, several in values.items() if not several]
    faults = [Fault("cases", "has no values", None, key, cure="give at least one") for key in empty]
    if faults or not values:
        raise InputError(faults or [Fault("cases", "vary nothing", cure='pass {"policy.max_sites": [20, 30, 40]}')])
    return values


def _check_number(cases: int) -> None:
    if cases > MAX_CASES:
        cure = "vary fewer values, or draw samples of their ranges"
        raise InputError([Fault("cases", f"are {cases:,}, more than {MAX_CASES:,}", cure=cure)])


def _check(ranges: Ranges, samples: int) -> None:
    """Raise InputError naming every range that is none, and a number of samples that can't be drawn."""
    faults = []
    if not 1 <= samples <= MAX_CASES:
        faults.append(Fault("samples", f"is not from 1 to {MAX_CASES:,}", value=str(samples), cure="write 32"))
    for key, ends in ranges.items():
        try:
            low, high = (float(end) for end in ends)
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        shown = ", ".join(str(end) for end in ends) if isinstance(ends, (tuple, list)) else str(ends)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            cure = "give two numbers, the lower one first"
            faults.append(Fault("cases", "is no range", None, key, shown, cure))
        elif _is_whole(key) and math.floor(high) < math.ceil(low):
            faults.append(Fault("cases", "holds no whole number", None, key, shown, "widen the range"))
    if not ranges:
        faults.append(Fault("cases", "vary nothing", cure='pass {"money.discount_rate": (0.06, 0.1)}'))
    if faults:
        raise InputError(faults)
