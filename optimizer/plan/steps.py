"""What each format of plans changed: steps from one to the next, in order."""

from __future__ import annotations

from dataclasses import replace

from ..account.decisions import Decisions, usage
from ..account.tables import costs
from ..io.upgrade import Step, ahead
from ..parameters import Parameters
from .check import check_tables
from .plan import Plan


def _with_costs(plan: Plan) -> Plan:
    """Account for every dollar of what was decided, as a plan of the next format does."""
    check_tables(plan, tuple(plan.tables), without=younger(1))
    p = Parameters.of(plan.study)
    x = Decisions.stated(p, plan.tables)
    return replace(plan, tables={**plan.tables, "costs": costs(p, x, usage(p, x), plan.study.config)})


STEPS: tuple[Step[Plan], ...] = (
    Step(1, "costs.csv accounts for every dollar by term, site, SKU, line and period", _with_costs, ("costs",)),
)
FORMAT = 1 + len(STEPS)
"""The format of the plans that this release writes."""


def younger(found: int) -> set[str]:
    """Return the tables, and the columns as table.column, that a folder of a format lacks: later steps make them."""
    return {name for step in ahead(STEPS, found) for name in step.makes}
