"""The search of one large study: bound with relaxed pods, a plan by repair, better plans by neighbourhoods, proof.

Integer pods, not size, stop a plain branch and bound: with continuous pods it closes in seconds, and a plan of
whole pods lies a few hundredths of a per cent above that bound. So the pods are relaxed for the bound, and
repaired for the plan, period after period.
"""

from __future__ import annotations

from ..arrays import Floats
from ..problem import Problem
from ..runner import Runner
from .protocol import Aim, Outcome
from .repair import Neighbourhood, repaired
from .search import Search, searched

# Neighbourhoods searched at most, and in vain in a row, before the bound is tightened.
ROUNDS = 60
PATIENCE = 12


def neighbours(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
    """Search from nothing."""
    return searched(problem, aim, runner, steps)


def steps(search: Search) -> None:
    """Run all steps until the gap is proven."""
    relaxed = search.first_bound()
    if relaxed is not None:  # also where rounding down was near enough: a repaired plan is better, and soon found
        repair_and_improve(search, relaxed)
    search.finish()


def repair_and_improve(search: Search, relaxed: Floats) -> None:
    """Make a point with continuous pods whole, and improve plan and bound in turn, until neither helps."""
    search.journal.enter("repair")
    search.guide = relaxed
    for point in repaired(search.problem.c, search.matrix, search.gap, search.runner, relaxed):
        search.guide = point
    search.offer(search.guide)
    if search.x is not None:
        improve(search)


def improve(search: Search) -> None:
    """Improve plan and bound in turn, until neither helps."""
    neighbourhood = Neighbourhood(search.problem, search.matrix)
    search.journal.enter("improve")
    _improve(search, neighbourhood)
    while not search.reached and not search.problem.part:
        bound = search.bound
        search.journal.enter("bound")
        search.relax(search.gap / 20, search.needed_bound)
        if search.reached or search.bound <= bound + 1e-3 * search.gap * abs(bound):
            return
        search.journal.enter("improve")
        _improve(search, neighbourhood)


def _improve(search: Search, neighbourhood: Neighbourhood) -> None:
    """Search around the best plan, a few sites at a time, until the gap is reached or nothing helps."""
    idle = 0
    for _ in range(ROUNDS):
        if search.reached or search.x is None or idle >= PATIENCE:
            return
        job = neighbourhood.job(search.x, search.gap, objective_target=search.enough)
        before = search.objective
        search.offer(search.runner.run(search.matrix, job).x)
        idle = 0 if search.objective < before - 1e-6 * abs(before) else idle + 1
