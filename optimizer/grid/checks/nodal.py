"""Checks of nodal grids: what they need, and what they leave unused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.standing import by_site
from optimizer.io.table import Finding


def headroom_beside_generators(context: Context) -> Iterator[Fault]:
    """Find grids that are of zones with a surplus and of generators at once."""
    headroom, generators = context.some("headroom"), context.some("generators")
    if headroom is not None and generators is not None:
        cure = "keep headroom where zones have a surplus, generators where power is dispatched from bus to bus"
        yield Fault(headroom.file, f"stands beside {generators.file}, which takes its place", cure=cure)


def loads_without_generators(context: Context) -> Iterator[Fault]:
    """Find base loads that nothing serves."""
    loads, generators = context.some("loads"), context.tables.get("generators")
    if loads is not None and generators is not None and not (len(generators.frame) or generators.lost_rows):
        cure = "add generators.csv, or take the base load off the headroom and leave the file out"
        yield Fault(loads.file, "is of a nodal grid alone, and there is no generators.csv", cure=cure)


def unused_prices(context: Context) -> Iterator[Doubt | Fault]:
    """Doubt prices of what sites draw, where generation is what costs."""
    prices, sites, ramp = (context.tables.get(name) for name in ("energy_prices", "sites", "site_ramp"))
    if not context.is_nodal:
        return
    reason, cure = "is not used: in a nodal grid the generators' costs are the price of energy", "take it out"
    if prices is not None and len(prices.frame):
        yield Fault(prices.file, reason, cure=cure, severity="warning")
    if sites is not None and ramp is not None:
        draws = by_site(sites.frame, ramp.frame, "interconnection_mw", context.horizon).max(axis=1) != 0
        stated = sites.numbers("energy_usd_per_mwh")
        found = [
            Finding(i, reason, "leave the cell empty", f"{stated[i]:.10g}", "not used")
            for i in np.flatnonzero(draws & ~np.isnan(stated)).tolist()
        ]
        yield Doubt(sites, "energy_usd_per_mwh", found, "warning")


def onsite_prices(context: Context) -> Iterator[Doubt]:
    """Find on-site power without a price, for which no price of energy can stand."""
    sites, ramp = context.some("sites"), context.tables.get("site_ramp")
    if sites is None or ramp is None or not context.is_nodal:
        return
    most_mw = by_site(sites.frame, ramp.frame, "onsite_mw", context.horizon).max(axis=1)
    rows = np.flatnonzero((most_mw > 0) & np.isnan(sites.numbers("onsite_usd_per_mwh"))).tolist()
    reason = "is empty, and the site has on-site power: in a nodal grid no price of energy stands for it"
    found = [
        Finding(i, reason, "write what a MWh of its own generation costs")
        for i in rows
        if not sites.unread(i, ("onsite_usd_per_mwh", "onsite_mw"))
    ]
    yield Doubt(sites, "onsite_usd_per_mwh", found)
