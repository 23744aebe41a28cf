"""What a base case teaches its variants: its plan, and what stays proven where nothing that it rests on changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..formulation.families import HALLS, OPENED, PODS, PRESENT
from ..plan import Plan
from .arrays import Floats, Matrix
from .problem import Problem


@dataclass(frozen=True)
class Known:
    """The base's plan, and the keys of the linear programs that gave its unavoidable waiting, with rules and without.

    Travels to other processes in one piece.
    """

    plan: Plan
    waiting_key: str
    waiting_key_without_rules: str

    @classmethod
    def of(cls, plan: Plan, problem: Problem) -> Known:
        """Keep what the plan of a base's problem teaches."""
        return cls(plan, *(problem.least_waiting(ruled=ruled).key for ruled in (True, False)))

    def point(self, problem: Problem) -> Floats | None:
        """Return the base's openings, halls, pods and vendors as a point of a variant; None where periods differ.

        Sites and SKUs that the variant lacks are left out. The point need not satisfy the variant's rows.
        """
        p, c = problem.p, problem.c
        if list(self.plan.study.horizon.names) != p.periods:
            return None
        site, sku = ({name: i for i, name in enumerate(names)} for names in (p.sites, p.skus))
        period = {name: t for t, name in enumerate(p.periods)}
        halls, opened = (np.zeros((len(site), len(period))) for _ in range(2))
        pods = np.zeros((len(site), len(sku), len(period)))
        states = self.plan.sites[self.plan.sites["site"].isin(site)]
        at = states["site"].map(site).to_numpy(), states["period"].map(period).to_numpy()
        halls[at], opened[at] = states["halls"], states["open"]
        placed = self.plan.assignments
        placed = placed[placed["site"].isin(site) & placed["sku"].isin(sku)]
        pods[placed["site"].map(site), placed["sku"].map(sku), placed["period"].map(period)] = placed["pods"]
        x = np.zeros(c.matrix.shape[1])
        c.columns.gather(HALLS, np.diff(halls, axis=1, prepend=0.0), x)
        c.columns.gather(OPENED, opened, x)
        c.columns.gather(PODS, pods, x)
        for (s, vendor), column in c.columns.of(PRESENT).items():
            x[column] = float(any(pods[s, k].any() for k in range(len(sku)) if p.vendor_of[k] == vendor))
        return x

    def unavoidable_mw_years(self, matrix: Matrix, *, ruled: bool) -> float | None:
        """Return the base's unavoidable waiting where a variant asks the very same linear program, else None."""
        name, key = ("", self.waiting_key) if ruled else ("_without_rules", self.waiting_key_without_rules)
        value = self.plan.facts["unused"][f"unavoidable_waiting{name}_mw_years"]
        return float(value) if value is not None and matrix.key == key else None
