"""The model as a table of contents: variables, constraints by family, terms of the objective."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..parameters import Parameters
from ..study import Study
from . import cost, delivery, halls, network, policy, power
from .notation import Program, declare, linear
from .sets import PolicyKeys

Index = Callable[[Program], Iterable[Any]]


def _sites(c: Program) -> list[int]:
    return [s for s in c.sets.candidates if c.sets.skus_at[s]]


CONSTRAINTS: dict[str, tuple[Callable[..., Any], Index]] = {
    "delivery_balance": (delivery.delivery_balance, lambda c: c.m.w),
    "aged_waiting": (delivery.aged_waiting, lambda c: c.m.a),
    "in_service": (delivery.in_service, lambda c: c.m.N),
    "opening_order": (halls.opening_order, lambda c: [(s, t) for s, t in c.m.y if t > 0]),
    "hall_space": (halls.hall_space, lambda c: c.m.idle),
    "hall_ceiling": (halls.hall_ceiling, lambda c: c.m.h),
    "hall_rate": (
        halls.hall_rate,
        lambda c: sorted({(s, c.p.horizon.calendar_years[t]) for s, t in c.m.h if np.isfinite(c.p.halls_per_year[s])}),
    ),
    "new_mw_rate": (
        halls.new_mw_rate,
        lambda c: sorted(set(c.p.horizon.calendar_years)) if c.policy.max_new_mw_per_year is not None else [],
    ),
    "site_power": (power.site_power, lambda c: c.m.spare),
    "power_sources": (power.power_sources, lambda c: c.m.idle),
    "zone_balance": (
        network.zone_balance,
        lambda c: [(z, t) for z in range(len(c.p.zones)) for t in range(len(c.p.horizon))],
    ),
    "site_count": (policy.site_count, lambda c: [None] if c.policy.max_sites is not None else []),
    "forced_open": (
        policy.forced_open,
        lambda c: [s for s in c.sets.candidates if c.p.forced[s] and not c.p.committed[s]],
    ),
    "zone_share": (
        policy.zone_share,
        lambda c: [
            z
            for z in range(len(c.p.stated_zones))
            if c.policy.max_zone_share is not None and set(_sites(c)) & {*c.sets.members[z]}
        ],
    ),
    "site_share": (policy.site_share, lambda c: _sites(c) if c.policy.max_site_share is not None else []),
    "site_cluster": (policy.site_cluster, lambda c: c.sets.candidates if c.policy.min_site_mw > 0 else []),
    "vendor_cluster": (policy.vendor_cluster, lambda c: c.m.v),
    "vendor_presence": (
        policy.vendor_presence,
        lambda c: [(s, v, t) for s, v in c.m.v for t in range(len(c.p.horizon)) if c.it_load(s, t, vendor=v)],
    ),
    "unused_ceiling": (
        policy.unused_ceiling,
        lambda c: [None] if c.policy.max_unused_mw_years is not None else [],
    ),
}


def build(study: Study, parameters: Parameters) -> Program:
    """Build the model of a study: variables, every constraint, and one objective per term of the cost.

    The objectives are components ``discounted``, ``undiscounted`` (by term, in million USD), ``waiting`` and
    ``unused`` (IT MW-years); the solver is given their sum or one of them.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        program = declare(parameters, policy_keys(study))
        for name in CONSTRAINTS:
            add_constraint(program, name)
        add_objectives(program, study)
    finally:
        if collecting:
            gc.enable()
    return program


def policy_keys(study: Study) -> PolicyKeys:
    """Read the keys of [policy] that bind rows."""
    keys = study.config.policy
    return PolicyKeys(
        max_sites=keys.max_sites,
        max_new_mw_per_year=keys.max_new_mw_per_year,
        max_zone_share=keys.max_zone_share,
        max_site_share=keys.max_site_share,
        min_site_mw=keys.min_site_mw or 0.0,
        min_vendor_mw=keys.min_vendor_mw or 0.0,
        max_unused_mw_years=keys.max_unused_mw_years,
    )


def add_constraint(program: Program, name: str) -> None:
    """Add one constraint of the register to the model."""
    rule, index = CONSTRAINTS[name]

    def row(_model: pyo.ConcreteModel, *at: Any) -> Any:
        return rule(program) if at == (None,) else rule(program, *at)

    program.m.add_component(name, pyo.Constraint(list(index(program)), rule=row))


def add_objectives(program: Program, study: Study) -> None:
    """Add one objective per cost term, discounted and not, and the two quantities in MW-years."""
    m, p = program.m, program.p
    for name, money in (
        ("discounted", cost.Money.discounted(study.config, p)),
        ("undiscounted", cost.Money.undiscounted(study.config, p)),
    ):
        sums = {term: linear(*rule(program, money)) for term, rule in cost.TERMS.items()}
        m.add_component(name, pyo.Objective(list(cost.TERMS), rule=lambda _m, term, sums=sums: sums[term]))
    m.waiting = pyo.Objective(expr=linear(cost.waiting_mw_years(program)))
    m.unused = pyo.Objective(expr=linear(cost.unused_mw_years(program)))
