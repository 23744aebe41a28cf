"""Checks of the model's constraints: deliveries, doors, halls and site power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from .columns import Bools, Floats, Ints
from .comparison import Check, keeps
from .ground import Ground, limit
from .report import Finding
from .shapes import BOUGHT


# deliveries and doors -------------------------------------------------------------------------------------------
def _placed_and_delivered(g: Ground) -> tuple[Floats, Floats]:
    placed, delivered = (np.cumsum(pods, axis=1) for pods in (g.pods.sum(axis=0), g.p.delivered_pods))
    return placed * g.p.pod_racks[:, None], delivered * g.p.pod_racks[:, None]


def _pods_where(g: Ground, shut: Bools) -> tuple[Floats, float]:
    return np.where(shut, g.pods, 0.0), 0.0


# openings and halls ---------------------------------------------------------------------------------------------
def _before(g: Ground, first: Ints) -> Bools:
    """Whether a period comes before the first of each site or SKU."""
    return np.asarray(np.arange(len(g.p.periods)) < first[:, None], dtype=np.bool_)


def _before_now(values: Floats | Bools) -> ArrayLike:
    """Return what was a period before, 0 in the first, (s, t)."""
    return np.pad(values, ((0, 0), (1, 0)))[:, :-1]


def _by_year(g: Ground, values: Floats) -> Floats:
    years = np.array(g.p.dates.years)
    return np.stack([values[:, years == year].sum(axis=1) for year in sorted(set(years.tolist()))], axis=1)


def _bought(name: str) -> tuple[Check, ...]:
    """Return the checks of what sites buy whole, x_st."""
    column, words = f"sites.{name}", name.capitalize()
    return (
        keeps(f"{name}_closed", column, "count", lambda g: (np.where(g.opened, 0.0, g.bought_by[name]), 0.0),
              f"{words} are commissioned only at an open site: Σ_{{τ≤t}} x_sτ = 0 where y_st = 0"),
        keeps(f"{name}_order", column, "count", lambda g: (g.bought_by[name], _before_now(g.bought_by[name])),
              f"{words} that stand stay: x_st ≥ 0", relation="at least"),
        keeps(f"{name}_ceiling", column, "count", lambda g: (g.bought_by[name], g.p.most_bought[name][:, None]),
              f"{words} are no more than fit: Σ_{{τ≤t}} x_sτ ≤ most_s"),
    )  # fmt: skip


# site power -----------------------------------------------------------------------------------------------------
def power_sources(g: Ground) -> list[Finding]:
    """Load is drawn from the zone or generated on site: peak_pue_s load_scale_b Σ_k p_k N_skt = d_stb + o_stb."""
    power = g.tables["power"]
    names = "draw_mw + onsite_output_mw"
    given = power.number["draw_mw"] + power.number["onsite_output_mw"]
    return replace(power, number={names: given}).compare(names, g.block_load_mw, "mw")


CHECKS: tuple[Check, ...] = (
    keeps("delivery_balance", "assignments.racks", "count", _placed_and_delivered,
          "No more racks are placed than were delivered: Σ_{s, τ≤t} n_skτ ≤ Σ_{τ≤t} D_kτ", over=("sku", "period")),
    keeps("sku_out", "assignments.pods", "count", lambda g: _pods_where(g, _before(g, g.p.out_from)[None]),
          "A SKU is placed only when it is out: n_skt = 0 before ``available_from``"),
    keeps("vendor_door", "assignments.pods", "count", lambda g: _pods_where(g, ~g.p.welcome[:, :, None]),
          "Racks stand only where their vendor is allowed: n_skt = 0 where vendor(k) is not in the site's ``vendors``"),
    keeps("rack_door", "assignments.pods", "count", lambda g: _pods_where(g, ~g.p.light[:, :, None]),
          "Racks stand only where the halls can power and cool them: n_skt = 0 where rack_kw_k > max_rack_kw_s"),
    keeps("pair_door", "assignments.pods", "count",
          lambda g: _pods_where(g, np.isinf(g.p.pair_usd_per_rack)[:, :, None]),
          "No rack is placed on a pair that placement.csv forbids: n_skt = 0 where usd_per_rack = inf or not allowed"),
    keeps("opening_order", "sites.open", "count", lambda g: (g.opened, _before_now(g.opened)),
          "A site that is open stays open: y_st ≥ y_s,t−1", relation="at least"),
    keeps("committed_open", "sites.open", "count", lambda g: (g.opened, g.p.committed[:, None]),
          "A committed site is open from the first period: y_st = 1", relation="at least"),
    keeps("closed_empty", "sites.it_mw_in_service", "mw", lambda g: (np.where(g.opened, 0.0, g.it_mw), 0.0),
          "Racks are in service only at an open site: N_skt = 0 where y_st = 0"),
    *(check for name in BOUGHT for check in _bought(name)),
    keeps("hall_space", "sites.it_mw_in_service", "mw", lambda g: (g.it_mw, g.built_mw),
          "Racks stand in halls: Σ_k p_k N_skt ≤ existing_st y_st + hall_s Σ_{τ≤t} h_sτ"),
    keeps("hall_rate", "sites.halls", "count", lambda g: (_by_year(g, g.halls), g.p.halls_per_year[:, None]),
          "Halls of a site in one calendar year: Σ_{t in year} h_st ≤ halls_per_year_s", over=("site", "year")),
    keeps("hall_lead", "sites.halls", "count", lambda g: (np.where(_before(g, g.p.first_hall), g.halls, 0.0), 0.0),
          "No hall before the period that contains decide_on + hall_lead_years: h_st = 0 there"),
    keeps("new_mw_rate", "sites.halls", "mw",
          lambda g: (_by_year(g, g.halls * g.p.hall_mw[:, None]).sum(axis=0),
                     limit(g.config.policy.max_new_mw_per_year)),
          "IT MW of halls that the programme commissions in a calendar year: Σ hall_s h_st ≤ max_new_mw_per_year",
          over=("year",), key="max_new_mw_per_year"),
    keeps("site_power", "sites.peak_mw", "mw", lambda g: (g.load_mw, g.energised_mw),
          "Peak load is at most what is energised: peak_pue_s Σ_k p_k N_skt ≤ (I_st + O_st) y_st"),
    power_sources,
    keeps("draw_limit", "power.draw_mw", "mw", lambda g: (g.draw_mw, g.interconnection_mw[:, :, None]),
          "Draw is at most the interconnection, with what is bought: d_stb ≤ I_st + Σ_u capacity_u Σ_{τ≤t} x_uτ"),
    keeps("onsite_limit", "power.onsite_output_mw", "mw", lambda g: (g.onsite_mw, g.firm_onsite_mw[:, :, None]),
          "On-site output is at most the firm generation: o_stb ≤ O_st"),
)  # fmt: skip
