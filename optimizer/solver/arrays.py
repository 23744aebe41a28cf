"""What travels between the planner and the solver's process: the matrix, a job and its result."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io.searches import HIGHS
from ..tolerance import band

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Event = Callable[[str, Any], None]
"""Receives ("log", line), ("progress", (objective, bound)) and ("point", (objective, x)) from a solver that runs."""
Stop = Callable[[], bool]
"""Asked often while a job runs; when it answers true the job ends with the best point so far."""
TOLERANCE = 1e-7
"""What the solver may usually miss a row or a whole number by; linear programs a tenth of it."""


@dataclass(frozen=True)
class Matrix:
    """min cost·x + offset, row_lower ≤ A x ≤ row_upper, lower ≤ x ≤ upper, x integer where ``integer``.

    A is stored by columns (``starts``, ``rows``, ``values``). Plain arrays only, so that it travels to another
    process in one piece. ``unit`` is what 1 of the objective is worth, in USD (or MW-years); ``tolerance`` is what the
    solver may miss a row, a bound or a whole number by.
    """

    starts: Ints
    rows: Ints
    values: Floats
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    cost: Floats
    offset: float
    unit: float = 1.0
    tolerance: float = TOLERANCE

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return len(self.row_lower), len(self.lower)

    @property
    def key(self) -> str:
        """A name of all that it states."""
        digest = hashlib.sha256(repr(self.offset).encode())
        for array in (v for v in vars(self).values() if isinstance(v, np.ndarray)):
            digest.update(array.tobytes())
        return digest.hexdigest()

    def with_objective(self, cost: Floats, offset: float) -> Matrix:
        """Return the same rows under another objective, counted as it is."""
        return replace(self, cost=cost, offset=offset, unit=1.0)

    def scaled(self) -> Matrix:
        """Return the matrix with its objective in a unit that brings the middle of its coefficients near 1.

        The solver's tolerances are absolute: prices of a few USD beside a million would drown in them.
        """
        sizes = np.abs(self.cost[self.cost != 0.0])
        if not sizes.size:
            return self
        factor = 10.0 ** -round(float(np.log10(sizes.min()) + np.log10(sizes.max())) / 2)
        return replace(self, cost=self.cost * factor, offset=self.offset * factor, unit=self.unit / factor)

    def with_row_limit(self, cost: Floats, upper: float) -> Matrix:
        """Return the matrix with one more row, cost·x ≤ upper, at its end."""
        n_rows = len(self.row_lower)
        extra = cost != 0.0
        counts = np.diff(self.starts) + extra
        starts = np.concatenate([[0], np.cumsum(counts)])
        at = self.starts[1:][extra]
        return replace(
            self,
            starts=starts,
            rows=np.insert(self.rows, at, n_rows),
            values=np.insert(self.values, at, cost[extra]),
            row_lower=np.append(self.row_lower, -np.inf),
            row_upper=np.append(self.row_upper, upper),
        )

    def without_limits(self, rows: Ints) -> Matrix:
        """Return the matrix with rows that limit nothing."""
        lower, upper = self.row_lower.copy(), self.row_upper.copy()
        lower[rows], upper[rows] = -np.inf, np.inf
        return replace(self, row_lower=lower, row_upper=upper)

    def with_columns(self, rows: Sequence[Ints], values: Sequence[Floats], price: Floats) -> Matrix:
        """Return the matrix with more columns at its end, each 0 or more, whose ``price`` is the whole objective."""
        extra = len(rows)
        return replace(
            self,
            starts=np.append(self.starts, self.starts[-1] + np.cumsum([len(part) for part in rows])),
            rows=np.concatenate([self.rows, *rows]).astype(np.int64),
            values=np.concatenate([self.values, *values]),
            lower=np.append(self.lower, np.zeros(extra)),
            upper=np.append(self.upper, np.full(extra, np.inf)),
            integer=np.append(self.integer, np.zeros(extra, dtype=bool)),
            cost=np.append(np.zeros(len(self.lower)), price),
            offset=0.0,
        )

    def rows_only(self, keep: Ints) -> Matrix:
        """Return the matrix with these rows alone; columns keep their places."""
        n_rows, n_cols = self.shape
        place = np.full(n_rows, -1, dtype=np.int64)
        place[keep] = np.arange(len(keep))
        inside = place[self.rows] >= 0
        column = np.repeat(np.arange(n_cols), np.diff(self.starts))[inside]
        starts = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=n_cols))]).astype(np.int64)
        return replace(
            self,
            starts=starts,
            rows=place[self.rows[inside]],
            values=self.values[inside],
            row_lower=self.row_lower[keep],
            row_upper=self.row_upper[keep],
        )

    def strict(self, *, rests: Ints, supplies: Ints) -> Matrix:
        """Return the matrix as the solver must be given it to tell 12.9999999 from 13: with a tolerance of 1e-9.

        Rows, the lower bounds of ``rests`` and the upper ones of ``supplies`` give way by half a band: what keeps
        every limit exactly is inside by more than the tolerance, what is beyond a band is outside.
        """
        half = float(band(0.0)) / 2
        loose = self.row_lower < self.row_upper
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[rests] -= half
        upper[supplies] += half
        return replace(
            self,
            row_lower=np.where(loose, self.row_lower - half, self.row_lower),
            row_upper=np.where(loose, self.row_upper + half, self.row_upper),
            lower=lower,
            upper=upper,
            tolerance=half / 10,
        )

    def breach(self, x: Floats) -> float:
        """Largest breach of a row or a bound, in bands of its limit and of the largest term beside it.

        Up to 1 the point keeps every limit.
        """
        terms = self.values * np.repeat(x, np.diff(self.starts))
        activity = np.bincount(self.rows, weights=terms, minlength=len(self.row_lower))
        largest = np.zeros(len(self.row_lower))
        np.maximum.at(largest, self.rows, np.abs(terms))
        breaches = [
            (self.row_lower - activity) / band(largest, self.row_lower),
            (activity - self.row_upper) / band(largest, self.row_upper),
            (self.lower - x) / band(self.lower),
            (x - self.upper) / band(self.upper),
        ]
        return max((float(b.max()) for b in breaches if b.size), default=0.0)


@dataclass(frozen=True)
class Job:
    """One solve of the loaded matrix, changed as stated; None leaves a part as it is.

    The search ends once a point is at or below ``objective_target`` or the proven bound at or above
    ``bound_target``. ``max_nodes`` ends it after so many nodes, which is the same on every machine. Without
    ``heuristics`` it seeks bounds, not points. A ``series`` of linear programs differs in its bounds alone and starts
    where the one before ended; nothing is whole in it.
    """

    lower: Floats | None = None
    upper: Floats | None = None
    cost: Floats | None = None
    offset: float | None = None
    integer: Bools | None = None
    start: Floats | None = None
    gap: float = 0.0
    max_nodes: int | None = None
    objective_target: float | None = None
    bound_target: float | None = None
    seed: int = 0
    presolve: bool = True
    series: bool = False
    heuristics: bool = True
    solver: str = HIGHS
    threads: int = 0
    deadline: float | None = None


@dataclass(frozen=True)
class Result:
    """How a job ended: "optimal" (within its gap), "feasible", "infeasible" or "none".

    ``x`` is the best point found, ``objective`` its value, ``bound`` a proven lower limit (-inf where none).
    ``reduced_cost`` by column and ``row_dual``, of an LP solved to optimality.
    """

    status: str
    x: Floats | None
    objective: float
    bound: float
    nodes: int = 0
    seconds: float = 0.0
    reduced_cost: Floats | None = None
    row_dual: Floats | None = None
