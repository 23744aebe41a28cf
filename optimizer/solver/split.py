"""A study in two parts: sites and what is bought, and the grid that answers what these draw by linear programs.

For every period and block the grid's cost is a convex function of what sites draw and of what was bought: each answer
gives a plane below it (Benders 1962), and the planes stand for the grid's rows. So branch and bound meets thousands of
buses as a few rows, whatever the flow. Draws that the grid can't serve cost more than any plan may gain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csc_array, vstack

from ..formulation.families import DISPATCH
from ..formulation.rules import RULES
from .arrays import Bools, Floats, Ints, Job, Matrix, Result
from .problem import Problem

OF_GRID = tuple(f for f in DISPATCH if f.owner != "site")
"""Families that the grid settles by itself."""
# What a MWh costs that the grid can't serve: above what racks gain that serve rather than wait.
UNSERVED_USD_PER_MWH = 1e5
# Of a block's cost, and of a MW: below it an answer teaches nothing.
UNDERSTATED, SERVED_MW = 1e-7, 1e-6
TOLERANCE = 1e-8
Run = Callable[[Matrix, Job], Result]


@dataclass(frozen=True)
class Answer:
    """What the grid says to some draws: its cost by period and block in the matrix's unit, and MW it can't serve."""

    cost: Floats
    unserved_mw: float


def sparse(matrix: Matrix) -> csc_array:
    """Return the rows of a matrix."""
    return csc_array((matrix.values, matrix.rows, matrix.starts), matrix.shape)


class Split:
    """The two parts of a problem; ``master`` has its columns and one for the grid's cost of each period and block.

    Rows of the grid are empty there, and planes are added at its end as the grid answers.
    """

    def __init__(self, problem: Problem, run: Run) -> None:
        matrix, c, p = problem.matrix, problem.c, problem.p
        self._run, self.n_cols = run, matrix.shape[1]
        n_blocks = len(p.block_hours)
        block_of = np.full(self.n_cols, -1)
        for family in OF_GRID:
            for at, column in c.columns.of(family).items():
                block_of[column] = at[-2] * n_blocks + at[-1]
        self.own = np.flatnonzero(block_of >= 0)
        kept = [c.rows[r.name] for r in RULES if r.dispatch and r.owner == "grid" and r.name in c.rows]
        rows = np.sort(np.concatenate(kept)) if kept else np.zeros(0, dtype=np.int64)
        self._rows, every = rows, sparse(matrix)
        inside = every.tocsr()[rows].tocsc()
        self._linked = np.setdiff1d(np.flatnonzero(np.diff(inside.indptr)), self.own)
        self._cost, self._block = matrix.cost[self.own], block_of[self.own]
        entries = inside[:, self.own].tocoo()
        self._row_block = np.zeros(len(rows), dtype=np.int64)
        self._row_block[entries.row] = self._block[entries.col]
        self._link = inside[:, self._linked].tocoo()
        balance = np.searchsorted(rows, c.rows["zone_balance"])
        worth = (p.discount[:, None] * p.hours[None, :]).ravel() * UNSERVED_USD_PER_MWH / matrix.unit
        self._slack = worth[self._row_block[balance]]
        self._sub = self._grid(matrix, rows, inside, balance)
        self.count = len(p.horizon) * n_blocks
        self._planes: list[csc_array] = []
        self.master = self._without(matrix, every, rows)

    def _grid(self, matrix: Matrix, rows: Ints, inside: csc_array, balance: Ints) -> Matrix:
        """Return the grid's rows over its own columns, those linked to it, and what is unserved or too much."""
        sign = np.ones(len(balance))
        n, at = len(balance), np.arange(len(balance))
        slack = coo_array(
            (np.concatenate([-sign, sign]), (np.tile(balance, 2), np.concatenate([at, at + n]))), (len(rows), 2 * n)
        )
        columns = np.concatenate([self.own, self._linked])
        a = csc_array(coo_array(_beside(inside[:, columns], slack.tocsc())))
        a.sort_indices()
        nothing, unlimited = np.zeros(2 * n), np.full(2 * n, np.inf)
        linked = np.zeros(len(self._linked))
        return Matrix(
            starts=a.indptr.astype(np.int64), rows=a.indices.astype(np.int64), values=a.data,
            row_lower=matrix.row_lower[rows], row_upper=matrix.row_upper[rows],
            lower=np.concatenate([matrix.lower[columns], nothing]),
            upper=np.concatenate([matrix.upper[columns], unlimited]),
            integer=np.zeros(a.shape[1], dtype=bool),
            cost=np.concatenate([self._cost, linked, self._slack, self._slack]), offset=0.0, tolerance=TOLERANCE,
        )  # fmt: skip

    def _without(self, matrix: Matrix, every: csc_array, rows: Ints) -> Matrix:
        """Return the matrix with the grid's rows empty, its columns held at 0, and a column for each block's cost."""
        entries = every.tocoo()
        away = np.zeros(matrix.shape[0], dtype=bool)
        away[rows] = True
        left = ~away[entries.row]
        a = coo_array(
            (entries.data[left], (entries.row[left], entries.col[left])), (matrix.shape[0], self.n_cols + self.count)
        ).tocsc()
        a.sort_indices()
        lower, upper, cost = (np.append(v, np.zeros(self.count)) for v in (matrix.lower, matrix.upper, matrix.cost))
        lower[self.own] = upper[self.own] = cost[self.own] = 0.0
        lower[self.n_cols :], upper[self.n_cols :], cost[self.n_cols :] = -np.inf, np.inf, 1.0
        row_lower, row_upper = matrix.row_lower.copy(), matrix.row_upper.copy()
        row_lower[rows], row_upper[rows] = -np.inf, np.inf
        return replace(
            matrix, starts=a.indptr.astype(np.int64), rows=a.indices.astype(np.int64), values=a.data, lower=lower,
            upper=upper, cost=cost, row_lower=row_lower, row_upper=row_upper,
            integer=np.append(matrix.integer, np.zeros(self.count, dtype=bool)),
        )  # fmt: skip

    def begin(self, x: Floats, row_dual: Floats) -> None:
        """Add the planes that a relaxation of the whole problem gives at its point ``x``, by its dual values."""
        cost = self._by_block(self._block, self._cost * x[self.own])
        self._add(x, cost, row_dual[self._rows], np.ones(self.count, dtype=bool))

    def ask(self, x: Floats) -> Answer | None:
        """Let the grid answer what a point draws, and learn the planes of blocks whose cost the point understates.

        None where it has no answer.
        """
        lower, upper = self._sub.lower.copy(), self._sub.upper.copy()
        at = slice(len(self.own), len(self.own) + len(self._linked))
        lower[at] = upper[at] = x[self._linked]
        result = self._run(self._sub, Job(lower=lower, upper=upper, series=True))
        if result.x is None or result.row_dual is None:
            return None
        z, slack = result.x[: len(self.own)], result.x[at.stop :]
        cost = self._by_block(self._block, self._cost * z)
        balance = np.tile(self._row_block[self._balance_rows()], 2)
        cost += self._by_block(balance, slack * np.tile(self._slack, 2))
        said = x[self.n_cols :] if len(x) > self.n_cols else np.full(self.count, -np.inf)
        short = said < cost - UNDERSTATED * np.maximum(1.0, np.abs(cost))
        self._add(x, cost, result.row_dual, short)
        return Answer(cost, float(slack.sum()))

    def _by_block(self, block: Ints, values: Floats) -> Floats:
        return np.bincount(block, weights=values, minlength=self.count).astype(np.float64)

    def _balance_rows(self) -> Ints:
        """Rows of the grid's matrix that its slack columns stand in."""
        n = len(self._slack)
        starts = self._sub.starts[-2 * n - 1 :]
        return self._sub.rows[starts[:n]]

    def _add(self, x: Floats, cost: Floats, dual: Floats, wanted: Bools) -> None:
        """Add planes: cost_k ≥ cost*_k + Σ_j g_kj (x_j − x*_j), g_kj = −Σ_{rows i of k} y_i A_ij."""
        if not wanted.any():
            return
        slope = coo_array(
            (-dual[self._link.row] * self._link.data, (self._row_block[self._link.row], self._link.col)),
            (self.count, len(self._linked)),
        ).tocsr()
        places = np.flatnonzero(wanted)
        slope = slope[places]
        right = cost[places] - slope @ x[self._linked]
        wide = slope.tocoo()
        one = np.ones(len(places))
        at = np.concatenate([wide.row, np.arange(len(places))])
        columns = np.concatenate([self._linked[wide.col], self.n_cols + places])
        rows = coo_array((np.concatenate([-wide.data, one]), (at, columns)), (len(places), self.master.shape[1]))
        a = csc_array(vstack([sparse(self.master), rows], format="csc"))
        a.sort_indices()
        self.master = replace(
            self.master, starts=a.indptr.astype(np.int64), rows=a.indices.astype(np.int64), values=a.data,
            row_lower=np.append(self.master.row_lower, right),
            row_upper=np.append(self.master.row_upper, np.full(len(places), np.inf)),
        )  # fmt: skip


def _beside(a: csc_array, b: csc_array) -> csc_array:
    from scipy.sparse import hstack

    return csc_array(hstack([a, b], format="csc"))
