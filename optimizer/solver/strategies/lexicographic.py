"""Two objectives in turn by any strategy: the least MW-years first, then the least money that keeps them."""

from __future__ import annotations

from dataclasses import replace

from ..problem import Problem
from ..runner import Runner
from .protocol import Aim, Outcome, Strategy


def lexicographic(strategy: Strategy, problem: Problem, aim: Aim, runner: Runner) -> Outcome:
    """Search as ``[objective] first`` says, with the least held within the study's gap while money is minimised."""
    config, objectives = problem.study.config, problem.c.objectives
    waiting_first = config.objective.first == "waiting"
    cost, offset = objectives.waiting if waiting_first else objectives.unused
    unused = replace(problem, matrix=problem.matrix.with_objective(cost, offset))
    first = strategy(unused, replace(aim, told="plans"), runner)
    if first.best is None:
        return first
    least = first.objective * (1.0 + config.solve.gap) + 1e-6
    runner.journal.say(f"least {first.objective:.6f} MW-years, held at {least:.6f}")
    held = replace(problem, matrix=problem.matrix.with_row_limit(cost, least - offset))
    second = strategy(held, replace(aim, start=first.best[1]), runner)
    return replace(second, settled=first.reached, least_waiting_mw_years=first.bound if waiting_first else 0.0)
