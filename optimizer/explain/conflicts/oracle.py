"""Whether some statements of a study, all others taken away, have a plan: bounded solves of the integer model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ...formulation import families as of
from ...parameters import Parameters
from ...resolution import Bools, Floats, Ints
from ...resolved.cuts import Cuts
from ...solver.arrays import Job, Matrix
from ...solver.matrix import Columns
from ...solver.runner import Runner, Stopped
from ...solver.screening import needed
from ...tolerance import band
from .wide import Bounds, Wide

Word = Literal["plan", "none", "unsettled"]
NODES = 20_000
# Dual values of an elastic program below this are noise; a sum of breaches below it is none.
NOISE = 1e-7


@dataclass(frozen=True)
class Verdict:
    """Whether there is a plan, and the point that is one."""

    word: Word
    x: Floats | None = None


@dataclass
class Oracle:
    """Answers for subsets of the statements of a wide model, and remembers the points that it met.

    No solve takes more than ``within_s`` seconds. ``sure``: every "none" is said by a second solve too, without
    presolve and with another seed.
    """

    wide: Wide
    runner: Runner
    within_s: float
    sure: bool = False
    heard: Callable[[], None] = lambda: None
    points: list[Bools] = field(default_factory=list)
    solves: int = 0
    _known: dict[bytes, Verdict] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many statements there are."""
        return len(self.wide.statements)

    def forget(self) -> None:
        """Forget every answer."""
        self._known.clear()
        self.points.clear()

    def some(self, held: list[int] | Ints) -> Bools:
        """Return which statements are held, (statement,)."""
        found = np.zeros(self.count, dtype=bool)
        found[held] = True
        return found

    def ask(self, held: list[int], *, sure: bool = False) -> Verdict:
        """Say whether these statements, all others taken away, have a plan."""
        which = self.some(held)
        if not sure and (known := self._known.get(which.tobytes())):
            return known
        for broken in self.points:
            if not sure and not broken[which].any():
                return Verdict("plan")
        verdict = self._asked(which, sure=sure or self.sure)
        self._known[which.tobytes()] = verdict
        if verdict.x is not None:
            self.points.append(self.broken(verdict.x))
        return verdict

    def try_at(self, held: list[int], site: int) -> bool:
        """Whether a plan is met in a moment in which of the sites that need not open only one does."""
        which, c = self.some(held), self.wide.columns
        if len(self.wide.p.outages):
            return False
        kept = [self.wide.statements[i] for i in held]
        must = {site, *(s.place for s in kept if s.kind in ("committed", "force_open"))}
        matrix = self.wide.kept(which)
        upper = matrix.upper.copy()
        upper[[column for (s, _), column in c.of(of.OPENED).items() if s not in must]] = 0.0
        self.solves += 1
        verdict = settled(replace(matrix, upper=upper), c, self.runner, self.within_s / 10)
        if verdict.x is not None:
            self.points.append(self.broken(verdict.x))
        return verdict.x is not None

    def _asked(self, which: Bools, *, sure: bool) -> Verdict:
        while True:
            self.heard()
            self.solves += 1
            matrix = self.wide.kept(which)
            verdict = settled(matrix, self.wide.columns, self.runner, self.within_s, sure=sure)
            if verdict.x is None or not len(self.wide.p.outages):
                return verdict
            more = outages(self.wide.p, self.wide.columns, verdict.x)
            whose = {s.place: i for i, s in enumerate(self.wide.statements) if s.kind == "line"}
            bound = tuple(cut for cut in more.outages if (i := whose.get(cut[0])) is None or which[i])
            if not bound:
                return verdict
            self.wide = self.wide.with_cuts(replace(more, outages=bound))
            self.points.clear()

    def broken(self, x: Floats) -> Bools:
        """Return the statements that a point does not keep, (statement,)."""
        w, m = self.wide, self.wide.matrix
        terms = m.values * np.repeat(x, np.diff(m.starts))
        activity = np.bincount(m.rows, weights=terms, minlength=m.shape[0])
        largest = np.zeros(m.shape[0])
        np.maximum.at(largest, m.rows, np.abs(terms))
        slack = band(largest)
        rows = (activity < m.row_lower - slack) | (activity > m.row_upper + slack)
        found = np.zeros(self.count, dtype=bool)
        found[w.owner[rows & (w.owner >= 0)]] = True
        for bounds, sign in ((w.caps, 1.0), (w.floors, -1.0)):
            over = sign * (x[bounds.column] - bounds.value) > band(bounds.value)
            found[bounds.owner[over]] = True
        return found

    def pointed(self, held: list[int]) -> list[int] | None:
        """Return the statements that prove by the linear relaxation that these have no plan; None where it has one.

        Each row of a statement may be broken at a price; what the dual values of the least breach rest on is enough.
        """
        which = self.some(held)
        matrix = self.wide.kept(which)
        rows = np.flatnonzero((self.wide.owner >= 0) & which[self.wide.owner])
        signs = [sign for row in rows for sign in _signs(matrix, int(row))]
        at = np.array([row for row in rows for _ in _signs(matrix, int(row))], dtype=np.int64)
        elastic = matrix.with_columns([np.array([r]) for r in at], [np.array([s]) for s in signs], np.ones(len(at)))
        nothing = np.zeros(len(elastic.lower), dtype=bool)
        self.heard()
        try:
            found = self.runner.run(elastic, Job(integer=nothing), within_s=self.within_s)
        except Stopped:
            return None
        if found.status == "infeasible":  # bounds alone clash with what is no statement
            return self._bounded(held)
        if found.row_dual is None or found.reduced_cost is None or found.objective < 1e-6:
            return None
        dual, cost = np.abs(found.row_dual) > NOISE, found.reduced_cost[: matrix.shape[1]]
        pointed = {int(i) for i in self.wide.owner[dual] if i >= 0}
        pointed |= _at_bounds(self.wide.caps, which, matrix.upper, cost < -NOISE)
        pointed |= _at_bounds(self.wide.floors, which, matrix.lower, cost > NOISE)
        return sorted(pointed & set(held))

    def _bounded(self, held: list[int]) -> list[int] | None:
        made = {*self.wide.caps.owner.tolist(), *self.wide.floors.owner.tolist()}
        fewer = [i for i in held if i in made]
        return fewer if len(fewer) < len(held) else None


