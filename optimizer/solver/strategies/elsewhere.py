"""The whole model handed to another solver than HiGHS; its point is completed and its bound doubted as any other."""

from __future__ import annotations

import numpy as np

from ..arrays import Job
from ..problem import Problem
from ..runner import Runner
from .protocol import Aim, Outcome
from .search import Search, searched


def elsewhere(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
    """Search by the solver that the study names."""
    return searched(problem, aim, runner, _steps)


def _steps(search: Search) -> None:
    solve = search.problem.study.config.solve
    search.journal.enter(solve.solver)
    if search.aim.told != "nothing":
        search.journal.tell(np.nan, np.nan, has_plan=True)  # from here on a stop asks for what the solver has
    job = Job(solver=solve.solver, threads=solve.threads, gap=search.gap * 0.98)
    result = search.runner.run(search.matrix, job)
    if result.status == "infeasible":
        search.journal.say(f"{solve.solver} says infeasible: HiGHS is to say so too")
        search.finish()
        return
    search.exhausted = True
    search.offer(result.x)
    search.prove(result.bound)
