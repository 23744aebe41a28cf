"""Fit what growth costs: seconds until 1 % and until the target, against sites and against periods, as powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from tests.benchmarks.search.course import Run
from tests.benchmarks.search.family import PERIODS, SITES
from tests.benchmarks.search.searches import OURS
from tests.benchmarks.search.table import number, spread, until

AXES = {"sites": SITES, "periods": PERIODS}
HEAD = ("what grows", "to", "seeds", "1 % s", "there s")
GAPS = (0.01, None)
"""1 %, and the gap that a study is to reach."""


@dataclass(frozen=True)
class Power:
    """Seconds ≈ factor · n^exponent, with the standard error of the exponent; ``missed`` did not get there."""

    factor: float
    exponent: float
    error: float
    missed: int

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]]) -> Power | None:
        """Fit n and seconds by least squares of their logarithms; None of fewer than three n."""
        x, y = np.log([point for point in points if point[1] < inf]).reshape(-1, 2).T
        if len(set(x.tolist())) < 3:
            return None
        exponent, start = np.polyfit(x, y, 1)
        error = np.sqrt(((y - start - exponent * x) ** 2).sum() / max(1, len(x) - 2) / ((x - x.mean()) ** 2).sum())
        return cls(float(np.exp(start)), float(exponent), float(error), len(points) - len(x))

    def __str__(self) -> str:
        return f"n^{self.exponent:.2f} ± {self.error:.2f}" + (f", {self.missed} missed" if self.missed else "")


def of_axis(runs: Sequence[Run], axis: str) -> dict[int, list[Run]]:
    """Return this program's runs by what grows."""
    sizes = {f"{n}-{axis}": n for n in AXES[axis]}
    found: dict[int, list[Run]] = {}
    for run in runs:
        if run.search == OURS and run.study in sizes:
            found.setdefault(sizes[run.study], []).append(run)
    return found


def points(runs: Sequence[Run], axis: str, gap: float | None) -> list[tuple[float, float]]:
    """Return n and the seconds until a gap, None for that of the study; inf where it was not reached."""
    there = ((n, until(run, gap or run.gap)) for n, group in of_axis(runs, axis).items() for run in group)
    return [(n, inf if seconds.mark else max(0.01, seconds.number)) for n, seconds in there]


def rows(runs: Sequence[Run]) -> list[list[str]]:
    """Return a row for each n, and the exponents below."""
    found = []
    for axis in AXES:
        for n, group in of_axis(runs, axis).items():
            seconds = (spread((until(run, gap or run.gap) for run in group), number) for gap in GAPS)
            found.append([axis, str(n), str(len(group)), *seconds])
        fits = [Power.of(points(runs, axis, gap)) for gap in GAPS]
        if any(fits):
            found.append([axis, "exponent", "", *(str(fit or "–") for fit in fits)])
    return found
