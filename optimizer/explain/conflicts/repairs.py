"""Changes of least measure that make a study feasible: found by an elastic integer program, and solved again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np

from ...errors import InfeasibleError, InputError
from ...formulation import families as of
from ...resolution import Floats
from ...resolved.cuts import Cuts
from ...solver.arrays import Job, Matrix
from ...solver.problem import Problem
from ...solver.runner import Runner, Stopped
from .edits import edited
from .elastic import Move, Value
from .moves import elastic
from .oracle import NODES, Oracle, outages, settled
from .statements import GROUPS, Cell, Group, Statement
from .wide import Wide

# Shares are told to so many parts of the whole.
PER_SHARE = 10_000
# How far above the least measure the search may end, relative to it.
GAP = 1e-6
COUNT = 3
# A measure this near to its bound is the least; so many statements are tried alone where it is not.
PROVEN, MOST_ALONE = 1e-3, 8
Chosen = tuple[Statement, Cell, Value]
"""A statement's cell and what it becomes."""


@dataclass(frozen=True)
class Cure:
    """Changes that make a study feasible, by statement, with their measure and a bound that no other lies below."""

    changes: tuple[Chosen, ...]
    group: Group
    measure: float
    bound: float

    @property
    def keys(self) -> set[tuple[str, str, str]]:
        """The statements that change."""
        return {statement.key for statement, _, _ in self.changes}


@dataclass
class Curer:
    """Finds the cheapest cures of a study by groups, in bounded time.

    ``hints`` are the statements of a conflict: where the least is not proven in time, each alone is tried too.
    """

    oracle: Oracle
    runner: Runner
    within_s: float
    over: Callable[[], bool]
    hints: tuple[int, ...] = ()

    def cures(self, only: Group | None) -> list[Cure]:
        """Return up to three cures that share no statement, of the first group in which there is one first.

        With ``only`` a group nothing else changes.
        """
        found: list[Cure] = []
        barred: set[tuple[str, str, str]] = set()
        groups = list(GROUPS) if only is None else [only]
        while groups and len(found) < COUNT and not self.over():
            every = enumerate(self.wide.statements)
            allowed = [i for i, s in every if s.key not in barred and self._may(s, groups[0], only)]
            cure = self._cheapest(allowed)
            if cure is None:
                del groups[0]
            elif self._works(cure):
                found.append(cure)
                barred |= cure.keys
            else:  # what clusters ask grows with what a site can hold: such a change cures nothing
                barred |= {s.key for s, _, _ in cure.changes if s.group == cure.group}
        return found

    @property
    def wide(self) -> Wide:
        """The model of the study."""
        return self.oracle.wide

    def _may(self, statement: Statement, group: Group, only: Group | None) -> bool:
        if only is not None:
            return statement.group == only
        return GROUPS.index(statement.group) <= GROUPS.index(group)

    def _cheapest(self, allowed: list[int]) -> Cure | None:
        """Return the cheapest cure that changes some of these statements, None where none is found."""
        shares = [i for i in allowed if self.wide.statements[i].kind == "share"]
        giving = [i for i in allowed if i not in shares]
        best: tuple[float, tuple[Chosen, ...]] | None = None
        bound = np.inf
        for free in _subsets(shares):
            met = self._changed(giving, list(free), np.inf if best is None else best[0])
            if met is None:
                continue
            bound = min(bound, met[2])
            if best is None or met[0] < best[0] - 1e-9:
                best = met[:2]
        if best is None or bound < best[0] * (1 - PROVEN) - PROVEN:
            best = self._alone([i for i in self.hints if i in giving], best)
        if best is None or not best[1]:
            return None
        group = max((s.group for s, _, _ in best[1]), key=GROUPS.index)
        return Cure(best[1], group, best[0], max(0.0, min(bound, best[0])))

    def _alone(
        self, hints: list[int], best: tuple[float, tuple[Chosen, ...]] | None
    ) -> tuple[float, tuple[Chosen, ...]] | None:
        """Return the cheapest of what is at hand and what one statement alone can do."""
        for i in hints[:MOST_ALONE]:
            if self.over():
                break
            met = self._changed([i], [], np.inf if best is None else best[0])
            if met is not None and (best is None or met[0] < best[0] - 1e-9):
                best = met[:2]
        return best

    def _changed(
        self, giving: list[int], free: list[int], below: float
    ) -> tuple[float, tuple[Chosen, ...], float] | None:
        """Return measure, changes and bound where some shares are free, as low as the least other changes allow."""
        while True:
            model = elastic(self.wide, giving, free)
            program = model.draft.finished()
            result = self._run(program, Job(gap=GAP, max_nodes=NODES))
            if result is None or result[1] > below + 1e-9:
                return None
            if not len(more := outages(self.wide.p, self.wide.columns, result[0])):
                break
            if self.over():
                return None
            self.oracle.wide = self.wide.with_cuts(more)
        x, least, bound = result
        chosen: list[Chosen] = []
        measure = 0.0
        if free:
            budget = program.with_row_limit(program.cost, least + 1e-6)
            for i in free:
                statement = self.wide.statements[i]
                (cell,) = statement.cells
                share, budget, x = self._least_share(budget, i, float(cell.value), x)
                if share > float(cell.value):
                    chosen.append((statement, cell, share))
                    measure += (share - float(cell.value)) / float(cell.value)
        told, of_moves = _read(model.moves, x)
        return measure + of_moves, (*chosen, *told), bound

    def _least_share(self, program: Matrix, i: int, now: float, x: Floats) -> tuple[float, Matrix, Floats]:
        """Return the least share, in whole parts, with which a program has a point, with its rows and that point."""
        low, high = ceil(round(now * PER_SHARE, 6)) - 1, PER_SHARE
        high = min(high, self._held_share(i, x))
        rows = np.flatnonzero(self.wide.owner == i)
        while high - low > 1 and not self.over():
            middle = (low + high) // 2
            share = max(now, middle / PER_SHARE)
            met = self._run(_with_share(self.wide, program, rows, share, now), Job(max_nodes=NODES, gap=1.0))
            if met is None:
                low = middle
            else:
                x = met[0]
                high = min(middle, self._held_share(i, x))
        share = max(now, high / PER_SHARE)
        return share, _with_share(self.wide, program, rows, share, now), x

    def _held_share(self, i: int, x: Floats) -> int:
        """Return the least share in whole parts that a point keeps."""
        m, p = self.wide, self.wide.p
        statement = m.statements[i]
        last = len(p.horizon) - 1
        held = np.zeros(len(p.sites))
        for (s, k, t), column in m.columns.of(of.SERVING).items():
            held[s] += p.pod_mw[k] * x[column] if t == last else 0.0
        whose = p.sharers[statement.column]
        total = held.sum()
        most = np.bincount(whose[whose >= 0], weights=held[whose >= 0]).max(initial=0.0)
        return ceil(most / total * PER_SHARE - 1e-5) if total > 1e-6 else 0

    def _run(self, program: Matrix, job: Job) -> tuple[Floats, float, float] | None:
        """Return the point of least measure, that and its bound; None where there is none, or none in time."""
        columns = self.wide.columns
        strict = program.strict(rests=columns.array(*of.RESTS), supplies=columns.array(*of.DISPATCH))
        try:
            result = self.runner.run(strict, job, within_s=self.within_s)
        except Stopped:
            return None
        return None if result.x is None else (result.x, result.objective, result.bound)

    def _works(self, cure: Cure) -> bool:
        """Solve the study again with the changes written into it."""
        study = self.wide.study
        try:
            problem = Problem.of(edited(study, cure.changes))
            while True:
                columns = problem.c.columns
                verdict = settled(problem.matrix, columns, self.runner, 2 * self.within_s)
                more = Cuts() if verdict.x is None else outages(problem.p, columns, verdict.x)
                if not len(more):
                    return verdict.word == "plan"
                if self.over():
                    return False
                problem = problem.with_cuts(more)
        except (InputError, InfeasibleError):
            return False


