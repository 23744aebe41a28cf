"""The limits of a plan whose worth is told, and what of each it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...account.decisions import Decisions, Usage, usage
from ...formulation.families import Family
from ...parameters import Parameters
from ...resolution import Floats
from ...study import Study

POINT = 0.01
# By this much what clusters ask is tried: a power of two adds without rounding.
TRIED_MW = 1.0 / 1024.0


@dataclass(frozen=True)
class Limit:
    """One limit of a plan: its place ``at`` in the order of ids, period ``t`` and block ``b``, None where it has none.

    ``value`` is nan where the plan itself builds what limits it.
    """

    kind: str
    id: str
    at: int
    t: int | None
    b: int | None
    used: float
    value: float


@dataclass(frozen=True)
class Shift:
    """How one unit more of a limit moves the linear program.

    ``rows`` are (rule, index) with what their limits gain, ``tops`` columns whose upper bound gains 1; ``usd`` is
    what the unit itself costs.
    """

    rows: Mapping[tuple[str, Any], float] = field(default_factory=dict)
    tops: tuple[tuple[Family, tuple[int, ...]], ...] = ()
    usd: float = 0.0


@dataclass(frozen=True)
class Decided:
    """A plan as its limits see it: parameters and decisions; ``total_it_mw`` in service in the last period."""

    study: Study
    p: Parameters
    x: Decisions
    total_it_mw: float = 0.0

    @cached_property
    def use(self) -> Usage:
        """What sites hold and leave unused."""
        return usage(self.p, self.x)

    @property
    def last(self) -> int:
        """The last period."""
        return len(self.p.horizon) - 1

    def clusters(self, p: Parameters) -> dict[tuple[str, Any], Floats]:
        """What clusters ask of each site, (s,), by rule and vendor, None for all."""
        rules = p.policy
        found: dict[tuple[str, Any], Floats] = {}
        if rules.min_site_mw > 0:
            found["site_cluster", None] = p.cluster_it_mw(rules.min_site_mw)
        if rules.min_vendor_mw > 0:
            found |= {("vendor_cluster", v): p.cluster_it_mw(rules.min_vendor_mw, v) for v in p.vendors}
        return found

    @cached_property
    def _asked(self) -> dict[tuple[str, int], dict[tuple[str, Any], Floats]]:
        """What clusters ask per MW more and less of a site's power or hall space, (s,)."""
        now, found = self.clusters(self.p), {}
        for name in ("interconnection_mw", "existing_mw") if now else ():
            for sign in (1, -1):
                there = self.clusters(self.p.changed(**{name: getattr(self.p, name) + sign * TRIED_MW}))
                found[name, sign] = {key: (there[key] - now[key]) / (sign * TRIED_MW) for key in now}
        return found

    def cluster_rows(self, name: str, s: int, t: int, sign: int) -> dict[tuple[str, Any], float]:
        """What a unit more or less of a site's power or space asks of the clusters there in the last period."""
        if t != self.last or not self._asked:
            return {}
        found: dict[tuple[str, Any], float] = {}
        for (rule, vendor), slope in self._asked[name, sign].items():
            there = self.x.opened[s, t] if vendor is None else self.has_vendor(s, vendor)
            if slope[s] and there:
                found[rule, s if vendor is None else (s, vendor)] = float(slope[s])
        return found

    def has_vendor(self, s: int, vendor: str) -> bool:
        """Whether a vendor is present at a site."""
        return any(self.x.pods[s, k].any() for k, v in enumerate(self.p.vendor_of) if v == vendor)


def _by_site(d: Decided, limit_mw: Floats, used_mw: Floats, kind: str, there: Any) -> Iterator[Limit]:
    for s, t in np.argwhere(there).tolist():
        yield Limit(kind, d.p.sites[s], s, t, None, float(used_mw[s, t]), float(limit_mw[s, t]))


def interconnection_limits(d: Decided) -> Iterator[Limit]:
    """Interconnection of each site and period where limited, upgrades included; used: the largest draw of a block."""
    mw = d.use.interconnection_mw
    yield from _by_site(d, mw, d.x.draw_mw.max(axis=2), "interconnection", np.isfinite(mw))


def onsite_limits(d: Decided) -> Iterator[Limit]:
    """On-site power of each site that has some and period; used: the largest output of a block."""
    there = (d.p.onsite_mw > 0).any(axis=1, keepdims=True) & np.isfinite(d.p.onsite_mw)
    yield from _by_site(d, d.p.onsite_mw, d.x.onsite_mw.max(axis=2), "onsite", there)


