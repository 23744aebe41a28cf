"""Recompute money from the tables: each dollar of each term of the cost, and what each vendor's racks cost."""

from __future__ import annotations

import numpy as np

from ..tolerance import band
from .columns import Floats
from .committed import change_usd
from .ground import Ground
from .shapes import BOUGHT

AT_END = ("residual", "unplaced")
"""Terms that fall due when the horizon ends."""
FACILITY = ("opening", *BOUGHT, "lease", "fixed")
"""Terms that a site costs whatever stands in it."""


def worth(g: Ground, term: str, *, discounted: bool) -> Floats:
    """Return what a dollar of a term counts by the period of its row, (t,): 1, or discounted (1 + r)^−years.

    Years count from the first period's start to that of the row's, or to the horizon's end for what falls due then.
    """
    n_t = len(g.p.periods)
    due = np.full(n_t, n_t) if term in AT_END else np.arange(n_t)
    rate = 1.0 + g.config.money.discount_rate if discounted else 1.0
    return np.asarray(rate ** -(due * g.p.length_years), dtype=np.float64)


# terms ------------------------------------------------------------------------------------------------------------
def of_sites_usd(g: Ground) -> dict[str, Floats]:
    """What sites cost whatever stands in them (``FACILITY``), and energy, undiscounted, (s, t).

    open_usd_s (y_st − y_s,t−1), nothing at a committed site; usd_s x_st of what is bought whole;
    L lease_s built_st at leased sites; L fixed_s built_st; H_b L load_factor_s annual_pue_s / peak_pue_s
    (d_stb grid price_b + o_stb on-site price), in a nodal grid H_b L o_stb on-site price.
    """
    p, years = g.p, g.p.length_years
    bought_usd, lease_usd = p.bought_usd, np.where(p.own, 0.0, p.lease_usd_per_mw_year)
    bought = g.draw_mw * p.energy_usd_per_mwh + g.onsite_mw * p.onsite_usd_per_mwh
    return {
        "opening": p.open_usd[:, None] * g.opening,
        **{name: bought_usd[name][:, None] * np.diff(by, axis=1, prepend=0.0) for name, by in g.bought_by.items()},
        "lease": lease_usd[:, None] * g.built_mw * years,
        "fixed": p.fixed_usd_per_mw_year[:, None] * g.built_mw * years,
        "energy": (p.block_hours * years * p.energy_per_mw[:, None, None] * bought).sum(axis=2),
    }


def terms(g: Ground) -> dict[str, Floats]:
    """Every term of the cost in the order of the contract: undiscounted, over what it is by and the period.

    usd_per_rack_sk n_skt pod_racks_k, nothing for a pair that is forbidden: that is a finding of its own.
    """
    of_sites = of_sites_usd(g)
    placed = np.where(np.isfinite(g.p.pair_usd_per_rack), g.p.pair_usd_per_rack, 0.0)
    return {
        **{term: of_sites[term] for term in FACILITY},
        "placement": g.pods * g.p.pod_racks[None, :, None] * placed[:, :, None],
        "energy": of_sites["energy"],
        "generation": np.subtract(*generation_usd(g)),
        "wheeling": np.subtract(*wheeling_usd(g)),
        "upgrades": _at_sites(g, g.upgrades),
        "residual": _residual(g, of_sites["opening"], of_sites["halls"]),
        **unused_usd(g),
        "change": change_usd(g),
    }


def generation_usd(g: Ground) -> Floats:
    """Σ_b H_b L times what an hour of generation costs: of the plan, and of the base case, (2, t)."""
    usd = [g.p.fleet.hourly_usd(mw).sum(axis=0) for mw in (g.output_mw, g.base_output_mw)]
    return np.asarray(np.array(usd) @ g.p.block_hours * g.p.length_years, dtype=np.float64)


def wheeling_usd(g: Ground) -> Floats:
    """Σ_b H_b L usd_per_mwh_l |f|, summed over the circuits of a line: of the plan, and of the base case, (2, l, t)."""
    price = g.p.line_usd_per_mwh[:, None, None] * g.p.block_hours * g.p.length_years
    moved = np.abs(g.flow_mw) * g.wires.moved[:, :, None]
    return np.stack([(price * mw).sum(axis=2) for mw in (moved, np.abs(g.base.flow_mw))])


def differenced_usd(g: Ground) -> float:
    """Size beside which a difference to the base case is nothing when it is a millionth, 0 in a grid that has none.

    What both cost where the square of an output has a price, which a linear program only nears, else a thousandth.
    """
    if not g.p.study.is_nodal:
        return 0.0
    gross = float(np.abs(generation_usd(g)).sum() + np.abs(wheeling_usd(g)).sum())
    return gross if g.p.fleet.usd_per_mw2h.any() else 1e-3 * gross


