"""Checks of the grid: balances of zones, headroom and lines."""

from __future__ import annotations

import numpy as np

from .columns import Floats
from .comparison import Check, keeps
from .ground import Ground
from .report import Finding
from .tolerance import slack


def flow_balance(g: Ground) -> list[Finding]:
    """A flow fits the balances of both its ends: what is short at one end is not over at the other."""
    short, allowed, _ = _balance(g)
    found = []
    for i, t, short_mw in _odd_flows(g, short, allowed):
        flow = float(g.flow_mw[i, t])
        found.append(Finding("flows.csv", g.label(("line", "period"), (i, t)), "flow_mw", flow, flow - short_mw))
    return found


def zone_balance(g: Ground) -> list[Finding]:
    """What the sites of a zone draw, its surplus or its lines bring: Σ_{s∈z} d_st = g_zt + Σ_in f − Σ_out f.

    A balance that one flow explains is told at that flow, by ``flow_balance``.
    """
    short, allowed, needed = _balance(g)
    bad = np.abs(short) > allowed
    for i, t, _ in _odd_flows(g, short, allowed):
        bad[g.p.line_from[i], t] = bad[g.p.line_to[i], t] = False
    return [
        Finding("zones.csv", g.label(("zone", "period"), at), "served_mw", float(g.served_mw[at]), float(needed[at]))
        for at in map(tuple, np.argwhere(bad))
    ]


def _balance(g: Ground) -> tuple[Floats, Floats, Floats]:
    """MW short in each zone, the tolerance of it, and what the zone itself would have to serve, (z, t)."""
    inflow, moved = np.zeros(g.served_mw.shape), np.zeros(g.served_mw.shape)
    for ends, sign in ((g.p.line_to, 1.0), (g.p.line_from, -1.0)):
        np.add.at(inflow, ends, sign * g.flow_mw)
        np.add.at(moved, ends, np.abs(g.flow_mw))
    needed = g.zone_load_mw - inflow
    return needed - g.served_mw, slack("mw", g.zone_load_mw + moved + np.abs(g.served_mw)), needed


def _odd_flows(g: Ground, short: Floats, allowed: Floats) -> list[tuple[int, int, float]]:
    """Flows whose ends are short and over by the same MW, with what is short at ``from``: (line, period, MW)."""
    if not len(g.p.lines):
        return []
    start, end = short[g.p.line_from], short[g.p.line_to]
    room = allowed[g.p.line_from] + allowed[g.p.line_to]
    odd = (np.abs(start) > allowed[g.p.line_from]) & (np.abs(start + end) <= room)
    odd &= (g.p.line_from != g.p.line_to)[:, None]
    return [(int(i), int(t), float(start[i, t])) for i, t in np.argwhere(odd)]


CHECKS: tuple[Check, ...] = (
    keeps("draw_zone", "power.draw_mw", "mw",
          lambda g: (np.where((g.p.zone_of < 0)[:, None] & g.p.study.has_grid, g.draw_mw, 0.0), 0.0),
          "With a grid a site without a zone draws nothing from it: d_st = 0 where s is in no zone"),
    keeps("line_limit", "flows.flow_mw", "mw", lambda g: (g.flow_mw, g.p.line_mw[:, None]),
          "Flow from → to is at most the line's capacity: f_lt ≤ cap_l", over=("line", "period")),
    keeps("line_limit_back", "flows.flow_mw", "mw", lambda g: (g.flow_mw, -g.p.line_back_mw[:, None]),
          "Flow to → from is at most the line's capacity back: f_lt ≥ −cap_back_l", over=("line", "period"),
          relation="at least"),
    keeps("headroom", "zones.served_mw", "mw", lambda g: (g.served_mw, g.p.headroom_mw),
          "A zone serves at most its headroom: g_zt ≤ headroom_zt", over=("zone", "period")),
    flow_balance,
    zone_balance,
)  # fmt: skip
