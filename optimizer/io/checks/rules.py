"""Checks of rules against each other: what sums prove that they keep out of service, with both numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import Fault
from optimizer.io.checks.context import Context
from optimizer.io.checks.power import bought_mw
from optimizer.io.config import SHARES, Policy
from optimizer.io.periods import Horizon
from optimizer.io.rooms import Rooms, numbered
from optimizer.io.standing import by_site, halls_by, whole_pods
from optimizer.io.table import Table
from optimizer.io.wording import listed
from optimizer.tolerance import BAND_SHARE, band


@dataclass(frozen=True)
class _Numbers:
    """What the rules are held against: rooms of the sites, MW delivered, the largest pod and the smallest hall."""

    policy: Policy
    last: str
    ids: list[str]
    rooms: Rooms
    closed: np.ndarray
    delivered_mw: float
    existing_mw: float
    hall_mw: np.ndarray
    years: int

    @property
    def volume_mw(self) -> float:
        """Most that sites can hold in the last period under the rules that are no share and no cluster."""
        new = self.policy.max_new_mw_per_year
        built = math.inf if new is None else self.existing_mw + new * self.years
        free = replace(self.rooms, rules=Policy(max_sites=self.policy.max_sites), asked_mw=np.zeros(len(self.ids)))
        return free.most_mw(min(self.delivered_mw, built))


def rules_together(context: Context) -> Iterator[Fault]:
    """Doubt rules that together let nothing, or less than sites can hold, into service in the last period."""
    n = _numbers(context)
    if n is None:
        return
    for key, reason, cure in (*_too_many_open(n), *_all_closed(n), *_no_hall(n), *_shut_out(n)):
        yield context.doubt(f"policy.{key}", reason, value=getattr(n.policy, key), cure=cure)


Told = Iterator[tuple[str, str, str]]


def _too_many_open(n: _Numbers) -> Told:
    most, surely = n.policy.max_sites, int(n.rooms.surely_open.sum())
    if most is not None and surely > most:
        names = listed([i for i, yes in zip(n.ids, n.rooms.surely_open, strict=True) if yes])
        reason = f"is less than the {surely} sites that are committed or in force_open ({names}): no plan exists"
        yield "max_sites", reason, f"write at least {surely}, or let fewer be open in every plan"


def _all_closed(n: _Numbers) -> Told:
    if n.closed.any() and not (n.rooms.hold_mw > 0).any():
        yield "forbid", "closes every site that could hold racks: every rack waits", "take one out of the list"


def _no_hall(n: _Numbers) -> Told:
    new, smallest = n.policy.max_new_mw_per_year, float(n.hall_mw[n.hall_mw > 0].min(initial=math.inf))
    if new is not None and new < smallest < math.inf:
        yield "max_new_mw_per_year", f"is less than any hall, {smallest:,.6g} MW: none is ever built", "raise it"


def _shut_out(n: _Numbers) -> Told:
    rules, volume = n.policy, n.volume_mw
    most = n.rooms.most_mw(volume)
    if most >= volume - band(volume) or rules.max_sites == 0:
        return
    lets = "no rack" if most == 0 else f"at most {most:,.6g} MW"
    start = f"lets {lets} into service in {n.last}, where {volume:,.6g} MW could be: "
    parts, usable = n.rooms.of_equal_sites(), n.rooms.hold_mw > 0
    if parts < 1 - BAND_SHARE:
        yield _shares_below_one(n, parts, usable, start)
        return
    names = (*SHARES, "min_site_mw", "min_vendor_mw", "max_sites")
    told = [f"{name} {value:g}" for name in names if (value := getattr(rules, name))]
    key, sites = told[0].partition(" ")[0], f"{int(usable.sum())} site{'s' if usable.sum() != 1 else ''}"
    if most == 0 and max(rules.min_site_mw, rules.min_vendor_mw) > volume:
        yield key, f"{start}less than a site must hold", f"write at most {volume:,.10g}"
        return
    clash = f"{' with '.join(told)} against what the {sites} can hold"
    yield key, start + clash, "raise the shares, or lower what a site must hold"


def _shares_below_one(n: _Numbers, parts: float, usable: np.ndarray, start: str) -> tuple[str, str, str]:
    """Say which share times how many sites or zones is below 1, or what all come to."""
    sites = int(min(usable.sum(), math.inf if n.policy.max_sites is None else n.policy.max_sites))
    asked = {key: share for key, share in n.policy.shares.items() if getattr(n.policy, key)}
    for key, share in asked.items():
        among = {*n.rooms.sharers[key][usable].tolist()}
        used = min(len(among), sites)
        if abs(used * share - parts) < BAND_SHARE and -1 not in among:
            few = " (max_sites)" if used < len(among) else ""
            reason = f"{used} {SHARES[key]}{'s' * (used != 1)}{few} × {share:.10g} = {parts:.10g}, below 1"
            least = math.ceil(1e4 / used - 1e-9) / 1e4
            return key, start + reason, f"write at least {least:g}, or let sites in more places open"
    whose = " and ".join(f"{SHARES[key]}s" for key in asked)
    reason = f"by the shares {whose} hold at most {parts:.10g} of all IT MW, below 1"
    return next(iter(asked)), start + reason, "raise the shares, or let more sites open"


# numbers ------------------------------------------------------------------------------------------------------------
def _numbers(context: Context) -> _Numbers | None:
    """Read what the rules need; None where a table could not be read whole, or no rule is set."""
    rules, horizon, sites = context.config.policy, context.horizon, context.whole("sites")
    ramp, racks, deliveries = context.tables.get("site_ramp"), context.whole("racks"), context.whole("deliveries")
    if horizon is None or sites is None or ramp is None or racks is None or deliveries is None:
        return None
    if not (context.keys.knows("policy") and context.keys.knows("periods")):
        return None
    if any(table.unread_cells or table.missing for table in (sites, ramp, racks, deliveries)):
        return None
    upgrades = context.tables.get("upgrades")
    if upgrades is None or upgrades.unread_cells:
        return None
    hold, existing, hall = _hold_mw(sites, ramp, horizon, np.zeros(len(sites.lines)))
    could_hold, _, _ = _hold_mw(sites, ramp, horizon, bought_mw(context, horizon))
    delivered, pods = _delivered_mw(racks, deliveries)
    if not np.isfinite([*hold, delivered]).all():
        return None
    ids = sites.texts("site")
    closed = np.isin(ids, rules.forbid) & (could_hold > 0)
    surely = np.isin(ids, rules.force_open) | sites.frame["committed"].to_numpy(dtype=bool)
    rooms = Rooms(
        np.where(closed, 0.0, could_hold),
        {key: numbered(sites.texts(column)) for key, column in SHARES.items()}, surely,
        np.minimum(max(rules.min_site_mw, rules.min_vendor_mw), hold - max(pods, default=0.0)),  # without upgrades
        min(pods, default=math.inf), rules,
    )  # fmt: skip
    return _Numbers(
        rules, horizon.names[-1], ids, rooms, closed, delivered, float(existing[~closed].sum()),
        np.where(closed, 0.0, hall), len(set(horizon.calendar_years)),
    )  # fmt: skip


def _hold_mw(
    sites: Table, ramp: Table, horizon: Horizon, bought_mw: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """IT MW that each site can hold in the last period, its existing halls, and one hall where it can build any."""
    existing, grid, onsite = (
        by_site(sites.frame, ramp.frame, c, horizon) for c in ("existing_mw", "interconnection_mw", "onsite_mw")
    )
    hall = sites.numbers("hall_mw")
    fit = np.maximum(0, np.floor((sites.numbers("max_mw") - existing.max(axis=1)) / hall + 1e-9))
    leads = sites.numbers("hall_lead_years").tolist()
    first = np.array([horizon.first_after_lead(lead) for lead in leads], dtype=np.int64)
    halls = halls_by(horizon, fit, sites.numbers("halls_per_year"), first)[:, -1]
    power = ((grid + onsite)[:, -1] + bought_mw) / sites.numbers("peak_pue")
    return np.minimum(existing[:, -1] + hall * halls, power), existing[:, -1], np.where(halls > 0, hall, 0.0)


def _delivered_mw(racks: Table, deliveries: Table) -> tuple[float, list[float]]:
    """IT MW of all deliveries in whole pods, and of each pod."""
    pod_racks, rack_mw = racks.numbers("pod_racks"), racks.numbers("rack_kw") / 1000
    pod_mw = dict(zip(racks.texts("sku"), (pod_racks * rack_mw).tolist(), strict=True))
    each = dict(zip(racks.texts("sku"), rack_mw.tolist(), strict=True))
    stated: dict[str, float] = {}
    columns = deliveries.texts("sku"), deliveries.numbers("racks"), deliveries.numbers("mw")
    for sku, count, mw in zip(*columns, strict=True):
        if sku in pod_mw:
            stated[sku] = stated.get(sku, 0.0) + (mw if math.isnan(count) else count * each[sku])
    whole = sum(float(whole_pods(np.array(mw / pod_mw[sku]))) * pod_mw[sku] for sku, mw in stated.items())
    return whole, list(pod_mw.values())
