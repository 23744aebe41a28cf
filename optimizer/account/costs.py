"""Price what was decided: the undiscounted money of each term by site, SKU or line and period."""

from __future__ import annotations

import numpy as np

from ..io.config import StudyConfig
from ..parameters import Parameters
from ..resolution import Floats
from .change import change_usd
from .decisions import Decisions, Usage


def charges(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> dict[str, Floats]:
    """Return the undiscounted USD of each term that this release knows, over the term's axes and the period."""
    years = p.length_years
    opening = p.open_usd[:, None] * np.diff(x.opened.astype(np.float64), axis=1, prepend=0.0) * ~p.committed[:, None]
    bought = x.draw_mw * p.energy_usd_per_mwh + x.onsite_mw * p.onsite_usd_per_mwh
    capex = {name: usd[:, None] * getattr(x, name) for name, usd in p.bought_usd.items()}
    return {
        "opening": opening,
        **capex,
        "lease": np.where(p.own, 0.0, p.lease_usd_per_mw_year)[:, None] * use.built_mw * years,
        "fixed": p.fixed_usd_per_mw_year[:, None] * use.built_mw * years,
        "placement": x.pods * p.pod_racks[:, None] * p.placement_usd_per_rack[:, :, None],
        "energy": (p.onsite_hours * bought).sum(axis=2),  # what is drawn in a nodal grid has no price
        "generation": generation_usd(p, x),
        "wheeling": _wheeling(p, x),
        "upgrades": _by_site(p, p.upgrades.capex_usd[:, None] * x.upgrades),
        "residual": _residual(p, opening, capex["halls"], x, config),
        **unused_usd(p, x, use, config),
        **({} if p.before is None else {"change": change_usd(p, x)}),
    }


def generation_usd(p: Parameters, x: Decisions) -> Floats:
    """Cost of generation less that of the base case, (t,); 0 where the grid is not nodal."""
    if p.generation is None or p.base is None:
        return np.zeros(len(p.horizon))
    hourly = p.generation.hourly_usd(p.generation.above_mw(x.output_mw)).sum(axis=0)
    return np.asarray((hourly - p.base.generation_usd) @ p.hours, dtype=np.float64)


def _wheeling(p: Parameters, x: Decisions) -> Floats:
    """Wheeling by line, (l, t), over all its circuits; in a nodal grid what is beyond the base case."""
    usd = (p.hours * circuits_mw(p, x) * p.line_usd_per_mwh[:, None, None]).sum(axis=2)
    if p.base is not None:
        usd -= (p.hours * np.abs(p.base.flow_mw) * p.line_usd_per_mwh[:, None, None]).sum(axis=2)
    return np.asarray(usd, dtype=np.float64)


def circuits_mw(p: Parameters, x: Decisions) -> Floats:
    """MW that the circuits of a line carry, each counted as positive, (l, t, b): |flow| where all run one way."""
    shares = circuit_shares(p, x)
    return np.asarray(sum(np.abs(share)[:, :, None] for share in shares) * np.abs(x.flow_mw), dtype=np.float64)


def circuit_shares(p: Parameters, x: Decisions) -> list[Floats]:
    """Share of a line's flow that its own circuit and those of each upgrade carry, (l, t), by susceptance."""
    standing = np.cumsum(x.upgrades, axis=1)
    own = np.zeros((len(p.lines), len(p.horizon)))
    own[p.wires.circuits] = p.line_per_rad_mw[p.wires.circuits, None]
    every = own + p.upgrades.circuits_per_rad_mw(len(p.lines), standing)
    parts = [own]
    for u in np.flatnonzero(p.upgrades.circuit).tolist():
        part = np.zeros_like(own)
        part[p.upgrades.target[u]] = p.upgrades.per_rad_mw[u] * standing[u]
        parts.append(part)
    there = every != 0.0
    parts[0] = np.where(there, own, 1.0)
    return [np.divide(part, every, out=part.copy(), where=there) for part in parts]


def _by_site(p: Parameters, usd: Floats) -> Floats:
    """Money of upgrades, (u, t), at the sites that they serve; in the last row what serves zones and lines."""
    found = np.zeros((len(p.sites) + 1, usd.shape[1]))
    of_sites = np.array([kind == "site" for kind in p.upgrades.kind], dtype=bool)
    np.add.at(found, np.where(of_sites, p.upgrades.target, len(p.sites)), usd)
    return found


def _residual(p: Parameters, opening: Floats, halls: Floats, x: Decisions, config: StudyConfig) -> Floats:
    """Less what openings, halls and upgrades are still worth when the horizon ends, in the last period."""
    usd = np.zeros((len(p.sites) + 1, len(p.horizon)))
    if config.money.residual_value:
        life = config.money.asset_life_years
        usd[:-1, -1] = -(opening * p.left_value(life.site) + halls * p.left_value(life.hall)).sum(axis=1)
        usd[:, -1] -= _by_site(p, p.upgrades.capex_usd[:, None] * x.upgrades * p.left_value(life.grid)).sum(axis=1)
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
