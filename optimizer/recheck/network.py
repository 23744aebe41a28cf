"""Checks of the grid: balances of zones, headroom, lines, and what is bought for them."""

from __future__ import annotations

from math import inf

import numpy as np

from .columns import Bools, Floats
from .comparison import Check, keeps
from .ground import Ground
from .report import Finding
from .shapes import KEYS
from .tolerance import exceeds, slack


def flow_balance(g: Ground) -> list[Finding]:
    """A flow fits the balances of both its ends: what is short at one end is not over at the other."""
    short, allowed, _ = _balance(g)
    found = []
    for at in _odd_flows(g, short, allowed):
        flow, short_mw = float(g.flow_mw[at]), float(short[g.p.line_from[at[0]], *at[1:]])
        found.append(Finding("flows.csv", g.label(KEYS["flows"], at), "flow_mw", flow, flow - short_mw))
    return found


def zone_balance(g: Ground) -> list[Finding]:
    """What the sites of a zone draw, its surplus or its lines bring: Σ_{s∈z} d_stb = g_ztb + Σ_in f − Σ_out f.

    A balance that one flow explains is told at that flow, by ``flow_balance``.
    """
    short, allowed, needed = _balance(g)
    bad = np.abs(short) > allowed
    for i, *at in _odd_flows(g, short, allowed):
        bad[g.p.line_from[i], *at] = bad[g.p.line_to[i], *at] = False
    return [
        Finding("zones.csv", g.label(KEYS["zones"], at), "served_mw", float(g.served_mw[at]), float(needed[at]))
        for at in map(tuple, np.argwhere(bad))
    ]


def balanced(g: Ground) -> Bools:
    """Whether all zones are in balance, (t, b)."""
    short, allowed, _ = _balance(g)
    return np.asarray((np.abs(short) <= allowed).all(axis=0), dtype=np.bool_)


def _balance(g: Ground) -> tuple[Floats, Floats, Floats]:
    """MW short in each zone, the tolerance of it, and what the zone itself would have to serve, (z, t, b)."""
    inflow, moved = np.zeros(g.served_mw.shape), np.zeros(g.served_mw.shape)
    for ends, sign in ((g.p.line_to, 1.0), (g.p.line_from, -1.0)):
        np.add.at(inflow, ends, sign * g.flow_mw)
        np.add.at(moved, ends, np.abs(g.flow_mw))
    needed = g.zone_load_mw - inflow
    return needed - g.served_mw, slack("mw", g.zone_load_mw + moved + np.abs(g.served_mw)), needed


def _own_mw(g: Ground) -> Floats:
    """Flow of a link, or of a line's own circuit, which shares it with those bought beside it by susceptance."""
    return g.flow_mw * g.wires.own_share[:, :, None]


def circuit_limit(g: Ground) -> list[Finding]:
    """Each circuit that is bought carries its share of a flow within its own limit: |B_u / B_lt f_ltb| ≤ cap_u."""
    if not g.p.adds_circuit.any():
        return []
    at = g.p.upgrade_at * g.p.adds_circuit  # of other upgrades nothing is looked at
    carried = np.abs(g.flow_mw[at] * g.wires.added_share[:, :, None])
    most = (g.p.upgrade_mw[:, None] * g.standing)[:, :, None]
    return [
        Finding("flows.csv", f"{g.label(KEYS['flows'], (at[u], t, b))}, upgrade {g.p.upgrades[u]}", "flow_mw",
                float(carried[u, t, b]), float(most[u, t, 0]), relation="at most")
        for u, t, b in np.argwhere(exceeds(carried, most, "mw") & g.p.adds_circuit[:, None, None]).tolist()
    ]  # fmt: skip


def _at_closed(g: Ground) -> Floats:
    """Upgrades of sites that stand while the site is closed, (u, t)."""
    found = np.zeros(g.standing.shape)
    of_sites = np.array([kind == "site" for kind in g.p.upgrade_kind], dtype=np.bool_)
    found[of_sites] = np.where(g.opened[g.p.upgrade_at[of_sites]], 0.0, g.standing[of_sites])
    return found


def _odd_flows(g: Ground, short: Floats, allowed: Floats) -> list[tuple[int, ...]]:
    """Flows whose ends are short and over by the same MW, (l, t, b)."""
    if not len(g.p.lines):
        return []
    start, end = short[g.p.line_from], short[g.p.line_to]
    room = allowed[g.p.line_from] + allowed[g.p.line_to]
    odd = (np.abs(start) > allowed[g.p.line_from]) & (np.abs(start + end) <= room)
    odd &= (g.p.line_from != g.p.line_to)[:, None, None]
    return [tuple(at) for at in np.argwhere(odd).tolist()]


CHECKS: tuple[Check, ...] = (
    keeps("draw_zone", "power.draw_mw", "mw",
          lambda g: (np.where((g.p.zone_of < 0)[:, None, None] & g.p.study.has_grid, g.draw_mw, 0.0), 0.0),
          "With a grid a site without a zone draws nothing from it: d_stb = 0 where s is in no zone"),
    keeps("line_limit", "flows.flow_mw", "mw", lambda g: (_own_mw(g), g.wires.own_mw[:, :, None]),
          "Flow from → to is at most the line's capacity, of a link with what is bought: f_ltb ≤ cap_l + Σ cap_u x_u"),
    keeps("line_limit_back", "flows.flow_mw", "mw", lambda g: (_own_mw(g), -g.wires.own_back_mw[:, :, None]),
          "Flow to → from is at most the line's capacity back, and likewise: f_ltb ≥ −cap_back_l − Σ_u cap_u x_u",
          relation="at least"),
    circuit_limit,
    keeps("headroom", "zones.served_mw", "mw", lambda g: (g.served_mw, inf if g.p.study.is_nodal else g.headroom_mw),
          "A zone serves at most its headroom, with what is bought: g_ztb ≤ headroom_ztb + Σ_u cap_u Σ_{τ≤t} x_uτ"),
    keeps("served_none", "zones.served_mw", "mw", lambda g: (g.served_mw, -inf if g.p.study.is_nodal else 0.0),
          "A surplus serves, and takes nothing up: g_ztb ≥ 0", relation="at least"),
    keeps("upgrade_lead", "upgrades.count", "count",
          lambda g: (np.where(g.p.most_standing > 0, 0.0, g.upgrades), 0.0),
          "No upgrade before the period that contains decide_on + lead_years: x_ut = 0 there"),
    keeps("upgrade_count", "upgrades.count", "count", lambda g: (g.upgrades.sum(axis=1), g.p.upgrade_max_count),
          "No more upgrades are bought than there can be: Σ_t x_ut ≤ max_count_u", over=("upgrade",)),
    keeps("upgrade_open", "upgrades.count", "count", lambda g: (_at_closed(g), 0.0),
          "A site is upgraded only once it is open: Σ_{τ≤t} x_uτ ≤ max_count_u y_st"),
    flow_balance,
    zone_balance,
)  # fmt: skip
