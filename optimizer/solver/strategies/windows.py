"""From one whole plan to a better one a few periods away."""

from __future__ import annotations

import numpy as np

from ...formulation.families import PODS, UNITS
from ..arrays import Job
from .search import Search

NODES = 20
# A step that gains less than this share of the gap was in vain.
LITTLE = 0.02


def windows(search: Search, patience: int | None = None) -> None:
    """Set pods and halls of two periods in turn free around the best plan, from the last ones back, while it helps.

    With a ``patience`` the search ends after so many windows in vain, one after the other.
    """
    search.journal.enter("windows")
    columns, matrix = search.problem.c.columns, search.matrix
    period = np.full(matrix.shape[1], -1)
    for family in (PODS, *UNITS):
        for index, column in columns.of(family).items():
            period[column] = index[-1]
    n_t, improved = len(search.problem.p.horizon), True
    while improved and not search.reached and search.x is not None:
        before, vain = search.objective, 0
        for t in reversed(range(n_t - 1)):
            held = matrix.integer & ((period < t) | (period > t + 1))
            lower, upper = matrix.lower.copy(), matrix.upper.copy()
            lower[held] = upper[held] = np.round(search.x[held])
            job = Job(
                lower=lower, upper=upper, start=search.x, gap=search.gap / 1000, max_nodes=NODES,
                objective_target=search.enough,
            )  # fmt: skip
            last = search.objective
            search.offer(search.runner.run(matrix, job).x)
            vain = 0 if search.objective < last - LITTLE * search.gap * abs(last) else vain + 1
            if search.reached or vain == patience:
                return
        improved = search.objective < before - LITTLE * search.gap * abs(before)
