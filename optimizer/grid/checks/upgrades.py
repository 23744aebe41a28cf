"""Checks of reinforcements against what they reinforce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from optimizer.errors import shown
from optimizer.grid.checks.lines import reactances, too_small
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.source import nearest
from optimizer.io.standing import by_site
from optimizer.io.table import SHOWN_ROWS, Finding, Table

_TABLES = {"zone": "zones", "line": "lines", "site": "sites"}


def unknown_targets(context: Context) -> Iterator[Doubt]:
    """Find upgrades of what does not exist."""
    upgrades = context.some("upgrades")
    for kind, name in _TABLES.items():
        targets = context.whole(name)
        if upgrades is None or (targets is None and context.tables.get(name) is None):
            continue  # told already
        there = context.tables[name]
        if targets is None and (len(there.frame) or there.lost_rows):
            continue
        known = set() if targets is None else set(targets.texts(kind))
        found: list[Finding] = []
        for row, target in _of(upgrades, kind):
            if target not in known and not upgrades.unread(row, ("target",)):
                cure = (nearest(target, known) or _some(known, kind)) if len(found) < SHOWN_ROWS else ""
                found.append(Finding(row, f"is no {kind} of {there.file}", cure, target))
        yield Doubt(upgrades, "target", found)


def unneeded_reactances(context: Context) -> Iterator[Doubt]:
    """Find reactances of upgrades that add no AC circuit."""
    upgrades, lines = context.some("upgrades"), context.tables.get("lines")
    if upgrades is None or lines is None:
        return
    x, circuits = upgrades.numbers("reactance_pu"), _circuits(lines)
    found = [
        Finding(row, f"is of no AC circuit: the upgrade is of a {what}", "leave the cell empty", f"{x[row]:.10g}")
        for kind, what in (("zone", "zone"), ("line", "line without a reactance_pu"), ("site", "site"))
        for row, target in _of(upgrades, kind)
        if not np.isnan(x[row]) and (kind != "line" or circuits.get(target) is False)
    ]
    yield Doubt(upgrades, "reactance_pu", sorted(found, key=lambda f: f.row))


def lacking_reactances(context: Context) -> Iterator[Doubt]:
    """Find circuits whose reactance can't be told from that of their line."""
    upgrades, lines = context.some("upgrades"), context.some("lines")
    if upgrades is None or lines is None or not context.flows("dc"):
        return
    x, circuits = upgrades.numbers("reactance_pu"), _circuits(lines)
    capacity = dict(zip(lines.texts("line"), lines.numbers("capacity_mw").tolist(), strict=True))
    found = []
    for row, target in _of(upgrades, "line"):
        odd = {0.0: "has no capacity", np.inf: "is unlimited"}.get(capacity.get(target, 1.0))
        if circuits.get(target) and odd and np.isnan(x[row]) and not upgrades.unread(row, ("reactance_pu",)):
            reason = f'is needed: line "{shown(target, 40)}" {odd}, and tells nothing of a circuit of another capacity'
            found.append(Finding(row, reason, "write the series reactance of one added circuit", kind="needed"))
    yield Doubt(upgrades, "reactance_pu", found)


def odd_reactances(context: Context) -> Iterator[Doubt]:
    """Find added circuits of no reactance, and doubt those of a negative one."""
    upgrades = context.some("upgrades")
    if upgrades is not None:
        x, cure = upgrades.numbers("reactance_pu"), "write the series reactance of one added circuit"
        reason = "is below 0, as of a series capacitor"
        negative = [Finding(int(i), reason, cure, f"{x[i]:.10g}") for i in np.flatnonzero(x < 0)]
        yield Doubt(upgrades, "reactance_pu", [*too_small(x, cure)])
        yield Doubt(upgrades, "reactance_pu", negative, "warning")


