"""Checks of rows: every table is complete, and holds no row that has no place."""

from __future__ import annotations

import numpy as np

from .columns import Bools
from .ground import Ground
from .report import Finding
from .table import MISSING, ROW

# Rows of unused.csv stand only where there is more than this, in MW.
NOTHING_MW = 1e-6


def _rows(g: Ground, table: str, wanted: Bools) -> list[Finding]:
    """Compare the keys that have a row with those that should."""
    at = g.tables[table]
    axes = tuple(key for key in at.keys if key != "block")
    present = at.present()
    lost = [
        Finding(at.file, g.label(axes, i), ROW, MISSING, "a row") for i in map(tuple, np.argwhere(wanted & ~present))
    ]
    more = [
        Finding(at.file, g.label(axes, i), ROW, "a row", "none") for i in map(tuple, np.argwhere(present & ~wanted))
    ]
    return lost + more


def site_rows(g: Ground) -> list[Finding]:
    """One row for every site and period, closed ones too: |rows| = |S| · |T|."""
    return _rows(g, "sites", np.ones(g.tables["sites"].shape, dtype=np.bool_))


def zone_rows(g: Ground) -> list[Finding]:
    """One row for every zone and period: |rows| = |Z| · |T|."""
    return _rows(g, "zones", np.ones(g.tables["zones"].shape, dtype=np.bool_))


def flow_rows(g: Ground) -> list[Finding]:
    """One row for every line that may carry and every period: |rows| = |L| · |T|."""
    return _rows(g, "flows", np.ones(g.tables["flows"].shape, dtype=np.bool_))


def waiting_rows(g: Ground) -> list[Finding]:
    """One row for every period of a SKU with deliveries: {(k, t): Σ_τ D_kτ > 0}."""
    some = np.asarray(g.p.delivered_pods.any(axis=1))
    return _rows(g, "waiting", np.repeat(some[:, None], len(g.p.periods), axis=1))


def assignment_rows(g: Ground) -> list[Finding]:
    """A row for every period from the first placement on: {(s, k, t): Σ_{τ≤t} n_skτ > 0}."""
    return _rows(g, "assignments", np.asarray(np.cumsum(g.pods, axis=2) > 0))


def power_rows(g: Ground) -> list[Finding]:
    """A row for every period in which a site is open: {(s, t): y_st = 1}.

    Where sites.csv and power.csv disagree and nothing else decides, ``open`` is named with both files.
    """
    sites, power = g.tables["sites"], g.tables["power"]
    stated, drawn = sites.spread("open") > 0.5, power.present()
    found = []
    for s, t in map(tuple, np.argwhere(stated != drawn)):
        label = g.label(("site", "period"), (s, t))
        turned = g.opened[s, t] == drawn[s, t]
        if turned:
            found.append(Finding(sites.file, label, "open", bool(stated[s, t]), bool(drawn[s, t])))
        else:
            said = "has a row of power.csv" if drawn[s, t] else "no row in power.csv"
            found.append(Finding(sites.file, label, "open", bool(stated[s, t]), said))
    return found


def unused_rows(g: Ground) -> list[Finding]:
    """A row for every unused MW: kind by kind, only where mw > 1e-6, with site or sku as the kind has it."""
    table = g.tables["unused"]
    kind, site, sku, period = table.at
    found = []
    for position, (name, wanted, of_site) in enumerate(unused_mw(g)):
        rows = kind == position
        place, other = (site, sku) if of_site else (sku, site)
        axis, wrong = ("site", "sku") if of_site else ("sku", "site")
        misplaced = rows & ((place < 0) | (other >= 0))
        found += [
            Finding(
                table.file,
                table.row(int(i)),
                axis if place[i] < 0 else wrong,
                table.frame[wrong].iloc[i],
                f"a {axis}",
            )
            for i in np.flatnonzero(misplaced)
        ]
        rows &= ~misplaced
        present = np.zeros(wanted.shape, dtype=np.bool_)
        present[place[rows], period[rows]] = True
        found += [
            Finding(table.file, f"kind {name}, {g.label((axis, 'period'), at)}", ROW, MISSING, float(wanted[at]))
            for at in map(tuple, np.argwhere(~present & (wanted > 2 * NOTHING_MW)))
        ]
        idle = rows & (table.number["mw"] <= NOTHING_MW)
        found += [Finding(table.file, table.row(int(i)), ROW, "a row", "none") for i in np.flatnonzero(idle)]
    return found


def unused_mw(g: Ground) -> list[tuple[str, np.ndarray, bool]]:
    """Return unused MW of each kind, in the order of their names, (k or s, t), and whether it is of sites."""
    last = np.zeros(len(g.p.periods))
    last[-1] = 1.0
    return [
        ("aged", g.aged_mw, False),
        ("idle_hall", g.idle_hall_mw, True),
        ("idle_power", np.nan_to_num(g.spare_mw), True),
        ("unplaced", g.waits_mw * last, False),
        ("waiting", g.waits_mw, False),
    ]
