"""Sets, variables and the sums that many constraints share; the letters are those of README.md.

Data stay in Parameters; the model holds variables, rows and objectives. A variable exists only where it can be
other than zero: nothing is declared to be fixed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from ..parameters import Parameters

Term = tuple[float, pyo.Var]


@dataclass
class Program:
    """A study's parameters ``p``, its Pyomo model ``m`` and the filtered sets.

    ``candidates``: sites that may be open. ``triples``: (s, k, t) where a pod of k may be placed at s in t.
    ``present``: (s, vendor) that can be there at all; a variable only under ``min_vendor_mw``.
    """

    p: Parameters
    policy: PolicyKeys
    m: pyo.ConcreteModel
    candidates: list[int]
    triples: list[tuple[int, int, int]]
    skus_at: dict[int, list[int]]
    first: dict[tuple[int, int], int]
    present: list[tuple[int, str]]
    members: dict[int, list[int]] = field(default_factory=dict)

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
            for k in self.skus_at[s]
            if (vendor is None or self.p.vendor_of[k] == vendor) and t >= self.first[s, k]
        ]

    def halls_by(self, s: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · Σ_{τ≤t} h_sτ."""
        return [(factor, self.m.h[s, a]) for a in range(len(self.p.horizon)) if a <= t and (s, a) in self.m.h]

    def built(self, s: int, t: int, factor: float = 1.0) -> tuple[list[Term], float]:
        """``factor`` · (existing_st y_st + hall_s Σ_{τ≤t} h_sτ) in IT MW."""
        terms, constant = self.open_(s, t, factor * float(self.p.existing_mw[s, t]))
        return terms + self.halls_by(s, t, factor * float(self.p.hall_mw[s])), constant


@dataclass(frozen=True)
class PolicyKeys:
    """The keys of [policy] that bind, as read from the study; None where not set."""

    max_sites: int | None = None
    max_new_mw_per_year: float | None = None
    max_zone_share: float | None = None
    max_site_share: float | None = None
    min_site_mw: float = 0.0
    min_vendor_mw: float = 0.0
    max_unused_mw_years: float | None = None


def linear(terms: Iterable[Term], constant: float = 0.0) -> LinearExpression:
    """Build Σ coefficient · variable + constant from a list, zero coefficients dropped."""
    kept = [(c, v) for c, v in terms if c != 0.0]
    return LinearExpression(constant=constant, linear_coefs=[c for c, _ in kept], linear_vars=[v for _, v in kept])


def declare(p: Parameters, policy: PolicyKeys) -> Program:
    """Filter the sets and declare the variables of the model."""
    m = pyo.ConcreteModel()
    n_t = len(p.horizon)
    periods = range(n_t)
    candidates = [
        s
        for s in range(len(p.sites))
        if p.committed[s] or p.forced[s] or (not p.forbidden[s] and p.may_hold_it_mw[s].max() > 0)
    ]
    out = np.cumsum(p.delivered_pods, axis=1) > 0
    triples: list[tuple[int, int, int]] = []
    skus_at: dict[int, list[int]] = {}
    first: dict[tuple[int, int], int] = {}
    for s in candidates:
        skus_at[s] = []
        for k in range(len(p.skus)):
            when = [t for t in periods if p.admits[s, k] and out[k, t] and p.may_hold_it_mw[s, t] > 0]
            if when:
                skus_at[s].append(k)
                first[s, k] = when[0]
                triples += [(s, k, t) for t in when]
    present = [(s, v) for s in candidates for v in sorted({p.vendor_of[k] for k in skus_at[s]})]
    members = {z: [s for s in candidates if p.zone_of[s] == z] for z in range(len(p.zones))}
    served = [(s, k, t) for (s, k), start in first.items() for t in range(start, n_t)]
    loaded = [(s, t) for s in candidates for t in periods]
    delivered = [k for k in range(len(p.skus)) if out[k, -1]]

    m.y = pyo.Var([(s, t) for s, t in loaded if not p.committed[s]], within=pyo.Binary)
    m.h = pyo.Var(
        [(s, t) for s, t in loaded if p.halls_max[s] > 0 and t >= p.first_hall[s]],
        within=pyo.NonNegativeIntegers,
        bounds=lambda _m, s, _t: (0, int(min(p.halls_max[s], p.halls_per_year[s]))),
    )
    m.n = pyo.Var(triples, within=pyo.NonNegativeIntegers)
    m.N = pyo.Var(served, within=pyo.NonNegativeReals)
    m.w = pyo.Var([(k, t) for k in delivered for t in periods if out[k, t]], within=pyo.NonNegativeReals)
    m.a = pyo.Var([(k, t) for k, t in m.w if p.aged_before[t] > 0], within=pyo.NonNegativeReals)
    m.v = pyo.Var(present if policy.min_vendor_mw > 0 else [], within=pyo.Binary)
    m.idle = pyo.Var(loaded, within=pyo.NonNegativeReals)
    m.spare = pyo.Var([(s, t) for s, t in loaded if np.isfinite(p.power_mw[s, t])], within=pyo.NonNegativeReals)
    m.d = pyo.Var(
        [(s, t) for s, t in loaded if p.interconnection_mw[s, t] > 0],
        bounds=lambda _m, s, t: (0, _finite(float(p.interconnection_mw[s, t]))),
    )
    m.o = pyo.Var(
        [(s, t) for s, t in loaded if p.onsite_mw[s, t] > 0],
        bounds=lambda _m, s, t: (0, float(p.onsite_mw[s, t])),
    )
    zone_periods = [(z, t) for z in range(len(p.zones)) for t in periods]
    line_periods = [(i, t) for i in range(len(p.lines)) for t in periods]
    m.g = pyo.Var(
        [(z, t) for z, t in zone_periods if p.headroom_mw[z, t] > 0],
        bounds=lambda _m, z, t: (0, float(p.headroom_mw[z, t])),
    )
    m.f = pyo.Var(line_periods, bounds=lambda _m, i, _t: (0, float(p.line_mw[i])))
    m.r = pyo.Var(line_periods, bounds=lambda _m, i, _t: (0, float(p.line_back_mw[i])))
    return Program(p, policy, m, candidates, triples, skus_at, first, present, members)


def _finite(bound: float) -> float | None:
    return bound if np.isfinite(bound) else None
