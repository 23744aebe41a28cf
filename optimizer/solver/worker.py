"""The solver's own process: reads a matrix and jobs from its standard input, answers on its standard output.

A process of its own can be ended when HiGHS overruns a limit, and a Ctrl-C at the terminal never reaches it.
Messages are pickled pairs (kind, content); both ends are this package.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from queue import Queue
from typing import Any, BinaryIO


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer ("matrix", m), ("job", j) and ("stop", None) until the input ends."""
    from .highs import Solver

    jobs: Queue[tuple[str, Any]] = Queue()
    stopping = threading.Event()
    lock = threading.Lock()

    def listen() -> None:
        while True:
            try:
                kind, content = pickle.load(requests)
            except (EOFError, OSError, pickle.UnpicklingError):
                os._exit(0)  # the planner is gone: so are we, whatever HiGHS is doing
            if kind == "stop":
                stopping.set()
            else:
                jobs.put((kind, content))

    def send(kind: str, content: Any) -> None:
        with lock:
            pickle.dump((kind, content), answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()

    threading.Thread(target=listen, daemon=True).start()
    solver: Solver | None = None
    while True:
        kind, content = jobs.get()
        if kind == "matrix":
            solver = Solver(content, stopping.is_set, send)
        elif solver is not None:
            stopping.clear()
            try:
                send("result", solver.solve(content))
            except Exception as fault:
                send("failed", f"{type(fault).__name__}: {fault}")


def main() -> None:
    """Keep the real standard output for answers; whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
