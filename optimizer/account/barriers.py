"""Where rules of [policy] leave no room for one more pod, all else as planned.

The rule stands in docs/causes.md. Letters: s sites, k SKUs, t periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..io.config import SHARES
from ..parameters import Parameters
from ..resolution import Bools, Floats
from ..tolerance import band

if TYPE_CHECKING:
    from .decisions import Decisions, Usage


@dataclass(frozen=True)
class Barriers:
    """Rules without room for one more pod, each (s, k, t): shares, clusters, halls kept back, a site kept closed."""

    share: Bools
    cluster: Bools
    halls: Bools
    closed: Bools


def barriers(p: Parameters, x: Decisions, use: Usage, room_it_mw: Floats) -> Barriers:
    """Test every site, SKU and period; ``room_it_mw`` (s,) is what halls and power leave in the last period."""
    share, halls = _shares(p, x, use), _kept_back(p, x, use)
    return Barriers(share, _clusters(p, x), halls, _closed(p, x, use, share, room_it_mw) | halls)


def _closed(p: Parameters, x: Decisions, use: Usage, above_share: Bools, room_it_mw: Floats) -> Bools:
    """Whether a rule keeps a closed site closed, (s, k, t): a share, a count, a cluster, or the ceiling on unused.

    Where nothing is in service in the last period, a first pod is above any share; then only rules that by their
    sums let nothing in at all stand in its way.
    """
    nothing = use.it_mw[:, -1].sum() == 0.0
    shut_out = p.rooms().shuts_out(float(p.delivered_mw.sum()))
    shares = shut_out & p.serves[None, :, :, -1] if nothing else above_share
    reached = np.bool_(p.policy.max_sites is not None and int(x.opened[:, -1].sum()) >= p.policy.max_sites)
    never = _too_few(p, x, room_it_mw) | _too_much_unused(p, x, use)[:, None] | reached
    return np.asarray(shares | (never & ~x.opened[:, -1, None, None]), dtype=np.bool_)


def _entering_mw(p: Parameters, x: Decisions) -> Floats:
    """IT MW that wait, that a site admits and that serve to the last period, (s, k, t)."""
    stays: Floats = x.waiting_pods(p) * p.pod_mw[:, None] * p.serves[:, :, -1]
    return np.asarray(p.admits[:, :, None] * stays, dtype=np.float64)


def _too_few(p: Parameters, x: Decisions, room_it_mw: Floats) -> Bools:
    """Whether what waits and has room is less than a site must hold, in all or of the pod's vendor, (s, k, t)."""
    enters, room = _entering_mw(p, x), room_it_mw[:, None, None]
    same = np.array([[a == b for b in p.vendor_of] for a in p.vendor_of], dtype=np.float64).reshape((len(p.skus),) * 2)
    of_vendor = np.minimum(np.einsum("kj,sjt->skt", same, enters), room)
    vendor = np.array([p.cluster_it_mw(p.policy.min_vendor_mw, v) for v in p.vendor_of]).T.reshape(p.admits.shape)
    site = p.cluster_it_mw(p.policy.min_site_mw)[:, None, None]
    in_all = np.minimum(enters.sum(axis=1)[:, None], room)
    few: Bools = (of_vendor < (vendor - band(vendor))[:, :, None]) | (in_all < site - band(site))
    return few


