"""What is known of the sets of sites that a plan may open: plans met, and bounds of plans with or without a site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from ...resolution import Bools, Floats
from ...solver.questions import Answer

MUST, NEVER, OPTIONAL, UNSETTLED = "must", "never", "optional", "unsettled"
# A bound that is above a limit by a smaller share of it may be rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Met:
    """A plan that was met: its cost, its set of open sites, committed ones left out, and how it was found.

    ``bound_usd`` is that of the question that it answers; ``answer`` is None of the plan that was asked about.
    """

    cost_usd: float
    bound_usd: float
    sites: frozenset[int]
    answer: Answer | None = None


@dataclass
class Evidence:
    """Plans met by their sets, and by site and side – 0: without it, 1: with it – the least cost met and a bound.

    ``margin`` says what a plan may cost where the best one costs so much. ``committed`` (s,): open in every plan.
    ``rest_usd``: no plan of another set than the ``listed`` costs less.
    """

    first: Met
    committed: Bools
    margin: Callable[[float], float]
    met: dict[frozenset[int], Met] = field(default_factory=dict)
    listed: list[frozenset[int]] = field(default_factory=list)
    rest_usd: float = -np.inf

    def __post_init__(self) -> None:
        n = len(self.committed)
        self.least_usd: Floats = np.full((n, 2), np.inf)
        self.bound_usd: Floats = np.full((n, 2), self.first.bound_usd)
        self.bound_usd[self.committed, 0] = np.inf
        self.listed.append(self.first.sites)
        self.take(self.first)

    @property
    def best_usd(self) -> float:
        """Cost of the best plan met."""
        return min(met.cost_usd for met in self.met.values())

    @property
    def margin_usd(self) -> float:
        """What a plan may cost."""
        return self.margin(self.best_usd)

    def sides(self, sites: frozenset[int]) -> Bools:
        """Return which sites a set opens, committed ones among them, (s,)."""
        held: Bools = self.committed.copy()
        held[[*sites]] = True
        return held

    def take(self, met: Met) -> None:
        """Keep a plan, where none of its set is cheaper."""
        known = self.met.get(met.sites)
        if known is None or met.cost_usd < known.cost_usd:
            self.met[met.sites] = met
        held = self.sides(met.sites)
        at = (np.arange(len(held)), held.astype(np.int64))
        self.least_usd[at] = np.minimum(self.least_usd[at], met.cost_usd)

    def prove(self, site: int, side: int, bound_usd: float) -> None:
        """Keep a bound of all plans without or with a site."""
        self.bound_usd[site, side] = max(self.bound_usd[site, side], bound_usd)

    def others(self, bound_usd: float) -> None:
        """Keep a bound of all plans of other sets than those listed, and what it says of each site."""
        self.rest_usd = max(self.rest_usd, bound_usd)
        for side in (0, 1):
            bound = np.full(len(self.committed), self.rest_usd)
            for sites in self.listed:
                inside = self.sides(sites) == bool(side)
                bound[inside] = np.minimum(bound[inside], self.met[sites].bound_usd)
            self.bound_usd[:, side] = np.maximum(self.bound_usd[:, side], bound)

    @property
    def complete(self) -> bool:
        """Whether it is proven that no other set has a plan within the margin."""
        return above(self.rest_usd, self.margin_usd)

    def within(self) -> list[Met]:
        """Return the plans within the margin, the cheapest of each set, the cheapest first."""
        most = self.margin_usd
        found = [met for met in self.met.values() if met.cost_usd <= most]
        return sorted(found, key=lambda met: (met.cost_usd, sorted(met.sites)))

    def classes(self) -> list[str]:
        """Return what every site is: must, never, optional or unsettled."""
        most = self.margin_usd
        found = []
        for least, bound in zip(self.least_usd, self.bound_usd, strict=True):
            if above(bound[0], most):
                found.append(MUST)
            elif above(bound[1], most):
                found.append(NEVER)
            else:
                found.append(OPTIONAL if (least <= most).all() else UNSETTLED)
        return found

    def open_sides(self) -> Iterator[tuple[int, int]]:
        """Give the sides of sites without class that neither a plan nor a bound decides."""
        most = self.margin_usd
        for s, kind in enumerate(self.classes()):
            if kind == UNSETTLED:
                yield from ((s, side) for side in (0, 1) if self.least_usd[s, side] > most)

    def replacement_usd(self) -> Floats:
        """Return what the loss of each site costs at least and at most, (s, 2); inf if proven, nan where unknown."""
        least, bound, best = self.least_usd[:, 0], self.bound_usd[:, 0], self.best_usd
        known = bool(np.isfinite(self.first.bound_usd))
        low = np.maximum(0.0, bound - best)
        dearest = least - min(self.first.bound_usd, best) if known else np.full(len(least), np.nan)
        high = np.where(np.isfinite(least), dearest, np.where(np.isinf(bound) & (bound > 0), np.inf, np.nan))
        return np.column_stack([low, np.maximum(low, high)])


def above(bound_usd: float, limit_usd: float) -> bool:
    """Whether a bound is above a limit beyond rounding."""
    return bool(bound_usd > limit_usd + ROUNDING * max(1.0, abs(limit_usd)))
