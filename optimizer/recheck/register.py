"""Every check of a plan in one register, the root cause first; finding is apart from reporting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from . import causes, constraints, costs, facts, network, numbers, policy, rows
from .ground import Ground
from .report import Finding, Report
from .table import Table

Check = Callable[[Ground], list[Finding]]

CHECKS: tuple[Check, ...] = (
    # decisions, as their rows state them
    rows.site_rows, rows.assignment_rows, rows.power_rows, rows.zone_rows, rows.flow_rows, rows.waiting_rows,
    numbers.assigned_pods, numbers.assigned_vendor, numbers.site_halls,
    # constraints
    constraints.delivery_balance, constraints.sku_out, constraints.vendor_door, constraints.rack_door,
    constraints.pair_door, constraints.opening_order, constraints.committed_open, constraints.closed_empty,
    constraints.closed_unbuilt, constraints.hall_order, constraints.hall_space, constraints.hall_ceiling,
    constraints.hall_rate, constraints.hall_lead, constraints.new_mw_rate, constraints.site_power,
    constraints.power_sources, constraints.draw_limit, constraints.onsite_limit,
    network.draw_zone, network.line_limit, network.line_limit_back, network.headroom, network.flow_balance,
    network.zone_balance,
    policy.max_sites, policy.force_open, policy.forbid, policy.max_site_share, policy.max_zone_share,
    policy.min_site_mw, policy.min_vendor_mw, policy.max_unused,
    # what follows from the decisions
    numbers.assigned_racks, numbers.assigned_it, numbers.serving_racks, numbers.serving_it, numbers.site_built,
    numbers.site_it, numbers.site_peak, numbers.site_interconnection, numbers.site_onsite, numbers.site_idle_hall,
    numbers.site_idle_power, numbers.power_load, numbers.waiting_delivered, numbers.waiting_placed,
    numbers.waiting_racks, numbers.waiting_mw, numbers.zone_load, numbers.zone_headroom, numbers.flow_capacity,
    rows.unused_rows, numbers.unused_amount, numbers.unused_mw_years, numbers.unused_price, causes.unused_cause,
    costs.cost_rows, costs.cost_usd, costs.cost_discounted,
    # plan.json
    facts.whole_facts, facts.plan_format, facts.study_keys, facts.sizes, facts.records, facts.cost_terms,
    facts.objective, facts.rack_purchase, facts.vendor_cost, facts.unused_totals, facts.unavoidable, facts.placed,
    facts.delivered, facts.energised, facts.bound, facts.gap, facts.status, facts.content_digest,
)  # fmt: skip


class Damaged(Exception):
    """A check needs a table that could not be read."""


class Usable(Mapping[str, Table]):
    """The tables by name; asking for one that could not be read raises Damaged."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> Table:
        table = self._tables[name]
        if not table.usable:
            raise Damaged(name)
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


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