def _at_sites(g: Ground, bought: Floats) -> Floats:
    """capex_u times what is bought, (u, t), at the sites that it serves; of zones and lines last, (s + 1, t)."""
    usd = np.zeros((len(g.p.sites) + 1, len(g.p.periods)))
    of_sites = np.array([kind == "site" for kind in g.p.upgrade_kind], dtype=np.bool_)
    np.add.at(usd, np.where(of_sites, g.p.upgrade_at, -1), g.p.upgrade_usd[:, None] * bought)
    return usd


def _residual(g: Ground, opening_usd: Floats, halls_usd: Floats) -> Floats:
    """Less what openings, halls and upgrades are worth at the end, in equal parts over their lives, (s + 1, t)."""
    usd = np.zeros((len(g.p.sites) + 1, len(g.p.periods)))
    if g.config.money.residual_value:
        lives, served = g.config.money.asset_life_years, np.arange(len(g.p.periods), 0, -1) * g.p.length_years
        left = {life: np.maximum(0.0, 1.0 - served / getattr(lives, life)) for life in ("site", "hall", "grid")}
        usd[:-1, -1] = -(opening_usd * left["site"] + halls_usd * left["hall"]).sum(axis=1)
        usd[:, -1] -= _at_sites(g, g.upgrades * left["grid"]).sum(axis=1)
    return usd


def unused_mw(g: Ground) -> dict[str, Floats]:
    """Return unused MW of each kind, (k, t) or (s, t)."""
    return {
        "waiting": g.waits_mw,
        "aged": g.aged_mw,
        "unplaced": g.waits_mw * g.last,
        "idle_hall": g.idle_hall_mw,
        "idle_power": np.nan_to_num(g.spare_mw),
    }


def unused_usd(g: Ground) -> dict[str, Floats]:
    """Price of what is unused by kind, (k, t) or (s, t): price · mw · L_t; unplaced once, in the last period."""
    mw, price, years = unused_mw(g), g.config.unused, g.p.length_years
    return {
        "waiting": g.p.waiting_usd_per_mw_year[:, None] * mw["waiting"] * years,
        "aged": price.aged_rack_usd_per_mw_year * mw["aged"] * years,
        "unplaced": price.unplaced_rack_usd_per_mw * mw["unplaced"],
        "idle_hall": price.idle_hall_usd_per_mw_year * _counted(mw["idle_hall"], g.built_mw) * years,
        "idle_power": price.idle_power_usd_per_mw_year * _counted(mw["idle_power"], g.energised_mw) * years,
    }


def _counted(mw: Floats, of_mw: Floats) -> Floats:
    """Leave out what is left of a limit within its band: at a high price it would be dollars."""
    return np.where(np.abs(mw) <= band(of_mw), 0.0, mw)


def totals(g: Ground, *, discounted: bool) -> dict[str, float]:
    """Σ worth usd of each term."""
    of = {term: usd for term, usd in terms(g).items() if term != "change" or g.commitment is not None}
    return {term: float((usd * worth(g, term, discounted=discounted)).sum()) for term, usd in of.items()}


# vendors ----------------------------------------------------------------------------------------------------------
def purchase_usd(g: Ground) -> Floats:
    """price_usd_k Σ_t D_kt pod_racks_k, 0 where the price is not known, (k,)."""
    price = np.nan_to_num(g.p.price_usd_per_rack)
    return np.asarray(price * g.p.delivered_pods.sum(axis=1) * g.p.pod_racks, dtype=np.float64)


def vendor_cost_usd(g: Ground) -> dict[str, dict[str, float]]:
    """Racks, facility and energy of each vendor with deliveries, undiscounted.

    Facility (opening, halls gross, lease, fixed) of a site is shared by the vendors' IT MW-years in service there;
    of a site that never holds a rack by those of the programme; not at all where no rack ever serves. Energy of a
    site and period is shared by IT MW in service there and then, generation of a period by those of all sites.
    """
    usd, generation = of_sites_usd(g), np.subtract(*generation_usd(g))
    facility = np.sum([usd[term] for term in FACILITY], axis=0).sum(axis=1)
    at_site, at_all = g.it_mw.sum(axis=1), g.it_mw.sum()
    costs = {}
    for vendor in g.p.vendors_delivered:
        own = g.p.of_vendor(vendor)
        held = g.it_of_sku_mw[:, own].sum(axis=1)
        programme = _ratio(held.sum(), at_all)
        by_site = np.where(at_site > 0, _ratio(held.sum(axis=1), at_site), programme)
        costs[vendor] = {
            "racks": float(purchase_usd(g)[own].sum()),
            "facility": float((facility * by_site).sum()),
            "energy": float((usd["energy"] * _ratio(held, g.it_mw)).sum())
            + float(generation @ _ratio(held.sum(axis=0), g.it_mw.sum(axis=0))),
        }
    return costs


def _ratio(part: Floats | np.float64, whole: Floats | np.float64) -> Floats:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)
