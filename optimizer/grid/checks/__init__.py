"""Check the tables of a grid against each other and against grid.toml: one function per check, all in two registers."""

from __future__ import annotations

from optimizer.grid.checks import angles, blocks, generators, keys, lines, nodal, upgrades
from optimizer.io.checks.context import Check

__all__ = ["CHECKS", "WITH_ZONES"]

CHECKS: tuple[Check, ...] = (
    blocks.hours_of_a_year, blocks.never_at_peak, blocks.blocks_of_no_file,
    lines.no_reactance, lines.series_capacitors, lines.shift_of_a_link, lines.flow_is_transport,
    lines.low_in_an_emergency, lines.identical_circuits, lines.isolated_buses,
    upgrades.unknown_targets, upgrades.unneeded_reactances, upgrades.lacking_reactances, upgrades.odd_reactances,
    upgrades.unlimited_links, upgrades.unlimited_sites, upgrades.zones_of_a_nodal_grid, upgrades.circuits_with_outages,
    angles.ends_without_a_bound, angles.cancelled_reactances,
    generators.spellings, generators.several_buses, generators.same_start, generators.least_output, generators.widths,
    generators.negative_quadratic_prices, generators.falling_prices,
    nodal.headroom_beside_generators, nodal.loads_without_generators, nodal.unused_prices, nodal.onsite_prices,
    keys.security_without_dc, keys.unused_outages, keys.outages_of_no_circuit, keys.references,
)  # fmt: skip

WITH_ZONES: tuple[Check, ...] = (upgrades.sites_without_a_zone, keys.radial_circuits)
"""Checks that look at the zones which the grid gives to its sites."""
