"""Checks of power and capacity: what falls and what never fits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import numpy as np

from optimizer.io.checks.context import Context, Doubt
from optimizer.io.periods import Horizon, Label
from optimizer.io.standing import POWER_COLUMNS, by_site, doors, labels_of
from optimizer.io.table import Finding
from optimizer.tolerance import band

_SLACK = 1 + 1e-9
_IN_THE_END = Horizon((Label(12 * 10_000, 12),), date.max)  # behind every label


def halls_that_never_fit(context: Context) -> Iterator[Doubt]:
    """Doubt sites without halls that are smaller than one hall."""
    sites, existing = context.some("sites"), _standing(context, "existing_mw", context.horizon)
    if sites is None or existing is None:
        return
    max_mw, hall_mw = sites.numbers("max_mw"), sites.numbers("hall_mw")
    found = []
    for row in np.flatnonzero((max_mw > 0) & (max_mw * _SLACK < hall_mw) & ~existing.any(axis=1)).tolist():
        reason = f"is less than one hall of {_plain(hall_mw[row])} MW: the site can never hold a rack"
        cure = "lower hall_mw, or write max_mw in MW, not GW"
        found.append(Finding(row, reason, cure, _plain(max_mw[row]), "no hall"))
    yield Doubt(sites, "max_mw", found, "warning")


def _standing(context: Context, column: str, horizon: Horizon | None) -> np.ndarray | None:
    """Return what holds at each site in each period, NaN or None where that can't be known."""
    sites, ramp = context.some("sites"), context.tables.get("site_ramp")
    if sites is None or ramp is None:
        return None
    found = by_site(sites.frame, ramp.frame, column, horizon)
    found[[row for row, name in sites.unread_cells if name == column]] = math.nan
    return found


def falling_ramps(context: Context) -> Iterator[Doubt]:
    """Doubt a cumulative column that falls, from row to row or from what the site itself has: increments, perhaps."""
    ramp, sites, horizon = context.some("site_ramp"), context.some("sites"), context.horizon
    if ramp is None:
        return
    labels = labels_of(ramp.texts("period"))
    starts = sorted((label.start, i) for i, label in enumerate(labels) if label is not None)
    ids = ramp.texts("site")
    for column in POWER_COLUMNS:
        numbers = ramp.numbers(column).tolist()
        own = {} if sites is None else dict(zip(sites.texts("site"), sites.numbers(column).tolist(), strict=True))
        last: dict[str, tuple[float, str | Label | None]] = {}
        found = []
        for start, i in starts:
            site = ids[i]
            if math.isnan(numbers[i]):
                continue
            # power that a ramp gives from the first period on may be stated at the site as what it gets in the end
            holds_first = column == "existing_mw" or (horizon is not None and horizon.position(start) > 0)
            if sites is not None and site not in last and holds_first:
                last[site] = own.get(site, math.nan), sites.file
            before, place = last.get(site, (math.nan, ""))
            if numbers[i] < before:
                reason = f"is less than {_plain(before)} of {place}; the column is cumulative"
                cure = "write the sum so far, not what is added"
                found.append(Finding(i, reason, cure, _plain(numbers[i]), "falls"))
            last[site] = numbers[i], labels[i]
        yield Doubt(ramp, column, found, "warning")


def too_much_existing(context: Context) -> Iterator[Doubt]:
    """Find sites whose existing halls pass their ceiling in any period."""
    sites, existing = context.some("sites"), _standing(context, "existing_mw", context.horizon)
    if sites is None or existing is None:
        return
    largest, ceiling = existing.max(axis=1), sites.numbers("max_mw")
    found = []
    for row in np.flatnonzero(largest > ceiling + band(ceiling)).tolist():
        when = f" of {context.horizon.names[int(existing[row].argmax())]}" if context.horizon else ""
        reason = f"is below the existing_mw{when}, {_plain(largest[row])}"
        found.append(Finding(row, reason, "raise max_mw or lower existing_mw", _plain(ceiling[row]), "existing"))
    yield Doubt(sites, "max_mw", found)


