"""Checks of AC circuits: flows follow the angles, and stay within emergency limits after any outage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..network import Singular, resolved
from .columns import Bools, Floats, Ints
from .comparison import Check, named
from .ground import Ground
from .network import balanced
from .outages import Angles
from .report import Finding
from .shapes import KEYS
from .tolerance import slack
from .wires import Wires


@dataclass(frozen=True)
class Stated:
    """Lines, their flows (l, t, b), what buses inject but by AC circuits (z, t, b), and whether all balance (t, b)."""

    wires: Wires
    flow_mw: Floats
    injected_mw: Floats
    balanced: Bools


State = Callable[[Ground], Stated | None]


def plan_state(g: Ground) -> Stated:
    """Return the plan: buses inject what they serve less what sites draw, and what links bring."""
    made_mw = g.served_mw - g.zone_load_mw
    return Stated(g.wires, g.flow_mw, injected(g, made_mw, g.flow_mw, g.wires), balanced(g))


def injected(g: Ground, made_mw: Floats, flow_mw: Floats, wires: Wires) -> Floats:
    """Return what buses make, (z, t, b), and what links bring."""
    by_links = np.where((wires.per_rad_mw == 0.0)[:, :, None], flow_mw, 0.0)
    found = made_mw.copy()
    np.add.at(found, g.p.line_to, by_links)
    np.add.at(found, g.p.line_from, -by_links)
    return found


def angle_flows(state: State, file: str) -> Callable[[Ground], list[Finding]]:
    """Return the check that flows are those of angles that are solved for anew, from what buses inject."""

    def check(g: Ground) -> list[Finding]:
        found: list[Finding] = []
        if (said := state(g)) is None:
            return found
        for periods, lines, circuits in said.wires.networks(g.p):
            flow, cases = said.flow_mw, said.injected_mw[:, periods]
            at = np.ix_(lines, periods)
            try:
                right = resolved(circuits, cases.reshape(len(cases), -1)).reshape(flow[at].shape)
            except Singular as fault:
                return [Finding(file, "", "flow_mw", str(fault), "reactances that determine every flow")]
            allowed = slack("mw", flow[at], right, np.abs(flow[at]).max(axis=0, initial=0.0))
            odd = (np.abs(flow[at] - right) > allowed) & said.balanced[periods]
            for i, t, b in np.argwhere(odd).tolist():
                label = g.label(KEYS["flows"], (lines[i], periods[t], b))
                found.append(Finding(file, label, "flow_mw", float(flow[at][i, t, b]), float(right[i, t, b])))
        return found

    return check


def outage_flows(state: State, file: str) -> Callable[[Ground], list[Finding]]:
    """Return the check that flows keep emergency limits after every outage that doesn't split its island."""

    def check(g: Ground) -> list[Finding]:
        found: list[Finding] = []
        if (said := state(g)) is None:
            return found
        limits = np.stack([g.p.emergency_mw, g.p.emergency_back_mw])
        for periods, lines, circuits in said.wires.networks(g.p):
            places = {line: i for i, line in enumerate(lines.tolist())}
            cases = said.injected_mw[:, periods].reshape(len(g.p.zones), -1)
            ahead, back = limits[:, lines, None] + slack("mw", limits[:, lines, None])
            seen = said.balanced[periods].reshape(-1)
            try:
                for out, flows in Angles(circuits).after(cases, [places[o] for o in g.p.outages]):
                    above = ((flows > ahead) | (flows < -back)) & seen
                    found += _above(g, file, flows, above, lines[out], lines, periods)
            except Singular as fault:
                found.append(Finding(file, "", "flow_mw", str(fault), "reactances that determine every flow"))
        return found

    return check


def _above(
    g: Ground, file: str, flows: Floats, above: Bools, out: int, lines: Ints, periods: Ints
) -> Iterator[Finding]:
    for i, case in np.argwhere(above).tolist():
        t, b = divmod(case, len(g.p.blocks))
        flow, line = float(flows[i, case]), lines[i]
        label = f"{g.label(KEYS['flows'], (line, periods[t], b))}, without line {g.p.lines[out]}"
        limit, relation = (
            (g.p.emergency_mw[line], "at most") if flow > 0 else (-g.p.emergency_back_mw[line], "at least")
        )
        yield Finding(file, label, "flow_mw", flow, float(limit), relation=relation)


def breaks_after_an_outage(g: Ground, t: int, zone: int, mw: Floats) -> bool:
    """Whether so much more drawn in a zone (block,), and fed in at one that a line joins it to, breaks a limit then."""
    said = plan_state(g)
    ends = np.stack([g.p.line_from, g.p.line_to])
    beside = np.setdiff1d(ends[:, (ends == zone).any(axis=0)], [zone]).tolist()
    for periods, lines, circuits in said.wires.networks(g.p) if beside else ():
        if t not in periods:
            continue
        cases = np.stack([said.injected_mw[:, t]] * len(beside))
        cases[:, zone] -= mw
        cases[np.arange(len(beside)), beside] += mw
        ahead, back = (
            limit[lines, None] - slack("mw", limit[lines, None]) for limit in (g.p.emergency_mw, g.p.emergency_back_mw)
        )
        places = {line: i for i, line in enumerate(lines.tolist())}
        outs = [places[o] for o in g.p.outages]
        flows = Angles(circuits).after(np.moveaxis(cases, 0, 1).reshape(len(g.p.zones), -1), outs)
        return any(((flow > ahead) | (flow < -back)).any() for _, flow in flows)
    return False


CHECKS: tuple[Check, ...] = (
    named(angle_flows(plan_state, "flows.csv"), "kirchhoff", __name__,
          "Flows of AC circuits follow the angles: f_ltb = B_lt (θ_from − θ_to − shift_l), B_lt of all of a line"),
    named(outage_flows(plan_state, "flows.csv"), "outage_limit", __name__,
          "After an outage, injections unchanged, each other AC circuit keeps its emergency limits: −e_back ≤ f ≤ e"),
)  # fmt: skip
