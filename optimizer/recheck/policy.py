"""Checks of [policy]: count, shares, clusters, ceiling on unused capacity, forced and forbidden sites."""

from __future__ import annotations

import numpy as np

from .ground import Ground
from .report import Finding
from .tolerance import exceeds


def max_sites(g: Ground) -> list[Finding]:
    """Sites open in the last period, committed ones among them: Σ_s y_sT ≤ max_sites."""
    most = g.config.policy.max_sites
    if most is None:
        return []
    return _total(g, "sites.csv", "open", float(g.opened[:, -1].sum()), float(most), "count")


def force_open(g: Ground) -> list[Finding]:
    """A site of force_open is open by the last period: y_sT = 1."""
    wanted = np.isin(np.array(g.p.sites, dtype=object), list(g.config.policy.force_open))
    return g.breaches("sites.csv", "open", ("site",), g.opened[:, -1], wanted, "count", relation="at least")


def forbid(g: Ground) -> list[Finding]:
    """A site of forbid never opens: y_st = 0."""
    banned = np.isin(np.array(g.p.sites, dtype=object), list(g.config.policy.forbid))
    y = np.where(banned[:, None], g.opened, False)
    return g.breaches("sites.csv", "open", ("site", "period"), y, np.zeros(y.shape), "count")


def max_site_share(g: Ground) -> list[Finding]:
    """IT MW in service at one site in the last period: P_sT ≤ max_site_share · Σ_s P_sT."""
    share, held = g.config.policy.max_site_share, g.it_mw[:, -1]
    if share is None:
        return []
    limit = np.full(held.shape, share * held.sum())
    return g.breaches("sites.csv", "it_mw_in_service", ("site",), held, limit, "mw")


def max_zone_share(g: Ground) -> list[Finding]:
    """IT MW in service in one zone in the last period: Σ_{s∈z} P_sT ≤ max_zone_share · Σ_s P_sT.

    Zones are those that the table of sites states, with a grid or without. Sites without one count in the total alone.
    """
    share, held = g.config.policy.max_zone_share, g.it_mw[:, -1]
    if share is None:
        return []
    zones, limit = sorted({*g.zone_names.tolist()} - {""}), share * float(held.sum())
    by_zone = [(zone, float(held[g.zone_names == zone].sum())) for zone in zones]
    return [
        Finding("sites.csv", f"zone {zone}", "it_mw_in_service", mw, limit, relation="at most")
        for zone, mw in by_zone
        if exceeds(np.array(mw), np.array(limit), "mw")
    ]


def min_site_mw(g: Ground) -> list[Finding]:
    """A site that is open holds its cluster in the last period: P_sT ≥ min(min_site_mw, hold_s − largest pod)."""
    asked = np.where(g.opened[:, -1], g.p.cluster_it_mw(g.config.policy.min_site_mw), 0.0)
    return g.breaches("sites.csv", "it_mw_in_service", ("site",), g.it_mw[:, -1], asked, "mw", relation="at least")


def min_vendor_mw(g: Ground) -> list[Finding]:
    """A vendor with any pod at a site holds its cluster there in the last period.

    P_svT ≥ min(min_vendor_mw, hold_s − largest pod of v) where Σ_t n_svt > 0.
    """
    key = g.config.policy.min_vendor_mw
    held, asked = np.zeros((2, len(g.p.sites), len(g.p.vendors)))
    for v, vendor in enumerate(g.p.vendors):
        own = np.array([owner == vendor for owner in g.p.vendor_of], dtype=np.bool_)
        held[:, v] = g.it_of_sku_mw[:, own, -1].sum(axis=1)
        present = g.pods[:, own].sum(axis=(1, 2)) > 0
        asked[:, v] = np.where(present, g.p.cluster_it_mw(key, vendor), 0.0)
    axes = ("site", "vendor")
    return g.breaches("assignments.csv", "it_mw_in_service", axes, held, asked, "mw", relation="at least")


def max_unused(g: Ground) -> list[Finding]:
    """Unused MW-years over the horizon: Σ L w_kt p_k + Σ L spare_st / peak_pue_s ≤ max_unused_mw_years."""
    most = g.config.policy.max_unused_mw_years
    if most is None:
        return []
    return _total(g, "unused.csv", "mw_years", g.unused_mw_years, most, "mw")


def _total(g: Ground, file: str, column: str, stated: float, limit: float, unit: str) -> list[Finding]:
    return g.breaches(file, column, (), np.array(stated), np.array(limit), unit)