def unlimited_links(context: Context) -> Iterator[Doubt]:
    """Find upgrades of links that carry any flow already."""
    upgrades, lines = context.some("upgrades"), context.some("lines")
    if upgrades is None or lines is None:
        return
    least = np.minimum(lines.numbers("capacity_mw"), lines.numbers("capacity_back_mw"))
    is_unlimited = np.isinf(least) & np.isnan(reactances(lines))
    unlimited = {line for line, yes in zip(lines.texts("line"), is_unlimited, strict=True) if yes}
    reason, cure = "is a link without a limit: it takes no upgrade", "give the line a capacity_mw"
    found = [Finding(row, reason, cure, target) for row, target in _of(upgrades, "line") if target in unlimited]
    yield Doubt(upgrades, "target", found)


def unlimited_sites(context: Context) -> Iterator[Doubt]:
    """Find upgrades of sites whose grid connection has no limit."""
    upgrades, sites, ramp = context.some("upgrades"), context.some("sites"), context.tables.get("site_ramp")
    if upgrades is None or sites is None or ramp is None:
        return
    power_mw = by_site(sites.frame, ramp.frame, "interconnection_mw", context.horizon)
    unread = {row for row, column in sites.unread_cells if column == "interconnection_mw"}
    rows = [i for i in np.flatnonzero(np.isinf(power_mw).any(axis=1)).tolist() if i not in unread]
    ids = sites.texts("site")
    unlimited = {ids[i] for i in rows}
    reason = "has no limit of interconnection_mw that an upgrade could raise"
    cure = "write the site's interconnection_mw, 0 for none"
    found = [Finding(row, reason, cure, target) for row, target in _of(upgrades, "site") if target in unlimited]
    yield Doubt(upgrades, "target", found)


def sites_without_a_zone(context: Context) -> Iterator[Doubt]:
    """Find upgrades of sites that no zone serves."""
    upgrades, sites = context.some("upgrades"), context.some("sites")
    if upgrades is None or sites is None:
        return
    stated = enumerate(zip(sites.texts("site"), sites.texts("zone"), strict=True))
    without = {site for i, (site, zone) in stated if not zone and not sites.unread(i, ("zone", "lon", "lat"))}
    reason, cure = "is a site without a zone: there is nothing to draw from", "name the site's zone"
    found = [Finding(row, reason, cure, target) for row, target in _of(upgrades, "site") if target in without]
    yield Doubt(upgrades, "target", found)


def zones_of_a_nodal_grid(context: Context) -> Iterator[Doubt]:
    """Find upgrades of a headroom that a nodal grid does not have."""
    upgrades = context.some("upgrades")
    if upgrades is not None and context.is_nodal:
        reason, cure = "has no headroom to add to: the grid has generators.csv", "add a generator, or take it out"
        yield Doubt(upgrades, "kind", [Finding(row, reason, cure, "zone") for row, _ in _of(upgrades, "zone")])


def circuits_with_outages(context: Context) -> Iterator[Doubt]:
    """Refuse AC circuits that can be bought where outages must be survived."""
    upgrades, lines = context.some("upgrades"), context.some("lines")
    if upgrades is None or lines is None or context.grid.security != "n-1" or not context.flows("dc"):
        return
    circuits = _circuits(lines)
    reason = 'adds an AC circuit, which this release can\'t plan together with security = "n-1"'
    cure = 'take it out, or write security = "none" in grid.toml'
    found = [Finding(row, reason, cure, target) for row, target in _of(upgrades, "line") if circuits.get(target)]
    yield Doubt(upgrades, "target", found)


def _of(upgrades: Table, kind: str) -> list[tuple[int, str]]:
    """Return the rows of one kind that name a target."""
    cells = enumerate(zip(upgrades.texts("kind"), upgrades.texts("target"), strict=True))
    return [(row, target) for row, (own, target) in cells if own == kind and target]


def _circuits(lines: Table) -> dict[str, bool]:
    """Return whether each line is an AC circuit; a line of which that can't be read is left out."""
    rows = enumerate(zip(lines.texts("line"), (~np.isnan(reactances(lines))).tolist(), strict=True))
    return {line: is_circuit for row, (line, is_circuit) in rows if not lines.unread(row, ("reactance_pu",))}


def _some(known: Iterable[str], kind: str) -> str:
    names = sorted(known)
    some = f"there are {', '.join(shown(n, 30) for n in names[:6])}" + (", …" if len(names) > 6 else "")
    return some if names else f"there is no {kind}"