def _subsets(shares: list[int]) -> Iterator[tuple[int, ...]]:
    for count in range(len(shares) + 1):
        yield from combinations(shares, count)


def _read(moves: list[Move], x: Floats) -> tuple[tuple[Chosen, ...], float]:
    """Return what moves say at a point, and the sum of their measures."""
    told = [(move, to) for move in moves if (to := move.told(x)) is not None]
    return tuple((m.statement, m.cell, to) for m, to in told), sum(m.measure(to) for m, to in told)


def _with_share(wide: Wide, program: Matrix, rows: Any, share: float, now: float) -> Matrix:
    """Return a program in which the rows of one rule ask for another share."""
    size = np.zeros(program.shape[1])
    last = len(wide.p.horizon) - 1
    for (_, k, t), column in wide.columns.of(of.SERVING).items():
        size[column] = wide.p.pod_mw[k] if t == last else 0.0
    columns = np.repeat(np.arange(program.shape[1]), np.diff(program.starts))
    base = wide.matrix
    original = np.repeat(np.arange(base.shape[1]), np.diff(base.starts))
    stated = np.isin(base.rows, rows)
    inside = np.isin(program.rows, rows)
    values = program.values.copy()
    values[inside] = base.values[stated] - (share - now) * size[original[stated]]
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[rows], upper[rows] = base.row_lower[rows], base.row_upper[rows]
    assert (columns[inside] == original[stated]).all()
    return replace(program, values=values, row_lower=lower, row_upper=upper)
