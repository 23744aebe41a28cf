"""The least waiting of any plan: what the limits alone force, and what the rules of [policy] add to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..parameters import Parameters
from .aggregate.relaxation import relaxation
from .arrays import Job
from .known import Known
from .problem import MANY_PODS, Problem
from .runner import Runner, Stopped


@dataclass(frozen=True)
class Unavoidable:
    """Lower limits of the waiting MW-years of any plan: under all rules, and without those of [policy]."""

    mw_years: float | None
    without_rules_mw_years: float | None = None

    @classmethod
    def of(cls, problem: Problem, known: Known | None, runner: Runner) -> Unavoidable:
        """Ask the relaxation, where a base case has not answered it, and add what the sums of the rules prove."""
        return cls(_least(problem, known, runner, ruled=True)).at_least(_by_sums(problem.p))

    def parted(self, problem: Problem, known: Known | None, runner: Runner) -> Unavoidable:
        """Ask the relaxation without the rules too, after the search, whose course it must not change."""
        if not self.mw_years or not problem.p.policy.may_bind(len(problem.p.sites)):
            return replace(self, without_rules_mw_years=self.mw_years)
        alone = _least(problem, known, runner, ruled=False)
        if alone is not None:
            alone = min(self.mw_years, max(alone, _by_sums(problem.p, ruled=False)))
        return replace(self, without_rules_mw_years=alone)

    def at_least(self, mw_years: float) -> Unavoidable:
        """Take another lower limit under all rules, if it is higher."""
        return self if self.mw_years is None else replace(self, mw_years=max(self.mw_years, mw_years))


def _least(problem: Problem, known: Known | None, runner: Runner, *, ruled: bool) -> float | None:
    """Least waiting MW-years of the model's relaxation; None where it was not found in time.

    Of many pods it is that of the aggregate, which lies no lower and below every plan too.
    """
    if problem.size > MANY_PODS and not problem.p.is_physical:
        try:
            found = relaxation(problem.waiting(ruled=ruled), runner.run)
        except Stopped:
            return None
        return None if found is None else max(0.0, found.bound)
    matrix = problem.least_waiting(ruled=ruled)
    if known is not None and (same := known.unavoidable_mw_years(matrix, ruled=ruled)) is not None:
        return same
    try:
        result = runner.run(matrix, Job(integer=np.zeros(matrix.shape[1], dtype=bool)))
    except Stopped:
        return None
    return max(0.0, result.objective) if result.status == "optimal" else None


def _by_sums(p: Parameters, *, ruled: bool = True) -> float:
    """MW-years that wait since sites and rules let so much into service at most; 0 where racks retire."""
    if p.retires:
        return 0.0
    delivered = p.delivered_mw.sum(axis=0).cumsum()
    most = p.rooms(ruled=ruled).most_mw(float(delivered[-1]))
    return float(np.maximum(0.0, delivered - most).sum()) * p.length_years