def _signs(matrix: Matrix, row: int) -> list[float]:
    """Return the directions in which a row can be broken."""
    below, above = np.isfinite(matrix.row_lower[row]), np.isfinite(matrix.row_upper[row])
    return [1.0] * bool(below) + [-1.0] * bool(above)


def _at_bounds(bounds: Bounds, which: Bools, values: Floats, priced: Bools) -> set[int]:
    """Return one statement for each bound that has a price."""
    there = which[bounds.owner] & priced[bounds.column] & (bounds.value == values[bounds.column])
    _, first = np.unique(bounds.column[there], return_index=True)
    return set(bounds.owner[there][first].tolist())


def outages(p: Parameters, columns: Columns, x: Floats) -> Cuts:
    """Return the outages that a point breaks and that have no row yet."""
    return needed(p, columns.spread(of.FLOW, x) - columns.spread(of.BACKFLOW, x), None)


def settled(matrix: Matrix, columns: Columns, runner: Runner, within_s: float, *, sure: bool = False) -> Verdict:
    """Say whether a matrix has a whole point that keeps every limit, in bounded time.

    The solver is given rows that are half a band looser and a tolerance of 1e-9 (``Matrix.strict``), so that what it
    calls infeasible is; a point counts once it keeps every limit exactly.
    """
    asked = matrix.with_objective(np.zeros(matrix.shape[1]), 0.0)
    asked = asked.strict(rests=columns.array(*of.RESTS), supplies=columns.array(*of.DISPATCH))
    job = Job(max_nodes=NODES)
    try:
        result = runner.run(asked, job, within_s=within_s)
        if result.status == "infeasible" and sure:
            result = runner.run(asked, replace(job, presolve=False, seed=1), within_s=2 * within_s)
        if result.status == "infeasible":
            return Verdict("none")
        x = None if result.x is None else _exact(matrix, asked, result.x, runner, within_s)
    except Stopped:
        return Verdict("unsettled")
    return Verdict("unsettled") if x is None else Verdict("plan", x)


def _exact(matrix: Matrix, asked: Matrix, x: Floats, runner: Runner, within_s: float) -> Floats | None:
    """Return a point with its whole numbers rounded that keeps every limit, None where there is none."""
    rounded = np.where(matrix.integer, np.round(x), x)
    if matrix.breach(rounded) <= 1.0:
        return rounded
    lower, upper = (np.where(matrix.integer, rounded, bound) for bound in (asked.lower, asked.upper))
    result = runner.run(asked, Job(lower=lower, upper=upper, integer=np.zeros(len(x), dtype=bool)), within_s=within_s)
    return result.x if result.x is not None and matrix.breach(result.x) <= 1.0 else None
