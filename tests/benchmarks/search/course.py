"""Keep what one search of one study told: plan and bound over time, and what it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from optimizer.solver.progress import relative_gap

Told = tuple[float, float, float]
"""Seconds since the study was read, plan and bound, in USD; inf and -inf while unknown."""
# Smaller steps are left out of a course, so that results stay small.
_STEP = 1e-5


@dataclass(frozen=True)
class Run:
    """One search of one study.

    ``gap`` and ``limit_s`` are what it was to reach, ``end`` says how it ended. ``seconds`` are those of reading, of
    building, of handing the model to the solver, and of all since the study was read; ``mib`` the most memory that
    its processes had. ``machine`` says by what, on what and when it was made.
    """

    study: str
    seed: int
    search: str
    gap: float
    limit_s: float
    sizes: Mapping[str, int]
    end: str
    seconds: Mapping[str, float]
    mib: float
    course: tuple[Told, ...]
    machine: Mapping[str, str]

    @property
    def plan(self) -> float:
        """The last plan."""
        return self.course[-1][1] if self.course else inf

    @property
    def bound(self) -> float:
        """The last bound."""
        return self.course[-1][2] if self.course else -inf

    @property
    def first_s(self) -> float:
        """When the first plan came, inf where none did."""
        return min((when for when, plan, _ in self.course if plan < inf), default=inf)

    def reached_s(self, gap: float) -> float:
        """When its own plan and bound came so near to each other, inf where they did not."""
        return min((when for when, plan, bound in self.course if relative_gap(plan, bound) <= gap), default=inf)


def thinned(told: Iterable[Told]) -> tuple[Told, ...]:
    """Return the best plan and the best bound by each moment at which one of them made a step, and those of the end."""
    kept: list[Told] = []
    step = best = (0.0, inf, -inf)
    for when, plan, bound in told:
        best = (round(when, 2), min(best[1], plan), max(best[2], bound))
        if _apart(step[1], best[1]) or _apart(best[2], step[2]):
            step = best
            kept.append(step)
    return tuple(kept if best[1:] == step[1:] else [*kept, best])


def _apart(high: float, low: float) -> bool:
    return high - low > _STEP * abs(low) if isfinite(high) and isfinite(low) else high != low
