"""Tell by sums alone whether count, shares and clusters let nothing into service in the last period."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nlargest
from math import inf

from ..tolerance import BAND_MW, BAND_SHARE, band
from .reading import Reading

_BITS = 1e-12  # what sums of many figures lose


def shut_out(p: Reading) -> bool:
    """Whether no total of IT MW can be in service in the last period.

    Where sites can hold a total they can hold a smaller one, until the cluster of one is above its share of it. So
    only the smallest pod that comes is tried, and each total above it from which on one more site holds its cluster.
    """
    rules = p.study.config.policy
    usable = [s for s, site in enumerate(p.sites) if p.admits[s].any() and site not in rules.forbid]
    hold_mw = {s: float(p.hold_mw[s]) for s in usable if p.hold_mw[s] > 0}
    if _held_mw(p, dict.fromkeys(hold_mw, 1.0), 1.0, near=0.0) < 1 - BAND_SHARE:
        return True
    pod = float(p.pod_mw[p.delivered_pods.any(axis=1)].min(initial=inf))
    least, most = pod - float(band(pod)), float(p.pod_mw @ p.delivered_pods.sum(axis=1))
    asked = p.cluster_it_mw(max(rules.min_site_mw, rules.min_vendor_mw)).tolist()
    needs = {s: (asked[s] - BAND_MW) / (1 + BAND_SHARE) / min(_shares(p, s)) for s in hold_mw}
    for total in {least, *(need for need in needs.values() if need > least)}:
        able = {s: mw for s, mw in hold_mw.items() if needs[s] <= total}
        if total <= most and _held_mw(p, able, total) >= total - _BITS * total:
            return False
    return True


def _shares(p: Reading, s: int) -> tuple[float, float]:
    """Return the most of a total that a site may hold, and its zone."""
    rules = p.study.config.policy
    return rules.max_site_share or 1.0, (rules.max_zone_share or 1.0) if p.stated_zone[s] else inf


def _held_mw(p: Reading, hold_mw: Mapping[int, float], total_mw: float, near: float = 1.0) -> float:
    """Most IT MW of a total that sites hold: those surely open, and the best others up to max_sites.

    ``near`` times its band may each share be passed.
    """
    rules = p.study.config.policy
    surely = {s for s, site in enumerate(p.sites) if p.committed[s] or site in rules.force_open}
    left: dict[str, float] = {}
    held, others = 0.0, []
    for s in sorted(hold_mw, key=lambda s: (s not in surely, -hold_mw[s])):
        of_site, of_zone = (mw + near * float(band(mw)) for mw in (share * total_mw for share in _shares(p, s)))
        zone = p.stated_zone[s]
        mw = min(hold_mw[s], of_site, left.get(zone, of_zone))
        left[zone] = left.get(zone, of_zone) - mw
        if s in surely:
            held += mw
        else:
            others.append(mw)
    free = len(p.sites) if rules.max_sites is None else max(0, rules.max_sites - len(surely))
    return held + sum(nlargest(free, others))
