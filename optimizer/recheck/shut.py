"""Tell by sums alone how much count, shares and clusters let into service in the last period."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nlargest
from math import inf

from ..tolerance import BAND_SHARE, band
from .columns import Texts
from .reading import Reading

_HALVINGS = 100
_BITS = 1e-12  # what sums of many figures lose


def shut_out(p: Reading) -> bool:
    """Whether nothing can be in service in the last period, but for what bands let in."""
    equal = dict.fromkeys(_rooms_mw(p, ruled=True), 1.0)
    return most_mw(p) == 0.0 or _held_mw(p, equal, 1.0, near=0.0) < 1 - BAND_SHARE


def most_mw(p: Reading, *, ruled: bool = True) -> float:
    """Most IT MW that any plan can have in service in the last period, an upper limit; without the rules where asked.

    Sites are left out whose cluster is above their share of the total, or that have no room for a pod within it, until
    the others can hold it.
    """
    rooms, rules = _rooms_mw(p, ruled=ruled), p.study.config.policy
    most = float(p.pod_mw @ p.delivered_pods.sum(axis=1))
    least = _least_mw(p)
    rooms = {s: mw for s, mw in rooms.items() if mw >= least}
    if not ruled:
        return min(most, sum(rooms.values()))
    asked = p.cluster_it_mw(max(rules.min_site_mw, rules.min_vendor_mw)).tolist()
    while True:
        most = _most_held_mw(p, rooms, most)
        if most < least:
            return 0.0
        limits = {s: most * min(share for key, share in rules.shares.items() if p.sharers[key][s]) for s in rooms}
        limits = {s: mw + float(band(mw)) for s, mw in limits.items()}
        able = {s: mw for s, mw in rooms.items() if limits[s] >= max(asked[s], least)}
        if len(able) == len(rooms):
            return most
        rooms = able


def _rooms_mw(p: Reading, *, ruled: bool) -> dict[int, float]:
    """IT MW that each site can hold in the last period, of those that may open and admit anything."""
    shut = p.study.config.policy.forbid if ruled else ()
    return {
        s: float(p.may_hold_mw[s])
        for s, site in enumerate(p.sites)
        if p.admits[s].any() and site not in shut and p.may_hold_mw[s] > 0
    }


def _least_mw(p: Reading) -> float:
    """A limit below this has no room for any pod that comes."""
    pod = float(p.pod_mw[p.delivered_pods.any(axis=1)].min(initial=inf))
    return pod - float(band(pod))


def _most_held_mw(p: Reading, rooms: Mapping[int, float], total_mw: float) -> float:
    """Largest total, by halving, of which the sites can hold all."""
    low, high = 0.0, min(total_mw, sum(rooms.values()))
    middle = high
    for _ in range(_HALVINGS):
        if high - low <= _BITS * high:
            break
        if _held_mw(p, rooms, middle) >= middle * (1 - _BITS):
            low = middle
        else:
            high = middle
        middle = (low + high) / 2
    return low


def _held_mw(p: Reading, hold_mw: Mapping[int, float], total_mw: float, near: float = 1.0) -> float:
    """Most IT MW of a total that sites hold: those surely open, and the best others up to max_sites.

    ``near`` times its band may each share be passed. Of shares of several sites the tightest counts.
    """
    shares = p.study.config.policy.shares
    limits = {key: (mw := share * total_mw) + near * float(band(mw)) for key, share in shares.items()}
    own, *others = shares
    each = {s: min(mw, limits[own]) for s, mw in hold_mw.items()}
    asked = [key for key in others if shares[key] < 1] or others[:1]
    return min(_held_together_mw(p, each, p.sharers[key], limits[key]) for key in asked)


def _held_together_mw(p: Reading, each_mw: Mapping[int, float], whose: Texts, most_mw: float) -> float:
    rules = p.study.config.policy
    surely = {s for s, site in enumerate(p.sites) if p.committed[s] or site in rules.force_open}
    left: dict[str, float] = {}
    held, others = 0.0, []
    for s in sorted(each_mw, key=lambda s: (s not in surely, -each_mw[s])):
        room = left.get(whose[s], most_mw if whose[s] else inf)
        mw = min(each_mw[s], room)
        left[whose[s]] = room - mw
        if s in surely:
            held += mw
        else:
            others.append(mw)
    free = len(p.sites) if rules.max_sites is None else max(0, rules.max_sites - len(surely))
    return held + sum(nlargest(free, others))
