"""Searches on grids whose rows are too many to state at once: added where a plan breaks them, until none does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..account.decisions import Decisions
from ..formulation import families as of
from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.cuts import Cuts
from .arrays import Job
from .completion import complete
from .dispatch import base_case
from .problem import Problem
from .progress import relative_gap
from .runner import Runner
from .screening import SQUARE_GAP, first_tangents, needed, screened
from .strategies.protocol import Aim, Outcome, Strategy

# A plan understates squares by no more than this share of the gap that it is to reach.
OF_GAP = 0.01
# Linear programs that look for rows before the search; what they leave is found by plans.
ROUNDS = 30


def readied(problem: Problem, runner: Runner) -> Problem:
    """Dispatch the base case of a nodal grid, and add the rows that the linear relaxation breaks.

    Raises InfeasibleError where the base case has no dispatch.
    """
    p = problem.p
    if p.generation is not None:
        runner.journal.enter("base case")
        base, cuts = base_case(problem.study, p, runner.run)
        statement = replace(
            problem.statement, p=replace(p, base=base, cuts=first_tangents(p).joined(cuts)), template=None
        )
        problem = replace(problem, statement=statement)
    if not is_cut(p):
        return problem
    runner.journal.enter("outages" if len(p.outages) else "costs")
    for _ in range(ROUNDS):
        nothing = np.zeros(problem.matrix.shape[1], dtype=bool)
        result = runner.run(problem.matrix, Job(integer=nothing))
        if result.x is None:
            return problem
        c = problem.c.columns
        flow = c.spread(of.FLOW, result.x) - c.spread(of.BACKFLOW, result.x)
        more = needed(problem.p, flow, None if p.generation is None else c.spread(of.MADE, result.x))
        if not len(more):
            return problem
        problem = problem.with_cuts(more)
    return problem


def is_cut(p: Parameters) -> bool:
    """Whether a study has outages or squared costs, whose rows are added as plans need them."""
    return len(p.outages) > 0 or (p.generation is not None and bool((p.generation.usd_per_mw2h > 0).any()))


def secured(strategy: Strategy) -> Strategy:
    """Return a strategy whose plans keep every outage and know every cost, whatever rows the problem had."""

    def search(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
        while True:
            outcome = strategy(problem, aim, runner)
            if outcome.best is None or not is_cut(problem.p):
                return outcome
            kept = problem
            best: tuple[Decisions, Floats] | None = outcome.best
            while best is not None and len(more := _broken(kept.p, best[0], aim.gap)):
                kept = kept.with_cuts(more)
                best = complete(kept, best[1], runner.finish)
            if kept is problem:
                _say(problem.p, runner)
                return outcome
            if best is not None:
                objective = _objective(kept, best[1])
                reached = relative_gap(objective, outcome.bound) <= aim.gap
                if reached or runner.stopped:
                    _say(kept.p, runner)
                    return replace(outcome, problem=kept, best=best, objective=objective, reached=reached)
            problem, aim = kept, replace(aim, start=None if best is None else best[0])

    return search


def _broken(p: Parameters, x: Decisions, gap: float) -> Cuts:
    made_mw = None if p.generation is None else p.generation.above_mw(x.output_mw)
    return needed(p, x.flow_mw, made_mw, square_gap=min(SQUARE_GAP, OF_GAP * gap))


def _objective(problem: Problem, x: Floats) -> float:
    matrix = problem.matrix
    return (float(matrix.cost @ x) + matrix.offset) * matrix.unit


def _say(p: Parameters, runner: Runner) -> None:
    """Say how complete the last screening was."""
    if len(p.outages):
        cases, circuits = len(p.horizon) * len(p.block_hours), len(p.wires.circuits)
        runner.journal.say(
            f"n-1: {len(screened(p)):,} outages screened against {circuits:,} circuits in {cases:,} periods and blocks,"
            f" none is above its emergency limit; {len(p.cuts.outages):,} rows were needed"
        )
