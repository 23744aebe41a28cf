"""The model as a table of contents: variables, rules, terms of the objective, in Pyomo."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from ..parameters import Parameters
from ..study import Study
from .cost import Money, terms, unused_mw_years, waiting_mw_years
from .notation import Program, Rule, declare, linear
from .rules import RULES


def model(study: Study) -> pyo.ConcreteModel:
    """Return a study as a Pyomo model that any of Pyomo's solvers takes; letters are those of this folder's README.md.

    Variables and constraints are indexed by places in the order of ids, periods in that of time. ``cost`` is the
    objective, the sum of the expressions ``discounted`` by term, in million USD; ``undiscounted`` are the same at face
    value, ``waiting`` and ``unused`` IT MW-years.
    """
    with PauseGC():
        program = declare(Parameters.of(study))
        for rule in RULES:
            add_constraint(program, rule)
        m, stated = program.m, terms(program.p)
        for name, money in Money.both(study.config, program.p).items():
            sums = {term: linear(rule(program, money)) for term, rule in stated.items()}
            m.add_component(name, pyo.Expression(list(stated), initialize=sums))
        m.waiting = pyo.Expression(expr=linear(waiting_mw_years(program)))
        m.unused = pyo.Expression(expr=linear(unused_mw_years(program)))
        m.cost = pyo.Objective(expr=sum(m.discounted.values()))
    return m


def add_constraint(program: Program, rule: Rule) -> None:
    """Add the rows of one rule to the model."""

    def row(_model: pyo.ConcreteModel, *at: Any) -> Any:
        return rule.relation(program, None if at == (None,) else at)

    program.m.add_component(rule.name, pyo.Constraint(list(rule.index(program)), rule=row))
