"""Checks of the model's constraints: deliveries, doors, halls and site power."""

from __future__ import annotations

import numpy as np

from .columns import Bools, Floats
from .ground import Ground
from .report import Finding

_SKU_AT_SITE = ("site", "sku", "period")
_SITE = ("site", "period")


# deliveries and doors -------------------------------------------------------------------------------------------
def delivery_balance(g: Ground) -> list[Finding]:
    """No more racks are placed than were delivered: Σ_{s, τ≤t} n_skτ ≤ Σ_{τ≤t} D_kτ."""
    racks = g.p.pod_racks[:, None]
    placed, delivered = (
        np.cumsum(g.pods.sum(axis=0), axis=1) * racks,
        np.cumsum(g.p.delivered_pods, axis=1) * racks,
    )
    return g.breaches("assignments.csv", "racks", ("sku", "period"), placed, delivered, "count")


def sku_out(g: Ground) -> list[Finding]:
    """A SKU is placed only when it is out: n_skt = 0 before ``available_from``."""
    early = np.arange(len(g.p.periods))[None, :] < g.p.out_from[:, None]
    return _forbidden(g, early[None])


def vendor_door(g: Ground) -> list[Finding]:
    """Racks stand only where their vendor is allowed: n_skt = 0 where vendor(k) is not in the site's ``vendors``."""
    return _forbidden(g, ~g.p.welcome[:, :, None])


def rack_door(g: Ground) -> list[Finding]:
    """Racks stand only where the halls can power and cool them: n_skt = 0 where rack_kw_k > max_rack_kw_s."""
    return _forbidden(g, ~g.p.light[:, :, None])


def pair_door(g: Ground) -> list[Finding]:
    """No rack is placed on a pair that placement.csv forbids: n_skt = 0 where usd_per_rack = inf or not allowed."""
    return _forbidden(g, np.isinf(g.p.pair_usd_per_rack)[:, :, None])


def _forbidden(g: Ground, shut: Bools) -> list[Finding]:
    pods = np.where(shut, g.pods, 0.0)
    return g.breaches("assignments.csv", "pods", _SKU_AT_SITE, pods, np.zeros(pods.shape), "count")


# openings and halls ---------------------------------------------------------------------------------------------
def opening_order(g: Ground) -> list[Finding]:
    """A site that is open stays open: y_st ≥ y_s,t−1."""
    y = g.opened.astype(np.float64)
    before = np.concatenate([np.zeros((len(y), 1)), y[:, :-1]], axis=1)
    return g.breaches("sites.csv", "open", _SITE, y, before, "count", relation="at least")


def committed_open(g: Ground) -> list[Finding]:
    """A committed site is open from the first period: y_st = 1."""
    asked = np.repeat(g.p.committed[:, None], len(g.p.periods), axis=1)
    return g.breaches("sites.csv", "open", _SITE, g.opened, asked, "count", relation="at least")


def closed_empty(g: Ground) -> list[Finding]:
    """Racks are in service only at an open site: N_skt = 0 where y_st = 0."""
    it_mw = np.where(g.opened, 0.0, g.it_mw)
    return g.breaches("sites.csv", "it_mw_in_service", _SITE, it_mw, np.zeros(it_mw.shape), "mw")


def closed_unbuilt(g: Ground) -> list[Finding]:
    """Halls are commissioned only at an open site: Σ_{τ≤t} h_sτ = 0 where y_st = 0."""
    halls = np.where(g.opened, 0.0, g.halls_by)
    return g.breaches("sites.csv", "halls", _SITE, halls, np.zeros(halls.shape), "count")


def hall_order(g: Ground) -> list[Finding]:
    """Halls that stand stay: h_st ≥ 0."""
    return g.breaches("sites.csv", "halls", _SITE, g.halls_by, g.halls_by - g.halls, "count", relation="at least")


def hall_space(g: Ground) -> list[Finding]:
    """Racks stand in halls: Σ_k p_k N_skt ≤ existing_st y_st + hall_s Σ_{τ≤t} h_sτ."""
    return g.breaches("sites.csv", "it_mw_in_service", _SITE, g.it_mw, g.built_mw, "mw")


def hall_ceiling(g: Ground) -> list[Finding]:
    """New halls fit whole under max_mw: Σ_{τ≤t} h_sτ ≤ floor((max_s − max_t existing_st) / hall_s)."""
    return g.breaches("sites.csv", "halls", _SITE, g.halls_by, g.p.halls_max[:, None], "count")


def hall_rate(g: Ground) -> list[Finding]:
    """Halls of a site in one calendar year: Σ_{t in year} h_st ≤ halls_per_year_s."""
    return g.breaches(
        "sites.csv", "halls", ("site", "year"), _by_year(g, g.halls), g.p.halls_per_year[:, None], "count"
    )


def hall_lead(g: Ground) -> list[Finding]:
    """No hall before the period that contains decide_on + hall_lead_years: h_st = 0 there."""
    early = np.arange(len(g.p.periods))[None, :] < g.p.first_hall[:, None]
    halls = np.where(early, g.halls, 0.0)
    return g.breaches("sites.csv", "halls", _SITE, halls, np.zeros(halls.shape), "count")


def new_mw_rate(g: Ground) -> list[Finding]:
    """IT MW of halls that the programme commissions in a calendar year: Σ hall_s h_st ≤ max_new_mw_per_year."""
    most = g.config.policy.max_new_mw_per_year
    if most is None:
        return []
    built = _by_year(g, g.halls * g.p.hall_mw[:, None]).sum(axis=0)
    return g.breaches("sites.csv", "halls", ("year",), built, np.full(built.shape, most), "mw")


def _by_year(g: Ground, values: Floats) -> Floats:
    years = np.array(g.p.dates.years)
    return np.stack([values[:, years == year].sum(axis=1) for year in sorted(set(years.tolist()))], axis=1)


# site power -----------------------------------------------------------------------------------------------------
def site_power(g: Ground) -> list[Finding]:
    """Peak load is at most what is energised: peak_pue_s Σ_k p_k N_skt ≤ (I_st + O_st) y_st."""
    return g.breaches("sites.csv", "peak_mw", _SITE, g.load_mw, g.energised_mw, "mw")


def power_sources(g: Ground) -> list[Finding]:
    """Load is drawn from the zone or generated on site: peak_pue_s Σ_k p_k N_skt = d_st + o_st."""
    power = g.tables["power"]
    names = "draw_mw + onsite_output_mw"
    given = power.number["draw_mw"] + power.number["onsite_output_mw"]
    both = type(power)(power.name, power.frame, power.keys, {names: given}, power.sizes, True)
    return both.compare(names, g.load_mw, "mw")


def draw_limit(g: Ground) -> list[Finding]:
    """Draw is at most the interconnection: d_st ≤ I_st."""
    return g.breaches("power.csv", "draw_mw", _SITE, g.draw_mw, g.p.interconnection_mw, "mw")


def onsite_limit(g: Ground) -> list[Finding]:
    """On-site output is at most the firm generation: o_st ≤ O_st."""
    return g.breaches("power.csv", "onsite_output_mw", _SITE, g.onsite_mw, g.p.onsite_mw, "mw")
