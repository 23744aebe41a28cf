"""Check why capacity is unused: put one more pod into each period of the plan and see which limits it breaks.

Written from docs/causes.md, from the plan's tables and the study alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress

import numpy as np

from ..tolerance import band
from . import barriers
from .columns import Bools, Floats, Ints
from .ground import Ground
from .physics import breaks_after_an_outage
from .report import Finding

ORDER = ("interconnection", "onsite", "zone", "hall")


def unused_cause(g: Ground) -> list[Finding]:
    """The cause names each limit and rule without room for one more pod, delivery where no rack waits, else cost."""
    if g.p.study.flow == "dc" or g.p.study.is_nodal:
        return _outages(g)
    table = g.tables["unused"]
    _, site, sku, period = table.at
    right = np.full(len(table.frame), None, dtype=object)  # a row without a place is a finding of unused_rows
    for t in np.unique(period).tolist():
        of_site, of_sku = ((period == t) & (one >= 0) & (other < 0) for one, other in ((site, sku), (sku, site)))
        right[of_site] = _of_sites(g, site[of_site], t)
        for k in np.unique(sku[of_sku]).tolist():
            right[of_sku & (sku == k)] = _of_sku(g, k, t)
    found = []
    for i, (cell, cause) in enumerate(zip(table.frame["cause"].tolist(), right.tolist(), strict=True)):
        stated = "" if cell is None or cell != cell else cell
        if cause is not None and stated != cause:
            found.append(Finding(table.file, table.row(i), "cause", stated, cause))
    return found


def _outages(g: Ground) -> list[Finding]:
    """Find rows that name an outage where a pod more, fed in next door, breaks no limit after any."""
    table, found = g.tables["unused"], []
    _, site, sku, period = table.at
    for i, cause in enumerate(table.frame["cause"].tolist()):
        words, t = str(cause).split(";"), int(period[i])
        if "outage" not in words or t < 0:
            continue
        if site[i] >= 0:
            sites, skus = site[i : i + 1], np.flatnonzero(g.p.admits[site[i]] & (g.waits[:, t] > 0.5))
        else:
            sites, skus = np.flatnonzero(g.p.admits[:, sku[i]]), sku[i : i + 1]
        pod = min(g.p.pod_mw[skus].tolist(), default=0.0)
        if not any(breaks_after_an_outage(g, t, int(g.p.zone_of[s]), pod * g.p.load_per_it[s]) for s in sites):
            found.append(Finding(table.file, table.row(i), "cause", str(cause), "no limit after an outage"))
    return found


# of a row ---------------------------------------------------------------------------------------------------------
def _of_sites(g: Ground, s: Ints, t: int) -> list[str]:
    """Test the smallest pod that waits and that each site admits."""
    waiting = g.p.admits[s] & (g.waits[:, t] > 0.5)
    found = np.full(len(s), "delivery", dtype=object)
    some = np.flatnonzero(waiting.any(axis=1))
    smallest = np.where(waiting[some], g.p.pod_mw, np.inf).argmin(axis=1) if len(some) else some
    for k in np.unique(smallest).tolist():
        among = some[smallest == k]
        found[among] = _of_pod(g, s[among], k, t)
    return [str(cause) for cause in found]


def _of_pod(g: Ground, s: Ints, k: int, t: int) -> list[str]:
    """Test a pod of the SKU at each of the sites by itself."""
    broken = _Tried.at(g, k, t, s).broken
    full = np.array([broken[name] for name in ORDER])
    ruled = barriers.above_share(g, s, k, t) | (g.opened[s, t] & barriers.kept_back(g, s, k, t))
    ruled |= ~full.any(axis=0) & barriers.below_cluster(g, s, k, t)
    upgrade = (full & _helps(g, s, t)).any(axis=0)
    told = np.vstack([full, upgrade, ruled]).T.tolist()
    return [";".join(compress((*ORDER, "upgrade", "policy"), row)) or "cost" for row in told]


def _of_sku(g: Ground, k: int, t: int) -> str:
    """Test a pod of the SKU at the open sites that admit it; where there is none, at the closed ones as though open."""
    s = np.flatnonzero(g.p.admits[:, k])
    opened, doors = g.opened[s, t], ~np.isin(np.array(g.p.sites, dtype=object)[s], g.config.policy.forbid)
    if not (opened | doors).any():
        return "policy"
    tried = _Tried.at(g, k, t, s)
    in_the_end = _Tried.at(g, k, g.opened.shape[1] - 1, s).room_it_mw
    shut = ~opened & (~doors | barriers.barred(g, s, k, t, in_the_end))
    room = ~np.any(list(tried.broken.values()), axis=0)
    if not opened.any() and (room & doors).any():
        return "policy" if shut[room].all() else "cost"
    above = opened & barriers.above_share(g, s, k, t)
    below = opened & barriers.below_cluster(g, s, k, t)
    fits = opened & room & ~above & ~below
    if tried.fit[fits].sum() >= g.waits[k, t]:
        return "cost"
    stopped = tried.stopped(opened if opened.any() else doors, ~(above | below), g.waits[k, t])
    words = sorted(stopped, key=lambda name: (-stopped[name], ORDER.index(name)))
    among = opened if opened.any() else doors
    if (np.array([tried.broken[name] & among for name in ORDER]) & _helps(g, s, t)).any():
        words.append("upgrade")
    ruled = above | (below & room) | (shut & room) | (opened & barriers.kept_back(g, s, k, t))
    return ";".join([*words, *(["policy"] if ruled.any() else []), *(["cost"] if fits.any() else [])])


def _helps(g: Ground, s: Ints, t: int) -> Bools:
    """Whether one more upgrade would raise a limit of each site: its own, its zone's or a line's there, (limit, s)."""
    table, found = g.p.study.upgrades, np.zeros((len(ORDER), len(s)), dtype=np.bool_)
    ends_of = {line: (a, b) for line, a, b in zip(*(g.p.study.lines[c] for c in ("line", "from", "to")), strict=True)}
    counts = g.tables["upgrades"].spread("count")[:, : t + 1].sum(axis=1)
    names, zones = np.array(g.p.sites, dtype=object)[s], np.array(g.p.stated_zone, dtype=object)[s]
    bought = dict(zip(g.p.ids["upgrade"], counts.tolist(), strict=True))
    for name, kind, target, most in zip(*(table[c] for c in ("upgrade", "kind", "target", "max_count")), strict=True):
        if bought.get(name, 0) >= most:
            continue
        if kind == "site":
            found[ORDER.index("interconnection")] |= names == target
        elif kind == "zone" or g.p.study.flow != "none":
            ends = (target,) if kind == "zone" else ends_of[target]
            found[ORDER.index("zone")] |= np.isin(zones, ends)
    return found


# one more pod -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Tried:
    """Which limits one more pod breaks at some sites, the pods that fit, all limits kept or one lifted, and room."""

    broken: Mapping[str, Bools]
    fit_without: Mapping[str, Floats]
    fit: Floats
    room_it_mw: Floats

    @classmethod
    def at(cls, g: Ground, k: int, t: int, s: Ints) -> _Tried:
        """Put a pod of a SKU into each of the sites in a period."""
        pod = float(g.p.pod_mw[k])
        fence = g.p.load_per_it[s] * pod  # this and what follows: (site, load block)
        local = np.maximum(0.0, g.firm_onsite_mw[s, t][:, None] - g.onsite_mw[s, t])
        grid = g.interconnection_mw[s, t][:, None] - g.draw_mw[s, t]
        left = g.zone_left_mw[:, t]
        zone = np.vstack([left, np.full((1, left.shape[1]), np.inf)])[g.p.zone_of[s]]  # without one: no limit of one
        drawn = fence - local  # what the generators on site cannot serve
        near = band(g.block_load_mw[s, t] + fence)  # above what is left by no more than this, the pod has room
        generates = g.firm_onsite_mw[s].max(axis=1) > 0
        connected = (g.interconnection_mw[s].max(axis=1) > 0) | ~generates
        hall = _hall_mw(g, s, t)
        beyond_grid, beyond_zone = ((drawn > mw + near).any(axis=1) for mw in (grid, zone))
        broken = {
            "interconnection": connected & beyond_grid,
            "onsite": generates & (beyond_grid | beyond_zone),
            "zone": connected & beyond_zone,
            "hall": (pod > hall[:, None] + near).any(axis=1),
        }
        halls = _whole(hall[:, None] + near, pod)
        by_grid, by_zone = _whole(grid + local + near, fence), _whole(zone + local + near, fence)
        power = np.minimum(by_grid, by_zone)
        without = {
            "interconnection": np.minimum(halls, by_zone),
            "onsite": halls,
            "zone": np.minimum(halls, by_grid),
            "hall": power,
        }
        with np.errstate(divide="ignore", invalid="ignore"):  # a block may have no load at all
            able = np.fmin(np.inf, (np.minimum(grid, zone) + local) / g.p.load_per_it[s]).min(axis=1)
        room = np.maximum(0.0, np.minimum(hall, able))
        return cls(broken, without, np.minimum(halls, power), room)

    def stopped(self, among: Bools, free: Bools, waiting: float) -> dict[str, float]:
        """Pods that each limit alone stops, summed over the sites among which it is broken; at most those waiting."""
        return {
            name: float(np.minimum(self.fit_without[name], waiting)[bad & free].sum())
            for name in ORDER
            if (bad := self.broken[name] & among).any()
        }


def _whole(left_mw: Floats, each_mw: Floats | float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.maximum(0.0, np.floor(left_mw / each_mw).min(axis=1)), dtype=np.float64)


def _hall_mw(g: Ground, s: Ints, t: int) -> Floats:
    """IT MW left in the halls; of a closed site all that could stand by then under ceiling, yearly rate and lead."""
    as_open = g.p.existing_mw[s, t] + g.p.hall_mw[s] * g.p.halls_possible[s, t]
    return np.asarray(np.where(g.opened[s, t], g.idle_hall_mw[s, t], as_open), dtype=np.float64)
