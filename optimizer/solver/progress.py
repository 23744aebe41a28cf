"""What a caller hears while a study is being solved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..tolerance import LEAST_USD


def relative_gap(objective: float, bound: float) -> float:
    """(objective − bound) / max(1e-6 USD, |objective|); inf without a plan or a bound."""
    if not (np.isfinite(objective) and np.isfinite(bound)):
        return float("inf")
    return max(0.0, objective - bound) / max(LEAST_USD, abs(objective))


@dataclass(frozen=True)
class Progress:
    """State of a running solve: the best plan, the proven bound and their gap; None while unknown.

    ``has_plan`` says whether a stop keeps a plan, also while MW-years are minimised and no plan has its USD yet.
    ``trial_usd`` and ``trial_bound_usd`` are what the solver has in its present step, which need not be a plan of the
    study or a bound of all of it.
    """

    phase: str
    seconds: float
    objective_usd: float | None
    bound_usd: float | None
    gap: float | None
    has_plan: bool = False
    trial_usd: float | None = None
    trial_bound_usd: float | None = None


NOTHING = Progress("", 0.0, None, None, None)


@dataclass
class Journal:
    """Clock, log and progress of one solve; every phase and every line of the solver passes through it."""

    listener: Callable[[Progress], None] | None = None
    began: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    phase: str = "reading"
    _since: float = field(default_factory=time.monotonic)
    _last: Progress = NOTHING

    def enter(self, phase: str) -> None:
        """Close the phase that runs and open the next."""
        now = time.monotonic()
        self.seconds[self.phase] = self.seconds.get(self.phase, 0.0) + now - self._since
        self.phase, self._since = phase, now
        self.say(f"--- {phase}")
        self._report(replace(self._last, trial_usd=None, trial_bound_usd=None))

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self.began

    def say(self, line: str) -> None:
        """Add a line to the log."""
        self.lines.append(f"{self.elapsed:8.1f}s  {line}")

    def tell(self, objective_usd: float, bound_usd: float, *, has_plan: bool) -> None:
        """Report the state to the caller; what is not finite is not known."""
        gap = known(relative_gap(objective_usd, bound_usd))
        self._report(Progress("", 0.0, known(objective_usd), known(bound_usd), gap, has_plan))

    def hear(self, objective_usd: float, bound_usd: float) -> None:
        """Report what the solver has in its present step."""
        self._report(replace(self._last, trial_usd=known(objective_usd), trial_bound_usd=known(bound_usd)))

    def _report(self, state: Progress) -> None:
        self._last = replace(state, phase=self.phase, seconds=self.elapsed)
        if self.listener is not None:
            self.listener(self._last)


def known(number: float) -> float | None:
    """Return a number, None for one that is not finite."""
    return number if np.isfinite(number) else None
