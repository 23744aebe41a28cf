"""The terms of the objective, each written once for discounted and for undiscounted money, in million USD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..io.config import StudyConfig
from ..parameters import HOURS_PER_YEAR, Parameters
from ..resolution import Floats
from .notation import Program, Term

MUSD = 1e-6
Sum = tuple[list[Term], float]


@dataclass(frozen=True)
class Money:
    """Prices of the study's keys, and the factors that bring a cash flow of each period, or of the end, to today."""

    config: StudyConfig
    factor: Floats
    factor_end: float

    @classmethod
    def discounted(cls, config: StudyConfig, p: Parameters) -> Money:
        """Use δ_t = (1 + r)^−(years from the first period's start)."""
        return cls(config, p.discount, p.discount_end)

    @classmethod
    def undiscounted(cls, config: StudyConfig, p: Parameters) -> Money:
        """Count every cash flow at its face value."""
        return cls(config, np.ones(len(p.horizon)), 1.0)


def _openings(c: Program, worth: Floats) -> Sum:
    """Σ open_usd_s · worth_t · (y_st − y_s,t−1) over the sites that are not committed."""
    terms = []
    for s, t in c.m.y:
        following = worth[t + 1] if t + 1 < len(worth) else 0.0
        terms.append((float(c.p.open_usd[s] * (worth[t] - following)) * MUSD, c.m.y[s, t]))
    return terms, 0.0


def opening(c: Program, money: Money) -> Sum:
    """Paid once, in the period a site opens: Σ δ_t open_usd_s (y_st − y_s,t−1)."""
    return _openings(c, money.factor)


def _hall_capex(c: Program, worth: Floats) -> Sum:
    terms = [
        (float(c.p.hall_usd_per_mw[s] * c.p.hall_mw[s] * worth[t]) * MUSD, c.m.h[s, t]) for s, t in c.m.h if c.p.own[s]
    ]
    return terms, 0.0


def halls(c: Program, money: Money) -> Sum:
    """Capex of the halls of own sites: Σ δ_t hall_usd_per_mw_s hall_s h_st."""
    return _hall_capex(c, money.factor)


def _per_built_mw(c: Program, money: Money, sites: list[int], usd_per_mw_year: Floats) -> Sum:
    terms, constant = [], 0.0
    for s in sites:
        for t in range(len(c.p.horizon)):
            rate = float(usd_per_mw_year[s] * c.p.length_years * money.factor[t]) * MUSD
            if rate:
                part, fixed = c.built(s, t, rate)
                terms += part
                constant += fixed
    return terms, constant


def lease(c: Program, money: Money) -> Sum:
    """Rent of the built MW of leased sites: Σ δ_t L_t lease_s (existing_st y_st + hall_s Σ h)."""
    return _per_built_mw(c, money, [s for s in c.sets.candidates if not c.p.own[s]], c.p.lease_usd_per_mw_year)


def fixed(c: Program, money: Money) -> Sum:
    """O&M of built MW: Σ δ_t L_t fixed_s (existing_st y_st + hall_s Σ h)."""
    return _per_built_mw(c, money, c.sets.candidates, c.p.fixed_usd_per_mw_year)


def placement(c: Program, money: Money) -> Sum:
    """Paid when a rack is placed: Σ δ_t usd_per_rack_sk racks_per_pod_k n_skt."""
    p = c.p
    terms = [
        (float(p.placement_usd_per_rack[s, k] * p.pod_racks[k] * money.factor[t]) * MUSD, c.m.n[s, k, t])
        for s, k, t in c.sets.triples
        if p.placement_usd_per_rack[s, k]
    ]
    return terms, 0.0


def energy(c: Program, money: Money) -> Sum:
    """Σ δ_t 8760 L_t load_factor_s annual_pue_s / peak_pue_s (d_st price_st + o_st on-site price_st)."""
    p = c.p
    hours = HOURS_PER_YEAR * p.length_years * p.load_factor * p.annual_pue / p.peak_pue
    terms = []
    for var, price in ((c.m.d, p.energy_usd_per_mwh), (c.m.o, p.onsite_usd_per_mwh)):
        terms += [(float(hours[s] * price[s, t] * money.factor[t]) * MUSD, var[s, t]) for s, t in var]
    return terms, 0.0


