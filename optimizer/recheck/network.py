"""Checks of the grid: balances of zones, headroom and lines."""

from __future__ import annotations

import numpy as np

from .columns import Floats
from .comparison import Check, keeps
from .ground import Ground
from .report import Finding
from .shapes import KEYS
from .tolerance import slack


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


def _balance(g: Ground) -> tuple[Floats, Floats, Floats]:
    """MW short in each zone, the tolerance of it, and what the zone itself would have to serve, (z, t, b)."""
    inflow, moved = np.zeros(g.served_mw.shape), np.zeros(g.served_mw.shape)
    for ends, sign in ((g.p.line_to, 1.0), (g.p.line_from, -1.0)):
        np.add.at(inflow, ends, sign * g.flow_mw)
        np.add.at(moved, ends, np.abs(g.flow_mw))
    needed = g.zone_load_mw - inflow
    return needed - g.served_mw, slack("mw", g.zone_load_mw + moved + np.abs(g.served_mw)), needed


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
    keeps("line_limit", "flows.flow_mw", "mw", lambda g: (g.flow_mw, g.p.line_mw[:, None, None]),
          "Flow from → to is at most the line's capacity: f_ltb ≤ cap_l"),
    keeps("line_limit_back", "flows.flow_mw", "mw", lambda g: (g.flow_mw, -g.p.line_back_mw[:, None, None]),
          "Flow to → from is at most the line's capacity back: f_ltb ≥ −cap_back_l", relation="at least"),
    keeps("headroom", "zones.served_mw", "mw", lambda g: (g.served_mw, g.p.headroom_mw[:, :, None]),
          "A zone serves at most its headroom: g_ztb ≤ headroom_zt"),
    flow_balance,
    zone_balance,
)  # fmt: skip
