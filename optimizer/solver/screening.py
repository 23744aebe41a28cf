"""Find the rows of outages and of squared costs that a dispatch needs and the arrays do not have yet."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.cuts import Cuts
from ..tolerance import band

# A dispatch whose squares are understated by less than this share of its own cost is exact.
SQUARE_GAP = 2e-7
# Places on each cost segment where a straight line touches its square from the start, as shares of its width.
TOUCHED = (0.25, 0.5, 0.75, 1.0)


def first_tangents(p: Parameters) -> Cuts:
    """Return the lines that touch every square from the start."""
    if p.generation is None:
        return Cuts()
    there = np.argwhere((p.generation.width_mw > 0) & (p.generation.usd_per_mw2h > 0)).tolist()
    width = p.generation.width_mw
    return Cuts(tangents=tuple((j, t, b, share * float(width[j, t, b])) for j, t, b in there for share in TOUCHED))


def needed(p: Parameters, flow_mw: Floats, made_mw: Floats | None, *, square_gap: float = SQUARE_GAP) -> Cuts:
    """Return the rows that a dispatch breaks: flows (l, t, b), and in a nodal grid what segments make (j, t, b)."""
    return Cuts(_outages(p, flow_mw), () if made_mw is None else _tangents(p, made_mw, square_gap))


def screened(p: Parameters) -> list[int]:
    """Lines whose outage is screened: those listed that do not split their island."""
    found: list[int] = p.wires.survived(p.outages).tolist()
    return found


def _outages(p: Parameters, flow_mw: Floats) -> tuple[tuple[int, int, int, int, int], ...]:
    """Of each circuit, direction, period and block the outage that loads it most above its emergency limit."""
    outs = screened(p)
    if not outs:
        return ()
    lines = p.wires.circuits
    moved = p.wires.lodf[lines[:, None], outs]
    limits = {1: p.line_emergency_mw[lines], -1: p.line_emergency_back_mw[lines]}
    itself = lines[:, None] == np.array(outs)[None, :]
    found = []
    for t, b in np.ndindex(flow_mw.shape[1:]):
        after = flow_mw[lines, t, b][:, None] + moved * flow_mw[outs, t, b][None, :]
        for sign, most in limits.items():
            above = np.where(itself, -np.inf, sign * after - (most + 0.5 * band(most))[:, None])
            worst = above.argmax(axis=1)
            for i in np.flatnonzero(above.max(axis=1) > 0).tolist():
                found.append((int(lines[i]), outs[worst[i]], sign, t, b))
    known = set(p.cuts.outages)
    return tuple(row for row in sorted(found) if row not in known)


def _tangents(p: Parameters, made_mw: Floats, gap: float) -> tuple[tuple[int, int, int, float], ...]:
    """Lines at what is made where the lines so far understate squares by too much, period by period."""
    made = p.generation
    assert made is not None
    touched: dict[tuple[int, int, int], list[float]] = {}
    for j, t, b, place in p.cuts.tangents:
        touched.setdefault((j, t, b), [0.0]).append(place)
    short = np.zeros(made_mw.shape)
    for at, places in touched.items():
        short[at] = made.usd_per_mw2h[at] * ((np.array(places) - made_mw[at]) ** 2).min()
    own = np.abs(made.hourly_usd(made_mw)).sum(axis=0)
    late = short.sum(axis=0) > gap * np.maximum(1.0, own)
    share = gap * np.maximum(1.0, own) / 2 / np.maximum(1, (short > 0).sum(axis=0))
    return tuple((j, t, b, float(made_mw[j, t, b])) for j, t, b in np.argwhere(late & (short > share)).tolist())
