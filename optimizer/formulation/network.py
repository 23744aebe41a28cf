"""The grid: balances of zones, limits that upgrades raise, and transport over the lines between zones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from .notation import Program, Rule, Term, linear
from .sets import by_block


def zone_balance(c: Program, z: int, t: int, b: int) -> Any:
    """What the sites of a zone draw, and its base load, its surplus or generators serve or its lines bring.

    Σ_{s∈z} d_stb + load_ztb = g_ztb + Σ_{g∈z} (least_gtb + Σ_j m_jtb) + Σ_in f − Σ_out f
    """
    m, p = c.m, c.p
    draw = [(1.0, m.d[s, t, b]) for s in c.sets.members[z] if (s, t, b) in m.d]
    surplus = [(-1.0, m.g[z, t, b])] if (z, t, b) in m.g else []
    flows = []
    for i in np.flatnonzero((p.line_from == z) | (p.line_to == z)).tolist():
        out = 1.0 if p.line_from[i] == z else -1.0
        flows += [(out, m.f[i, t, b]), (-out, m.r[i, t, b])]
    terms = [*draw, *surplus, *flows, *_bought_flows(c, z, t, b), *_generated(c, z, t, b)]
    if not terms:
        return pyo.Constraint.Skip
    return linear(terms) == 0.0


def _bought_flows(c: Program, z: int, t: int, b: int) -> list[Term]:
    found: list[Term] = []
    for circuit, (u, _) in enumerate(c.p.upgrades.copies):
        line = c.p.upgrades.target[u]
        if z in (c.p.line_from[line], c.p.line_to[line]) and (circuit, t, b) in c.m.q:
            out = 1.0 if c.p.line_from[line] == z else -1.0
            found += [(out, c.m.q[circuit, t, b]), (-out, c.m.j[circuit, t, b])]
    return found


def _generated(c: Program, z: int, t: int, b: int) -> list[Term]:
    """Base load of a bus less what its generators make, a constant among it."""
    made, m = c.p.generation, c.m
    if made is None:
        return []
    here = np.flatnonzero(made.zone_of == z)
    found: list[Term] = [(float(made.load_mw[z, t, b] - made.least_mw[here, t, b].sum()), None)]
    found += [(-1.0, m.m[j, t, b]) for j in np.flatnonzero(np.isin(made.segment_of, here)).tolist() if (j, t, b) in m.m]
    if c.p.elastic:
        found += [(-1.0, m.short[z, t, b]), (1.0, m.over[z, t, b])]
    return found if len(found) > 1 or found[0][0] != 0.0 else []


def headroom_limit(c: Program, z: int, t: int, b: int) -> Any:
    """Upgrades of a zone add to its headroom in every block: g_ztb ≤ headroom_ztb + Σ_u capacity_u Σ_{τ≤t} x_uτ."""
    return linear([(1.0, c.m.g[z, t, b]), *c.upgraded("zone", z, t, -1.0)]) <= float(c.p.headroom_mw[z, t, b])


def line_limit(c: Program, i: int, t: int, b: int) -> Any:
    """Upgrades of a link add to what it carries: f_ltb ≤ cap_l + Σ_u capacity_u Σ_{τ≤t} x_uτ."""
    return linear([(1.0, c.m.f[i, t, b]), *c.upgraded("line", i, t, -1.0)]) <= float(c.p.line_mw[i])


def line_limit_back(c: Program, i: int, t: int, b: int) -> Any:
    """And likewise back: r_ltb ≤ cap_back_l + Σ_u capacity_u Σ_{τ≤t} x_uτ."""
    return linear([(1.0, c.m.r[i, t, b]), *c.upgraded("line", i, t, -1.0)]) <= float(c.p.line_back_mw[i])


def upgrade_count(c: Program, u: int) -> Any:
    """No more upgrades are bought than there can be: Σ_t x_ut ≤ max_count_u."""
    return linear(c.bought_by(u, len(c.p.horizon) - 1)) <= float(c.p.upgrades.most[u])


def _upgraded(c: Program, kind: str, count: int) -> Iterable[tuple[int, ...]]:
    """Zones or lines, periods and blocks where an upgrade can stand that adds to a limit."""
    places = [(i, t) for i in range(count) for t in range(len(c.p.horizon)) if c.upgraded(kind, i, t)]
    return by_block(c.p, places)


RULES = (
    Rule(
        zone_balance, lambda c: by_block(c.p, np.ndindex(len(c.p.zones), len(c.p.horizon))),
        "grid", "MW", "headroom.headroom_mw", dispatch=True,
    ),
    Rule(
        headroom_limit, lambda c: [at for at in _upgraded(c, "zone", len(c.p.zones)) if at in c.m.g],
        "grid", "MW", "upgrades.capacity_mw", dispatch=True,
    ),
    Rule(
        line_limit, lambda c: _upgraded(c, "line", len(c.p.lines)), "grid", "MW", "upgrades.capacity_mw",
        dispatch=True,
    ),
    Rule(
        line_limit_back, lambda c: _upgraded(c, "line", len(c.p.lines)), "grid", "MW", "upgrades.capacity_mw",
        dispatch=True,
    ),
    Rule(upgrade_count, lambda c: sorted({u for u, _ in c.m.x}), "grid", "pieces", "upgrades.max_count"),
)  # fmt: skip
