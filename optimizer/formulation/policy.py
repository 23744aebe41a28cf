"""What the planner rules: how many sites, how concentrated, how clustered, how much may stay unused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cost import unused_mw_years
from .notation import Program, Rule, linear


def site_count(c: Program) -> Any:
    """Sites open in the last period, committed ones among them: Σ_s y_sT ≤ max_sites."""
    last = len(c.p.horizon) - 1
    opened = [term for s in c.sets.candidates for term in c.open_(s, last, 1.0)]
    return linear(opened) <= float(c.p.policy.max_sites or 0)


def forced_open(c: Program, s: int) -> Any:
    """A site of ``force_open`` is open by the last period: y_sT = 1."""
    return linear([(1.0, c.m.y[s, len(c.p.horizon) - 1])]) == 1.0


def _share(c: Program, key: str, whose: int) -> Any:
    last, share, within = len(c.p.horizon) - 1, float(getattr(c.p.policy, key)), c.p.sharers[key] == whose
    inside = [t for s in c.sets.candidates if within[s] for t in c.it_load(s, last, 1.0 - share)]
    outside = [t for s in c.sets.candidates if not within[s] for t in c.it_load(s, last, -share)]
    return linear([*inside, *outside]) <= 0.0


def zone_share(c: Program, z: int) -> Any:
    """IT MW in service in one zone in the last period: Σ_{s∈z} P_sT ≤ max_zone_share · Σ_s P_sT."""
    return _share(c, "max_zone_share", z)


def site_share(c: Program, s: int) -> Any:
    """IT MW in service at one site in the last period: P_sT ≤ max_site_share · Σ_s P_sT."""
    return _share(c, "max_site_share", s)


def site_cluster(c: Program, s: int) -> Any:
    """A site that is open holds at least its cluster in the last period: P_sT ≥ m_s y_sT."""
    last = len(c.p.horizon) - 1
    asked = float(c.p.cluster_it_mw(c.p.policy.min_site_mw)[s])
    return linear([*c.it_load(s, last), *c.open_(s, last, -asked)]) >= 0.0


def vendor_cluster(c: Program, s: int, vendor: str) -> Any:
    """A vendor that is present at a site holds at least its cluster there in the last period: P_svT ≥ m_sv v_sv."""
    last = len(c.p.horizon) - 1
    asked = float(c.p.cluster_it_mw(c.p.policy.min_vendor_mw, vendor)[s])
    return linear([*c.it_load(s, last, vendor=vendor), (-asked, c.m.v[s, vendor])]) >= 0.0


def vendor_presence(c: Program, s: int, vendor: str, t: int) -> Any:
    """Racks of a vendor are at a site only where it is present: P_svt ≤ (what the site can hold) · v_sv."""
    load = c.it_load(s, t, vendor=vendor)
    stock = sum(float(c.p.delivered_mw[k, : t + 1].sum()) for k in c.sets.skus_at[s] if c.p.vendor_of[k] == vendor)
    return linear([*load, (-min(float(c.p.may_hold_it_mw[s, t]), stock), c.m.v[s, vendor])]) <= 0.0


def unused_ceiling(c: Program) -> Any:
    """Waiting and spare IT MW-years over the horizon: Σ w p L + Σ spare L / peak_pue ≤ max_unused_mw_years."""
    return linear(unused_mw_years(c)) <= float(c.p.policy.max_unused_mw_years or 0.0)


def _sites(c: Program) -> list[int]:
    return [s for s in c.sets.candidates if c.sets.skus_at[s]]


def _share_rule(row: Callable[..., Any], key: str, turn: int) -> Rule:
    def whose(c: Program) -> list[int]:
        return sorted({*c.p.sharers[key][_sites(c)].tolist()} - {-1}) if getattr(c.p.policy, key) is not None else []

    return Rule(row, whose, "programme", "MW IT", f"policy.{key}", "share", turn)


def _sum_rule(row: Callable[..., Any], key: str, unit: str, turn: int) -> Rule:
    def once(c: Program) -> list[None]:
        return [None] if getattr(c.p.policy, key) is not None else []

    return Rule(row, once, "programme", unit, f"policy.{key}", "sum", turn)


def _held(c: Program) -> list[tuple[int, str, int]]:
    return [(s, v, t) for s, v in c.m.v for t in range(len(c.p.horizon)) if c.it_load(s, t, vendor=v)]


RULES = (
    _sum_rule(site_count, "max_sites", "sites", 2),
    Rule(
        forced_open, lambda c: [s for s in c.sets.candidates if c.p.forced[s] and not c.p.committed[s]],
        "programme", "1", "policy.force_open", "list", 8,
    ),
    _share_rule(zone_share, "max_zone_share", 4),
    _share_rule(site_share, "max_site_share", 5),
    Rule(
        site_cluster, lambda c: c.sets.candidates if c.p.policy.min_site_mw > 0 else [],
        "programme", "MW IT", "policy.min_site_mw", "cluster", 6,
    ),
    Rule(vendor_cluster, lambda c: c.m.v, "programme", "MW IT", "policy.min_vendor_mw", "cluster", 7),
    Rule(vendor_presence, _held, "programme", "MW IT"),
    _sum_rule(unused_ceiling, "max_unused_mw_years", "MW-years", 1),
)  # fmt: skip
