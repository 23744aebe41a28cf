"""Which rules of [policy] leave no room for one more pod: the check's own reading of docs/causes.md.

Each rule is asked of sites s, an array of their places, for a pod of the SKU k in the period t.
"""

from __future__ import annotations

from math import inf

import numpy as np

from ..tolerance import band
from .columns import Bools, Floats, Ints
from .ground import Ground, limit


def above_share(g: Ground, s: Ints, k: int, t: int) -> Bools:
    """Whether the pod lifts what its site counts for above a share of the last period, by what stands in t and stays.

    So is any pod where the rules by their sums let no more into service.
    """
    above = np.zeros(len(s), dtype=np.bool_)
    if not g.stays[k, t]:
        return above
    pod, most = float(g.p.pod_mw[k]), g.most_by_sums
    if most < inf and g.staying_mw[:, t].sum() + pod > most + band(most):
        return ~above
    whole = float(g.it_mw[:, -1].sum()) + pod
    for key, held in g.shared_mw.items():
        share = getattr(g.config.policy, key)
        above |= held[s, t] + pod > share * whole + band(share * whole)
    return above


def below_cluster(g: Ground, s: Ints, k: int, t: int) -> Bools:
    """Whether the pod's vendor is nowhere in the plan of a site, and one pod is less than its cluster."""
    least, vendor = g.config.policy.min_vendor_mw, g.p.vendor_of[k]
    if least <= 0:
        return np.zeros(len(s), dtype=np.bool_)
    absent = ~(g.pods[s][:, g.p.of_vendor(vendor)].sum(axis=(1, 2)) > 0)
    asked = g.p.cluster_it_mw(least, vendor)[s]
    held = float(g.p.pod_mw[k]) if g.stays[k, t] else 0.0
    return np.asarray(absent & (held < asked - band(asked)), dtype=np.bool_)


def barred(g: Ground, s: Ints, k: int, t: int, room_it_mw: Floats) -> Bools:
    """Whether a rule keeps a closed site closed; ``room_it_mw`` is what halls and power leave there in the end.

    With nothing in service in the last period every first pod is above a share: then rules that let nothing in.
    """
    reached = np.bool_(g.opened[:, -1].sum() >= limit(g.config.policy.max_sites))
    never = reached | _waits_too_little(g, s, k, t, room_it_mw) | _leaves_too_much(g, s, t)
    if g.it_mw[:, -1].sum() > 0.0:
        shares = above_share(g, s, k, t)
    else:
        shares = np.full(len(s), bool(g.stays[k, t]) and g.shut_out, dtype=np.bool_)
    return np.asarray((never & ~g.opened[s, -1]) | kept_back(g, s, k, t) | shares, dtype=np.bool_)


def kept_back(g: Ground, s: Ints, k: int, t: int) -> Bools:
    """Whether the halls that the pod lacks could stand by t, but for what the programme may build in a year."""
    most, p = g.config.policy.max_new_mw_per_year, g.p
    if most is None:
        return np.zeros(len(s), dtype=np.bool_)
    empty = np.where(g.opened[s, t], g.idle_hall_mw[s, t], p.existing_mw[s, t])
    pod, hall = float(p.pod_mw[k]), p.hall_mw[s]
    lacks = np.ceil((pod - empty - band(pod)) / hall)
    years, could, may = np.array(p.dates.years), np.zeros(len(s)), np.zeros(len(s))
    for year in sorted(set(years[: t + 1].tolist())):
        begun = p.first_hall[s] <= np.flatnonzero(years[: t + 1] == year)[-1]
        own = np.maximum(0.0, p.halls_per_year[s] - g.halls[s][:, years == year].sum(axis=1))
        left = most + float(band(most)) - (p.hall_mw @ g.halls[:, years == year]).sum()
        could += np.where(begun, own, 0.0)
        may += np.where(begun, np.minimum(own, np.maximum(0.0, np.floor(left / hall))), 0.0)
    ceiling = p.halls_max[s] - g.halls[s].sum(axis=1)
    able, let = np.minimum(ceiling, could), np.minimum(ceiling, may)
    return np.asarray((lacks >= 1) & (able >= lacks) & (lacks > let), dtype=np.bool_)


def _waits_too_little(g: Ground, s: Ints, k: int, t: int, room_it_mw: Floats) -> Bools:
    """Whether what waits and has room is less than the least of a site, or of the pod's vendor there."""
    policy = g.config.policy
    if not (policy.min_site_mw or policy.min_vendor_mw):
        return np.zeros(len(s), dtype=np.bool_)
    vendor = g.p.vendor_of[k]
    waits = g.p.admits[s] * (g.waits_mw * g.stays)[:, t]
    asked = g.p.cluster_it_mw(policy.min_site_mw)[s]
    of_vendor = g.p.cluster_it_mw(policy.min_vendor_mw, vendor)[s]
    in_all = np.minimum(room_it_mw, waits.sum(axis=1))
    own = np.minimum(room_it_mw, waits[:, g.p.of_vendor(vendor)].sum(axis=1))
    return np.asarray((in_all < asked - band(asked)) | (own < of_vendor - band(of_vendor)), dtype=np.bool_)


def _leaves_too_much(g: Ground, s: Ints, t: int) -> Bools:
    """Whether a site, opened in t with all that waits, would leave more unused than the ceiling."""
    most = limit(g.config.policy.max_unused_mw_years)
    if most == inf:
        return np.zeros(len(s), dtype=np.bool_)
    waits = g.p.admits[s].astype(np.float64) @ (g.waits_mw * g.stays)[:, t:]
    power = (g.p.interconnection_mw[s, t:] + g.p.onsite_mw[s, t:]) / g.p.peak_pue[s, None]
    more = np.where(np.isfinite(power), power - 2.0 * np.minimum(waits, power), -waits)
    unused = g.unused_mw_years + g.p.length_years * more.sum(axis=1)
    return np.asarray(unused > most + band(most), dtype=np.bool_)
