"""DC flow: angles, circuits that stand, circuits that can be bought, and outages."""

from __future__ import annotations

from typing import Any

from .families import copies
from .notation import Program, Rule, Term, linear
from .sets import by_block

PER_RAD = 100.0
"""Angles are counted in 1/100 rad, so that coefficients lie between 1 and 1,000."""


def kirchhoff(c: Program, i: int, t: int, b: int) -> Any:
    """Flow of an AC circuit follows the angles: f_ltb = x_base_l / x_l (θ_from − θ_to − shift_l)."""
    slope, m = float(c.p.line_per_rad_mw[i]) / PER_RAD, c.m
    flow = [(1.0, m.f[i, t, b]), (-1.0, m.r[i, t, b])]
    return linear([*flow, *_apart(c, i, t, b, -slope)]) == -slope * PER_RAD * float(c.p.line_shift_rad[i])


def _apart(c: Program, i: int, t: int, b: int, factor: float) -> list[Term]:
    """``factor`` · (θ_from − θ_to)."""
    start, end = int(c.p.line_from[i]), int(c.p.line_to[i])
    return [(factor, c.m.th[start, t, b]), (-factor, c.m.th[end, t, b])]


def bought_in_turn(c: Program, circuit: int, t: int) -> Any:
    """Of several circuits of one upgrade the first stand first: e_ct ≥ e_c+1,t."""
    return linear([(1.0, c.m.e[circuit, t]), (-1.0, c.m.e[circuit + 1, t])]) >= 0.0


def bought_stands(c: Program, u: int, t: int) -> Any:
    """As many circuits of an upgrade stand as were bought by then: Σ_c e_ct = Σ_{τ≤t} x_uτ."""
    standing = [(1.0, c.m.e[i, t]) for i, (of, _) in enumerate(c.p.upgrades.copies) if of == u]
    return linear([*standing, *c.bought_by(u, t, -1.0)]) == 0.0


def bought_flow(c: Program, circuit: int, t: int, b: int) -> Any:
    """A circuit carries nothing until it stands: q + j ≤ capacity_u e_ct."""
    most = float(c.p.upgrades.capacity_mw[c.p.upgrades.copies[circuit][0]])
    flows = [(1.0, c.m.q[circuit, t, b]), (1.0, c.m.j[circuit, t, b])]
    return linear([*flows, (-most, c.m.e[circuit, t])]) <= 0.0


def bought_angles(c: Program, circuit: int, sign: int, t: int, b: int) -> Any:
    """Once it stands its flow follows the angles: |x_u / x_base (q − j) − (θ_from − θ_to − shift)| ≤ M_l (1 − e_ct).

    M_l is the most that the ends can be apart, of each line its own (``network.spread_rad``).
    """
    u = c.p.upgrades.copies[circuit][0]
    line, m = int(c.p.upgrades.target[u]), c.m
    slope = float(c.p.upgrades.per_rad_mw[u]) / PER_RAD
    most = float(c.p.wires.copy_spread_rad[circuit]) * PER_RAD
    shift = float(c.p.line_shift_rad[line]) * PER_RAD
    flows = [(sign / slope, m.q[circuit, t, b]), (-sign / slope, m.j[circuit, t, b])]
    return linear([*flows, *_apart(c, line, t, b, -sign), (most, m.e[circuit, t])]) <= most - sign * shift


def outage_limit(c: Program, i: int, out: int, sign: int, t: int, b: int) -> Any:
    """After an outage what its circuit carried goes over the others, within their emergency limits.

    ± (f_ltb + LODF_lo f_otb) ≤ emergency_l, the injections as they were.
    """
    m, moved = c.m, round(float(c.p.wires.lodf[i, out]), 12)  # the same row on every machine
    most = c.p.line_emergency_mw if sign > 0 else c.p.line_emergency_back_mw
    own = [(float(sign), m.f[i, t, b]), (-float(sign), m.r[i, t, b])]
    return linear([*own, (sign * moved, m.f[out, t, b]), (-sign * moved, m.r[out, t, b])]) <= float(most[i])


def _count(c: Program, circuit: int) -> int:
    return int(c.p.upgrades.most[c.p.upgrades.copies[circuit][0]])


def _angles_of(c: Program) -> list[tuple[int, ...]]:
    return [(i, sign, *rest) for i, *rest in by_block(c.p, copies(c.p)) for sign in (1, -1)]


RULES = (
    Rule(
        kirchhoff,
        lambda c: by_block(c.p, [(i, t) for i in c.p.wires.circuits.tolist() for t in range(len(c.p.horizon))]),
        "grid", "MW", "lines.reactance_pu", dispatch=True,
    ),
    Rule(
        bought_in_turn, lambda c: [at for at in copies(c.p) if c.p.upgrades.copies[at[0]][1] + 1 < _count(c, at[0])],
        "grid", "1",
    ),
    Rule(bought_stands, lambda c: sorted({(c.p.upgrades.copies[i][0], t) for i, t in copies(c.p)}), "grid", "1"),
    Rule(bought_flow, lambda c: c.m.q, "grid", "MW", "upgrades.capacity_mw", dispatch=True),
    Rule(bought_angles, _angles_of, "grid", "1/100 rad", "upgrades.reactance_pu", dispatch=True),
    Rule(outage_limit, lambda c: c.p.cuts.outages, "grid", "MW", "lines.emergency_mw", dispatch=True),
)  # fmt: skip
