"""The least waiting of any plan: what the limits alone force, and what the rules of [policy] add to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..formulation.build import build
from ..formulation.rules import CHOICES
from ..parameters import Parameters
from ..study import Study
from .arrays import Matrix
from .matrix import Compiled, compile_matrix

if TYPE_CHECKING:
    from .known import Known

Least = Callable[[Compiled, Matrix], float | None]


@dataclass(frozen=True)
class Unavoidable:
    """Lower limits of the waiting MW-years of any plan: under all rules, and without those of [policy]."""

    mw_years: float | None
    without_rules_mw_years: float | None = None

    @classmethod
    def of(cls, p: Parameters, c: Compiled, known: Known | None, least: Least) -> Unavoidable:
        """Ask the relaxation, where a base case has not answered it, and add what the sums of the rules prove."""
        same = None if known is None else known.unavoidable_mw_years(c, c.matrix, ruled=True)
        return cls(least(c, c.matrix) if same is None else same).at_least(_by_sums(p))

    def parted(self, study: Study, p: Parameters, c: Compiled, known: Known | None, least: Least) -> Unavoidable:
        """Ask the relaxation without the rules too, after the search, whose course it must not change."""
        if not self.mw_years or not p.policy.may_bind(len(p.sites)):
            return replace(self, without_rules_mw_years=self.mw_years)
        c, matrix = without_rules(study, p, c)
        same = None if known is None else known.unavoidable_mw_years(c, matrix, ruled=False)
        alone = least(c, matrix) if same is None else same
        if alone is not None:
            alone = min(self.mw_years, max(alone, _by_sums(p, ruled=False)))
        return replace(self, without_rules_mw_years=alone)

    def at_least(self, mw_years: float) -> Unavoidable:
        """Take another lower limit under all rules, if it is higher."""
        return self if self.mw_years is None else replace(self, mw_years=max(self.mw_years, mw_years))


def without_rules(study: Study, p: Parameters, c: Compiled) -> tuple[Compiled, Matrix]:
    """Return the model with no site forbidden, and its matrix without the rows of [policy]."""
    if p.forbidden.any():
        c = compile_matrix(build(study, replace(p, forbidden=np.zeros_like(p.forbidden))))
    rules = [row for rule in CHOICES for row in c.rows.get(rule.name, [])]
    return c, c.matrix.rows_only(np.setdiff1d(np.arange(c.matrix.shape[0]), rules))


def waiting_key(c: Compiled, matrix: Matrix) -> str:
    """Name the linear program of least waiting by its rows, bounds and objective."""
    cost, offset = c.objectives.waiting
    digest = hashlib.sha256(repr(offset).encode())
    for array in (
        matrix.starts, matrix.rows, matrix.values, matrix.row_lower, matrix.row_upper, matrix.lower, matrix.upper, cost
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _by_sums(p: Parameters, *, ruled: bool = True) -> float:
    """MW-years that wait since sites and rules let so much into service at most; 0 where racks retire."""
    if p.retires:
        return 0.0
    delivered = p.delivered_mw.sum(axis=0).cumsum()
    most = p.rooms(ruled=ruled).most_mw(float(delivered[-1]))
    return float(np.maximum(0.0, delivered - most).sum()) * p.length_years
