"""Show how a solve goes: a live line on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from optimizer.units import share, usd

from .messages import say
from .running import QUIET_S, running

if TYPE_CHECKING:
    from optimizer.solver.progress import Progress

STOPPING = "stopping with the best plan found so far; a second interrupt gives it up"


def line(now: Progress) -> str:
    """Return the state of a solve as one line."""
    parts = [f"{now.seconds:7.1f} s", f"{now.phase:<14}"]
    if now.objective_usd is not None:
        parts.append(f"plan {usd(now.objective_usd)}")
    if now.bound_usd is not None:
        parts.append(f"bound {usd(now.bound_usd)}")
    if now.gap is not None:
        parts.append(f"gap {share(now.gap)}")
    return "  ".join(parts).rstrip()


class Display(Protocol):
    """Shows what it hears; ``tick`` comes several times a second."""

    def listen(self, now: Progress) -> None:
        """Take the state of the solve."""

    def tick(self) -> None:
        """Show what had to wait."""


@contextmanager
def followed() -> Iterator[Display]:
    """Give a display for ``solve``."""
    with _live() if sys.stderr.isatty() else _plain() as display:
        yield display


class _Plain:
    """Lines, one for each change, the last of several that come too close together."""

    def __init__(self) -> None:
        self._heard, self._shown, self._shown_at = "", "", float("-inf")

    def listen(self, now: Progress) -> None:
        self._heard = line(now)
        self.tick()

    def tick(self) -> None:
        if time.monotonic() - self._shown_at >= QUIET_S:
            self.flush()

    def flush(self) -> None:
        if _told(self._heard) != _told(self._shown):
            say(self._heard)
            self._shown, self._shown_at = self._heard, time.monotonic()


@contextmanager
def _plain() -> Iterator[Display]:
    display = _Plain()
    yield display
    display.flush()


def _told(text: str) -> str:
    """Return a line without its clock."""
    return text.partition(" s ")[2]


class _Live:
    """One line that runs."""

    def __init__(self) -> None:
        self.began, self.heard = time.monotonic(), "starting"

    def listen(self, now: Progress) -> None:
        self.heard = _told(line(now)).strip()

    def tick(self) -> None:
        pass  # the line refreshes itself

    def words(self) -> str:
        return f"{time.monotonic() - self.began:6.0f} s  {self.heard}"


@contextmanager
def _live() -> Iterator[Display]:
    display = _Live()
    with running(display.words):
        yield display
    if display.heard != "starting":
        say(display.words())