def _too_much_unused(p: Parameters, x: Decisions, use: Usage) -> Bools:
    """Whether a site that opened with all that waits would leave more unused than ``max_unused_mw_years``, (s, t)."""
    most = p.policy.max_unused_mw_years
    if most is None:
        return np.zeros(x.opened.shape, dtype=np.bool_)
    waits = x.waiting_pods(p) * p.pod_mw[:, None]
    now = waits.sum() + np.nansum(use.idle_power_mw / p.peak_pue[:, None])
    enters = _entering_mw(p, x).sum(axis=1)
    limited = np.isfinite(p.power_mw)
    power = np.where(limited, p.power_mw, 0.0) / p.peak_pue[:, None]
    serves = np.where(limited, np.minimum(enters, power), enters)
    more = power - np.where(limited, 2.0, 1.0) * serves  # what is placed waits no more, and uses power
    later = np.cumsum(more[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((now + later) * p.length_years > most + band(most), dtype=np.bool_)


def _kept_back(p: Parameters, x: Decisions, use: Usage) -> Bools:
    """Whether the halls that a pod lacks could stand by a period but for ``max_new_mw_per_year``, (s, k, t).

    Ceiling, lead and the site's own yearly rate have room for them; what the programme builds leaves too little.
    """
    most = p.policy.max_new_mw_per_year
    if most is None:
        return np.zeros((len(p.sites), len(p.skus), len(p.horizon)), dtype=np.bool_)
    years = np.array(p.horizon.calendar_years)
    each = np.array(sorted(set(years.tolist())))
    halls = np.stack([x.halls[:, years == year].sum(axis=1) for year in each], axis=1)
    own = np.maximum(0.0, p.halls_per_year[:, None] - halls)
    left_mw = np.maximum(0.0, most + float(band(most)) - p.hall_mw @ halls)
    programme = np.minimum(own, np.floor(left_mw / p.hall_mw[:, None]))
    begun = np.arange(len(years))[None, :] >= p.first_hall[:, None]
    by_year = np.stack([np.logical_or.accumulate(begun & (years == year), axis=1) for year in each], axis=2)
    ceiling = (p.halls_max - halls.sum(axis=1))[:, None]
    could, may = (np.minimum(ceiling, np.where(by_year, n[:, None], 0.0).sum(axis=2)) for n in (own, programme))
    empty = np.where(x.opened, use.built_mw - use.it_mw, p.existing_mw)[:, None]
    pod = p.pod_mw[None, :, None]
    lacks = np.ceil((pod - empty - band(pod)) / p.hall_mw[:, None, None])
    return np.asarray((lacks >= 1) & (could[:, None] >= lacks) & (may[:, None] < lacks), dtype=np.bool_)


def _shares(p: Parameters, x: Decisions, use: Usage) -> Bools:
    """Whether one more pod, still in service in the last period, is above a share that its site counts for, (s, k, t).

    Against the share of the last period stands what stands in t and still serves then; and no pod fits where rules by
    their sums let no more into service.
    """
    staying = np.cumsum(np.einsum("ska,ka,k->sa", x.pods, p.serves[:, :, -1].astype(np.float64), p.pod_mw), axis=1)
    pod = p.pod_mw[None, :, None]
    most = float(use.it_mw[:, -1].sum()) + pod
    above = np.zeros((len(p.sites), len(p.skus), len(p.horizon)), dtype=np.bool_)
    delivered, summed = float(p.delivered_mw.sum()), p.rooms().most_mw(float(p.delivered_mw.sum()))
    if 0.0 < summed < p.rooms(ruled=False).most_mw(delivered) - band(summed):
        above |= staying.sum(axis=0) + pod > summed + band(summed)
    for key in SHARES:
        if (share := getattr(p.policy, key)) is not None:
            held = np.zeros((len(p.sites) + 1, len(p.horizon)))
            np.add.at(held, p.sharers[key], staying)
            held[-1] = -np.inf  # sites that count for nobody
            above |= held[p.sharers[key], None] + pod > share * most + band(share * most)
    return above & p.serves[None, :, :, -1]


def _clusters(p: Parameters, x: Decisions) -> Bools:
    """Whether a pod's vendor is nowhere in the plan of a site, and one pod is less than its cluster, (s, k, t)."""
    short = np.zeros((len(p.sites), len(p.skus), len(p.horizon)), dtype=np.bool_)
    for vendor in p.vendors:
        own = np.array([v == vendor for v in p.vendor_of], dtype=np.bool_)
        absent = x.pods[:, own].sum(axis=(1, 2)) == 0
        asked = np.where(absent, p.cluster_it_mw(p.policy.min_vendor_mw, vendor), 0.0)
        held = np.where(p.serves[own][:, :, -1], p.pod_mw[own][:, None], 0.0)
        short[:, own] = held[None] < (asked - band(asked))[:, None, None]
    return short
