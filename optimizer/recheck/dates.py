"""Place labels, lead times and standing values on a study's periods, in whole months since year 0."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_DOWN, Decimal
from functools import cached_property
from math import ceil

import pandas as pd

from ..io.periods import Label, parse_label

_NOTHING_MONTHS = 1e-6
_DIGITS = 7  # of pods: what sums of decimals leave is no more than half a pod


@dataclass(frozen=True)
class Dates:
    """The periods, one after the other, and the day from which lead times count."""

    labels: tuple[Label, ...]
    decide_on: date

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def ends(self) -> list[int]:
        """Month after the last one of each period."""
        return [label.end for label in self.labels]

    @property
    def years(self) -> list[int]:
        """Calendar year of each period."""
        return [label.start // 12 for label in self.labels]

    def place(self, month: int) -> int:
        """Count the periods that are over when a month begins: the first that sees it, T where none does."""
        return bisect_right(self.ends, month)

    def after_lead(self, years: float) -> int:
        """Return the period that contains decide_on + lead, in calendar months; 0 where that is earlier, T where later.

        Months are rounded up past 1e-6.
        """
        decided = 12 * self.decide_on.year + self.decide_on.month - 1
        return self.place(decided + ceil(years * 12 - _NOTHING_MONTHS))

    def standing(self, rows: Mapping[int, float], before: float) -> list[float]:
        """Return what holds in each period: of the rows, by first month, that begin before its end the latest."""
        months = sorted(rows)
        values = [before, *(rows[month] for month in months)]
        return [values[bisect_left(months, end)] for end in self.ends]

    def shared_by(self, label: Label, not_before: int) -> list[int]:
        """Return the periods that share a delivery: the one that sees a label no coarser begin, else all inside it.

        Those before ``not_before`` have no part in a coarser label.
        """
        if label.months <= self.labels[0].months:
            return [self.place(label.start)]
        return [t for t, own in enumerate(self.labels) if t >= not_before and label.start <= own.start < label.end]


def begin(label: str) -> int:
    """Return the month in which a row's label begins, 0 where it has none."""
    return parse_label(label).start if label else 0


def rows_of(table: pd.DataFrame, key: str, column: str) -> dict[str, dict[int, float]]:
    """Return what a table's column says, empty cells apart, by id and by the month in which a row's label begins.

    A row without a label begins before all others.
    """
    stated = table[table[column].notna()]
    begins = {label: begin(label) for label in set(stated["period"])}
    found: dict[str, dict[int, float]] = {}
    for name, label, value in zip(*(stated[c].tolist() for c in (key, "period", column)), strict=True):
        found.setdefault(name, {})[begins[label]] = float(value)
    return found


def whole_pods(came: list[float]) -> list[float]:
    """Return whole pods of each period: their running total is that of what came, an exact half rounded down."""
    total, counted, found = 0.0, 0.0, []
    for pods in came:
        total += pods
        whole = float(Decimal(str(round(total, _DIGITS))).to_integral_value(ROUND_HALF_DOWN))
        found.append(whole - counted)
        counted = whole
    return found
