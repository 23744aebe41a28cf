"""Sets, variables and the sums that many constraints share; the letters are those of README.md.

Data stay in Parameters; the model holds variables, rows and objectives. A variable exists only where it can be
other than zero: nothing is declared to be fixed afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from ..parameters import Parameters
from .families import FAMILIES, Family
from .sets import Sets, filtered

Term = tuple[float, pyo.Var | None]
"""A coefficient and its variable; without one it is a constant."""
DOMAINS = {"switch": pyo.Binary, "count": pyo.NonNegativeIntegers, "": pyo.NonNegativeReals}


@dataclass(frozen=True)
class Program:
    """A study's parameters ``p``, its filtered ``sets`` and its Pyomo model ``m``."""

    p: Parameters
    sets: Sets
    m: pyo.ConcreteModel

    # sums ---------------------------------------------------------------------------------------------------
    def open_(self, s: int, t: int, factor: float) -> list[Term]:
        """``factor`` · y_st, a constant at a committed site."""
        return [(factor, None if self.p.committed[s] else self.m.y[s, t])]

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

    def built(self, s: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · (existing_st y_st + hall_s Σ_{τ≤t} h_sτ) in IT MW."""
        standing = self.open_(s, t, factor * float(self.p.existing_mw[s, t]))
        return standing + self.halls_by(s, t, factor * float(self.p.hall_mw[s]))


def linear(terms: Sequence[Term]) -> LinearExpression:
    """Build Σ coefficient · variable + constants from a list, zero coefficients dropped."""
    kept = [(c, v) for c, v in terms if c != 0.0 and v is not None]
    return LinearExpression(
        constant=sum((c for c, v in terms if v is None), 0.0),
        linear_coefs=[c for c, _ in kept],
        linear_vars=[v for _, v in kept],
    )


def declare(p: Parameters) -> Program:
    """Filter the sets and declare the variables of the model."""
    m, sets = pyo.ConcreteModel(), filtered(p)
    for family in FAMILIES:
        bounds = None if family.most is None else partial(_bounds, p, family)
        m.add_component(family.letter, pyo.Var(family.index(sets, p), within=DOMAINS[family.whole], bounds=bounds))
    return Program(p, sets, m)


def _bounds(p: Parameters, family: Family, _model: pyo.ConcreteModel, *at: Any) -> tuple[float, float | None]:
    high = family.upper(p, at)
    return 0, high if isfinite(high) else None
