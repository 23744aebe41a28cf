"""The grid: each zone's surplus, and transport over the interfaces between zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from .notation import Program, Rule, linear
from .sets import by_block


def zone_balance(c: Program, z: int, t: int, b: int) -> Any:
    """What the sites of a zone draw, its own surplus serves or its lines bring.

    Σ_{s∈z} d_stb = g_ztb + Σ_in f − Σ_out f
    """
    m, p = c.m, c.p
    draw = [(1.0, m.d[s, t, b]) for s in c.sets.members[z] if (s, t, b) in m.d]
    surplus = [(-1.0, m.g[z, t, b])] if (z, t, b) in m.g else []
    flows = []
    for i in np.flatnonzero((p.line_from == z) | (p.line_to == z)).tolist():
        out = 1.0 if p.line_from[i] == z else -1.0
        flows += [(out, m.f[i, t, b]), (-out, m.r[i, t, b])]
    if not (draw or surplus or flows):
        return pyo.Constraint.Skip
    return linear([*draw, *surplus, *flows]) == 0.0


RULES = (
    Rule(
        zone_balance, lambda c: by_block(c.p, np.ndindex(len(c.p.zones), len(c.p.horizon))),
        "grid", "MW", "headroom.headroom_mw", dispatch=True,
    ),
)  # fmt: skip
