"""Price what was decided: the undiscounted money of each term by site, SKU or line and period."""

from __future__ import annotations

import numpy as np

from ..io.config import StudyConfig
from ..parameters import Parameters
from ..resolution import Floats
from .decisions import Decisions, Usage


def charges(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> dict[str, Floats]:
    """Return the undiscounted USD of each term that this release knows, over the term's axes and the period."""
    years = p.length_years
    opening = p.open_usd[:, None] * np.diff(x.opened.astype(np.float64), axis=1, prepend=0.0) * ~p.committed[:, None]
    bought = x.draw_mw * p.energy_usd_per_mwh[:, :, None] + x.onsite_mw * p.onsite_usd_per_mwh[:, :, None]
    capex = {name: usd[:, None] * getattr(x, name) for name, usd in p.bought_usd.items()}
    return {
        "opening": opening,
        **capex,
        "lease": np.where(p.own, 0.0, p.lease_usd_per_mw_year)[:, None] * use.built_mw * years,
        "fixed": p.fixed_usd_per_mw_year[:, None] * use.built_mw * years,
        "placement": x.pods * p.pod_racks[:, None] * p.placement_usd_per_rack[:, :, None],
        "energy": (p.energy_hours * bought).sum(axis=2),
        "wheeling": (p.hours * np.abs(x.flow_mw) * p.line_usd_per_mwh[:, None, None]).sum(axis=2),
        "residual": _residual(p, opening, capex["halls"], config),
        **unused_usd(p, x, use, config),
    }


def _residual(p: Parameters, opening: Floats, halls: Floats, config: StudyConfig) -> Floats:
    """Less what openings and halls are still worth when the horizon ends, in the last period."""
    usd = np.zeros(opening.shape)
    if config.money.residual_value:
        life = config.money.asset_life_years
        usd[:, -1] = -(opening * p.left_value(life.site) + halls * p.left_value(life.hall)).sum(axis=1)
    return usd


def unused_mw(p: Parameters, x: Decisions, use: Usage) -> dict[str, Floats]:
    """Return unused MW by kind: of racks (k, t), IT; of sites (s, t), power at the fence."""
    waits = x.waiting_pods(p) * p.pod_mw[:, None]
    left = np.zeros(waits.shape)
    left[:, -1] = waits[:, -1]
    return {
        "waiting": waits,
        "aged": x.aged_pods(p) * p.pod_mw[:, None],
        "unplaced": left,
        "idle_hall": use.idle_hall_mw,
        "idle_power": np.nan_to_num(use.idle_power_mw),
    }


def unused_usd(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> dict[str, Floats]:
    """Return the undiscounted price of what is unused by kind, per MW-year, of racks never placed per MW."""
    price, years = config.unused, p.length_years
    mw = unused_mw(p, x, use)
    return {
        "waiting": p.waiting_usd_per_mw_year[:, None] * mw["waiting"] * years,
        "aged": price.aged_rack_usd_per_mw_year * mw["aged"] * years,
        "unplaced": price.unplaced_rack_usd_per_mw * mw["unplaced"],
        "idle_hall": price.idle_hall_usd_per_mw_year * mw["idle_hall"] * years,
        "idle_power": price.idle_power_usd_per_mw_year * mw["idle_power"] * years,
    }
