"""The linear program behind marginal values: a plan's openings, halls, upgrades and vendors held, pods continuous.

A limit's value is the slope of its least cost, and where several dual values are optimal the slopes to both sides
differ. Both are exact: each is the optimum of a small linear program of directions in which the optimal point can
move, whose limits are those that the point reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from ...errors import SolverError
from ...formulation import families as of
from ...parameters import Parameters
from ...resolution import Bools, Floats, Ints
from ...solver.arrays import Job, Matrix
from ...solver.completion import stated
from ...solver.matrix import Compiled
from ...solver.problem import Problem, Statement
from ...solver.refinement import readied
from ...solver.runner import Runner, Stopped
from ...solver.screening import needed
from .kinds import KINDS
from .limits import Decided, Limit, Shift

# A point is at a limit within this, in MW, pods or a share of the limit.
AT = 1e-7
# Outages and squares that a point of the linear program needs beyond those of the relaxation.
ROUNDS = 20
Slopes = tuple[float, float]
"""USD that one unit more and the last unit are worth, nan where no plan has one more or less."""


@dataclass(frozen=True)
class Held:
    """The program of a plan, solved: its rows and columns ``c``, bounds, optimal point and dual values."""

    c: Compiled
    matrix: Matrix
    x: Floats
    row_dual: Floats
    reduced_cost: Floats

    @cached_property
    def rows(self) -> Mapping[tuple[str, Any], int]:
        """Row by rule and index."""
        return {
            (rule, where): row
            for rule, index in self.c.row_index.items()
            for where, row in zip(index, self.c.rows[rule].tolist(), strict=True)
        }

    @cached_property
    def activity(self) -> Floats:
        """What each row comes to."""
        terms = self.matrix.values * np.repeat(self.x, np.diff(self.matrix.starts))
        sums = np.bincount(self.matrix.rows, weights=terms, minlength=self.matrix.shape[0])
        return np.asarray(sums, dtype=np.float64)

    def reached(self) -> tuple[Bools, Bools, Bools, Bools]:
        """Which rows are at their lower and upper limits, and which columns."""
        m = self.matrix
        pairs = ((self.activity, m.row_lower), (self.activity, m.row_upper), (self.x, m.lower), (self.x, m.upper))
        found = [
            np.abs(value - limit) <= AT * np.maximum(1.0, np.where(np.isfinite(limit), np.abs(limit), 1.0))
            for value, limit in pairs
        ]
        return found[0], found[1], found[2], found[3]

    def pinned(self) -> Bools:
        """Which rows have the same dual value in every optimum.

        Those not at a limit, and those that a column between its bounds fixes, all its other rows being fixed.
        """
        low, high, at_low, at_high = self.reached()
        m = self.matrix
        pattern = csc_array((np.ones(len(m.values)), m.rows, m.starts), m.shape)
        inside = np.flatnonzero(~at_low & ~at_high)
        among = pattern[:, inside]
        pinned = ~(low | high)
        while True:
            free = among.T @ (~pinned).astype(np.float64)
            one = among[:, np.flatnonzero(free == 1)]
            more = np.asarray(one @ np.ones(one.shape[1]), dtype=np.float64) > 0
            more &= ~pinned
            if not more.any():
                return np.asarray(pinned, dtype=np.bool_)
            pinned |= more


def widened(d: Decided) -> Parameters:
    """Return parameters in which what is nothing at open sites and in zones is 1, so that it has a column."""
    p, open_ = d.p, d.x.opened
    power = np.where((p.interconnection_mw == 0) & open_, 1.0, p.interconnection_mw)
    some = (p.onsite_mw > 0).any(axis=1, keepdims=True)
    onsite = np.where((p.onsite_mw == 0) & some & open_, 1.0, p.onsite_mw)
    space = p.changed(interconnection_mw=np.full(power.shape, np.inf)).hold_it_mw
    existing = np.where((space == 0) & open_, 1.0, p.existing_mw)
    p = p.changed(interconnection_mw=power, onsite_mw=onsite, existing_mw=existing)
    return p if p.generation is not None else replace(p, headroom_mw=np.where(p.headroom_mw == 0, 1.0, p.headroom_mw))


def _less(d: Decided, wide: Parameters) -> list[Shift]:
    """What brings the rows and columns of widened parameters back to those of the plan."""
    found = []
    names = {"interconnection": "interconnection_mw", "onsite": "onsite_mw", "hall": "existing_mw"}
    for kind, name in {**names, "zone": "headroom_mw"}.items():
        for at in np.argwhere(getattr(wide, name) != getattr(d.p, name)).tolist():
            limit = Limit(kind, "", at[0], at[1], at[2] if len(at) > 2 else None, 0.0, 0.0)
            shift = KINDS[kind].shift
            assert shift is not None
            moved = shift(d, limit, 1)
            kept = {key: value for key, value in moved.rows.items() if "cluster" not in key[0]}
            found.append(replace(moved, rows=kept))
    now, there = d.clusters(d.p), d.clusters(wide)
    asks: dict[tuple[str, Any], float] = {}
    for (rule, vendor), asked in now.items():
        for s in np.flatnonzero(asked != there[rule, vendor]).tolist():
            if d.x.opened[s, -1] if vendor is None else d.has_vendor(s, vendor):
                asks[rule, s if vendor is None else (s, vendor)] = float(there[rule, vendor][s] - asked[s])
    return [*found, Shift(asks)]


def held(d: Decided, runner: Runner) -> Held:
    """Return the solved program of a plan; raises SolverError where its point can't be found, Stopped."""
    wide = widened(d)
    problem = readied(Problem(Statement(d.study, wide)), runner)
    for left in reversed(range(ROUNDS)):
        c = problem.c
        matrix = _bounded(problem, d, wide)
        result = runner.run(matrix, Job(integer=np.zeros(matrix.shape[1], dtype=bool)))
        if result.x is None or result.row_dual is None or result.reduced_cost is None:
            if runner.stopped:
                raise Stopped
            break
        flow = c.columns.spread(of.FLOW, result.x) - c.columns.spread(of.BACKFLOW, result.x)
        made = None if problem.p.generation is None else c.columns.spread(of.MADE, result.x)
        more = needed(problem.p, flow, made)
        if not left or not len(more):
            return Held(c, matrix, result.x, result.row_dual, result.reduced_cost)
        problem = problem.with_cuts(more)
    raise SolverError("The linear program of the plan was not solved; please report the study.")


