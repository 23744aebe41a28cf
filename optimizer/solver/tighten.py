"""Rows that whole pods allow to be tighter than the page of the maths states; valid for every plan."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import ceil, floor

import numpy as np

from ..formulation.families import PODS, SWITCHES
from ..formulation.rules import CHOICES
from ..parameters import Parameters
from ..tolerance import band
from .arrays import Matrix
from .matrix import Compiled

# Enumerating sums of pods stops here; rows with more combinations stay as they are.
MOST_COMBINATIONS = 20_000


@cache
def least_sum(sizes: tuple[float, ...], asked: float) -> float:
    """Return the least Σ count · size ≥ asked over whole counts, or ``asked`` where there are too many to try.

    ``sizes`` differ and fall. Many sites ask the same.
    """
    if not sizes or np.prod([asked / s + 1 for s in sizes[:-1]]) > MOST_COMBINATIONS:
        return asked

    half = float(band(asked)) / 2

    def least(of: tuple[float, ...], rest: float) -> float:
        if len(of) == 1 or rest <= 0:
            return max(0, ceil((rest - half) / of[-1])) * of[-1]
        return min(n * of[0] + least(of[1:], rest - n * of[0]) for n in range(floor(rest / of[0]) + 2))

    return least(sizes, asked)


def whole_clusters(p: Parameters, c: Compiled) -> Matrix:
    """Ask of each cluster the least sum of whole pods that reaches it.

    A cluster of exactly 100 MW has no whole number of pods: relaxed plans would put two of them into 200 MW, and
    no whole plan could follow.
    """
    matrix = c.matrix
    sizes_at: dict[tuple[int, str], set[float]] = {}
    for s, k, _ in c.columns.of(PODS):
        sizes_at.setdefault((s, p.vendor_of[k]), set()).add(float(p.pod_mw[k]))
    values, row_lower = matrix.values.copy(), matrix.row_lower.copy()
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.starts))
    switches = np.isin(columns, c.columns.array(*SWITCHES))
    for rule in (rule for rule in CHOICES if rule.form == "cluster" and rule.name in c.rows):
        for row, index in zip(c.rows[rule.name], c.row_index[rule.name], strict=True):
            s, vendor = index if isinstance(index, tuple) else (index, None)
            key = p.policy.min_site_mw if vendor is None else p.policy.min_vendor_mw
            pods_mw = set().union(*(sizes_at.get((s, v), set()) for v in (p.vendors if vendor is None else [vendor])))
            asked = float(p.cluster_it_mw(key, vendor)[s])
            least = least_sum(tuple(sorted(pods_mw, reverse=True)), asked) if asked > 0 else asked
            entry = np.flatnonzero((matrix.rows == row) & switches)
            if len(entry):
                values[entry] = -least
            elif row_lower[row] > 0:
                row_lower[row] = least
    return replace(matrix, values=values, row_lower=row_lower)
