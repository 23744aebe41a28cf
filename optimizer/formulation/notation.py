"""Sets, variables and the sums that many constraints share; the letters are those of README.md.

Data stay in Parameters; the model holds variables, rows and objectives. A variable exists only where it can be
other than zero: nothing is declared to be fixed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from ..parameters import Parameters
from .families import FAMILIES, Family
from .sets import PolicyKeys, Sets, filtered

Term = tuple[float, pyo.Var]
DOMAINS = {"switch": pyo.Binary, "count": pyo.NonNegativeIntegers, "": pyo.NonNegativeReals}


@dataclass(frozen=True)
class Program:
    """A study's parameters ``p``, the keys of its policy, its filtered ``sets`` and its Pyomo model ``m``."""

    p: Parameters
    policy: PolicyKeys
    sets: Sets
    m: pyo.ConcreteModel

    # sums ---------------------------------------------------------------------------------------------------
    def open_(self, s: int, t: int, factor: float) -> tuple[list[Term], float]:
        """``factor`` · y_st, a constant at a committed site."""
        if self.p.committed[s]:
            return [], factor
        return [(factor, self.m.y[s, t])], 0.0

    def it_load(self, s: int, t: int, factor: float = 1.0, vendor: str | None = None) -> list[Term]:
        """``factor`` · Σ_k p_k N_skt in IT MW, of one vendor or of all."""
        return [
            (factor * float(self.p.pod_mw[k]), self.m.N[s, k, t])
            for k in self.sets.skus_at[s]
            if (vendor is None or self.p.vendor_of[k] == vendor) and t >= self.sets.first[s, k]
        ]

    def halls_by(self, s: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · Σ_{τ≤t} h_sτ."""
        return [(factor, self.m.h[s, a]) for a in range(len(self.p.horizon)) if a <= t and (s, a) in self.m.h]

    def built(self, s: int, t: int, factor: float = 1.0) -> tuple[list[Term], float]:
        """``factor`` · (existing_st y_st + hall_s Σ_{τ≤t} h_sτ) in IT MW."""
        terms, constant = self.open_(s, t, factor * float(self.p.existing_mw[s, t]))
        return terms + self.halls_by(s, t, factor * float(self.p.hall_mw[s])), constant


def linear(terms: Iterable[Term], constant: float = 0.0) -> LinearExpression:
    """Build Σ coefficient · variable + constant from a list, zero coefficients dropped."""
    kept = [(c, v) for c, v in terms if c != 0.0]
    return LinearExpression(constant=constant, linear_coefs=[c for c, _ in kept], linear_vars=[v for _, v in kept])


def declare(p: Parameters, policy: PolicyKeys) -> Program:
    """Filter the sets and declare the variables of the model."""
    m, sets = pyo.ConcreteModel(), filtered(p, policy)
    for family in FAMILIES:
        bounds = _bounds(p, family)
        m.add_component(family.letter, pyo.Var(family.index(sets, p), within=DOMAINS[family.whole], bounds=bounds))
    return Program(p, policy, sets, m)


def _bounds(p: Parameters, family: Family) -> Any:
    """Return Pyomo's rule for the bounds of a family, None where its domain says all."""
    most = family.most
    if most is None:
        return None

    def rule(_model: pyo.ConcreteModel, *at: int) -> tuple[float, float | None]:
        high = most(p, *at)
        return 0, high if isfinite(high) else None

    return rule
