"""Say why capacity is unused: which limits have no room for one more pod, all else as planned.

The rule stands in docs/causes.md. Letters: s sites, k SKUs, t periods, z zones, l lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from types import MappingProxyType

import numpy as np

from ..io.standing import halls_by
from ..parameters import Parameters
from ..resolution import Bools, Floats, Ints
from ..tolerance import band
from .barriers import barriers
from .decisions import Decisions, Usage
from .transfers import Way, after_outages_mw

NO_OUTAGES: Mapping[Way, Floats] = MappingProxyType({})
LIMITS = ("interconnection", "onsite", "zone", "hall")
ZONE = LIMITS.index("zone")
GENERATION, OUTAGE, UPGRADE = "generation", "outage", "upgrade"
DELIVERY, POLICY, COST = "delivery", "policy", "cost"


def causes(p: Parameters, x: Decisions, use: Usage) -> Causes:
    """Test every site, SKU and period of a plan for room for one more pod."""
    most = x.waiting_pods(p).T @ p.pod_mw * p.load_per_it.max(initial=0.0)
    kept = after_outages_mw(p, x, most) if most.any() else {}
    limits = _limits(p, x, use, kept)
    rules = barriers(p, x, use, limits.room_it_mw(p)[:, -1])
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
        share=rules.share,
        cluster=rules.cluster,
        kept_small=rules.halls & x.opened[:, None],
        barred=rules.closed,
        helps=_helps(p, x),
        lacks_generation=_lacks_generation(p, x, use),
        after_outage=limits.full("zone") & ~_limits(p, x, use).full("zone") if kept else np.zeros_like(rules.share),
    )


@dataclass(frozen=True)
class Causes:
    """Where one more pod has no room: by limit (limit, s, k, t), and by [policy] (s, k, t).

    ``lifted_pods`` counts the pods for which every other limit has room, ``fit_pods`` those for which all have.
    A closed site is taken as though it were open; ``barred`` is where a rule lets no pod in there. ``kept_small`` is
    where an open site's halls are full and the programme's yearly rate keeps more of them back. ``helps`` is where one
    more upgrade would raise a limit (limit, s, t), ``lacks_generation`` where lines have room and generators have none,
    ``after_outage`` where the zone has room but for what lines may carry after an outage (s, k, t).
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
    kept_small: Bools
    barred: Bools
    helps: Bools
    lacks_generation: Bools
    after_outage: Bools

    def of_sites(self, s: Ints, t: Ints) -> list[str]:
        """Why halls or power are unused, of each site in its period: the smallest pod that waits is tried there."""
        waiting = self.admits[s] & (self.waits[:, t].T > 0)
        k = np.where(waiting, self.pod_mw, np.inf).argmin(axis=1)
        full = self.full[:, s, k, t]
        ruled = self.share[s, k, t] | self.kept_small[s, k, t] | (~full.any(axis=0) & self.cluster[s, k, t])
        upgrade = (full & self.helps[:, s, t]).any(axis=0)
        zone = zip(self.lacks_generation[s, t].tolist(), self.after_outage[s, k, t].tolist(), strict=True)
        told = zip(waiting.tolist(), np.vstack([full, upgrade, ruled]).T.tolist(), zone, strict=True)
        return [
            (";".join(compress((*_named(LIMITS, *lack), UPGRADE, POLICY), row)) or COST) if any(waits) else DELIVERY
            for waits, row, lack in told
        ]

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

    def full_at(self, limit: str, k: int, t: int) -> tuple[Bools, Floats]:
        """Where one of ``LIMITS`` has no room for a pod that waits, and the IT MW that it alone stops there, both (s,).

        Of the sites that ``of_sku`` tries; at most what waits is counted at each, nothing where a rule forbids it.
        """
        among = self.admits[:, k] & self.opened[:, t]
        full, pods = self._stopped(among if among.any() else self.admits[:, k] & self.allowed, k, t)
        at = LIMITS.index(limit)
        return full[at], pods[at] * self.pod_mw[k]

    def _ranked(self, among: Bools, k: int, t: int) -> list[str]:
        """Limits without room at any of the sites, the one that stops most pods first."""
        full, pods = self._stopped(among, k, t)
        zone = full[ZONE]
        lacks = bool(self.lacks_generation[zone, t].all()), bool(self.after_outage[zone, k, t].all())
        names = _named(LIMITS, *lacks)
        ranked = [names[i] for i in np.argsort(-pods.sum(axis=1), kind="stable") if full[i].any()]
        return ranked + [UPGRADE] * bool((full & self.helps[:, :, t]).any())

    def _stopped(self, among: Bools, k: int, t: int) -> tuple[Bools, Floats]:
        """Where each limit has no room, and the pods that it alone stops there, both (limit, s)."""
        full = self.full[:, :, k, t] & among
        ruled = self.opened[:, t] & (self.share[:, k, t] | self.cluster[:, k, t])
        pods = np.minimum(self.lifted_pods[:, :, k, t], float(self.waits[k, t]))
        return full, np.where(full & ~ruled, pods, 0.0)


def _named(limits: tuple[str, ...], lacks_generation: bool, after_outage: bool) -> tuple[str, ...]:
    """Return the names of limits; the zone's is an outage or generation where that is what keeps a pod out."""
    zone = OUTAGE if after_outage else GENERATION if lacks_generation else limits[ZONE]
    return (*limits[:ZONE], zone, *limits[ZONE + 1 :])


