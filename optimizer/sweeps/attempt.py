"""Solve cases in whatever process: retry once, tell what ended each, pack what has to be written."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..errors import InfeasibleError, SolverError, limit_met
from ..plan import Plan
from ..plan.folder import own_files
from ..solver.again import Known, Resolver
from ..study import Study
from .row import row

NOT_RUN = "not_run"
_LONGEST = 500
IDLE_S = 60.0


@dataclass(frozen=True)
class Job:
    """A case to be solved; rows of the same study are one job."""

    case: str
    study: Study


@dataclass(frozen=True)
class Outcome:
    """How a case ended: with the cells of its row and the texts of its plan folder, or with a status and a reason."""

    case: str
    status: str
    reason: str = ""
    row: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    worker: str = ""


class Resolvers:
    """Resolvers of one base that wait for their next case, each with its solver running; safe to share by threads.

    With ``idle_s`` those that nobody asks for so long are closed.
    """

    def __init__(self, known: Known | None, *, idle_s: float | None = None) -> None:
        self._known, self._idle_s = known, idle_s
        self._free: list[Resolver] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    @contextmanager
    def one(self) -> Iterator[Resolver]:
        """Lend a resolver; one that raised anything but a proof of infeasibility is closed."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            resolver = self._free.pop() if self._free else Resolver(self._known)
        sound = False
        try:
            yield resolver
            sound = True
        except InfeasibleError:
            sound = True
            raise
        finally:
            (self._put_back if sound else Resolver.close)(resolver)

    def _put_back(self, resolver: Resolver) -> None:
        with self._lock:
            self._free.append(resolver)
            if self._idle_s is not None:
                self._timer = threading.Timer(self._idle_s, self.close)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """End the solvers that wait."""
        with self._lock:
            free, self._free = self._free, []
        for resolver in free:
            resolver.close()


def attempt(job: Job, resolvers: Resolvers, stop: Callable[[], bool]) -> Outcome:
    """Solve a case, once more where it fails; raises nothing but what ends the process."""
    solved = told(job, lambda: _solve(job.study, resolvers, stop), stop)
    if solved.status == "failed" or (solved.status == "no_plan" and not job.study.config.solve.time_limit_s):
        solved = told(job, lambda: _solve(job.study, resolvers, stop), stop)
    return solved


def _solve(study: Study, resolvers: Resolvers, stop: Callable[[], bool]) -> Plan:
    with resolvers.one() as resolver:
        return resolver.plan(study, stop=stop)


def told(job: Job, solve: Callable[[], Plan], stop: Callable[[], bool]) -> Outcome:
    """Return how solving a case ended; what a stop cut short counts as not run, so that no row depends on when."""

    def without_plan(status: str, reason: str = "") -> Outcome:
        return Outcome(job.case, status, one_line(reason), worker=worker_name())

    try:
        plan = solve()
        outcome = Outcome(job.case, plan.status, "", row(plan), own_files(plan), worker_name())
    except InfeasibleError as fault:
        outcome = without_plan("infeasible", "; ".join(fault.reasons) or str(fault))
    except SolverError as fault:
        outcome = without_plan("no_plan", str(fault))
    except Exception as fault:
        cure = limit_met(fault)
        outcome = without_plan("failed", f"{type(fault).__name__}: {fault}" + (f" – {cure}" if cure else ""))
    return without_plan(NOT_RUN) if stop() else outcome


def solved_here(
    jobs: Sequence[Job], known: Known | None, *, stop: Callable[[], bool], started: Callable[[Job, str], None]
) -> Iterator[Outcome]:
    """Yield how each case ended in this process, until ``stop`` answers true; ``started`` hears of each before."""
    with closing(Resolvers(known)) as resolvers:
        for job in jobs:
            if stop():
                return
            started(job, worker_name())
            yield attempt(job, resolvers, stop)


def one_line(text: str) -> str:
    """Return a text on one line, cut where it is very long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def worker_name() -> str:
    """Return where a case is solved, for the log: machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"
