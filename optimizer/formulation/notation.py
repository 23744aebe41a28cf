"""Sets, variables and the sums that many constraints share; the letters are those of README.md.

Data stay in Parameters; the model holds variables, rows and objectives. A variable exists only where it can be
other than zero: nothing is declared to be fixed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any, Literal

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

    def bought_by(self, u: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · Σ_{τ≤t} x_uτ."""
        return [(factor, self.m.x[u, a]) for a in range(t + 1) if (u, a) in self.m.x]

    def upgraded(self, kind: str, target: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · Σ_u capacity_u Σ_{τ≤t} x_uτ over the upgrades that add to a limit of a zone, line or site."""
        u = self.p.upgrades
        return [term for i in u.of(kind, target) for term in self.bought_by(i, t, factor * float(u.capacity_mw[i]))]

    def built(self, s: int, t: int, factor: float = 1.0) -> list[Term]:
        """``factor`` · (existing_st y_st + hall_s Σ_{τ≤t} h_sτ) in IT MW."""
        standing = self.open_(s, t, factor * float(self.p.existing_mw[s, t]))
        return standing + self.halls_by(s, t, factor * float(self.p.hall_mw[s]))


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule: ``row`` states it for an index of ``index``; its name is that of the function.

    ``owner``: whose limit it is. ``unit``: that of the row. ``changes``: the key of study.toml, or the column of a
    table, that a person would change; "" where the rule is arithmetic. Rules of [policy] are choices, others physics.
    ``form`` of a choice: a *sum* below a ceiling, a *share* of a whole, a *cluster* held at least, a *list* of sites;
    ``turn``: when it may give where no plan exists, ceilings first, which a person tightens last. ``dispatch``: power
    and flows must keep it once loads are held.
    """

    row: Callable[..., Any]
    index: Callable[[Program], Iterable[Any]]
    owner: Literal["site", "grid", "programme"]
    unit: str
    changes: str = ""
    form: Literal["sum", "share", "cluster", "list", ""] = ""
    turn: int = 0
    dispatch: bool = False

    @property
    def name(self) -> str:
        """The rule in one word, as constraints, golden LPs and the page of the maths call it."""
        return self.row.__name__

    def relation(self, c: Program, where: Any) -> Any:
        """State the rule for one index, None where it has only one."""
        return self.row(c, *(where if isinstance(where, tuple) else () if where is None else (where,)))

    @property
    def key(self) -> str:
        """The key within its section, or the column within its table."""
        return self.changes.rpartition(".")[2]


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