def _helps(p: Parameters, x: Decisions) -> Bools:
    """Where one more upgrade would raise a limit: of the site, or of its zone and the lines there, (limit, s, t)."""
    found = np.zeros((len(LIMITS), len(p.sites), len(p.horizon)), dtype=np.bool_)
    left = np.cumsum(x.upgrades, axis=1) < p.upgrades.most[:, None]
    for u, (kind, at) in enumerate(zip(p.upgrades.kind, p.upgrades.target.tolist(), strict=True)):
        if kind == "site":
            found[LIMITS.index("interconnection"), at] |= left[u]
        else:
            zones = [at] if kind == "zone" else [int(p.line_from[at]), int(p.line_to[at])]
            found[ZONE, np.isin(p.zone_of, zones)] |= left[u]
    return found


def _lacks_generation(p: Parameters, x: Decisions, use: Usage) -> Bools:
    """Whether lines could bring a pod to a site's bus in every block, so that generators are what lacks, (s, t)."""
    if p.generation is None or not len(p.pod_mw):
        return np.zeros((len(p.sites), len(p.horizon)), dtype=np.bool_)
    free = np.zeros((len(p.zones) + 1, len(p.horizon), len(p.block_hours)))
    np.add.at(free, p.line_to, np.maximum(0.0, use.line_mw[:, :, None] - x.flow_mw))
    np.add.at(free, p.line_from, np.maximum(0.0, use.line_back_mw[:, :, None] + x.flow_mw))
    alone = ~np.isin(np.arange(len(free)), [*p.line_from, *p.line_to])
    pod = p.load_per_it[:, None] * p.pod_mw.min()
    return np.asarray((alone[p.zone_of, None, None] | (free[p.zone_of] >= pod)).all(axis=2), dtype=np.bool_)


@dataclass(frozen=True)
class _Limits:
    """MW left at each limit, fence MW but for the halls' IT MW, (s, 1, t, b); one pod, (s, k, 1, b).

    There is room where a pod is above what is left by no more than ``band_mw``, that of the site's load with it, in
    every load block.
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

    def room_it_mw(self, p: Parameters) -> Floats:
        """IT MW for which halls and power have room, (s, t)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            able = np.fmin(self.hall, self._power() / p.load_per_it[:, None, None])
        return np.asarray(np.maximum(0.0, able.min(axis=3)[:, 0]), dtype=np.float64)

    def _power(self) -> Floats:
        return np.minimum(self.interconnection, self.zone) + self.onsite

    def _short(self, left_mw: Floats, pod_mw: Floats) -> Bools:
        return np.asarray((left_mw < pod_mw - self.band_mw).any(axis=3), dtype=np.bool_)

    def _pods(self, left_mw: Floats, pod_mw: Floats) -> Floats:
        with np.errstate(divide="ignore"):  # a block may have no load at all
            pods = np.floor((left_mw + self.band_mw) / pod_mw)
        return np.asarray(np.maximum(0.0, pods.min(axis=3)), dtype=np.float64)


def _limits(p: Parameters, x: Decisions, use: Usage, kept: Mapping[Way, Floats] = NO_OUTAGES) -> _Limits:
    possible = halls_by(p.horizon, p.halls_max, p.halls_per_year, p.first_hall)
    as_open = p.existing_mw + p.hall_mw[:, None] * possible
    left = _zone_left(p, x, use, kept)
    zone = np.vstack([left, np.full((1, *left.shape[1:]), np.inf)])[p.zone_of]
    has_onsite = (use.onsite_mw > 0).any(axis=1, keepdims=True)
    has_grid = (use.interconnection_mw > 0).any(axis=1, keepdims=True) | ~has_onsite
    pod_fence_mw = p.load_per_it[:, None, None] * p.pod_mw[:, None, None]
    return _Limits(
        interconnection=(use.interconnection_mw[:, :, None] - x.draw_mw)[:, None],
        onsite=(use.onsite_mw[:, :, None] - x.onsite_mw)[:, None],
        zone=zone[:, None],
        hall=np.where(x.opened, use.built_mw - use.it_mw, as_open)[:, None, :, None],
        pod_fence_mw=pod_fence_mw,
        pod_it_mw=np.broadcast_to(p.pod_mw, (len(p.sites), len(p.skus)))[:, :, None, None],
        band_mw=band(use.load_mw[:, None] + pod_fence_mw),
        has_grid=np.asarray(has_grid)[:, None],
        has_onsite=np.asarray(has_onsite)[:, None],
    )


def _zone_left(p: Parameters, x: Decisions, use: Usage, kept: Mapping[Way, Floats]) -> Floats:
    """Fence MW that a zone can still get: headroom left, and what lines bring of that left next door, (z, t, b).

    left_ztb + Σ_{z'} min(left_z'tb, Σ_{l from z' to z} (cap_l − flow towards z)), AC circuits of it no more than what
    is ``kept`` for outages.
    """
    left = np.maximum(0.0, use.headroom_mw - x.served_mw)
    if p.generation is not None:
        np.add.at(left, p.generation.zone_of, p.generation.most_mw - x.output_mw)
    by_link, by_circuit = dict[Way, Floats](), dict[Way, Floats]()
    ahead, back = use.line_mw[:, :, None] - x.flow_mw, use.line_back_mw[:, :, None] + x.flow_mw
    for i, ends in enumerate(zip(p.line_from.tolist(), p.line_to.tolist(), strict=True)):
        brought = by_link if np.isnan(p.line_per_rad_mw[i]) else by_circuit
        for way, spare in ((ends, ahead[i]), (ends[::-1], back[i])):
            if way[0] != way[1]:
                brought[way] = brought.get(way, np.zeros(left.shape[1:])) + np.maximum(0.0, spare)
    total, nothing = left.copy(), np.zeros(left.shape[1:])
    for way in dict.fromkeys([*by_link, *by_circuit]):
        spare = by_link.get(way, nothing) + np.minimum(by_circuit.get(way, nothing), kept.get(way, np.inf))
        total[way[1]] += np.minimum(left[way[0]], spare)
    return total
