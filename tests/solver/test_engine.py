"""The solver's process: limits hold, overruns are ended by force, a killed process loses no plan."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from optimizer.errors import SolverError
from optimizer.solver.arrays import Job, Matrix
from optimizer.solver.engine import GRACE_S, Engine
from optimizer.solver.progress import Journal
from optimizer.solver.runner import Runner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals between processes are POSIX")


def hard(items: int = 200, rows: int = 40) -> Matrix:
    """A knapsack with many rows that no branch and bound closes in seconds, and that has points at once."""
    r = np.random.default_rng(3)
    weights = r.integers(1, 1000, (rows, items)).astype(float)
    return Matrix(
        starts=np.arange(items + 1) * rows,
        rows=np.tile(np.arange(rows), items),
        values=weights.T.ravel(),
        row_lower=np.full(rows, -np.inf),
        row_upper=weights.sum(axis=1) / 2,
        lower=np.zeros(items),
        upper=np.ones(items),
        integer=np.ones(items, dtype=bool),
        cost=-r.integers(1, 1000, items).astype(float),
        offset=0.0,
    )


class Process:
    """An engine whose process the test can reach once it has found a point."""

    def __init__(self, then: Callable[[int], None]) -> None:
        self._then, self._done = then, threading.Event()
        self.engine = Engine()

    def hear(self, kind: str, _content: Any) -> None:
        if kind == "point" and not self._done.is_set():
            self._done.set()
            process = self.engine._process
            assert process is not None
            self._then(process.pid)


def test_a_deadline_keeps_the_best_point() -> None:
    began = time.monotonic()
    with Engine() as engine:
        result = engine.solve(hard(), Job(), deadline=began + 2)
    assert result.status == "feasible"
    assert result.x is not None
    assert result.bound <= result.objective
    assert hard().breach(result.x) <= 1.0


def test_a_solver_that_overruns_is_ended_and_its_best_point_kept() -> None:
    frozen = Process(lambda pid: os.kill(pid, signal.SIGSTOP))  # it answers nothing any more
    began = time.monotonic()
    with frozen.engine as engine:
        result = engine.solve(hard(), Job(), event=frozen.hear, deadline=began + 2)
    assert result.status == "feasible"
    assert result.x is not None
    assert time.monotonic() - began < 2 + GRACE_S + 10


def test_a_killed_solver_loses_no_point_and_the_next_job_runs() -> None:
    killed = Process(lambda pid: os.kill(pid, signal.SIGKILL))
    with killed.engine as engine:
        result = engine.solve(hard(), Job(), event=killed.hear)
        assert result.status == "feasible"
        assert result.x is not None
        relaxed = engine.solve(hard(), Job(integer=np.zeros(200, dtype=bool)))
    assert relaxed.status == "optimal"
    assert relaxed.objective <= result.objective


def test_a_solver_that_dies_without_a_point_is_an_error() -> None:
    with Engine() as engine:
        engine._ensure()
        assert engine._process is not None
        engine._process.kill()
        engine._process.wait()
        engine._ensure = lambda: False
        with pytest.raises(SolverError):
            engine.solve(hard(), Job())


def test_two_runs_of_one_job_are_the_same() -> None:
    answers = []
    for _ in range(2):
        with Engine() as engine:
            answers.append(engine.solve(hard(25, 5), Job(gap=1e-3)))
    assert answers[0].status == "optimal"
    assert np.array_equal(answers[0].x, answers[1].x)
    assert answers[0].nodes == answers[1].nodes


def test_a_job_beside_ends_once_nobody_asks_for_it() -> None:
    """A program that ends waits for it; the rest of a search would too."""
    with Engine() as engine:
        beside = Runner(engine, Journal(), None, None, threads=2).beside(hard(), Job())
        beside.drop()
        assert beside().status in ("feasible", "none")
