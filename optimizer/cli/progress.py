"""Show how a solve goes: a live line on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from optimizer.units import share, usd

from .running import Line, Lines, shown_by

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


def followed() -> AbstractContextManager[_Plain | _Live]:
    """Give a display for ``solve``: it hears the states, and ticks several times a second."""
    return shown_by(_Plain(_told), _Live("starting"))


class _Plain(Lines):
    def listen(self, now: Progress) -> None:
        self.heard = line(now)
        self.tick()

    def tick(self) -> None:
        if self.is_due:
            self.close()


def _told(text: str) -> str:
    """Return a line without its clock."""
    return text.partition(" s ")[2]


class _Live(Line):
    def __init__(self, heard: str) -> None:
        super().__init__(heard)
        self._began = time.monotonic()

    def listen(self, now: Progress) -> None:
        self.heard = _told(line(now)).strip()

    def tick(self) -> None:
        pass  # the line refreshes itself

    def words(self) -> str:
        return f"{time.monotonic() - self._began:6.0f} s  {self.heard}"

    def close(self) -> None:
        if self.heard != "starting":
            super().close()
