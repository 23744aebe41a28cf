"""How much new load a grid can take: at each bus alone, and at all sites together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ..errors import Fault, InfeasibleError, InputError
from ..formulation import families as of
from ..grid_alone import named_periods
from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.cuts import Cuts
from ..resolved.headroom import Joint, Room
from ..study import Study
from ..tolerance import band
from .arrays import Job, Result
from .dispatch import NO_DISPATCH, Dispatched, Run, base_snapshot, called
from .engine import Engine
from .matrix import Compiled, Written
from .progress import Journal
from .runner import Runner
from .screening import needed
from .snapshot import content, snapshot, with_upgrade

Way = Literal["redispatch", "fixed"]
TOLERANCE = 1e-8
MOST_MW = 1e7
"""No bus takes more; what does has no limit."""
_BINDS = 1e-7
_UNITS = {of.FLOW: "line", of.BACKFLOW: "line", of.SERVED: "zone"}


@dataclass
class _Case:
    """The linear program of one snapshot with a load to be had at each bus, and at the reference bus of its island.

    Rows of outages that one bus needs hold for all others too.
    """

    study: Study
    p: Parameters
    run: Run
    way: Way
    base: Dispatched | None
    written: Written = field(init=False)

    def __post_init__(self) -> None:
        self.written = Written.of(self.study, self.p)
        self._load()

    def _load(self) -> None:
        """Make the matrix: a column of new load by bus, and where the base dispatch is held, of what serves it."""
        c, p = self.written.compiled, self.written.program.p
        at = {z: row for (z, *_), row in zip(c.row_index["zone_balance"], c.rows["zone_balance"], strict=True)}
        self.buses = sorted(at)
        rows = [np.array([at[z]]) for z in self.buses]
        values = [np.ones(1) for _ in self.buses]
        reference = self.reference()
        if self.way == "fixed":
            rows += [np.array([at[z]]) for z in self.buses if z in reference]
            values += [-np.ones(1) for z in self.buses if z in reference]
        free = replace(c.matrix, cost=np.zeros(c.matrix.shape[1]), tolerance=TOLERANCE)
        price = np.where(np.arange(len(rows)) < len(self.buses), -1.0, 0.0)
        self.matrix = free.with_columns(rows, values, price)
        self.first = c.matrix.shape[1]
        self.lower, self.upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        if self.way == "fixed":
            assert self.base is not None
            held = c.columns.array(of.MADE)
            self.lower[held] = self.upper[held] = _values(self.base, c, of.MADE)[held]
            links = np.isnan(p.line_per_rad_mw)
            for family, sign in ((of.FLOW, 1.0), (of.BACKFLOW, -1.0)):
                for (i, *_), column in c.columns.of(family).items():
                    if links[i]:
                        self.lower[column] = self.upper[column] = max(0.0, sign * float(self.base.flow_mw[i]))

    def reference(self) -> set[int]:
        """Reference buses: those asked for, else of each island the one with the most generation, ties by id."""
        p = self.p
        made = p.generation
        most = np.zeros(len(p.zones))
        if made is not None:
            np.add.at(most, made.zone_of, made.most_mw[:, 0, 0])
        asked = {p.zones.index(z) for z in self.study.grid.reference if z in p.zones}
        islands = p.wires.ac.islands
        found = {int(islands[z]): z for z in asked}
        for z in sorted(range(len(p.zones)), key=lambda z: (-most[z], z)):
            found.setdefault(int(islands[z]), z)
        return set(found.values())

    def most(self, loads: dict[int, float]) -> tuple[Result, Compiled]:
        """Return the dispatch with the largest sum of new loads, each up to a limit; rows it breaks are added."""
        while True:
            c = self.written.compiled
            upper = self.upper.copy()
            for place, z in enumerate(self.buses):
                upper[self.first + place] = min(loads.get(z, 0.0), MOST_MW)
            result = self.run(self.matrix, Job(lower=self.lower, upper=upper, series=True))
            if result.x is None:
                return result, c
            p = self.written.program.p
            flow = c.columns.spread(of.FLOW, result.x) - c.columns.spread(of.BACKFLOW, result.x)
            more = Cuts(outages=needed(p, flow, None).outages)
            if not len(more):
                return result, c
            self.written = self.written.with_cuts(replace(p, cuts=p.cuts.joined(more)))
            self._load()

    def limits(self, result: Result, c: Compiled) -> tuple[str, ...]:
        """Name what binds: columns at their upper bound that a MW more of would help, and rows of outages."""
        assert result.reduced_cost is not None
        assert result.row_dual is not None
        p = self.written.program.p
        found: set[str] = set()
        for family, word in _UNITS.items():
            ids = p.ids[family.owner]
            found |= {
                f"{word} {ids[at[0]]}" for at, col in c.columns.of(family).items() if result.reduced_cost[col] < -_BINDS
            }
        if p.generation is not None and self.way == "redispatch":
            for (j, *_), column in c.columns.of(of.MADE).items():
                if result.reduced_cost[column] < -_BINDS:
                    found.add(f"gen {p.generation.ids[p.generation.segment_of[j]]}")
        for (i, out, *_), row in zip(c.row_index.get("outage_limit", []), c.rows.get("outage_limit", []), strict=True):
            if abs(result.row_dual[row]) > _BINDS:
                found.add(f"outage {p.lines[i]}/{p.lines[out]}")
        return tuple(sorted(found))


def _values(base: Dispatched, c: Compiled, family: of.Family) -> Floats:
    """Return what a dispatch gives a family, by the columns of other arrays of the same grid."""
    values = np.zeros(c.matrix.shape[1])
    c.columns.gather(family, base.of(family), values)
    return values


def headroom(
    study: Study, *, way: Way = "redispatch", zones: Sequence[str] | None = None
) -> tuple[list[Room], list[Joint]]:
    """Return the headroom of every bus alone, and the largest joint load of a study's sites, by period and block.

    Base loads are served, no racks stand and nothing is bought; cost plays no part. Where the base dispatch is held
    (``fixed``) the reference bus of an island serves what is new, without its limits, and has no headroom of its own.
    Raises InputError for ``fixed`` without generators, InfeasibleError where a base case has no dispatch.
    """
    p = Parameters.of(study)
    if way == "fixed" and p.generation is None:
        cure = "take --dispatch redispatch, or give the grid generators"
        raise InputError(
            [Fault("--dispatch", "has no dispatch to hold: the grid has no generators", value=way, cure=cure)]
        )
    rooms, joints = list[Room](), list[Joint]()
    known: dict[tuple[bytes, ...], list[Room]] = {}
    with Engine() as engine:
        runner = Runner(engine, Journal(None), None, None)
        for t, period in named_periods(study).items() if not len(study.sites) else enumerate(p.periods):
            for b, block in enumerate(p.block_hours):
                part, where = snapshot(p, t, b), called(period, block)
                could = [u for u in range(len(p.upgrades.ids)) if p.upgrades.can_stand[u, t]]
                key = (*content(part), bytes(could))
                if key not in known:
                    known[key] = _rooms(_case(study, part, runner.run, way, where), zones)
                    more = {u: _case(study, with_upgrade(p, u, t, b), runner.run, way, where) for u in could}
                    known[key] = _worth(known[key], p, {u: _rooms(case, zones) for u, case in more.items()})
                rooms += [replace(room, period=period, block=block) for room in known[key]]
                if len(p.sites) and way == "redispatch":
                    joints.append(_joint(_case(study, part, runner.run, way, where), p, t, period, block))
    return rooms, joints


def _worth(rooms: list[Room], p: Parameters, with_one: dict[int, list[Room]]) -> list[Room]:
    """Name the upgrade that gives each bus more for the least USD per MW, the first id among equals."""
    found = []
    for i, room in enumerate(rooms):
        best: tuple[float, str] | None = None
        for u, others in with_one.items():
            if room.headroom_mw is not None and (after := others[i].headroom_mw) is not None:
                gain = after - room.headroom_mw
                if gain > band(np.array(room.headroom_mw)) * 10:
                    each = (float(p.upgrades.capex_usd[u]) / gain, p.upgrades.ids[u])
                    best = each if best is None else min(best, each)
        found.append(room if best is None else replace(room, upgrade=best[1], upgrade_usd_per_mw=best[0]))
    return found


def _case(study: Study, p: Parameters, run: Run, way: Way, where: str) -> _Case:
    """Prepare a snapshot, and its base dispatch where the grid is nodal: without one nothing can be added."""
    base = None if p.generation is None else base_snapshot(study, p, run, where)
    return _Case(study, p if base is None else replace(p, cuts=Cuts(base.p.cuts.outages)), run, way, base)


def _rooms(case: _Case, zones: Sequence[str] | None) -> list[Room]:
    p, found = case.p, []
    held = case.reference() if case.way == "fixed" else set()
    for z, zone in enumerate(p.zones):
        if zones is not None and zone not in zones:
            continue
        if z in held or z not in case.buses:
            found.append(Room(zone, "", "", None if z in held else 0.0, ()))
            continue
        result, c = case.most({z: np.inf})
        if result.x is None:
            raise InfeasibleError(NO_DISPATCH, [])
        mw = max(0.0, -result.objective)
        found.append(Room(zone, "", "", None if mw >= MOST_MW else mw, case.limits(result, c)))
    return found


def _joint(case: _Case, p: Parameters, t: int, period: str, block: str) -> Joint:
    """Return the largest load of all sites, each at most its interconnection."""
    at = {z: [s for s in range(len(p.sites)) if p.zone_of[s] == z] for z in case.buses}
    most = {z: float(p.interconnection_mw[sites, t].sum()) for z, sites in at.items() if sites}
    result, _ = case.most(most)
    if result.x is None:
        raise InfeasibleError(NO_DISPATCH, [])
    by_site: dict[str, float] = {}
    for place, z in enumerate(case.buses):
        left = float(result.x[case.first + place])
        for s in at[z]:
            by_site[p.sites[s]] = min(left, float(p.interconnection_mw[s, t]))
            left -= by_site[p.sites[s]]
    return Joint(period, block, float(sum(by_site.values())), {s: round(mw, 9) for s, mw in sorted(by_site.items())})
