"""Every check of a plan in one register, the root cause first; finding is apart from reporting."""

from __future__ import annotations

from dataclasses import replace

from . import (
    binding,
    causes,
    committed,
    constraints,
    facts,
    network,
    nodal,
    numbers,
    physics,
    policy,
    rows,
    unused_and_costs,
)
from .comparison import Check
from .ground import Ground
from .report import Finding, Report
from .table import Table

CHECKS: tuple[Check, ...] = (
    # decisions, as their rows state them
    rows.site_rows, rows.assignment_rows, rows.power_rows, rows.zone_rows, rows.flow_rows, rows.waiting_rows,
    rows.upgrade_rows, rows.dispatch_rows, nodal.base_rows,
    numbers.assigned_pods, numbers.assigned_vendor, numbers.site_halls,
    # what an earlier plan decided
    committed.replan_facts, *committed.CHECKS,
    # constraints
    *constraints.CHECKS, *network.CHECKS, *physics.CHECKS, *nodal.CHECKS, *policy.CHECKS,
    # what follows from the decisions
    *numbers.FOLLOWING, binding.binding_limit,
    unused_and_costs.unused_rows, unused_and_costs.unused_amount, unused_and_costs.unused_mw_years,
    unused_and_costs.unused_price, causes.unused_cause,
    unused_and_costs.cost_rows, unused_and_costs.cost_usd, unused_and_costs.cost_discounted,
    # plan.json
    facts.whole_facts, facts.plan_format, facts.study_keys, facts.sizes, facts.records, facts.cost_terms,
    facts.objective, facts.relief, facts.rack_purchase, facts.vendor_cost, facts.unused_totals, facts.unavoidable,
    facts.placed, facts.delivered, facts.energised, facts.bound, facts.gap, facts.status, facts.content_digest,
)  # fmt: skip


class Damaged(Exception):
    """A check needs a table that could not be read."""


class Usable(dict[str, Table]):
    """The tables by name; asking for one that could not be read raises Damaged."""

    def __getitem__(self, name: str) -> Table:
        table = super().__getitem__(name)
        if not table.usable:
            raise Damaged(name)
        return table


def words(check: Check) -> str:
    """Return the rule that a check holds a plan against: the first line of its docstring."""
    return (check.__doc__ or check.__name__).strip().split("\n")[0].rstrip(".")


def run(ground: Ground) -> Report:
    """Run every check whose tables could be read."""
    findings: list[Finding] = []
    skipped: list[str] = []
    for check in CHECKS:
        try:
            found = check(ground)
        except Damaged:
            skipped.append(check.__name__)
            continue
        findings += [replace(finding, rule=finding.rule or words(check)) for finding in found]
    return Report(findings, skipped)
