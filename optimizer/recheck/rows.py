"""Checks of rows: every table is complete, and holds no row that has no place."""

from __future__ import annotations

import numpy as np

from .columns import Bools
from .ground import Ground
from .report import Finding
from .table import MISSING, ROW


def compare_rows(g: Ground, table: str, wanted: Bools | bool = True) -> list[Finding]:
    """Compare the keys that have a row with those that should, by default all."""
    at = g.tables[table]
    axes, present = tuple(at.keys), at.present()
    found = []
    for bad, stated, right in ((~present & wanted, MISSING, "a row"), (present & ~np.asarray(wanted), "a row", "none")):
        found += [Finding(at.file, g.label(axes, i), ROW, stated, right) for i in map(tuple, np.argwhere(bad))]
    return found


def site_rows(g: Ground) -> list[Finding]:
    """One row for every site and period, closed ones too: |rows| = |S| · |T|."""
    return compare_rows(g, "sites")


def zone_rows(g: Ground) -> list[Finding]:
    """One row for every zone and period: |rows| = |Z| · |T|."""
    return compare_rows(g, "zones")


def flow_rows(g: Ground) -> list[Finding]:
    """One row for every line that may carry and every period: |rows| = |L| · |T|."""
    return compare_rows(g, "flows")


def waiting_rows(g: Ground) -> list[Finding]:
    """One row for every period of a SKU with deliveries: {(k, t): Σ_τ D_kτ > 0}."""
    return compare_rows(g, "waiting", np.asarray(g.p.delivered_pods.any(axis=1, keepdims=True)))


def assignment_rows(g: Ground) -> list[Finding]:
    """A row for every period from the first placement on: {(s, k, t): Σ_{τ≤t} n_skτ > 0}."""
    return compare_rows(g, "assignments", np.cumsum(g.pods, axis=2) > 0)


def power_rows(g: Ground) -> list[Finding]:
    """A row for every period in which a site is open: {(s, t, b): y_st = 1}.

    Where sites.csv and power.csv disagree and nothing else decides, ``open`` is named with both files.
    """
    sites, power = g.tables["sites"], g.tables["power"]
    drawn = power.present()
    stated = np.broadcast_to((sites.spread("open") > 0.5)[:, :, None], drawn.shape)
    found = []
    for at in map(tuple, np.argwhere(stated != drawn)):
        label = g.label(tuple(power.keys), at)
        said = "has a row of power.csv" if drawn[at] else "no row in power.csv"
        turned = g.opened[at[:2]] == drawn[at]
        found.append(Finding(sites.file, label, "open", bool(stated[at]), bool(drawn[at]) if turned else said))
    return found


def upgrade_rows(g: Ground) -> list[Finding]:
    """A row only where an upgrade is bought: {(u, t): x_ut > 0}."""
    return compare_rows(g, "upgrades", g.upgrades > 0)


def dispatch_rows(g: Ground) -> list[Finding]:
    """A row for every generator, period and load block of a nodal grid, and none in any other."""
    return compare_rows(g, "dispatch")
