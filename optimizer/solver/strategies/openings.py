"""Openings for a relaxed plan, from where the linear relaxation puts its load and where a known plan stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...formulation.families import OPENED, PRESENT, SERVING, SWITCHES
from ..arrays import Bools, Floats, Job, Matrix
from ..problem import Problem
from ..runner import Runner

# A relaxed opening counts as one from here on; a vendor from this share of its cluster on.
OPEN_FROM = 0.1
PRESENT_FROM = 0.5
# What it counts for a site, beside its load over the mean or its opening, that a known plan opened it.
LOYALTY = 0.6


class Openings:
    """Fixes openings and vendors one way after the other and solves what is left, halls and pods continuous."""

    def __init__(self, problem: Problem, matrix: Matrix, runner: Runner) -> None:
        self._p, self._columns, self._matrix, self._runner = problem.p, problem.c.columns, matrix, runner
        self._last = len(self._p.horizon) - 1
        self._nothing: Bools = np.zeros(matrix.shape[1], dtype=bool)
        self._may_open = {s for s, _ in self._columns.of(OPENED)}
        limit = self._p.policy.max_sites
        self._room = len(self._may_open) if limit is None else max(0, limit - int(self._p.committed.sum()))

    def candidates(self, relaxed: Floats, known: Floats | None) -> Iterator[Floats]:
        """Give points with settled openings and vendors: those of a known plan first, then the relaxation's.

        The relaxation loads or opens some sites more than others; those of the known plan are preferred, or not.
        """
        if known is not None:
            kept = self._held({column: known[column] for column in self._columns.array(*SWITCHES).tolist()})
            if kept is not None:
                yield kept
        load_mw, opened = self._last_load_mw(relaxed), self._opened(relaxed)
        load = load_mw / max(1.0, float(load_mw[load_mw > 1e-6].mean()) if load_mw.any() else 0.0)
        stood = np.zeros(len(load)) if known is None else self._opened(known)
        tried: list[set[int]] = []
        ways: tuple[Callable[[], set[int] | None], ...] = (
            lambda: self._best(load + LOYALTY * stood),
            lambda: self._dived(relaxed),
            lambda: self._best(opened + LOYALTY * stood),
            lambda: self._best(opened),
            lambda: self._best(load),
        )
        for way in ways:
            chosen = way()
            if chosen is not None and chosen not in tried:
                tried.append(chosen)
                point = self._settled(chosen)
                if point is not None:
                    yield point

    def _dived(self, relaxed: Floats) -> set[int] | None:
        """Choose sites in turns, half of the room each time, those that the relaxation then loads most."""
        openings = {s: column for (s, t), column in self._columns.of(OPENED).items() if t == self._last}
        chosen = {s for s in openings if self._p.forced[s]}
        point: Floats | None = relaxed
        while point is not None and len(chosen) < self._room:
            load_mw = self._last_load_mw(point)
            order = [int(s) for s in np.argsort(-load_mw, kind="stable")]
            rest = [s for s in order if s in openings and s not in chosen and load_mw[s] > 1e-6]
            if not rest:
                return chosen
            chosen |= set(rest[: max(1, (self._room - len(chosen)) // 2)])
            point = self._held({openings[s]: 1.0 for s in chosen})
        return None if point is None else chosen

    def _last_pods(self, x: Floats) -> Floats:
        """Pods in service in the last period, (s, k)."""
        return self._columns.spread(SERVING, x)[:, :, -1]

    def _last_load_mw(self, x: Floats) -> Floats:
        """IT MW in service in the last period, (s,)."""
        return np.asarray(self._last_pods(x) @ self._p.pod_mw, dtype=np.float64)

    def _opened(self, x: Floats) -> Floats:
        """Share of each site that is open in the last period, (s,)."""
        return self._columns.spread(OPENED, x)[:, -1]

    def _best(self, score: Floats) -> set[int]:
        """Sites of the best scores above 0, as many as the policy admits beside the committed; forced ones first."""
        score = score + np.where(self._p.forced, 1e6, 0.0)
        order = [int(s) for s in np.argsort(-score, kind="stable") if s in self._may_open and score[s] > 1e-6]
        return set(order[: self._room])

    def _settled(self, chosen: set[int]) -> Floats | None:
        """Open the chosen sites by the last period, then settle when they open and which vendors they hold."""
        openings = self._columns.of(OPENED)
        first = self._held({column: float(s in chosen) for (s, t), column in openings.items() if t == self._last})
        if first is None:
            return None
        fixed = {
            column: float(s in chosen and (t == self._last or first[column] > OPEN_FROM))
            for (s, t), column in openings.items()
        }
        return self._held(fixed | self._vendors(first))

    def _vendors(self, x: Floats) -> dict[int, float]:
        """Keep the vendors that come near enough to their cluster in the last period."""
        p, pods = self._p, self._last_pods(x)
        kept: dict[int, float] = {}
        for vendor in p.vendors:
            own = np.array([v == vendor for v in p.vendor_of], dtype=bool)
            asked = p.cluster_it_mw(p.policy.min_vendor_mw or 0.0, vendor)
            held = pods[:, own] @ p.pod_mw[own]
            for (s, name), column in self._columns.of(PRESENT).items():
                if name == vendor:
                    kept[column] = float(held[s] > max(1e-6, PRESENT_FROM * asked[s]))
        return kept

    def _held(self, fixed: dict[int, float]) -> Floats | None:
        """Solve with some columns fixed and nothing whole."""
        lower, upper = self._matrix.lower.copy(), self._matrix.upper.copy()
        at = np.array(list(fixed), dtype=np.int64)
        lower[at] = upper[at] = np.round(list(fixed.values()))
        return self._runner.run(self._matrix, Job(lower=lower, upper=upper, integer=self._nothing, series=True)).x