def _bounded(problem: Problem, d: Decided, wide: Parameters) -> Matrix:
    """Return the rows as stated with what is decided held at the plan's, and widened limits back at theirs."""
    c = problem.c
    point = stated(problem, d.x)
    decided = c.columns.array(*(f for f in of.FAMILIES if f.stage == "decide" and f is not of.PODS))
    lower, upper = c.matrix.lower.copy(), c.matrix.upper.copy()
    lower[decided] = upper[decided] = point[decided]
    row_lower, row_upper = c.matrix.row_lower.copy(), c.matrix.row_upper.copy()
    # A vendor that is present may fill its site: deliveries, halls and power limit it, and more of these no less.
    for (s, vendor, _t), row in zip(
        c.row_index.get("vendor_presence", []), c.rows.get("vendor_presence", []), strict=True
    ):  # fmt: skip
        if d.has_vendor(s, vendor):
            row_upper[row] = np.inf
    place = Held(c, c.matrix, point, point, point).rows
    for shift in _less(d, wide):
        for key, value in shift.rows.items():
            if key in place:
                row_lower[place[key]] -= value
                row_upper[place[key]] -= value
        for family, at in shift.tops:
            column = c.columns.of(family).get(at)
            if column is not None:
                upper[column] -= 1.0
    return replace(c.matrix, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


@dataclass(frozen=True)
class Move:
    """A shift in the program's own places: rows and what they gain, columns whose upper bound gains 1, USD."""

    rows: Ints
    by: Floats
    columns: Ints
    usd: float

    @classmethod
    def of(cls, at: Held, shift: Shift) -> Move:
        """Find the places of a shift; a row that is not there limits nothing."""
        rows = {at.rows[key]: value for key, value in shift.rows.items() if value and key in at.rows}
        columns = [c for family, where in shift.tops if (c := at.c.columns.of(family).get(where)) is not None]
        return cls(
            np.array([*rows], dtype=np.int64), np.array([*rows.values()], dtype=np.float64),
            np.array(columns, dtype=np.int64), shift.usd,
        )  # fmt: skip


def slopes(at: Held, asked: Sequence[tuple[Move, int]], runner: Runner, workers: int) -> list[float]:
    """Return what a unit is worth for moves and their signs: more for 1, less for −1; USD, nan where no plan has it."""
    unit, m = at.matrix.unit, at.matrix
    pinned, (low, high, at_low, at_high) = at.pinned(), at.reached()
    settled = np.ones(m.shape[1], dtype=bool)  # columns whose reduced cost is one in every optimum
    settled[np.repeat(np.arange(m.shape[1]), np.diff(m.starts))[~pinned[m.rows]]] = False
    found = np.full(len(asked), np.nan)
    rest: list[int] = []
    for i, (move, _) in enumerate(asked):
        full = move.columns[at_high[move.columns]]
        if pinned[move.rows].all() and settled[full].all() and not at_low[full].any():
            found[i] = at.row_dual[move.rows] @ move.by + at.reduced_cost[full].sum()
        else:
            rest.append(i)
    if rest:
        directions = _directions(at, (low, high, at_low, at_high), [asked[i] for i in rest])
        for i, slope in zip(rest, _solved(directions, runner, workers), strict=True):
            found[i] = slope
    return [-(slope * unit + move.usd) for slope, (move, _) in zip(found.tolist(), asked, strict=True)]


@dataclass(frozen=True)
class Directions:
    """The program of directions, and for each move its own column, its sign and the columns whose top it moves."""

    matrix: Matrix
    moves: list[tuple[int, int, Ints]]


def _directions(at: Held, reached: tuple[Bools, ...], asked: Sequence[tuple[Move, int]]) -> Directions:
    low, high, at_low, at_high = reached
    m, (n_rows, n_cols) = at.matrix, at.matrix.shape
    keep = np.flatnonzero(low | high)
    place = np.full(n_rows, -1)
    place[keep] = np.arange(len(keep))
    cost = m.cost
    m = replace(
        m, lower=np.where(at_low, 0.0, -np.inf), upper=np.where(at_high, 0.0, np.inf),
        row_lower=np.where(low, 0.0, -np.inf), row_upper=np.where(high, 0.0, np.inf), integer=np.zeros(n_cols, bool),
    ).rows_only(keep)  # fmt: skip
    rows = [place[move.rows][place[move.rows] >= 0] for move, _ in asked]
    values = [-move.by[place[move.rows] >= 0] for move, _ in asked]
    m = m.with_columns(rows, values, np.zeros(len(asked)))
    m = replace(m, cost=np.append(cost, np.zeros(len(asked))), upper=np.append(m.upper[:n_cols], np.zeros(len(asked))))
    tops = [move.columns[at_high[move.columns]] for move, _ in asked]
    return Directions(m, [(n_cols + i, sign, top) for i, ((_, sign), top) in enumerate(zip(asked, tops, strict=True))])


def _solved(directions: Directions, runner: Runner, workers: int) -> list[float]:
    """Solve for each move, side by side in as many solver processes; each goes on from the basis of the one before."""
    count = len(directions.moves)
    parts = [range(count)[i * count // workers : (i + 1) * count // workers] for i in range(max(1, workers))]

    def part(which: range) -> list[float]:
        with runner.apart() as own:
            return [_slope(directions, i, own.run) for i in which]

    with ThreadPoolExecutor(max(1, workers)) as pool:
        return [slope for found in pool.map(part, [p for p in parts if len(p)]) for slope in found]


def _slope(directions: Directions, i: int, run: Callable[[Matrix, Job], Any]) -> float:
    m, (column, sign, tops) = directions.matrix, directions.moves[i]
    lower, upper = m.lower.copy(), m.upper.copy()
    lower[column] = upper[column] = sign
    upper[tops] = float(sign)
    lower[tops] = np.minimum(lower[tops], upper[tops])  # at both of its bounds it can only be given more
    result = run(m, Job(lower=lower, upper=upper, series=True))
    return sign * float(result.objective) if result.status == "optimal" else np.nan


def valued(d: Decided, limits: Sequence[Limit], runner: Runner, workers: int) -> dict[int, Slopes]:
    """Return the value of one unit more and of the last one, by place among the limits, of all but those on whole
    things.
    """
    at = held(d, runner)
    d = replace(d, total_it_mw=float(_total_it_mw(d.p, at)))
    asked: list[tuple[int, int, Move]] = []
    for i, limit in enumerate(limits):
        if (shift := KINDS[limit.kind].shift) is not None:
            asked += [(i, sign, Move.of(at, shift(d, limit, sign))) for sign in (1, -1)]
    worth = slopes(at, [(move, sign) for _, sign, move in asked], runner, workers)
    found: dict[int, list[float]] = {}
    for (i, sign, _), usd in zip(asked, worth, strict=True):
        nothing = sign < 0 and limits[i].value <= 0
        found.setdefault(i, []).append(np.nan if nothing else usd)
    return {i: (more, less) for i, (more, less) in found.items()}


def _total_it_mw(p: Parameters, at: Held) -> float:
    pods = at.c.columns.spread(of.SERVING, at.x)[:, :, -1].sum(axis=0)
    return float(pods @ p.pod_mw)
