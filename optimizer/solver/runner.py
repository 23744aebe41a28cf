"""The jobs of one solve: run in the solver's process under the time limit, heard by the journal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

from .arrays import Job, Matrix, Result
from .engine import Engine
from .progress import Journal


class Stopped(Exception):
    """The time limit struck or the caller asked to stop."""


@dataclass
class Beside:
    """A job that runs beside others: called, it waits for the result, and raises Stopped past the limit."""

    asked: Callable[[], Result]
    dropped: bool = False

    def __call__(self) -> Result:
        return self.asked()

    def drop(self) -> None:
        """End the job: nobody asks for its result any more, and the program could not end before it."""
        self.dropped = True


class Runner:
    """Runs jobs, one after the other; its time began when it was made.

    With more than one of the ``threads``, 0 for all, one more job may run beside them.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        time_limit_s: float | None,
        stop: Callable[[], bool] | None,
        threads: int = 1,
    ) -> None:
        self.journal = journal
        self._beside = (threads or os.cpu_count() or 1) > 1
        self._engine, self._asked_to_stop = engine, stop or (lambda: False)
        self._deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._interrupted = False

    @property
    def stopped(self) -> bool:
        """Whether the time limit struck or somebody asked to stop."""
        over = self._deadline is not None and time.monotonic() > self._deadline
        return over or self._interrupted or self._asked_to_stop()

    def run(self, matrix: Matrix, job: Job, *, within_s: float = inf) -> Result:
        """Run a job under the time limit, or so many seconds; what it found by then is its result.

        Raises Stopped past the time limit.
        """
        if self.stopped:
            raise Stopped
        last = min(inf if self._deadline is None else self._deadline, time.monotonic() + within_s)
        try:
            return self._engine.solve(
                matrix, job, event=partial(self._hear, matrix.unit), deadline=None if last == inf else last,
                stop=lambda: self.stopped,
            )  # fmt: skip
        except KeyboardInterrupt:
            self._interrupted = True
            self._engine.close()
            raise Stopped from None

    @contextmanager
    def apart(self) -> Iterator[Runner]:
        """Lend a runner with a solver process of its own, whose matrix other jobs leave in place."""
        with Engine() as engine:
            twin = copy(self)
            twin._engine = engine
            yield twin

    def beside(self, matrix: Matrix, job: Job) -> Beside:
        """Run a job beside those that follow, in a solver process of its own, or once its result is asked for.

        The result is the same either way.
        """
        beside = Beside(partial(self.run, matrix, job))
        if self._beside:

            def solved() -> Result:
                with Engine() as engine:
                    return engine.solve(
                        matrix, job, deadline=self._deadline, stop=lambda: beside.dropped or self.stopped
                    )

            pool = ThreadPoolExecutor(1)
            beside.asked = partial(self._asked, pool.submit(solved))
            pool.shutdown(wait=False)
        return beside

    def _asked(self, future: Future[Result]) -> Result:
        try:
            return future.result()
        except KeyboardInterrupt:
            self._interrupted = True
            raise Stopped from None

    def finish(self, matrix: Matrix, job: Job) -> Result:
        """Run a job that a plan needs to be complete, past the limit; these are small linear programs."""
        return self._engine.solve(matrix, job, event=partial(self._hear, 0.0))

    def _hear(self, usd: float, kind: str, content: Any) -> None:
        """Log what the solver says, and report its incumbent and bound; ``usd`` is the unit of its objective."""
        if kind == "progress" and usd > 1.0:  # 1: MW-years
            self.journal.hear(content[0] * usd, content[1] * usd)
        if kind == "log":
            for line in str(content).rstrip("\n").split("\n"):
                self.journal.say(line)