def hall_limits(d: Decided) -> Iterator[Limit]:
    """Hall space of each site and period, which the plan builds; used: IT MW in service."""
    yield from _by_site(d, np.full(d.use.it_mw.shape, np.nan), d.use.it_mw, "hall", np.isfinite(d.use.it_mw))


def zone_limits(d: Decided) -> Iterator[Limit]:
    """Headroom of each zone, period and block, upgrades included; none in a nodal grid."""
    if d.p.generation is None:
        for z, t, b in np.argwhere(np.isfinite(d.use.headroom_mw)).tolist():
            yield Limit("zone", d.p.zones[z], z, t, b, float(d.x.served_mw[z, t, b]), float(d.use.headroom_mw[z, t, b]))


def line_limits(d: Decided) -> Iterator[Limit]:
    """Capacity of each line, period and block in the direction of its flow, but for corridors."""
    if not d.p.lines:
        return
    most = np.where(d.x.flow_mw < 0, d.use.line_back_mw[:, :, None], d.use.line_mw[:, :, None])
    corridor = (np.maximum(d.p.line_mw, d.p.line_back_mw) <= 0) & np.isfinite(d.p.line_per_rad_mw)
    for i, t, b in np.argwhere(np.isfinite(most) & ~corridor[:, None, None]).tolist():
        yield Limit("line", d.p.lines[i], i, t, b, abs(float(d.x.flow_mw[i, t, b])), float(most[i, t, b]))


def delivery_limits(d: Decided) -> Iterator[Limit]:
    """What is delivered of each rack type and period, in whole pods."""
    mw = d.p.delivered_mw
    for k, t in np.argwhere(mw > 0).tolist():
        yield Limit("delivery", d.p.skus[k], k, t, None, float(mw[k, t]), float(mw[k, t]))


def share_limits(d: Decided) -> Iterator[Limit]:
    """Shares of sites and zones that [policy] limits; used: the largest."""
    it_mw = d.use.it_mw[:, -1]
    for key in ("max_site_share", "max_zone_share"):
        if (most := getattr(d.p.policy, key)) is not None:
            whose = d.p.sharers[key]
            largest = max((float(it_mw[whose == w].sum()) for w in {*whose.tolist()} - {-1}), default=0.0)
            used = largest / it_mw.sum() / POINT if it_mw.sum() > 0 else 0.0
            yield Limit("share", key, 0, d.last, None, used, most / POINT)


def ceiling_limits(d: Decided) -> Iterator[Limit]:
    """The ceiling on unused MW-years."""
    if (most := d.p.policy.max_unused_mw_years) is not None:
        waits = d.x.waiting_pods(d.p) * d.p.pod_mw[:, None]
        spare = np.nan_to_num(d.use.idle_power_mw) / d.p.peak_pue[:, None]
        used = float((waits.sum() + spare.sum()) * d.p.length_years)
        yield Limit("ceiling", "max_unused_mw_years", 0, None, None, used, float(most))


def sites_limits(d: Decided) -> Iterator[Limit]:
    """How many sites may be open."""
    if (most := d.p.policy.max_sites) is not None:
        yield Limit("max_sites", "max_sites", 0, None, None, float(d.x.opened[:, -1].sum()), float(most))


def _by_year(d: Decided, halls: Any) -> Floats:
    """Sums of a table by period over calendar years, (…, year)."""
    years = np.array(d.p.horizon.calendar_years)
    return np.stack([np.asarray(halls)[..., years == year].sum(axis=-1) for year in sorted({*years.tolist()})], axis=-1)


def new_mw_limits(d: Decided) -> Iterator[Limit]:
    """New MW of halls in a calendar year; used: in the year of most."""
    if (most := d.p.policy.max_new_mw_per_year) is not None:
        used = float(_by_year(d, (d.x.halls * d.p.hall_mw[:, None]).sum(axis=0)).max())
        yield Limit("max_new_mw_per_year", "max_new_mw_per_year", 0, None, None, used, float(most))


def halls_a_year_limits(d: Decided) -> Iterator[Limit]:
    """Halls of each site in a calendar year; used: in the year of most."""
    most = _by_year(d, d.x.halls).max(axis=1)
    for s in np.flatnonzero(np.isfinite(d.p.halls_per_year) & (d.p.halls_max > 0)).tolist():
        yield Limit("halls_per_year", d.p.sites[s], s, None, None, float(most[s]), float(d.p.halls_per_year[s]))


def upgrade_limits(d: Decided) -> Iterator[Limit]:
    """How many of each upgrade can be bought."""
    for u, name in enumerate(d.p.upgrades.ids):
        yield Limit("upgrade", name, u, None, None, float(d.x.upgrades[u].sum()), float(d.p.upgrades.most[u]))
