"""The search of a study on a large grid: sites by branch and bound, the grid by linear programs that answer them.

A network of buses has a hundred times the rows of its sites, and branch and bound solves all of them again at every
node. Here it knows the grid by planes alone, which its linear programs give at the draws that a search meets; the first
come from the relaxation of the whole study, so that no bound is lost to begin with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Floats, Job
from ..completion import Completed, complete
from ..problem import Problem
from ..runner import Runner
from ..split import SERVED_MW, Split
from .neighbours import neighbours, repair_and_improve
from .protocol import Aim, Outcome
from .search import Search, searched

# Rounds of relaxed pods and answers, until the grid's cost is known to a share of the gap.
ROUNDS = 12
KNOWN = 0.1
# Nodes of each of them: a plan comes first, and then the time for a closer bound.
FIRST_NODES = 20
ZONE_BALANCE = "zone_balance"


def decomposed(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
    """Search from nothing; the bound is one of the whole problem."""
    if ZONE_BALANCE not in problem.c.rows:
        return neighbours(problem, aim, runner)
    with runner.apart() as answering:
        return _decomposed(problem, aim, runner, Split(problem, answering.finish))


def _decomposed(problem: Problem, aim: Aim, runner: Runner, split: Split) -> Outcome:
    nothing = np.zeros(problem.matrix.shape[1], dtype=bool)
    relaxed = runner.run(problem.matrix, Job(integer=nothing))
    if relaxed.x is None or relaxed.row_dual is None:
        return neighbours(problem, aim, runner)
    split.begin(relaxed.x, relaxed.row_dual)

    def make(_problem: Problem, aim: Aim, runner: Runner) -> Search:
        return GridSearch(replace(problem, other=split.master), aim, runner, split=split, whole=problem)

    outcome = searched(problem, aim, runner, steps, make=make)
    if outcome.best is None:
        return outcome
    best = complete(problem, outcome.best[1][: split.n_cols], runner.finish)
    return replace(outcome, problem=problem, best=best)


@dataclass
class GridSearch(Search):
    """A search on the sites' part of ``whole``; the grid answers every candidate before it is completed."""

    split: Split | None = None
    whole: Problem | None = None

    def accept(self, x: Floats) -> tuple[Completed, float] | None:
        """Complete a candidate on the whole problem, where the grid serves it and it is better than the best."""
        split, whole = self.split, self.whole
        assert split is not None
        assert whole is not None
        answer = split.ask(x)
        self.matrix = split.master
        if answer is None or answer.unserved_mw > SERVED_MW:
            return None
        value = float(self.matrix.cost[: split.n_cols] @ x[: split.n_cols]) + self.matrix.offset + answer.cost.sum()
        if value >= self.objective:
            return None
        completed = complete(whole, x[: split.n_cols], self.runner.finish)
        if completed is None or whole.matrix.breach(completed[1]) > 1.0:
            return None
        exact = completed[1]
        objective = float(whole.matrix.cost @ exact) + whole.matrix.offset
        point = np.append(exact, np.zeros(split.count))
        known = split.ask(exact)
        self.matrix = split.master
        if known is not None:
            point[split.n_cols :] = known.cost
        point[split.own] = 0.0
        return (completed[0], point), objective

    def known(self, x: Floats) -> bool:
        """Whether the grid's cost of a point is known to a share of the gap."""
        assert self.split is not None
        answer = self.split.ask(x)
        self.matrix = self.split.master
        if answer is None:
            return True
        short = float(np.maximum(0.0, answer.cost - x[self.split.n_cols :]).sum())
        return short <= KNOWN * self.gap * max(1.0, abs(float(self.matrix.cost @ x) + self.matrix.offset))


def steps(search: Search) -> None:
    """Prove a bound with relaxed pods, let the grid answer until it is known, then make pods whole and improve."""
    assert isinstance(search, GridSearch)
    search.journal.enter("bound")
    relaxed: Floats | None = None
    for _ in range(ROUNDS):
        relaxed = search.relax(search.gap / 2, max_nodes=FIRST_NODES)
        if relaxed is None or search.known(relaxed):
            break
    if relaxed is None:
        return
    search.offer(search.rounded_down(relaxed))
    if not search.reached:
        repair_and_improve(search, relaxed)
