"""An integer program that is being drafted: the rows of a matrix, and columns and rows added to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array, csc_array

from ...resolution import Floats, Ints
from ...solver.arrays import Matrix


@dataclass
class Draft:
    """A matrix, and what is added to it; ``price`` of the added columns is the whole objective."""

    matrix: Matrix
    upper: list[float] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def column(self, price: float = 0.0, upper: float = np.inf, *, whole: bool = False) -> int:
        """Add a column from 0 to ``upper``; return its place."""
        self.price.append(price)
        self.upper.append(upper)
        self.whole.append(whole)
        return self.matrix.shape[1] + len(self.price) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """Add a row of (column, coefficient)."""
        place = self.matrix.shape[0] + len(self.low)
        self.entries += [(place, column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)

    def add(self, row: int, column: int, value: float) -> None:
        """Add a term to a row that is there."""
        self.entries.append((row, column, value))

    def loosen(self, row: int, low: float, high: float) -> None:
        """Give a row that is there other limits."""
        lower, upper = self.matrix.row_lower.copy(), self.matrix.row_upper.copy()
        lower[row], upper[row] = low, high
        self.matrix = replace(self.matrix, row_lower=lower, row_upper=upper)

    def finished(self) -> Matrix:
        """Return the whole program."""
        m, extra = self.matrix, len(self.price)
        column = np.repeat(np.arange(m.shape[1]), np.diff(m.starts))
        r, c, v = (np.array(part) for part in zip(*self.entries, strict=True)) if self.entries else (np.zeros(0),) * 3
        shape = (m.shape[0] + len(self.low), m.shape[1] + extra)
        places: tuple[Ints, Ints] = (
            np.concatenate([m.rows, r]).astype(np.int64), np.concatenate([column, c]).astype(np.int64),
        )  # fmt: skip
        a = csc_array(coo_array((np.concatenate([m.values, v]), places), shape))
        a.sum_duplicates()
        cost: Floats = np.concatenate([np.zeros(m.shape[1]), self.price])
        return Matrix(
            starts=a.indptr.astype(np.int64), rows=a.indices.astype(np.int64), values=a.data,
            row_lower=np.append(m.row_lower, self.low), row_upper=np.append(m.row_upper, self.high),
            lower=np.append(m.lower, np.zeros(extra)), upper=np.append(m.upper, self.upper),
            integer=np.append(m.integer, np.array(self.whole, dtype=bool)), cost=cost, offset=0.0,
        )  # fmt: skip
