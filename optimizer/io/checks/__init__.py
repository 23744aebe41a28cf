"""Check tables against each other: one function per check, all in one register."""

from __future__ import annotations

from optimizer.errors import Fault, Faults
from optimizer.io.checks import deliveries, ids, magnitudes, places, policy, power, rules
from optimizer.io.checks.context import Check, Context, Doubt
from optimizer.io.table import report

__all__ = ["CHECKS", "WITH_ZONES", "Check", "Context", "Doubt", "run"]

CHECKS: tuple[Check, ...] = (
    ids.no_rows, ids.repeated_ids, ids.vendor_spellings, ids.repeated_keys, ids.unknown_references, ids.unknown_vendors,
    places.swapped_places, places.null_island,
    magnitudes.cells,
    power.halls_that_never_fit, power.falling_ramps, power.too_much_existing, power.never_powered, power.no_rack_fits,
    power.homeless_racks,
    deliveries.neither_or_both, deliveries.outside_horizon, deliveries.broken_pods, deliveries.lost_deliveries,
    magnitudes.racks_in_mw, magnitudes.settings,
    policy.policy_sites, policy.closed_programme, policy.late_decision, policy.long_horizon,
    policy.first_without_order, policy.shared_by_none, policy.loops,
)  # fmt: skip

WITH_ZONES: tuple[Check, ...] = (rules.rules_together,)
"""Checks that look at the zones which a grid gives to its sites."""


def run(context: Context, faults: Faults, among: tuple[Check, ...]) -> None:
    """Run checks on what could be read and add what they find."""
    for check in among:
        for found in check(context):
            if isinstance(found, Fault):
                faults.add(found)
            else:
                report(faults, found.table, found.column, found.findings, severity=found.severity)