def never_powered(context: Context) -> Iterator[Doubt]:
    """Doubt IT MW that no power of the site ever reaches, that of later labels and of upgrades included."""
    sites, within, later = context.some("sites"), _power(context, context.horizon), _power(context, _IN_THE_END)
    if sites is None or within is None or later is None:
        return
    max_mw, power_mw = sites.numbers("max_mw"), np.maximum(within, later) + bought_mw(context, None)
    fence_mw = max_mw * sites.numbers("peak_pue")
    is_believed = max_mw <= sites.schema["max_mw"].warn_above  # else doubted already
    found = []
    for row in np.flatnonzero(is_believed & (fence_mw > power_mw * _SLACK + 1e-6)).tolist():
        reason = f"times peak_pue is {fence_mw[row]:,.10g} MW at the fence, more than the site ever gets"
        cure = "lower max_mw, or correct the site's power"
        told = f"{reason}: {power_mw[row]:,.10g}"
        found.append(Finding(row, told, cure, _plain(max_mw[row]), "never powered"))
    yield Doubt(sites, "max_mw", found, "warning")


def _power(context: Context, horizon: Horizon | None) -> np.ndarray | None:
    """Return the most power that each site has at its fence in any period."""
    grid, onsite = (_standing(context, name, horizon) for name in ("interconnection_mw", "onsite_mw"))
    return None if grid is None or onsite is None else np.asarray((grid + onsite).max(axis=1))


def bought_mw(context: Context, horizon: Horizon | None) -> np.ndarray:
    """Return the most that upgrades of each site add to its interconnection; by the end of a horizon, or ever."""
    ids, upgrades = context.tables["sites"].texts("site"), context.some("upgrades")
    most: dict[str, float] = {}
    if upgrades is not None:
        each_mw = np.nan_to_num(upgrades.numbers("capacity_mw") * upgrades.numbers("max_count")).tolist()
        columns = upgrades.texts("kind"), upgrades.texts("target"), upgrades.numbers("lead_years").tolist(), each_mw
        for kind, target, lead, mw in zip(*columns, strict=True):
            if kind == "site" and (horizon is None or horizon.first_after_lead(lead) < len(horizon)):
                most[target] = most.get(target, 0.0) + mw
    return np.array([most.get(site, 0.0) for site in ids])


def no_rack_fits(context: Context) -> Iterator[Doubt]:
    """Doubt sites whose halls carry none of the racks that their vendors make."""
    sites, racks = context.some("sites"), context.whole("racks", "rack_kw")
    if sites is None or racks is None:
        return
    lightest: dict[str, float] = {}
    for vendor, rack_kw in zip(racks.texts("vendor"), racks.numbers("rack_kw"), strict=True):
        lightest[vendor] = min(rack_kw, lightest.get(vendor, math.inf))
    found = []
    for row, (names, ceiling) in enumerate(zip(sites.texts("vendors"), sites.numbers("max_rack_kw"), strict=True)):
        may = [lightest[v] for v in (names.split(";") if names else lightest) if v in lightest]
        if may and min(may) > ceiling * _SLACK:
            reason = f"carries no rack: the lightest that may stand here has {min(may):,.10g} kW"
            cure = "write the heaviest rack in kW; leave the cell empty for no limit"
            found.append(Finding(row, reason, cure, _plain(ceiling), "no rack"))
    yield Doubt(sites, "max_rack_kw", found, "warning")


def homeless_racks(context: Context) -> Iterator[Doubt]:
    """Doubt racks that come and that no site takes."""
    sites, racks, deliveries = (context.whole(name) for name in ("sites", "racks", "deliveries"))
    placement = context.tables.get("placement")
    if sites is None or racks is None or deliveries is None or placement is None:
        return
    if any(table.unread_cells or table.missing for table in (sites, racks, placement)):
        return
    known = placement.frame["site"].isin(sites.frame["site"]) & placement.frame["sku"].isin(racks.frame["sku"])
    admits, _ = doors(sites.frame, racks.frame, placement.frame[known])
    come, reason = (
        set(deliveries.texts("sku")),
        "may stand at no site, by their vendors and max_rack_kw and by placement",
    )
    alone = [row for row, sku in enumerate(racks.texts("sku")) if sku in come and not admits[:, row].any()]
    cure = "let a site take it, else all its racks wait"
    yield Doubt(racks, "sku", [Finding(row, reason, cure, None, "no site") for row in alone], "warning")


def _plain(number: float) -> str:
    return f"{number:.10g}"
