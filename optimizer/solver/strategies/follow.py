"""The search of a variant: from the plan of its base case, with a bound of its own.

What a linear program and a plan nearby can settle is settled by them, in tenths of a second; what they leave open
goes through the steps of every search. Nothing here depends on other variants or on the clock.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ...formulation.families import SERVING
from ...formulation.rules import UNUSED_CEILING
from ..arrays import Floats, Job, Matrix
from ..problem import Problem
from ..runner import Runner
from . import neighbours
from .openings import Openings
from .protocol import Aim, Outcome
from .repair import whole_near
from .search import Search, searched

# Pods left to wait for each share of a pod where unused capacity has a ceiling: half a pod, as rounding alone would
# ask, left no whole plan near; two did.
SPARE_PODS = 2.0


def follow(problem: Problem, aim: Aim, runner: Runner, /, *, base: Floats | None) -> Outcome:
    """Search from ``base``, a point of the base case's decisions (it need not satisfy the rows), or None."""
    return searched(problem, aim, runner, partial(_steps, base=base))


def _steps(search: Search, base: Floats | None) -> None:
    search.journal.enter("relaxation")
    nothing = np.zeros(len(search.pods), dtype=bool)
    result = search.runner.run(search.matrix, Job(integer=nothing, series=True))
    if result.x is None or result.status != "optimal":
        neighbours.steps(search)
        return
    search.guide = result.x
    search.prove(result.bound)
    search.offer(base)
    if search.reached:
        return
    search.journal.enter("adapt")
    roomier = _roomier(search, result.x)
    _adapt(search, roomier, base, result.x)
    if not search.reached:
        _improve(search, roomier)


def _adapt(search: Search, roomier: Matrix, base: Floats | None, relaxed: Floats) -> None:
    """Try the base's openings, then those that the relaxation asks for, until a whole plan is near enough.

    Where none is, the best of them still gives the proof a plan to start from.
    """
    openings = Openings(search.problem, roomier, search.runner)
    best, least = None, np.inf
    for point in openings.candidates(relaxed, base):
        objective = float(search.matrix.cost @ point) + search.matrix.offset
        if objective < search.enough:
            _make_whole(search, point)
            if search.reached:
                return
        elif objective < least:
            best, least = point, objective
    if best is not None and least < search.objective:
        _make_whole(search, best)


def _roomier(search: Search, relaxed: Floats) -> Matrix:
    """Return the matrix with a lower ceiling on unused capacity, where there is one: whole pods will wait a little.

    Each share of a pod, at a site and in a period, counts as so many that wait.
    """
    p, c = search.problem.p, search.problem.c
    rows = c.rows.get(UNUSED_CEILING.name)
    if rows is None:
        return search.matrix
    pods = c.columns.spread(SERVING, relaxed)
    shares = (np.abs(pods - np.round(pods)) > 1e-6).sum(axis=(0, 2))
    row_upper = search.matrix.row_upper.copy()
    row_upper[rows] -= SPARE_PODS * p.length_years * float(shares @ p.pod_mw)
    return replace(search.matrix, row_upper=row_upper)


def _make_whole(search: Search, relaxed: Floats) -> None:
    """Offer a plan of whole halls and pods close to a relaxed point."""
    job = whole_near(search.problem.c, search.matrix, relaxed, search.gap, objective_target=search.enough)
    search.offer(search.runner.run(search.matrix, job).x)


def _improve(search: Search, roomier: Matrix) -> None:
    """Prove a better bound with continuous pods, make its point whole, and go on as a search without a base does."""
    search.journal.enter("bound")
    relaxed = search.relax(search.gap / 2, search.needed_bound if search.x is not None else None)
    if relaxed is not None and not search.reached:
        search.journal.enter("adapt")
        near: Floats | None = relaxed
        if roomier is not search.matrix:
            near = search.runner.run(roomier, Job(integer=search.matrix.integer & ~search.pods, gap=search.gap / 2)).x
        if near is not None:
            _make_whole(search, near)
    if relaxed is not None and not search.reached:
        neighbours.repair_and_improve(search, relaxed)
    search.finish()
