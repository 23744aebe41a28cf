"""Checks of [policy]: count, shares, clusters, ceiling on unused capacity, forced and forbidden sites."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from .columns import Bools, Floats
from .comparison import Check, keeps
from .ground import Ground, limit
from .report import Finding
from .tolerance import exceeds


def max_zone_share(g: Ground) -> list[Finding]:
    """IT MW in service in one zone in the last period: Σ_{s∈z} P_sT ≤ max_zone_share · Σ_s P_sT.

    Zones are those that the table of sites states, with a grid or without. Sites without one count in the total alone.
    """
    held = g.it_mw[:, -1]
    most = limit(g.config.policy.max_zone_share, float(held.sum()))
    by_zone = {zone: float(held[g.zone_names == zone].sum()) for zone in sorted({*g.zone_names.tolist()} - {""})}
    return [
        Finding("sites.csv", f"zone {zone}", "it_mw_in_service", mw, most, relation="at most")
        for zone, mw in by_zone.items()
        if exceeds(np.array(mw), np.array(most), "mw")
    ]


def _named(g: Ground, sites: Collection[str]) -> Bools:
    return np.isin(np.array(g.p.sites, dtype=object), list(sites))


def _site_share(g: Ground) -> tuple[Floats, float]:
    held = g.it_mw[:, -1]
    return held, limit(g.config.policy.max_site_share, held.sum())


def _site_clusters(g: Ground) -> tuple[Floats, Floats]:
    """IT MW in service at each site in the last period, and what an open one has to hold."""
    asked = g.p.cluster_it_mw(g.config.policy.min_site_mw)
    return g.it_mw[:, -1], np.where(g.opened[:, -1], asked, 0.0)


def _vendor_clusters(g: Ground) -> tuple[Floats, Floats]:
    """P_svT, and min(min_vendor_mw, hold_s − largest pod of v) where Σ_t n_svt > 0, (s, v)."""
    held, asked = np.zeros((2, len(g.p.sites), len(g.p.vendors)))
    for v, vendor in enumerate(g.p.vendors):
        own = g.p.of_vendor(vendor)
        held[:, v] = g.it_of_sku_mw[:, own, -1].sum(axis=1)
        present = g.pods[:, own].sum(axis=(1, 2)) > 0
        asked[:, v] = np.where(present, g.p.cluster_it_mw(g.config.policy.min_vendor_mw, vendor), 0.0)
    return held, asked


CHECKS: tuple[Check, ...] = (
    keeps("max_sites", "sites.open", "count", lambda g: (g.opened[:, -1].sum(), limit(g.config.policy.max_sites)),
          "Sites open in the last period, committed ones among them: Σ_s y_sT ≤ max_sites", over=(), key="max_sites"),
    keeps("force_open", "sites.open", "count", lambda g: (g.opened[:, -1], _named(g, g.config.policy.force_open)),
          "A site of force_open is open by the last period: y_sT = 1", over=("site",), relation="at least"),
    keeps("forbid", "sites.open", "count",
          lambda g: (np.where(_named(g, g.config.policy.forbid)[:, None], g.opened, False), 0.0),
          "A site of forbid never opens: y_st = 0"),
    keeps("max_site_share", "sites.it_mw_in_service", "mw", _site_share,
          "IT MW in service at one site in the last period: P_sT ≤ max_site_share · Σ_s P_sT", over=("site",)),
    max_zone_share,
    keeps("min_site_mw", "sites.it_mw_in_service", "mw", _site_clusters,
          "A site that is open holds its cluster in the last period: P_sT ≥ min(min_site_mw, hold_s − largest pod)",
          over=("site",), relation="at least"),
    keeps("min_vendor_mw", "assignments.it_mw_in_service", "mw", _vendor_clusters,
          "A vendor with any pod at a site holds its cluster there in the last period", over=("site", "vendor"),
          relation="at least"),
    keeps("max_unused", "unused.mw_years", "mw",
          lambda g: (g.unused_mw_years, limit(g.config.policy.max_unused_mw_years)),
          "Unused MW-years over the horizon: Σ L w_kt p_k + Σ L spare_st / peak_pue_s ≤ max_unused_mw_years",
          over=(), key="max_unused_mw_years"),
)  # fmt: skip
