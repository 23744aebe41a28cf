"""One period and load block of a grid by itself, before anything is placed, opened or bought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..io.config import Policy
from ..io.periods import Horizon
from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.cuts import NO_CUTS
from ..resolved.demands import NO_DEMANDS


def snapshot(p: Parameters, t: int, b: int) -> Parameters:
    """Return the grid of one period and block for one hour, without the programme: costs are USD of that hour."""

    def cut(array: Floats) -> Floats:
        return array[:, t : t + 1, b : b + 1]

    made, nobody = p.generation, np.zeros_like(p.committed)
    if made is not None:
        made = replace(
            made, least_mw=cut(made.least_mw), width_mw=cut(made.width_mw), usd_per_mwh=cut(made.usd_per_mwh),
            usd_per_mw2h=cut(made.usd_per_mw2h), standing_usd=cut(made.standing_usd), load_mw=cut(made.load_mw),
        )  # fmt: skip
    return replace(
        p, horizon=Horizon((p.horizon.labels[t],), p.horizon.decide_on), forbidden=~nobody, committed=nobody,
        forced=nobody, policy=Policy(), upgrades=p.upgrades.nothing, delivered_pods=p.delivered_pods[:, :1] * 0,
        headroom_mw=cut(p.headroom_mw), generation=made, block_hours={p.ids["block"][b]: 1.0},
        load_scale=p.load_scale[b : b + 1], length_years=1.0, start_years=np.zeros(1), end_years=1.0,
        discount=np.ones(1), discount_end=1.0, base=None, before=None, cuts=NO_CUTS, aged_before=[0],
        demands=NO_DEMANDS,
    )  # fmt: skip


def content(p: Parameters) -> tuple[bytes, ...]:
    """Return what tells snapshots of one grid apart: equal ones have the same dispatch."""
    made = p.generation
    arrays = [p.headroom_mw] if made is None else [
        made.least_mw, made.width_mw, made.usd_per_mwh, made.usd_per_mw2h, made.standing_usd, made.load_mw
    ]  # fmt: skip
    return tuple(array.tobytes() for array in arrays)


def with_upgrade(p: Parameters, u: int, t: int, b: int) -> Parameters:
    """Return the snapshot of a grid in which one reinforcement stands."""
    part, up = snapshot(p, t, b), p.upgrades
    i, mw = int(up.target[u]), float(up.capacity_mw[u])

    def raised(limits: Floats) -> Floats:
        more = limits.copy()
        more[i] += mw
        return more

    if up.circuit[u]:
        of = {"from": p.line_from[i], "to": p.line_to[i]}
        return replace(
            part, lines=[*p.lines, up.ids[u]], line_from=np.append(p.line_from, of["from"]),
            line_to=np.append(p.line_to, of["to"]), line_mw=np.append(p.line_mw, mw),
            line_back_mw=np.append(p.line_back_mw, mw), line_usd_per_mwh=np.append(p.line_usd_per_mwh, 0.0),
            line_per_rad_mw=np.append(p.line_per_rad_mw, up.per_rad_mw[u]),
            line_shift_rad=np.append(p.line_shift_rad, p.line_shift_rad[i]),
            line_emergency_mw=np.append(p.line_emergency_mw, mw),
            line_emergency_back_mw=np.append(p.line_emergency_back_mw, mw),
        )  # fmt: skip
    if up.kind[u] == "zone":
        return replace(part, headroom_mw=raised(part.headroom_mw))
    if up.kind[u] == "line":
        return replace(part, line_mw=raised(p.line_mw), line_back_mw=raised(p.line_back_mw))
    return part
