"""Columns and rows of a linear program, put together by whole arrays of places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array

from ..arrays import Floats, Ints, Matrix

NOWHERE = -1
"""In an array of columns: there is none at this place."""
Terms = Sequence[tuple[Ints, ArrayLike]]
"""Arrays of columns, each with its coefficients."""


class Sheet:
    """Collects columns, prices and rows; arrays of places go in, arrays of places come out."""

    def __init__(self) -> None:
        self._columns: list[Floats] = []
        self._rows: list[Floats] = []
        self._cells: list[Floats] = []
        self._prices: list[Floats] = []
        self._counts = [0, 0]

    def columns(self, upper: ArrayLike, *, lower: ArrayLike = 0.0, integer: bool = False) -> Ints:
        """Add a column for each place of ``upper``; returns their numbers in its shape."""
        top = np.asarray(upper, dtype=np.float64)
        low = np.broadcast_to(np.asarray(lower, dtype=np.float64), top.shape)
        self._columns.append(np.stack([low.ravel(), top.ravel(), np.full(top.size, float(integer))]))
        return self._numbered(0, top.shape)

    def rows(self, shape: tuple[int, ...], lower: ArrayLike, upper: ArrayLike) -> Ints:
        """Add rows without terms; returns their numbers."""
        limits = [np.broadcast_to(np.asarray(limit, dtype=np.float64), shape).ravel() for limit in (lower, upper)]
        self._rows.append(np.stack(limits))
        return self._numbered(1, shape)

    def _numbered(self, axis: int, shape: tuple[int, ...]) -> Ints:
        first, n = self._counts[axis], int(np.prod(shape))
        self._counts[axis] += n
        return np.arange(first, first + n).reshape(shape)

    def add(self, rows: Ints, columns: Ints, values: ArrayLike) -> None:
        """Add terms to rows, place by place; what stands nowhere or is zero is left out."""
        at, of, by = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=np.float64))
        kept = (of != NOWHERE) & (at != NOWHERE) & (by != 0.0)
        self._cells.append(np.stack([at[kept], of[kept], by[kept]]))

    def most(
        self, terms: Terms, upper: ArrayLike = 0.0, *, where: ArrayLike = True, lower: ArrayLike = -np.inf
    ) -> Ints:
        """State lower ≤ Σ terms ≤ upper, a row for each place ``where`` it is asked; returns these, else nowhere."""
        shape = terms[0][0].shape
        asked = np.broadcast_to(np.asarray(where, dtype=bool), shape)
        rows = np.full(shape, NOWHERE)
        limits = [np.broadcast_to(np.asarray(limit, dtype=np.float64), shape)[asked] for limit in (lower, upper)]
        rows[asked] = self.rows((int(asked.sum()),), *limits)
        for columns, values in terms:
            self.add(rows, columns, values)
        return rows

    def price(self, columns: Ints, values: ArrayLike) -> None:
        """Add to the objective."""
        of, by = np.broadcast_arrays(columns, np.asarray(values, dtype=np.float64))
        kept = (of != NOWHERE) & (by != 0.0)
        self._prices.append(np.stack([of[kept], by[kept]]))

    def matrix(self, *, unit: float, offset: float) -> Matrix:
        """Return all that was collected."""
        n_cols, n_rows = self._counts
        lower, upper, integer = np.concatenate(self._columns, axis=1)
        row_lower, row_upper = np.concatenate(self._rows, axis=1)
        row, column, values = np.concatenate(self._cells, axis=1)
        a = csc_array((values, (row.astype(np.int64), column.astype(np.int64))), shape=(n_rows, n_cols))
        a.sum_duplicates()
        priced, prices = np.concatenate(self._prices, axis=1)
        return Matrix(
            starts=np.asarray(a.indptr, dtype=np.int64),
            rows=np.asarray(a.indices, dtype=np.int64),
            values=np.asarray(a.data, dtype=np.float64),
            row_lower=row_lower, row_upper=row_upper, lower=lower, upper=upper, integer=integer > 0,
            cost=np.bincount(priced.astype(np.int64), prices, n_cols).astype(np.float64), offset=offset, unit=unit,
        )  # fmt: skip
