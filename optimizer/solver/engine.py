"""A solver process seen from the planner: start a job, follow it, stop it, end it when it overruns."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import Any

import numpy as np

from ..errors import SolverError
from ..io.searches import HIGHS
from ..modules import ROOT, safe_environment
from .arrays import Job, Matrix, Result
from .worker import end_group

# HiGHS looks at its clock between steps; past this it is told to stop, and past it again it is ended. Others may
# have a file to write and to be read.
GRACE_S = 3.0
GRACE_OF_OTHERS_S = 20.0
_WORKER = "import sys; sys.path.append(sys.argv[1]); from optimizer.solver.worker import main; main()"


class Engine:
    """One solver process that keeps the matrix of its last job; jobs run one after the other."""

    def __init__(self) -> None:
        self._matrix: Matrix | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: Queue[tuple[str, Any]] = Queue()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            end_group(process.pid)
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what it did not read any more is lost with it
                        pipe.close()

    def solve(
        self,
        matrix: Matrix,
        job: Job,
        *,
        event: Callable[[str, Any], None] = lambda _kind, _content: None,
        deadline: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Run a job on a matrix to its end, to the ``deadline`` (time.monotonic) or until ``stop`` answers true.

        Past the deadline the best point and the last bound that the solver reported are the result. ``event`` receives
        what the solver says: ("log", line), ("progress", (objective, bound)), ("point", (objective, x)).
        Raises SolverError where the process dies.
        """
        if self._ensure() or matrix is not self._matrix:
            self._matrix = matrix
            self._send("matrix", matrix)
        self._send("job", replace(job, deadline=deadline))
        grace_s = GRACE_S if job.solver == HIGHS else GRACE_OF_OTHERS_S
        best: tuple[float, Any] = (np.inf, None)
        bound, began, asked = -np.inf, time.monotonic(), None

        def cut_short() -> Result:
            self.close()
            status = "feasible" if best[1] is not None else "none"
            return Result(status, best[1], best[0], bound, seconds=time.monotonic() - began)

        while True:
            try:
                kind, content = self._answers.get(timeout=0.1)
            except Empty:
                kind, content = "", None
            now = time.monotonic()
            if asked is None and (stop() or (deadline is not None and now > deadline)):
                self._send("stop", None)
                asked = now
            if kind == "result":
                result: Result = content
                lost = result.x is None and best[1] is not None and result.status == "none"
                return replace(result, status="feasible", x=best[1], objective=best[0]) if lost else result
            if kind in ("failed", "gone"):
                if best[1] is None and asked is None:
                    self.close()
                    raise SolverError(f"the solver's process failed: {content}")
                return cut_short()
            if kind == "point" and content[0] < best[0]:
                best = content
            if kind == "progress":
                bound = max(bound, content[1])
            if kind:
                event(kind, content)
            if asked is not None and now > asked + grace_s:
                return cut_short()

    def _ensure(self) -> bool:
        """Start the process where none is alive; say whether it is new."""
        if self._process is not None and self._process.poll() is None:
            return False
        # A session of its own: the terminal's Ctrl-C is for the planner, which then stops us in order.
        flags: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _WORKER, ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**safe_environment(), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            **flags,
        )
        self._process = process
        answers: Queue[tuple[str, Any]] = Queue()
        self._answers = answers

        def listen() -> None:
            assert process.stdout is not None
            try:
                while True:
                    answers.put(pickle.load(process.stdout))
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                answers.put(("gone", "it ended without an answer"))

        threading.Thread(target=listen, daemon=True).start()
        return True

    def _send(self, kind: str, content: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            pickle.dump((kind, content), self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            self._answers.put(("gone", "it does not listen"))
