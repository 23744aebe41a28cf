"""Recompute money from the tables: each dollar of each term of the cost, and what each vendor's racks cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..tolerance import band
from .columns import Floats
from .ground import Ground

HOURS = 8760.0
AT_END = ("residual", "unplaced")
"""Terms that fall due when the horizon ends."""


@dataclass(frozen=True)
class Worth:
    """What a dollar of each period, and of the horizon's end, counts."""

    of_period: Floats
    of_end: float

    def of(self, term: str) -> Floats:
        """Return what a dollar of a term counts by the period of its row, (t,)."""
        return np.full(len(self.of_period), self.of_end) if term in AT_END else self.of_period

    @classmethod
    def discounted(cls, g: Ground) -> Worth:
        """δ_t = (1 + r)^−(years from the first period's start to t's start)."""
        rate, years = 1.0 + g.config.money.discount_rate, g.p.length_years
        periods = np.arange(len(g.p.periods)) * years
        return cls(np.asarray(rate**-periods, dtype=np.float64), float(rate ** -(len(g.p.periods) * years)))

    @classmethod
    def face(cls, g: Ground) -> Worth:
        """Count every dollar at its face value."""
        return cls(np.ones(len(g.p.periods)), 1.0)


# of each site and period, undiscounted ----------------------------------------------------------------------------
def opening_usd(g: Ground) -> Floats:
    """open_usd_s (y_st − y_s,t−1), nothing at a committed site, (s, t)."""
    return g.p.open_usd[:, None] * g.opening


def halls_usd(g: Ground) -> Floats:
    """hall_usd_per_mw_s hall_s h_st at own sites, (s, t)."""
    price = np.where(g.p.own, g.p.hall_usd_per_mw, 0.0) * g.p.hall_mw
    return price[:, None] * g.halls


def lease_usd(g: Ground) -> Floats:
    """L lease_s built_st at leased sites, (s, t)."""
    price = np.where(g.p.own, 0.0, g.p.lease_usd_per_mw_year)
    return price[:, None] * g.built_mw * g.p.length_years


def fixed_usd(g: Ground) -> Floats:
    """L fixed_s built_st, (s, t)."""
    return g.p.fixed_usd_per_mw_year[:, None] * g.built_mw * g.p.length_years


def energy_usd(g: Ground) -> Floats:
    """8760 L load_factor_s annual_pue_s / peak_pue_s (d_st grid price + o_st on-site price), (s, t)."""
    average = g.p.load_factor * g.p.annual_pue / g.p.peak_pue
    bought = g.draw_mw * g.p.energy_usd_per_mwh + g.onsite_mw * g.p.onsite_usd_per_mwh
    return HOURS * g.p.length_years * average[:, None] * bought


# terms ------------------------------------------------------------------------------------------------------------
def terms(g: Ground) -> dict[str, Floats]:
    """Every term of the cost in the order of the contract: undiscounted, over what it is by and the period."""
    shape = len(g.p.sites), len(g.p.periods)
    return {
        "opening": opening_usd(g),
        "halls": halls_usd(g),
        "lease": lease_usd(g),
        "fixed": fixed_usd(g),
        "placement": g.pods * g.p.pod_racks[None, :, None] * _placed_usd(g)[:, :, None],
        "energy": energy_usd(g),
        "wheeling": HOURS * g.p.length_years * np.abs(g.flow_mw) * g.p.line_usd_per_mwh[:, None],
        "upgrades": np.zeros(shape),
        "residual": _residual(g, np.zeros(shape)),
        **unused_usd(g),
    }


def _placed_usd(g: Ground) -> Floats:
    """usd_per_rack_sk, nothing for a pair that is forbidden: that is a finding of its own."""
    return np.where(np.isfinite(g.p.pair_usd_per_rack), g.p.pair_usd_per_rack, 0.0)


def _residual(g: Ground, usd: Floats) -> Floats:
    if g.config.money.residual_value:
        lives, n_t = g.config.money.asset_life_years, len(g.p.periods)
        served = (n_t - np.arange(n_t)) * g.p.length_years
        left = opening_usd(g) * np.maximum(0.0, 1.0 - served / lives.site)
        left = left + halls_usd(g) * np.maximum(0.0, 1.0 - served / lives.hall)
        usd[:, -1] = -left.sum(axis=1)
    return usd


def unused_usd(g: Ground) -> dict[str, Floats]:
    """Price of what is unused by kind, (k, t) or (s, t): price · mw · L_t; unplaced once, in the last period."""
    price, years = g.config.unused, g.p.length_years
    last = np.arange(len(g.p.periods)) == len(g.p.periods) - 1
    spare = _counted(np.nan_to_num(g.spare_mw), g.energised_mw)
    return {
        "waiting": g.p.waiting_usd_per_mw_year[:, None] * g.waits_mw * years,
        "aged": price.aged_rack_usd_per_mw_year * g.aged_mw * years,
        "unplaced": price.unplaced_rack_usd_per_mw * g.waits_mw * last,
        "idle_hall": price.idle_hall_usd_per_mw_year * _counted(g.idle_hall_mw, g.built_mw) * years,
        "idle_power": price.idle_power_usd_per_mw_year * spare * years,
    }


def _counted(mw: Floats, of_mw: Floats) -> Floats:
    """Leave out what is left of a limit within its band: at a high price it would be dollars."""
    return np.where(np.abs(mw) <= band(of_mw), 0.0, mw)


def totals(g: Ground, worth: Worth) -> dict[str, float]:
    """Σ worth usd of each term."""
    return {term: float((usd * worth.of(term)).sum()) for term, usd in terms(g).items()}


# vendors ----------------------------------------------------------------------------------------------------------
def purchase_usd(g: Ground) -> Floats:
    """price_usd_k Σ_t D_kt pod_racks_k, 0 where the price is not known, (k,)."""
    price = np.nan_to_num(g.p.price_usd_per_rack)
    return np.asarray(price * g.p.delivered_pods.sum(axis=1) * g.p.pod_racks, dtype=np.float64)


def vendor_cost_usd(g: Ground) -> dict[str, dict[str, float]]:
    """Racks, facility and energy of each vendor with deliveries, undiscounted.

    Facility (opening, halls gross, lease, fixed) of a site is shared by the vendors' IT MW-years in service there;
    of a site that never holds a rack by those of the programme; not at all where no rack ever serves. Energy of a
    site and period is shared by IT MW in service there and then.
    """
    facility = (opening_usd(g) + halls_usd(g) + lease_usd(g) + fixed_usd(g)).sum(axis=1)
    at_site, at_all = g.it_mw.sum(axis=1), g.it_mw.sum()
    costs = {}
    for vendor in vendors_delivered(g):
        own = np.array([owner == vendor for owner in g.p.vendor_of], dtype=np.bool_)
        held = g.it_of_sku_mw[:, own].sum(axis=1)
        programme = _ratio(held.sum(), at_all)
        by_site = np.where(at_site > 0, _ratio(held.sum(axis=1), at_site), programme)
        costs[vendor] = {
            "racks": float(purchase_usd(g)[own].sum()),
            "facility": float((facility * by_site).sum()),
            "energy": float((energy_usd(g) * _ratio(held, g.it_mw)).sum()),
        }
    return costs


def vendors_delivered(g: Ground) -> list[str]:
    """Vendors of which the programme delivers any rack."""
    some = np.asarray(g.p.delivered_pods.any(axis=1)).tolist()
    return sorted({v for v, delivered in zip(g.p.vendor_of, some, strict=True) if delivered})


def _ratio(part: Floats | np.float64, whole: Floats | np.float64) -> Floats:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)
