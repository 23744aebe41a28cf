"""Show how a solve goes: a live line on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.units import share, usd

from .running import Line, Lines, shown_by

if TYPE_CHECKING:
    from optimizer.solver.progress import Progress

STOPPING = "stopping with the best plan found so far; a second interrupt gives it up"

WORDS = {
    "build": "reading into a model", "unavoidable waiting": "what must wait in any plan",
    "relaxation": "which sites can matter", "bound": "proving a bound", "openings and halls": "openings and halls",
    "pods": "whole pods into halls", "repair": "whole pods into halls", "windows": "improving a few periods",
    "infeasible": "no plan exists: why",
    "improve": "improving a few sites", "proof": "proving the rest", "adapt": "adapting a known plan",
}  # fmt: skip
"""Phases in a planner's words, where their own names are not."""
WIDTH = 26
AT_LEAST_S = 5.0  # a plain line comes again after so long, with its clock


def line(now: Progress) -> str:
    """Return the state of a solve as one line."""
    parts = [f"{now.seconds:7.1f} s", f"{WORDS.get(now.phase, now.phase):<{WIDTH}}"]
    if now.objective_usd is not None:
        parts.append(f"plan {usd(now.objective_usd)}")
    if now.bound_usd is not None:
        parts.append(f"bound {usd(now.bound_usd)}")
    if now.gap is not None:
        parts.append(f"gap {share(now.gap)}")
    trial = [usd(number) for number in (now.trial_usd, now.trial_bound_usd) if number is not None]
    if trial:
        parts.append(f"(solver: {' over '.join(trial)})")
    return "  ".join(parts).rstrip()


def followed() -> AbstractContextManager[_Plain | _Live]:
    """Give a display for ``solve``: it hears the states, and ticks several times a second."""
    return shown_by(_Plain(_told), _Live("starting"))


class _Plain(Lines):
    def __init__(self, news: Callable[[str], str]) -> None:
        super().__init__(news)
        self._now: Progress | None = None
        self._heard_at = 0.0

    def listen(self, now: Progress) -> None:
        self.heard, self._now, self._heard_at = line(now), now, time.monotonic()
        self.tick()

    def tick(self) -> None:
        if self.is_due:
            self.close()
        if self._now is not None and self.quiet_s >= AT_LEAST_S:
            self.heard = line(replace(self._now, seconds=self._now.seconds + time.monotonic() - self._heard_at))
            self.repeat()


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
