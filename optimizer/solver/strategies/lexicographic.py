"""Two objectives in turn by any strategy: the least MW-years first, then the least money that keeps them."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from ..aggregate.columns import Goal
from ..problem import Problem
from ..runner import Runner
from .protocol import Aim, Outcome, Strategy


def lexicographic(strategy: Strategy, problem: Problem, aim: Aim, runner: Runner) -> Outcome:
    """Search as ``[objective] first`` says, with the least held within the study's gap while money is minimised."""
    config = problem.study.config
    goal: Goal = "waiting" if config.objective.first == "waiting" else "unused"
    first = strategy(replace(problem, goal=goal), replace(aim, told="plans", until_usd=None, known_usd=-inf), runner)
    if first.best is None:
        return first
    least = first.objective * (1.0 + config.solve.gap) + 1e-6
    runner.journal.say(f"least {first.objective:.6f} MW-years, held at {least:.6f}")
    aim = replace(aim, start=first.best[0], room_mw_years=least - first.bound)
    statement = problem.statement if first.problem.part else first.problem.statement
    second = strategy(replace(problem, statement=statement, held=(goal, least)), aim, runner)
    return replace(second, settled=first.reached, least_waiting_mw_years=first.bound if goal == "waiting" else 0.0)
