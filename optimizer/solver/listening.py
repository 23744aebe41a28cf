"""What solvers other than HiGHS share: what they print becomes the log, and a stop reaches them while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOBase

from pyomo.common.tee import capture_output

from .arrays import Event

_POLL_S = 0.1


@contextmanager
def heard(event: Event) -> Iterator[None]:
    """Send whatever is printed, by Python or by a library, as lines of the log."""
    log = _Log(event)
    with capture_output(log, capture_fd=True):
        yield
    log.end()


@contextmanager
def ended(when: Callable[[], bool], end: Callable[[], object]) -> Iterator[None]:
    """Call ``end`` once, from a thread beside the solver's, as soon as ``when`` answers true."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_POLL_S):
            if when():
                end()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


class _Log(TextIOBase):
    """A stream whose whole lines are events."""

    def __init__(self, event: Event) -> None:
        self._event, self._rest = event, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._event("log", line)
        return len(text)

    def end(self) -> None:
        """Send what has no end of its line."""
        if self._rest:
            self._event("log", self._rest)
