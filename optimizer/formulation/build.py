"""The model as a table of contents: variables, rules, terms of the objective."""

from __future__ import annotations

import gc
from typing import Any

import pyomo.environ as pyo

from ..parameters import Parameters
from ..study import Study
from . import cost
from .notation import Program, declare, linear
from .rules import RULES, Rule
from .sets import PolicyKeys


def build(study: Study, parameters: Parameters) -> Program:
    """Build the model of a study: variables, every constraint, and one objective per term of the cost.

    The objectives are components ``discounted``, ``undiscounted`` (by term, in million USD), ``waiting`` and
    ``unused`` (IT MW-years); the solver is given their sum or one of them.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        program = declare(parameters, policy_keys(study))
        for rule in RULES:
            add_constraint(program, rule)
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


def add_constraint(program: Program, rule: Rule) -> None:
    """Add the rows of one rule to the model."""

    def row(_model: pyo.ConcreteModel, *at: Any) -> Any:
        return rule.row(program) if at == (None,) else rule.row(program, *at)

    program.m.add_component(rule.name, pyo.Constraint(list(rule.index(program)), rule=row))


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
