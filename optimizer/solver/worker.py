"""The solver's own process: reads a matrix and jobs from its standard input, answers on its standard output.

A process of its own can be ended when a solver overruns a limit, and a Ctrl-C at the terminal never reaches it.
Messages are pickled pairs (kind, content); both ends are this package.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from queue import Queue
from typing import Any, BinaryIO

from ..io.searches import HIGHS, SCIP
from .arrays import Matrix


def end_group(leader: int) -> None:
    """End a solver's process and the programs that it started, where the system holds them together."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer ("matrix", m), ("job", j) and ("stop", None) until the input ends."""
    jobs: Queue[tuple[str, Any]] = Queue()
    stopping = threading.Event()
    lock = threading.Lock()

    def listen() -> None:
        while True:
            try:
                kind, content = pickle.load(requests)
            except (EOFError, OSError, pickle.UnpicklingError):
                end_group(os.getpid())  # the planner is gone: so are we, whatever the solver is doing
                os._exit(0)
            if kind == "stop":
                stopping.set()
            else:
                jobs.put((kind, content))

    def send(kind: str, content: Any) -> None:
        with lock:
            pickle.dump((kind, content), answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()

    threading.Thread(target=listen, daemon=True).start()
    matrix: Matrix | None = None
    solvers: dict[str, Any] = {}
    while True:
        kind, content = jobs.get()
        if kind == "matrix":
            matrix, solvers = content, {}
        elif matrix is not None:
            stopping.clear()
            try:
                if content.solver not in solvers:
                    solvers[content.solver] = _kind(content.solver)(matrix, stopping.is_set, send)
                send("result", solvers[content.solver].solve(content))
            except Exception as fault:
                send("failed", f"{type(fault).__name__}: {fault}")


def _kind(solver: str) -> Any:
    """Return the class that knows a solver; no other is loaded."""
    if solver == HIGHS:
        from . import highs

        return highs.Solver
    if solver == SCIP:
        from . import scip

        return scip.Solver
    from . import factory

    return factory.Solver


def main() -> None:
    """Keep the real standard output for answers; whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
