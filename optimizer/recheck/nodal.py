"""Checks of a nodal grid: generators, and a base case that is feasible and that no other dispatch undercuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..network import Singular, resolved
from .columns import Bools, Floats
from .comparison import Check, keeps, named
from .ground import Ground
from .outages import Angles
from .physics import Stated, angle_flows, injected, outage_flows
from .report import Finding
from .shapes import ELEMENTS
from .table import MISSING, ROW
from .tolerance import RELATIVE, slack
from .wires import Wires, network

_LEAST_USD_PER_HOUR = 1e-4
FLOWS = ("line", "period", "block")


# rows -------------------------------------------------------------------------------------------------------------
def base_rows(g: Ground) -> list[Finding]:
    """The base case has a row for every zone and line, period and load block, and rows of limits after outages."""
    table = g.tables["base"]
    present = table.present()
    place = {name: i for i, name in enumerate(g.p.elements(table.frame["id"]))}
    found = []
    for element, ids in (("zone", g.p.zones), ("line", g.p.lines)):
        lacking = ~present[ELEMENTS.index(element), [place[name] for name in ids]]
        if g.p.study.is_nodal:
            found += [
                Finding(table.file, g.label((element, "period", "block"), at), ROW, MISSING, "a row")
                for at in map(tuple, np.argwhere(lacking).tolist())
            ]
    kinds = zip(table.frame["element"].tolist(), table.frame["id"].tolist(), strict=True)
    known = {"zone": {*g.p.zones}, "line": {*g.p.lines}, "outage": {*place} - {*g.p.zones, *g.p.lines, *g.p.fleet.ids}}
    odd = [i for i, (kind, name) in enumerate(kinds) if not g.p.study.is_nodal or name not in known.get(kind, ())]
    return found + [Finding(table.file, table.row(i), ROW, "a row", "none") for i in odd]


# balance ----------------------------------------------------------------------------------------------------------
def nodal_served(g: Ground) -> list[Finding]:
    """What a bus of a nodal grid serves is its generation less its base load: g_ztb = Σ_{g∈z} p_gtb − load_ztb."""
    made = g.p.fleet.at_zones(g.output_mw, len(g.p.zones))
    table = g.tables["zones"]
    return table.compare("served_mw", made - g.p.base_load_mw, "mw") if g.p.study.is_nodal else []


def _base_balance(g: Ground) -> tuple[Floats, Floats]:
    """Inflow and what is generated, and load, of each bus without the programme, (z, t, b)."""
    fed = g.p.fleet.at_zones(g.base_output_mw, len(g.p.zones))
    np.add.at(fed, g.p.line_to, g.base.flow_mw)
    np.add.at(fed, g.p.line_from, -g.base.flow_mw)
    return fed, g.p.base_load_mw


def _unbalanced(g: Ground) -> Bools:
    fed, load = _base_balance(g)
    moved = np.abs(g.p.fleet.at_zones(np.abs(g.base_output_mw), len(g.p.zones)))
    for ends in (g.p.line_to, g.p.line_from):
        np.add.at(moved, ends, np.abs(g.base.flow_mw))
    return np.asarray(np.abs(fed - load) > slack("mw", moved + np.abs(load)), dtype=np.bool_)


def base_balance(g: Ground) -> list[Finding]:
    """Without the programme each bus is in balance: Σ_{g∈z} p + Σ_in f − Σ_out f = load_ztb."""
    fed, load = _base_balance(g)
    return [
        Finding("dispatch.csv", g.label(("zone", "period", "block"), at), "base_mw", float(fed[at]), float(load[at]))
        for at in map(tuple, np.argwhere(_unbalanced(g)).tolist())
    ]


def _base_state(g: Ground) -> Stated | None:
    """Return the base case of a nodal grid: buses inject what they generate less their load, and what links bring."""
    if not g.p.study.is_nodal:
        return None
    wires = Wires.of(g.p, np.zeros(g.upgrades.shape))
    made = g.p.fleet.at_zones(g.base_output_mw, len(g.p.zones)) - g.p.base_load_mw
    whole = np.asarray(~_unbalanced(g).any(axis=0), dtype=np.bool_)
    return Stated(wires, g.base.flow_mw, injected(g, made, g.base.flow_mw, wires), whole)


# the least cost ---------------------------------------------------------------------------------------------------
def base_least(g: Ground) -> list[Finding]:
    """No dispatch of the base loads costs less than the base case: its cost of an hour ≤ its dual bound, within 1e-6.

    Least is Σ_g c_g(p_g) + Σ_l w_l |f_l| over p and f within their limits and free angles θ, subject to, each with its
    dual value as ``BaseCase`` has it: λ_z, Σ_{g∈z} p + Σ_in f − Σ_out f = load_z; κ_l, f_l − B_l (θ_from − θ_to − s_l)
    = 0 for AC circuits; ν_lo, |f_l + D_lo f_o| ≤ emergency_l, D_lo what comes onto l for each MW that flowed on o. For
    any λ, κ and ν with Σ_l κ_l B_l (e_from − e_to) = 0, which a projection of κ makes exact, a lower bound is (weak
    duality: λ_z (load_z − …), κ_l (f_l − …) and ν_lo (f_l + D_lo f_o) − |ν_lo| e_l are added to the cost)

    Σ_z λ_z load_z + Σ_g min_p (c_g(p) − λ_z(g) p) + Σ_l min_f (w_l |f| + r_l f) + Σ_l κ_l B_l s_l − Σ_lo |ν_lo| e_l,

    r_l = λ_from − λ_to + κ_l + Σ_o ν_lo + Σ_m D_ml ν_ml, and e_l the emergency limit of the direction of ν's sign.
    """
    if not g.p.study.is_nodal:
        return []
    cost = g.p.fleet.hourly_usd(g.base_output_mw).sum(axis=0)
    cost = cost + (g.p.line_usd_per_mwh[:, None, None] * np.abs(g.base.flow_mw)).sum(axis=0)
    try:
        bound = _bound_usd(g)
    except Singular:
        return []  # a finding of base_kirchhoff
    above = ~(cost - bound <= RELATIVE * np.abs(cost) + _LEAST_USD_PER_HOUR)
    return [
        Finding("base.csv", g.label(("period", "block"), at), "usd_per_mwh", float(cost[at]), float(bound[at]),
                relation="at most")
        for at in map(tuple, np.argwhere(above).tolist())
    ]  # fmt: skip


def _bound_usd(g: Ground) -> Floats:
    """The lower bound of ``base_least``, (t, b)."""
    p, base = g.p, g.base
    price = base.zone_usd
    bound = (price * p.base_load_mw).sum(axis=0) + p.fleet.least_usd(price[p.fleet.zone_of]).sum(axis=0)
    reduced = price[p.line_from] - price[p.line_to]
    lines = np.flatnonzero(p.line_per_rad_mw)
    if len(lines):
        circuits = network(p, lines, p.line_per_rad_mw[lines])
        angles, per_rad = Angles(circuits), circuits.per_rad_mw[:, None]
        kappa = base.line_usd[lines].reshape(len(lines), -1)
        kappa = kappa - angles.ends @ angles.solve(angles.ends.T @ (per_rad * kappa))
        reduced[lines] += kappa.reshape(len(lines), *bound.shape)
        bound += (kappa * per_rad * circuits.shift_rad[:, None]).sum(axis=0).reshape(bound.shape)
        place, still = (
            {line: i for i, line in enumerate(lines.tolist())},
            replace(circuits, shift_rad=0.0 * circuits.shift_rad),
        )
        for (loaded, out), usd in base.outage_usd.items():
            if out not in p.outages or loaded not in place or loaded == out:
                continue  # no limit of the grid: what it costs proves nothing
            moved = resolved(still, angles.ends[[place[out]]].T.toarray(), place[out])[place[loaded], 0]
            if np.isfinite(moved):
                reduced[loaded] += usd
                reduced[out] += moved * usd
                bound -= np.where(usd > 0, usd * p.emergency_mw[loaded], -usd * p.emergency_back_mw[loaded])
    limits = (np.where(np.isfinite(mw), mw, _most_mw(g)) for mw in (p.line_mw, p.line_back_mw))
    ahead, back = (mw[:, None, None] for mw in limits)
    wheeled = p.line_usd_per_mwh[:, None, None]
    carried = np.minimum(0.0, np.minimum((wheeled + reduced) * ahead, (wheeled - reduced) * back))
    return np.asarray(bound + carried.sum(axis=0), dtype=np.float64)


def _most_mw(g: Ground) -> float:
    """More than any line needs to carry: all that can be fed in anywhere, by generators, links and phase shifters."""
    p = g.p
    fed = np.maximum(np.abs(p.fleet.most_mw), np.abs(p.fleet.least_mw)).sum(axis=0) + np.abs(p.base_load_mw).sum(axis=0)
    links = np.maximum(p.line_mw, p.line_back_mw)[p.line_per_rad_mw <= 0.0]
    shifted = np.abs(p.line_per_rad_mw * p.line_shift_rad).sum()
    return float(fed.max(initial=0.0) + links[np.isfinite(links)].sum() + 2.0 * shifted)


CHECKS: tuple[Check, ...] = (
    keeps("generation_limit", "dispatch.mw", "mw", lambda g: (g.output_mw, g.p.fleet.most_mw),
          "A generator makes at most what its segments can: p_gtb ≤ Σ p_max"),
    keeps("generation_least", "dispatch.mw", "mw", lambda g: (g.output_mw, g.p.fleet.least_mw),
          "A generator that is there makes at least its least: p_gtb ≥ p_min", relation="at least"),
    keeps("base_limit", "dispatch.base_mw", "mw", lambda g: (g.base_output_mw, g.p.fleet.most_mw),
          "Nor without the programme does one make more than its segments can: p_gtb ≤ Σ p_max"),
    keeps("base_generation_least", "dispatch.base_mw", "mw", lambda g: (g.base_output_mw, g.p.fleet.least_mw),
          "Nor less than its least: p_gtb ≥ p_min", relation="at least"),
    nodal_served,
    keeps("base_line_limit", "base.flow_mw", "mw", lambda g: (g.base.flow_mw, g.p.line_mw[:, None, None]),
          "Without the programme too flow from → to is at most the line's capacity: f_ltb ≤ cap_l", over=FLOWS),
    keeps("base_line_limit_back", "base.flow_mw", "mw", lambda g: (g.base.flow_mw, -g.p.line_back_mw[:, None, None]),
          "And flow to → from: f_ltb ≥ −cap_back_l", over=FLOWS, relation="at least"),
    base_balance,
    named(angle_flows(_base_state, "base.csv"), "base_kirchhoff", __name__,
          "Without the programme too flows of AC circuits follow the angles: f_ltb = B_l (θ_from − θ_to − shift_l)"),
    named(outage_flows(_base_state, "base.csv"), "base_outage_limit", __name__,
          "Without the programme too emergency limits are kept after an outage, injections unchanged"),
    base_least,
)  # fmt: skip
