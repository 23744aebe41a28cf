"""Say why capacity is unused: which limits have no room for one more pod, all else as planned.

The rule stands in docs/causes.md. Letters: s sites, k SKUs, t periods, z zones, l lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..io.standing import halls_by
from ..parameters import Parameters
from ..resolution import Bools, Floats, Ints
from ..tolerance import band
from .decisions import Decisions, Usage

LIMITS = ("interconnection", "onsite", "zone", "hall")
DELIVERY, POLICY, COST = "delivery", "policy", "cost"


def causes(p: Parameters, x: Decisions, use: Usage) -> Causes:
    """Test every site, SKU and period of a plan for room for one more pod."""
    limits = _limits(p, x, use)
    share, cluster, unbuilt = _shares(p, x, use), _clusters(p, x), _unbuilt(p, x)
    lifted_pods = np.stack([limits.lifted_pods(name) for name in LIMITS])
    return Causes(
        waits=x.waiting_pods(p),
        admits=p.admits,
        pod_mw=p.pod_mw,
        opened=x.opened,
        allowed=~p.forbidden,
        full=np.stack([limits.full(name) for name in LIMITS]),
        lifted_pods=lifted_pods,
        fit_pods=np.asarray(lifted_pods.min(axis=0), dtype=np.float64),
        share=share,
        cluster=cluster,
        unbuilt=unbuilt,
        barred=_barred(p, x, use, share, unbuilt),
    )


@dataclass(frozen=True)
class Causes:
    """Where one more pod has no room: by limit (limit, s, k, t), and by [policy] (s, k, t).

    ``lifted_pods`` counts the pods for which every other limit has room, ``fit_pods`` those for which all have.
    A closed site is taken as though it were open; ``barred`` is where a rule lets no pod in there. ``unbuilt`` (s, t)
    is where the yearly rate of the programme alone keeps back one more hall.
    """

    waits: Ints
    admits: Bools
    pod_mw: Floats
    opened: Bools
    allowed: Bools
    full: Bools
    lifted_pods: Floats
    fit_pods: Floats
    share: Bools
    cluster: Bools
    unbuilt: Bools
    barred: Bools

    @cached_property
    def kept_small(self) -> Bools:
        """Where the halls of an open site are full and the programme may build none in time, (s, k, t)."""
        small: Bools = self.full[LIMITS.index("hall")] & (self.unbuilt & self.opened)[:, None]
        return small

    def of_site(self, s: int, t: int) -> str:
        """Why halls or power of a site are unused in a period."""
        waiting = np.flatnonzero(self.admits[s] & (self.waits[:, t] > 0))
        if not len(waiting):
            return DELIVERY
        k = int(waiting[np.argmin(self.pod_mw[waiting])])
        words = [name for i, name in enumerate(LIMITS) if self.full[i, s, k, t]]
        if self.share[s, k, t] or self.kept_small[s, k, t] or (not words and self.cluster[s, k, t]):
            words.append(POLICY)
        return ";".join(words) or COST

    def of_sku(self, k: int, t: int) -> str:
        """Why racks of a SKU wait in a period."""
        doors = self.admits[:, k] & self.allowed
        among = self.admits[:, k] & self.opened[:, t]
        is_open = bool(among.any())
        if not is_open:
            among = doors
        if not among.any():
            return POLICY
        room = ~self.full[:, :, k, t].any(axis=0)
        kept_closed = self.admits[:, k] & room & ~self.opened[:, t] & (self.barred[:, k, t] | ~self.allowed)
        if not is_open and (among & room).any():
            return COST if (among & room & ~kept_closed).any() else POLICY
        share, cluster = self.share[:, k, t] & is_open, self.cluster[:, k, t] & is_open
        fits = among & room & ~share & ~cluster
        if self.fit_pods[fits, k, t].sum() >= self.waits[k, t]:
            return COST
        ruled = among & (share | (room & cluster) | self.kept_small[:, k, t])
        words = self._ranked(among, k, t) + [POLICY] * bool((ruled | kept_closed).any()) + [COST] * bool(fits.any())
        return ";".join(words)

    def _ranked(self, among: Bools, k: int, t: int) -> list[str]:
        """Limits without room at any of the sites, the one that stops most pods first."""
        full = self.full[:, :, k, t] & among
        ruled = self.opened[:, t] & (self.share[:, k, t] | self.cluster[:, k, t])
        pods = np.minimum(self.lifted_pods[:, :, k, t], float(self.waits[k, t]))
        stopped = np.where(full & ~ruled, pods, 0.0).sum(axis=1)
        return [LIMITS[i] for i in np.argsort(-stopped, kind="stable") if full[i].any()]


@dataclass(frozen=True)
class _Limits:
    """MW left at each limit, fence MW but for the halls' IT MW, (s, 1, t); one pod, (s, k, 1).

    There is room where the pod is above what is left by no more than ``band_mw``, that of the site's load with it.
    """

    interconnection: Floats
    onsite: Floats
    zone: Floats
    hall: Floats
    pod_fence_mw: Floats
    pod_it_mw: Floats
    band_mw: Floats
    has_grid: Bools
    has_onsite: Bools

    def full(self, limit: str) -> Bools:
        """Whether a limit has no room for one more pod, (s, k, t)."""
        pod = self.pod_fence_mw
        if limit == "interconnection":
            return self.has_grid & self._short(self.interconnection + self.onsite, pod)
        if limit == "zone":
            return self.has_grid & self._short(self.zone + self.onsite, pod)
        if limit == "onsite":
            return self.has_onsite & self._short(self._power(), pod)
        return self._short(self.hall, self.pod_it_mw)

    def lifted_pods(self, limit: str) -> Floats:
        """Pods for which all limits but one have room, (s, k, t)."""
        power = {
            "interconnection": self.zone + self.onsite,
            "zone": self.interconnection + self.onsite,
            "onsite": np.full(self.onsite.shape, np.inf),
            "hall": self._power(),
        }[limit]
        pods = self._pods(power, self.pod_fence_mw)
        return pods if limit == "hall" else np.minimum(pods, self._pods(self.hall, self.pod_it_mw))

    def _power(self) -> Floats:
        return np.minimum(self.interconnection, self.zone) + self.onsite

    def _short(self, left_mw: Floats, pod_mw: Floats) -> Bools:
        return np.asarray(left_mw < pod_mw - self.band_mw, dtype=np.bool_)

    def _pods(self, left_mw: Floats, pod_mw: Floats) -> Floats:
        return np.maximum(0.0, np.floor((left_mw + self.band_mw) / pod_mw))


def _limits(p: Parameters, x: Decisions, use: Usage) -> _Limits:
    possible = halls_by(p.horizon, p.halls_max, p.halls_per_year, p.first_hall)
    as_open = p.existing_mw + p.hall_mw[:, None] * possible
    zone = np.vstack([_zone_left(p, x), np.full((1, len(p.horizon)), np.inf)])[p.zone_of]
    has_onsite = (p.onsite_mw > 0).any(axis=1, keepdims=True)
    has_grid = (p.interconnection_mw > 0).any(axis=1, keepdims=True) | ~has_onsite
    pod_fence_mw = (p.peak_pue[:, None] * p.pod_mw)[:, :, None]
    return _Limits(
        interconnection=(p.interconnection_mw - x.draw_mw)[:, None],
        onsite=(p.onsite_mw - x.onsite_mw)[:, None],
        zone=zone[:, None],
        hall=np.where(x.opened, use.built_mw - use.it_mw, as_open)[:, None],
        pod_fence_mw=pod_fence_mw,
        pod_it_mw=np.broadcast_to(p.pod_mw, (len(p.sites), len(p.skus)))[:, :, None],
        band_mw=band((p.peak_pue[:, None] * use.it_mw)[:, None] + pod_fence_mw),
        has_grid=np.asarray(has_grid)[:, None],
        has_onsite=np.asarray(has_onsite)[:, None],
    )


def _zone_left(p: Parameters, x: Decisions) -> Floats:
    """Fence MW that a zone can still get: headroom left, and what lines bring of that left next door, (z, t).

    left_zt + Σ_{z'} min(left_z't, Σ_{l from z' to z} (cap_l − flow towards z))
    """
    left = np.maximum(0.0, p.headroom_mw - x.served_mw)
    brought: dict[tuple[int, int], Floats] = {}
    for i, ends in enumerate(zip(p.line_from.tolist(), p.line_to.tolist(), strict=True)):
        for way, spare in ((ends, p.line_mw[i] - x.flow_mw[i]), (ends[::-1], p.line_back_mw[i] + x.flow_mw[i])):
            if way[0] != way[1]:
                brought[way] = brought.get(way, np.zeros(len(p.horizon))) + np.maximum(0.0, spare)
    total = left.copy()
    for (start, end), spare in brought.items():
        total[end] += np.minimum(left[start], spare)
    return total


def _shares(p: Parameters, x: Decisions, use: Usage) -> Bools:
    """Whether one more pod, still in service in the last period, is above a share of its site or zone, (s, k, t).

    Against the share of the last period stands what stands in t and still serves then.
    """
    staying = np.cumsum(np.einsum("ska,ka,k->sa", x.pods, p.serves[:, :, -1].astype(np.float64), p.pod_mw), axis=1)
    in_zone = np.zeros((len(p.stated_zones) + 1, len(p.horizon)))
    np.add.at(in_zone, p.stated_zone_of, staying)  # the last row: sites without a zone
    zoned = np.where((p.stated_zone_of >= 0)[:, None], in_zone[p.stated_zone_of], -np.inf)
    pod = p.pod_mw[None, :, None]
    most = float(use.it_mw[:, -1].sum()) + pod
    above = np.zeros((len(p.sites), len(p.skus), len(p.horizon)), dtype=np.bool_)
    for share, held in ((p.policy.max_site_share, staying), (p.policy.max_zone_share, zoned)):
        if share is not None:
            above |= held[:, None] + pod > share * most + band(share * most)
    return above & p.serves[None, :, :, -1]


def _barred(p: Parameters, x: Decisions, use: Usage, above_share: Bools, unbuilt: Bools) -> Bools:
    """Whether a rule lets no pod into a closed site, (s, k, t): a count, a share, a cluster, or no hall in time.

    Where nothing is in service in the last period, a first pod is above any share; then only rules that by their
    sums let nothing in at all stand in its way.
    """
    nothing = use.it_mw[:, -1].sum() == 0.0
    shut_out = p.rooms().shuts_out(float(p.delivered_mw.sum()))
    shares = shut_out & p.serves[None, :, :, -1] if nothing else above_share
    small = p.existing_mw[:, None] + band(p.pod_mw)[:, None] < p.pod_mw[:, None]
    reached = p.policy.max_sites is not None and int(x.opened[:, -1].sum()) >= p.policy.max_sites
    never = ~x.opened[:, -1, None, None] & (_too_few(p, x) | np.bool_(reached))
    return np.asarray(shares | never | (unbuilt[:, None] & small), dtype=np.bool_)


def _unbuilt(p: Parameters, x: Decisions) -> Bools:
    """Whether only ``max_new_mw_per_year`` keeps back one more hall of a site by a period, (s, t).

    The site has room for it below its ceiling and, after its lead, in the rate of some year up to then; the
    programme has room in none of these years.
    """
    if p.policy.max_new_mw_per_year is None:
        return np.zeros(x.halls.shape, dtype=np.bool_)
    years = np.array(p.horizon.calendar_years)
    in_year = (years[:, None] == years).astype(np.float64)
    new_mw = (p.hall_mw @ x.halls) @ in_year
    could = (np.arange(len(years)) >= p.first_hall[:, None]) & (x.halls @ in_year + 1 <= p.halls_per_year[:, None])
    could &= (x.halls.sum(axis=1) < p.halls_max)[:, None]
    may = could & (new_mw + p.hall_mw[:, None] <= p.policy.max_new_mw_per_year + band(p.policy.max_new_mw_per_year))
    return np.asarray(np.logical_or.accumulate(could, axis=1) & ~np.logical_or.accumulate(may, axis=1), dtype=np.bool_)


def _too_few(p: Parameters, x: Decisions) -> Bools:
    """Whether what waits and may enter a site is less than it must hold, in all or of the pod's vendor, (s, k, t)."""
    stays = x.waiting_pods(p) * p.pod_mw[:, None] * p.serves[:, :, -1]
    enters = p.admits[:, :, None] * stays
    same = np.array([[a == b for b in p.vendor_of] for a in p.vendor_of], dtype=np.float64).reshape((len(p.skus),) * 2)
    of_vendor = np.einsum("kj,sjt->skt", same, enters)
    vendor = np.array([p.cluster_it_mw(p.policy.min_vendor_mw, v) for v in p.vendor_of]).T.reshape(p.admits.shape)
    site = p.cluster_it_mw(p.policy.min_site_mw)[:, None, None]
    few: Bools = (of_vendor < (vendor - band(vendor))[:, :, None]) | (enters.sum(axis=1)[:, None] < site - band(site))
    return few


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
