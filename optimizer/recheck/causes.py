"""Check why capacity is unused: put one more pod into each period of the plan and see which limits it breaks.

Written from docs/causes.md, from the plan's tables and the study alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..tolerance import band
from . import barriers
from .columns import Bools, Floats
from .ground import Ground
from .report import Finding

ORDER = ("interconnection", "onsite", "zone", "hall")


def unused_cause(g: Ground) -> list[Finding]:
    """The cause names each limit and rule without room for one more pod, delivery where no rack waits, else cost."""
    table = g.tables["unused"]
    _, site, sku, period = table.at
    known: dict[tuple[str, int, int], str] = {}
    found = []
    for i, cell in enumerate(table.frame["cause"].tolist()):
        s, k, t = int(site[i]), int(sku[i]), int(period[i])
        if (s < 0) == (k < 0):
            continue  # a row without a place is a finding of unused_rows
        key = ("site", s, t) if s >= 0 else ("sku", k, t)
        if key not in known:
            known[key] = _of_site(g, s, t) if s >= 0 else _of_sku(g, k, t)
        stated = "" if cell is None or cell != cell else cell
        if stated != known[key]:
            found.append(Finding(table.file, table.row(i), "cause", stated, known[key]))
    return found


# of a row ---------------------------------------------------------------------------------------------------------
def _of_site(g: Ground, s: int, t: int) -> str:
    """Test the smallest pod that waits and that the site admits."""
    waiting = [k for k in range(len(g.p.skus)) if g.p.admits[s, k] and g.waits[k, t] > 0.5]
    if not waiting:
        return "delivery"
    k = min(waiting, key=lambda i: float(g.p.pod_mw[i]))
    tried = _Tried.at(g, k, t, np.array([s]))
    words = [name for name in ORDER if tried.broken[name][0]]
    kept_small = bool(g.opened[s, t]) and barriers.kept_back(g, s, k, t)
    if barriers.above_share(g, s, k, t) or kept_small or (not words and barriers.below_cluster(g, s, k, t)):
        words.append("policy")
    return ";".join(words) if words else "cost"


def _of_sku(g: Ground, k: int, t: int) -> str:
    """Test a pod of the SKU at the open sites that admit it; where there is none, at the closed ones as though open."""
    takes = [s for s in range(len(g.p.sites)) if g.p.admits[s, k]]
    doors = [s for s in takes if g.p.sites[s] not in g.config.policy.forbid]
    opened = [s for s in takes if g.opened[s, t]]
    if not (opened or doors):
        return "policy"
    sites = np.array(takes)
    tried = _Tried.at(g, k, t, sites)
    in_the_end = dict(zip(takes, _Tried.at(g, k, g.opened.shape[1] - 1, sites).room_it_mw.tolist(), strict=True))
    closed = [s for s in takes if not g.opened[s, t]]
    shut = {s for s in closed if s not in doors or barriers.barred(g, s, k, t, in_the_end[s])}
    room = {int(s) for s, bad in zip(sites, np.any(list(tried.broken.values()), axis=0), strict=True) if not bad}
    if not opened and room & set(doors):
        return "policy" if room <= shut else "cost"
    among = opened or doors
    above = {s for s in opened if barriers.above_share(g, s, k, t)}
    below = {s for s in opened if barriers.below_cluster(g, s, k, t)}
    fits = (set(opened) & room) - above - below
    if sum(tried.fit[sites.tolist().index(s)] for s in fits) >= g.waits[k, t]:
        return "cost"
    stopped = tried.stopped(np.isin(sites, among), ~np.isin(sites, list(above | below)), g.waits[k, t])
    words = sorted(stopped, key=lambda name: (-stopped[name], ORDER.index(name)))
    small = {s for s in opened if barriers.kept_back(g, s, k, t)}
    ruled = above or (below & room) or (shut & room) or small
    return ";".join([*words, *(["policy"] if ruled else []), *(["cost"] if fits else [])])


# one more pod -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Tried:
    """Which limits one more pod breaks at some sites, the pods that fit, all limits kept or one lifted, and room."""

    broken: Mapping[str, Bools]
    fit_without: Mapping[str, Floats]
    fit: Floats
    room_it_mw: Floats

    @classmethod
    def at(cls, g: Ground, k: int, t: int, s: np.ndarray) -> _Tried:
        """Put a pod of a SKU into each of the sites in a period."""
        pod = float(g.p.pod_mw[k])
        fence = g.p.load_per_it[s] * pod  # this and what follows: (site, load block)
        local = np.maximum(0.0, g.firm_onsite_mw[s, t][:, None] - g.onsite_mw[s, t])
        grid = g.p.interconnection_mw[s, t][:, None] - g.draw_mw[s, t]
        left = g.zone_left_mw[:, t]
        zone = np.vstack([left, np.full((1, left.shape[1]), np.inf)])[g.p.zone_of[s]]  # without one: no limit of one
        drawn = fence - local  # what the generators on site cannot serve
        near = band(g.block_load_mw[s, t] + fence)  # above what is left by no more than this, the pod has room
        generates = g.firm_onsite_mw[s].max(axis=1) > 0
        connected = (g.p.interconnection_mw[s].max(axis=1) > 0) | ~generates
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
        able = ((np.minimum(grid, zone) + local) / g.p.load_per_it[s]).min(axis=1)
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
    return np.asarray(np.maximum(0.0, np.floor(left_mw / each_mw).min(axis=1)), dtype=np.float64)


def _hall_mw(g: Ground, s: np.ndarray, t: int) -> Floats:
    """IT MW left in the halls; of a closed site all that could stand by then under ceiling, yearly rate and lead."""
    as_open = g.p.existing_mw[s, t] + g.p.hall_mw[s] * g.p.halls_possible[s, t]
    return np.asarray(np.where(g.opened[s, t], g.idle_hall_mw[s, t], as_open), dtype=np.float64)
