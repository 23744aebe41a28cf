"""Read the table of a sweep's cases: inputs, rows with a plan, rows that vary one input alone, proven gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PLANNED = ("optimal", "feasible")
EPSILON = "policy.max_unused_mw_years"
"""The input that draws the front of cost against unused capacity: a ceiling on unused MW-years."""


def inputs_of(cases: pd.DataFrame) -> list[str]:
    """Return the inputs: the columns between ``case`` and ``status``; none where either is missing."""
    columns = [str(c) for c in cases.columns]
    if "case" not in columns or "status" not in columns:
        return []
    return columns[columns.index("case") + 1 : columns.index("status")]


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Return a column as floats, nan where it is missing, empty, infinite or no number."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text, "" where it is missing or empty."""
    if column not in frame.columns:
        return [""] * len(frame)
    return ["" if _is_empty(value) else str(value) for value in frame[column].tolist()]


def given(cases: pd.DataFrame, inputs: Sequence[str]) -> Flags:
    """Return, by case and input, whether the case gives the input; what it leaves empty has the base's value."""
    rows = [[not _is_empty(value) for value in cases[name].tolist()] for name in inputs]
    return np.array(rows, dtype=bool).reshape(len(inputs), len(cases)).T


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value


def planned(frame: pd.DataFrame, quantity: str = "objective_usd") -> Flags:
    """Return, by row, whether it has a plan and a number for the quantity."""
    has = np.array([status in PLANNED for status in texts(frame, "status")], dtype=bool)
    return has & np.isfinite(numbers(frame, quantity))


def slack_usd(frame: pd.DataFrame) -> Floats:
    """Return how far below its objective each row's bound lies, in USD; infinite where nothing is proven."""
    slack = numbers(frame, "objective_usd") - numbers(frame, "bound_usd")
    return np.where(np.isfinite(slack), np.maximum(slack, 0.0), np.inf)


def base_value(base: pd.DataFrame, quantity: str) -> tuple[float, float]:
    """Return the base's quantity (nan without a plan) and its objective less its bound, in USD."""
    if not len(base) or not planned(base, quantity)[0]:
        return np.nan, np.inf
    return float(numbers(base, quantity)[0]), float(slack_usd(base)[0])


def lone(cases: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return, by input, the cases that give it and no other, in their order; inputs without such cases are absent."""
    inputs = inputs_of(cases)
    has = given(cases, inputs)
    alone = has.sum(axis=1) == 1
    found = {name: cases[alone & has[:, place]] for place, name in enumerate(inputs)}
    return {name: rows for name, rows in found.items() if len(rows)}


def is_numeric(values: Sequence[object]) -> bool:
    """Whether all of these are numbers; yes and no are none."""
    return all(isinstance(v, int | float | np.number) and not isinstance(v, bool | np.bool_) for v in values)


def ordered(values: Sequence[object]) -> list[object]:
    """Return the distinct values that are given: numbers by size, low before high, other text as it comes."""
    distinct = list(dict.fromkeys(v for v in values if not _is_empty(v)))
    if is_numeric(distinct):
        return sorted(distinct, key=lambda v: float(str(v)))
    ranks = {"low": 0, "base": 1, "high": 2}
    if set(map(str, distinct)) <= set(ranks):
        return sorted(distinct, key=lambda v: ranks[str(v)])
    return distinct


def is_scale(values: Sequence[object]) -> bool:
    """Whether values have a lowest and a highest: numbers, or low and high."""
    return is_numeric(values) or set(map(str, values)) <= {"low", "base", "high"}
