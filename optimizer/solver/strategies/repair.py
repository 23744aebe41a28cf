"""From relaxed pods to whole ones, and from one whole plan to a better one a few sites away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...formulation.families import OF_SITES, OPENED, PODS, SERVING, SWITCHES, UNITS
from ..arrays import Bools, Floats, Job, Matrix
from ..matrix import Compiled
from ..problem import Problem
from ..runner import Runner

# Integers set free at once in a neighbourhood, and the nodes that its search may take.
FREE_INTEGERS = 200
NEIGHBOUR_NODES = 60
REPAIR_NODES = 40
# Around a relaxed point: halls that may be added, pods in service that may be more, and nodes that the search takes.
NEAR_HALLS = 1
NEAR_PODS = 2
NEAR_NODES = 10


def repaired(c: Compiled, matrix: Matrix, gap: float, runner: Runner, relaxed: Floats) -> Iterator[Floats | None]:
    """Yield points with whole pods up to one period after the other; the last is whole, or None.

    The periods after stay continuous, so each step looks ahead. Openings and halls stay as in ``relaxed``. Where a
    period cannot be made whole so, the halls and pods of twice as many periods before it are set free each time,
    until the step succeeds.
    """
    period, bought = (np.full(matrix.shape[1], -1) for _ in range(2))
    for of, families in ((period, (PODS,)), (bought, UNITS)):
        for index, column in (pair for family in families for pair in c.columns.of(family).items()):
            of[column] = index[-1]
    held = c.columns.array(OPENED, *UNITS)
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[held] = upper[held] = np.round(relaxed[held])

    def step(now: Bools) -> Floats | None:
        integer = (matrix.integer & (period < 0)) | now
        job = Job(lower=lower, upper=upper, integer=integer, gap=gap / 10, max_nodes=REPAIR_NODES)
        result = runner.run(matrix, job)
        runner.journal.say(
            f"repair: {result.status}, {result.objective:.3f}, {result.nodes} nodes, {result.seconds:.1f} s"
        )
        if result.x is not None:
            lower[now] = upper[now] = np.round(result.x[now])
        return result.x

    for t in np.unique(period[period >= 0]):
        point, back = step(period == t), 1
        while point is None and back <= 2 * t:
            now = (period <= t) & (period >= t - back)
            free = now | (bought >= max(0, t - back))
            lower[free], upper[free] = matrix.lower[free], matrix.upper[free]
            point = step(now)
            back *= 2
        yield point
        if point is None:
            return


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

    def __init__(self, problem: Problem, matrix: Matrix) -> None:
        self._matrix, self._pods = matrix, problem.pods
        self._site = np.full(matrix.shape[1], -1)
        for family in OF_SITES:
            for key, column in problem.c.columns.of(family).items():
                self._site[column] = key[0]
        self._count = np.bincount(self._site[self._site >= 0], minlength=len(problem.p.sites))
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
