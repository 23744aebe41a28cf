"""Show how a sweep goes: cases done and failed, and the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

_TICK_S = 0.5  # a state is told no more often, unless a case ended
_LINE_S = 10.0  # plain lines of a stream that is no terminal come no closer together


@dataclass(frozen=True)
class SweepProgress:
    """State of a running sweep, in cases; ``left_s`` is None until a case was solved."""

    done: int
    failed: int
    total: int
    running: int
    seconds: float
    left_s: float | None


class Meter:
    """Counts cases and tells a listener."""

    def __init__(self, total: int, listener: Callable[[SweepProgress], None]) -> None:
        self._total, self._listener = total, listener
        self._done = self._failed = self._solved = 0
        self._running: set[str] = set()
        self._began = self._told_at = time.monotonic()
        self._first: float | None = None

    def started(self, case: str) -> None:
        """Count a case that is being solved."""
        self._first = self._first or time.monotonic()
        self._running.add(case)
        self.tell()

    def ended(self, case: str, status: str, rows: int, *, solved: bool) -> None:
        """Count the rows of a case that ended, now or – not ``solved`` – in an earlier run."""
        self._running.discard(case)
        self._done += rows
        self._failed += rows if status in ("failed", "no_plan") else 0
        self._solved += rows if solved else 0
        self.tell()

    def tick(self) -> None:
        """Tell the state where that is some time ago."""
        if time.monotonic() - self._told_at >= _TICK_S:
            self.tell()

    def tell(self) -> None:
        """Tell the state."""
        now = self._told_at = time.monotonic()
        left = None
        if self._solved and self._first is not None:
            left = (now - self._first) * (self._total - self._done) / self._solved
        gone = now - self._began
        self._listener(SweepProgress(self._done, self._failed, self._total, len(self._running), gone, left))


@contextmanager
def shown(listener: Callable[[SweepProgress], None] | None) -> Iterator[Callable[[SweepProgress], None]]:
    """Give what hears of a sweep: the listener, else a display in a notebook, else a line on stderr."""
    if listener is not None:
        yield listener
        return
    if in_notebook():
        yield _Notebook().listen
        return
    with closing(_Stream(sys.stderr)) as display:
        yield display.listen


def line(now: SweepProgress) -> str:
    """Return the state as one line."""
    parts = [f"{now.done} of {now.total} cases"]
    if now.failed:
        parts.append(f"{now.failed} failed")
    if now.running:
        parts.append(f"{now.running} running")
    parts.append(f"{clock(now.seconds)} gone")
    if now.left_s is not None and now.done < now.total:
        parts.append(f"about {clock(now.left_s)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Return seconds as 42 s, 3:07 min or 2:05 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs us."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return type(shell).__name__ == "ZMQInteractiveShell"


class _Stream:
    """A line that is written over on a terminal; now and then a line elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._live = stream, stream.isatty()
        self._at, self._width, self._last = time.monotonic(), 0, ""

    def listen(self, now: SweepProgress) -> None:
        text = line(now)
        if self._live:
            self._stream.write("\r" + text.ljust(self._width))
            self._stream.flush()
            self._width = len(text)
        elif time.monotonic() - self._at >= _LINE_S:
            self._say(text)
        else:
            self._last = text

    def _say(self, text: str) -> None:
        self._at, self._last = time.monotonic(), ""
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        if self._live and self._width:
            self._stream.write("\n")
            self._stream.flush()
        elif self._last:
            self._say(self._last)


class _Notebook:
    """One output of a cell that is written anew."""

    def __init__(self) -> None:
        self._handle: Any = None

    def listen(self, now: SweepProgress) -> None:
        content = {"text/plain": line(now)}
        if self._handle is None:
            self._handle = sys.modules["IPython"].display.display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