def wheeling(c: Program, money: Money) -> Sum:
    """Transport on lines that state a price: Σ δ_t 8760 L_t usd_per_mwh_l |f_lt|."""
    p = c.p
    terms = [
        (float(HOURS_PER_YEAR * p.length_years * p.line_usd_per_mwh[i] * money.factor[t]) * MUSD, var[i, t])
        for var in (c.m.f, c.m.r)
        for i, t in var
    ]
    return terms, 0.0


def upgrades(_c: Program, _money: Money) -> Sum:
    """Nothing: this release buys no grid upgrades."""
    return [], 0.0


def residual(c: Program, money: Money) -> Sum:
    """Less the straight-line value left at the horizon's end, of openings and of own halls (negative)."""
    if not money.config.money.residual_value:
        return [], 0.0
    life = money.config.money.asset_life_years
    sites, _ = _openings(c, -money.factor_end * c.p.left_value(life.site))
    built, _ = _hall_capex(c, -money.factor_end * c.p.left_value(life.hall))
    return sites + built, 0.0


def waiting(c: Program, money: Money) -> Sum:
    """Racks that wait through a period: Σ δ_t L_t price_k p_k w_kt."""
    p = c.p
    rate = p.waiting_usd_per_mw_year * p.pod_mw * p.length_years * MUSD
    return [(float(rate[k] * money.factor[t]), c.m.w[k, t]) for k, t in c.m.w], 0.0


def aged(c: Program, money: Money) -> Sum:
    """On top, for those that came long ago: Σ δ_t L_t price p_k a_kt."""
    rate = money.config.unused.aged_rack_usd_per_mw_year * c.p.pod_mw * c.p.length_years * MUSD
    return [(float(rate[k] * money.factor[t]), c.m.a[k, t]) for k, t in c.m.a], 0.0


def unplaced(c: Program, money: Money) -> Sum:
    """Once, for what still waits when the horizon ends: Σ δ_end price p_k w_kT."""
    last = len(c.p.horizon) - 1
    rate = money.config.unused.unplaced_rack_usd_per_mw * money.factor_end * MUSD
    return [(float(rate * c.p.pod_mw[k]), c.m.w[k, t]) for k, t in c.m.w if t == last], 0.0


def idle_hall(c: Program, money: Money) -> Sum:
    """Halls without racks: Σ δ_t L_t price idle_st."""
    rate = money.config.unused.idle_hall_usd_per_mw_year * c.p.length_years * MUSD
    return [(float(rate * money.factor[t]), c.m.idle[s, t]) for s, t in c.m.idle], 0.0


def idle_power(c: Program, money: Money) -> Sum:
    """Energised power not drawn at peak: Σ δ_t L_t price spare_st."""
    rate = money.config.unused.idle_power_usd_per_mw_year * c.p.length_years * MUSD
    return [(float(rate * money.factor[t]), c.m.spare[s, t]) for s, t in c.m.spare], 0.0


TERMS: dict[str, Callable[[Program, Money], Sum]] = {
    "opening": opening,
    "halls": halls,
    "lease": lease,
    "fixed": fixed,
    "placement": placement,
    "energy": energy,
    "wheeling": wheeling,
    "upgrades": upgrades,
    "residual": residual,
    "waiting": waiting,
    "aged": aged,
    "unplaced": unplaced,
    "idle_hall": idle_hall,
    "idle_power": idle_power,
}


def waiting_mw_years(c: Program) -> list[Term]:
    """Racks that waited, in IT MW-years: Σ L_t p_k w_kt."""
    return [(float(c.p.pod_mw[k] * c.p.length_years), c.m.w[k, t]) for k, t in c.m.w]


def unused_mw_years(c: Program) -> list[Term]:
    """Unused capacity as one quantity, in IT MW-years: Σ L_t p_k w_kt + Σ L_t spare_st / peak_pue_s."""
    spare = [(float(c.p.length_years / c.p.peak_pue[s]), c.m.spare[s, t]) for s, t in c.m.spare]
    return waiting_mw_years(c) + spare
