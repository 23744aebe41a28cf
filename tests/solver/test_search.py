"""What the search believes: a solver that errs must never make a plan look proven, or a study infeasible.

The real solver can't be made to err on demand, so these feed the search with answers that HiGHS was seen to give,
or might: everything else about the search is tested with the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from optimizer import read_study
from optimizer.solver.arrays import Job, Result
from optimizer.solver.problem import Problem
from optimizer.solver.progress import Journal
from optimizer.solver.strategies.protocol import Aim
from optimizer.solver.strategies.search import Search
from optimizer.solver.strategies.whole import steps

MICRO = Path(__file__).parents[1] / "conformance" / "micro"


def search(answer: Callable[[Job], Result], accepted: float = 100.0) -> Search:
    """A search over a small study whose every job is answered by ``answer`` and every point worth ``accepted``."""

    class Told(Search):
        def accept(self, x: Any) -> tuple[Any, float]:
            return (None, x), accepted

    problem = Problem.of(read_study(MICRO / "01-waiting-half-years"))
    runner = SimpleNamespace(journal=Journal(), run=lambda _matrix, job: answer(job))
    return Told(problem, Aim(1e-3), runner)


def point(s: Search) -> Any:
    return np.zeros(len(s.matrix.lower))


@pytest.mark.parametrize("bound", [np.inf, 130.0])
def test_a_bound_above_the_plan_proves_nothing(bound: float) -> None:
    s = search(lambda _job: Result("none", None, np.inf, -np.inf))
    s.offer(point(s))
    s.prove(bound)
    assert not s.reached
    assert s.bound == -np.inf


def test_a_plan_below_the_bound_takes_the_bound_back() -> None:
    s = search(lambda _job: Result("none", None, np.inf, -np.inf), accepted=100.0)
    s.prove(130.0)
    s.offer(point(s))
    assert s.objective == 100.0
    assert not s.reached


def test_a_bound_equal_but_for_rounding_is_kept() -> None:
    s = search(lambda _job: Result("none", None, np.inf, -np.inf))
    s.offer(point(s))
    s.prove(100.0 + 1e-9)
    assert s.reached
    assert s.bound <= s.objective


def test_infeasible_with_a_plan_in_hand_is_no_proof() -> None:
    s = search(lambda _job: Result("infeasible", None, np.inf, np.inf))
    s.offer(point(s))
    steps(s)
    assert not s.infeasible
    assert not s.reached


def test_infeasible_twice_without_a_plan_is_believed() -> None:
    s = search(lambda _job: Result("infeasible", None, np.inf, np.inf))
    steps(s)
    assert s.infeasible


def test_a_point_after_infeasible_is_used() -> None:
    def contradicting(job: Job) -> Result:
        if job.presolve:
            return Result("infeasible", None, np.inf, np.inf)
        return Result("optimal", np.zeros(s_columns[0]), 100.0, 100.0)

    s_columns: list[int] = []
    s = search(contradicting)
    s_columns.append(len(s.matrix.lower))
    steps(s)
    assert not s.infeasible
    assert s.x is not None
    assert s.reached
