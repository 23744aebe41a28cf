"""From relaxed pods to whole ones, and from one whole plan to a better one a few sites away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..formulation.families import OF_SITES, OPENED, PODS, SERVING, SWITCHES, UNITS
from ..parameters import Parameters
from .arrays import Bools, Floats, Job, Matrix, Result
from .matrix import Compiled
from .progress import Journal

# Integers set free at once in a neighbourhood, and the nodes that its search may take.
FREE_INTEGERS = 200
NEIGHBOUR_NODES = 60
REPAIR_NODES = 40
# Around a relaxed point: halls that may be added, pods in service that may be more, and nodes that the search takes.
NEAR_HALLS = 1
NEAR_PODS = 2
NEAR_NODES = 10


class Repair:
    """Makes pods whole period after period; the periods after stay continuous, so each step looks ahead."""

    def __init__(
        self, c: Compiled, matrix: Matrix, gap: float, run: Callable[[Matrix, Job], Result], journal: Journal
    ) -> None:
        self._matrix, self._gap, self._run, self._journal = matrix, gap, run, journal
        self._period = np.full(matrix.shape[1], -1)
        for (_, _, t), column in c.columns.of(PODS).items():
            self._period[column] = t
        self._halls: dict[int, list[int]] = {}
        for (_, t), column in (pair for family in UNITS for pair in c.columns.of(family).items()):
            self._halls.setdefault(t, []).append(column)
        self._held = c.columns.array(OPENED, *UNITS)

    def steps(self, relaxed: Floats) -> Iterator[Floats | None]:
        """Yield points with whole pods up to one period after the other; the last is whole, or None.

        Openings and halls stay as in ``relaxed``. Where a period cannot be made whole so, the halls and pods of
        twice as many periods before it are set free each time, until the step succeeds.
        """
        lower, upper = self._matrix.lower.copy(), self._matrix.upper.copy()
        lower[self._held] = upper[self._held] = np.round(relaxed[self._held])
        for t in np.unique(self._period[self._period >= 0]):
            point = self._step(lower, upper, self._period == t)
            back = 1
            while point is None and back <= 2 * t:
                now = (self._period <= t) & (self._period >= t - back)
                halls = np.array([c for a, found in self._halls.items() if a >= t - back for c in found], dtype=int)
                for columns in (np.flatnonzero(now), halls):
                    lower[columns], upper[columns] = self._matrix.lower[columns], self._matrix.upper[columns]
                point = self._step(lower, upper, now)
                back *= 2
            yield point
            if point is None:
                return

    def _step(self, lower: Floats, upper: Floats, now: Bools) -> Floats | None:
        pods = self._period >= 0
        integer = (self._matrix.integer & ~pods) | now
        job = Job(lower=lower, upper=upper, integer=integer, gap=self._gap / 10, max_nodes=REPAIR_NODES)
        result = self._run(self._matrix, job)
        self._journal.say(
            f"repair: {result.status}, {result.objective:.3f}, {result.nodes} nodes, {result.seconds:.1f} s"
        )
        if result.x is not None:
            lower[now] = upper[now] = np.round(result.x[now])
        return result.x


def whole_near(c: Compiled, matrix: Matrix, relaxed: Floats, gap: float, *, objective_target: float) -> Job:
    """Look for whole halls and pods close to a relaxed point, with its openings and vendors.

    The search ends once it meets ``objective_target``.
    """
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    held, halls, serving = c.columns.array(*SWITCHES), c.columns.array(*UNITS), c.columns.array(SERVING)
    lower[held] = upper[held] = np.round(relaxed[held])
    for at, fewer, more in ((halls, 0, NEAR_HALLS), (serving, NEAR_PODS - 1, NEAR_PODS)):
        lower[at] = np.maximum(lower[at], np.floor(relaxed[at] + 1e-6) - fewer)
        upper[at] = np.minimum(upper[at], np.ceil(relaxed[at] - 1e-6) + more)
    return Job(lower=lower, upper=upper, gap=gap / 10, max_nodes=NEAR_NODES, objective_target=objective_target)


class Neighbourhood:
    """Chooses, by a fixed seed, a few sites whose openings, halls and pods are free while all others are held."""

    def __init__(self, p: Parameters, c: Compiled, matrix: Matrix) -> None:
        self._matrix = matrix
        self._site = np.full(matrix.shape[1], -1)
        for family in OF_SITES:
            for key, column in c.columns.of(family).items():
                self._site[column] = key[0]
        self._count = np.bincount(self._site[self._site >= 0], minlength=len(p.sites))
        self._pods = c.columns.array(PODS)
        self._random = np.random.default_rng(26)

    def job(self, x: Floats, gap: float, *, objective_target: float) -> Job:
        """Free some sites that hold racks, and one that holds none, around the whole point ``x``.

        The search ends once it meets ``objective_target``.
        """
        busy = np.unique(self._site[self._pods][x[self._pods] > 0.5])
        rest = np.setdiff1d(np.flatnonzero(self._count), busy)
        order = np.concatenate([self._random.permutation(rest)[:1], self._random.permutation(busy)])
        chosen = order[: max(3, int(np.searchsorted(np.cumsum(self._count[order]), FREE_INTEGERS)))]
        held = self._matrix.integer & ~np.isin(self._site, chosen)
        lower, upper = self._matrix.lower.copy(), self._matrix.upper.copy()
        lower[held] = upper[held] = np.round(x[held])
        return Job(
            lower=lower,
            upper=upper,
            start=x,
            gap=gap / 20,
            max_nodes=NEIGHBOUR_NODES,
            objective_target=objective_target,
        )
