"""Checks of [policy]: count, shares, clusters, ceiling on unused capacity, forced and forbidden sites."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..io.config import SHARES
from .columns import Bools, Floats
from .comparison import Check, keeps, named
from .ground import Ground, limit
from .report import Finding
from .tolerance import exceeds


def _share(key: str, rule: str) -> Check:
    """Return the check of a share; sites that do not say whose count in the total alone."""

    def check(g: Ground) -> list[Finding]:
        held, whose = g.it_mw[:, -1], g.p.sharers[key]
        most = limit(getattr(g.config.policy, key), float(held.sum()))
        return [
            Finding("sites.csv", f"{SHARES[key]} {name}", "it_mw_in_service", mw, most, relation="at most")
            for name in sorted({*whose.tolist()} - {""})
            if exceeds(np.array(mw := float(held[whose == name].sum())), np.array(most), "mw")
        ]

    return named(check, key, __name__, rule)


def _named(g: Ground, sites: Collection[str]) -> Bools:
    return np.isin(np.array(g.p.sites, dtype=object), list(sites))


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
    _share("max_site_share", "IT MW in service at one site in the last period: P_sT ≤ max_site_share · Σ_s P_sT"),
    _share("max_zone_share",
           "IT MW in service in one stated zone in the last period: Σ_{s∈z} P_sT ≤ max_zone_share · Σ_s P_sT"),
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
