"""The jobs of one solve: run in the solver's process under the time limit, heard by the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .arrays import Job, Matrix, Result
from .engine import Engine
from .progress import Journal


class Stopped(Exception):
    """The time limit struck or the caller asked to stop."""


class Runner:
    """Runs jobs, one after the other; its time began when it was made."""

    def __init__(
        self, engine: Engine, journal: Journal, time_limit_s: float | None, stop: Callable[[], bool] | None
    ) -> None:
        self.journal = journal
        self._engine, self._asked_to_stop = engine, stop or (lambda: False)
        self._deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._interrupted = False

    @property
    def stopped(self) -> bool:
        """Whether the time limit struck or somebody asked to stop."""
        over = self._deadline is not None and time.monotonic() > self._deadline
        return over or self._interrupted or self._asked_to_stop()

    def run(self, matrix: Matrix, job: Job) -> Result:
        """Run a job under the time limit; what it found by then is its result. Raises Stopped past it."""
        if self.stopped:
            raise Stopped
        try:
            return self._engine.solve(matrix, job, event=self._hear, deadline=self._deadline, stop=lambda: self.stopped)
        except KeyboardInterrupt:
            self._interrupted = True
            self._engine.close()
            raise Stopped from None

    def finish(self, matrix: Matrix, job: Job) -> Result:
        """Run a job that a plan needs to be complete, past the limit; these are small linear programs."""
        return self._engine.solve(matrix, job, event=self._hear)

    def _hear(self, kind: str, content: Any) -> None:
        if kind == "log":
            for line in str(content).rstrip("\n").split("\n"):
                self.journal.say(line)
