"""Which rules of [policy] leave no room for one more pod: the check's own reading of docs/causes.md."""

from __future__ import annotations

from math import ceil, floor, inf, isfinite

import numpy as np

from ..tolerance import band
from .columns import Floats
from .ground import Ground, limit


def above_share(g: Ground, s: int, k: int, t: int) -> bool:
    """Whether the pod lifts what its site counts for above a share of the last period, by what stands in t and stays.

    So is any pod where the rules by their sums let no more into service.
    """
    if not g.stays[k, t]:
        return False
    policy, pod, staying, most = g.config.policy, float(g.p.pod_mw[k]), g.staying_mw[:, t], g.most_by_sums
    if most < inf and staying.sum() + pod > most + band(most):
        return True
    shares = [(share, of) for key, of in g.p.sharers.items() if (share := getattr(policy, key)) and of[s]]
    whole = float(g.it_mw[:, -1].sum()) + pod if shares else 0.0
    return any(staying[of == of[s]].sum() + pod > share * whole + band(share * whole) for share, of in shares)


def below_cluster(g: Ground, s: int, k: int, t: int) -> bool:
    """Whether the pod's vendor is nowhere in the plan of the site, and one pod is less than its cluster."""
    vendor = g.p.vendor_of[k]
    if g.config.policy.min_vendor_mw <= 0 or g.pods[s, g.p.of_vendor(vendor)].sum() > 0:
        return False
    asked = float(g.p.cluster_it_mw(g.config.policy.min_vendor_mw, vendor)[s])
    return bool((g.p.pod_mw[k] if g.stays[k, t] else 0.0) < asked - band(asked))


def barred(g: Ground, s: int, k: int, t: int, room_it_mw: float) -> bool:
    """Whether a rule keeps a closed site closed; ``room_it_mw`` is what halls and power leave there in the end.

    With nothing in service in the last period every first pod is above a share: then rules that let nothing in.
    """
    if not g.opened[s, -1] and (
        g.opened[:, -1].sum() >= limit(g.config.policy.max_sites)
        or _waits_too_little(g, s, k, t, room_it_mw)
        or _leaves_too_much(g, s, t)
    ):
        return True
    if kept_back(g, s, k, t):
        return True
    if g.it_mw[:, -1].sum() > 0.0:
        return above_share(g, s, k, t)
    return bool(g.stays[k, t]) and g.shut_out


def kept_back(g: Ground, s: int, k: int, t: int) -> bool:
    """Whether the halls that the pod lacks could stand by t, but for what the programme may build in a year."""
    most, p = g.config.policy.max_new_mw_per_year, g.p
    if most is None:
        return False
    empty = g.idle_hall_mw[s, t] if g.opened[s, t] else p.existing_mw[s, t]
    pod, hall = float(p.pod_mw[k]), float(p.hall_mw[s])
    lacks = ceil((pod - empty - band(pod)) / hall)
    years = np.array(p.dates.years)
    could = may = 0.0
    for year in set(years[int(p.first_hall[s]) : t + 1].tolist()):
        own = max(0.0, float(p.halls_per_year[s]) - g.halls[s, years == year].sum())
        left = most + float(band(most)) - (p.hall_mw @ g.halls[:, years == year]).sum()
        could, may = could + own, may + min(own, max(0, floor(left / hall)))
    ceiling = float(p.halls_max[s] - g.halls[s].sum())
    return bool(lacks >= 1 and min(ceiling, could) >= lacks > min(ceiling, may))


def _entering_mw(g: Ground, s: int, t: int) -> Floats:
    """IT MW that wait, of those SKUs that the site admits and that serve to the last period, else 0, (k,)."""
    return np.where(g.p.admits[s] & g.stays[:, t], g.waits_mw[:, t], 0.0)


def _waits_too_little(g: Ground, s: int, k: int, t: int, room_it_mw: float) -> bool:
    """Whether what waits and has room is less than the least of the site, or of the pod's vendor there."""
    policy = g.config.policy
    if not (policy.min_site_mw or policy.min_vendor_mw):
        return False
    waits, vendor = _entering_mw(g, s, t), g.p.vendor_of[k]
    asked = float(g.p.cluster_it_mw(policy.min_site_mw)[s])
    of_vendor = float(g.p.cluster_it_mw(policy.min_vendor_mw, vendor)[s])
    in_all, own = min(room_it_mw, sum(waits)), min(room_it_mw, sum(waits[g.p.of_vendor(vendor)]))
    return bool(in_all < asked - band(asked) or own < of_vendor - band(of_vendor))


def _leaves_too_much(g: Ground, s: int, t: int) -> bool:
    """Whether the site, opened in t with all that waits, would leave more unused than the ceiling."""
    most, unused = limit(g.config.policy.max_unused_mw_years), g.unused_mw_years
    if most == inf:
        return False
    for later in range(t, g.opened.shape[1]):
        waits = float(sum(_entering_mw(g, s, later)))
        power = float(g.p.interconnection_mw[s, later] + g.p.onsite_mw[s, later]) / float(g.p.peak_pue[s])
        unused += g.p.length_years * (power - 2 * min(waits, power) if isfinite(power) else -waits)
    return bool(unused > most + band(most))
