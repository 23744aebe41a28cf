"""What each format of plans changed: steps from one to the next, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..account.decisions import Decisions, usage
from ..account.tables import costs
from ..io.registers import TERMS
from ..io.upgrade import Step, ahead
from ..parameters import Parameters
from .check import check_tables
from .plan import Plan, blank


def _with_costs(plan: Plan) -> Plan:
    """Account for every dollar of what was decided, as a plan of the next format does."""
    check_tables(plan, tuple(plan.tables), without=younger(1))
    p = Parameters.of(plan.study)
    x = Decisions.stated(p, {"dispatch": blank("dispatch"), **plan.tables})
    return replace(plan, tables={**plan.tables, "costs": costs(p, x, usage(p, x), plan.study.config)})


def _with_limits(plan: Plan) -> Plan:
    """Leave empty what a plan of before does not tell of the grid: prices, loading and limits that bind."""
    tables = dict(plan.tables)
    for name in _OF_THE_GRID:
        table, _, column = name.partition(".")
        if column:
            tables[table] = tables[table].assign(**{column: np.nan})
        else:
            tables[table] = blank(table)
    money = plan.facts.get("cost_usd")
    facts = dict(plan.facts)
    if isinstance(money, Mapping):
        facts["cost_usd"] = {kind: _with_generation(terms) for kind, terms in money.items()}
    return replace(plan, tables=tables, facts=facts)


def _with_generation(terms: Any) -> Any:
    """Add the term of nodal grids, which were not there before, in the order of terms."""
    if not isinstance(terms, Mapping):
        return terms
    known = {**terms, "generation": 0.0}
    return {**{term: known[term] for term in TERMS if term in known}, **known}


_OF_THE_GRID = (
    "binding", "dispatch", "base", "zones.base_load_mw", "zones.generation_mw", "zones.price_usd_per_mwh",
    "flows.loading", "flows.shadow_usd_per_mw_year",
)  # fmt: skip
STEPS: tuple[Step[Plan], ...] = (
    Step(1, "costs.csv accounts for every dollar by term, site, SKU, line and period", _with_costs, ("costs",)),
    Step(
        2,
        "zones.csv and flows.csv tell prices and loading, binding.csv the limits that bind",
        _with_limits,
        _OF_THE_GRID,
    ),
)
FORMAT = 1 + len(STEPS)
"""The format of the plans that this release writes."""


def younger(found: int) -> set[str]:
    """Return the tables, and the columns as table.column, that a folder of a format lacks: later steps make them."""
    return {name for step in ahead(STEPS, found) for name in step.makes}
