"""The aggregate of the sites that matter, with what all others might add at a price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array

from ..arrays import Bools, Floats, Ints, Matrix
from .model import Aggregate
from .pricing import at_limits, cost_under, site_values
from .sheet import NOWHERE

# What other sites add to a row costs this much more than the relaxation pays for it, so that little of it is bought.
DEARER = 0.08


@dataclass(frozen=True)
class Kernel:
    """Some sites of an aggregate: ``matrix`` has its ``rows`` and ``columns``, and then those of the backstop."""

    matrix: Matrix
    rows: Ints
    columns: Ints

    def spread(self, x: Floats, n_cols: int) -> Floats:
        """Return a point of the kernel as one of the aggregate."""
        whole = np.zeros(n_cols)
        whole[self.columns] = x[: len(self.columns)]
        return whole

    def point(self, x: Floats) -> Floats:
        """Return a point of the aggregate, in which all other sites are closed, as one of the kernel."""
        return np.append(x[self.columns], np.zeros(self.matrix.shape[1] - len(self.columns)))


def kernel(a: Aggregate, keep: Bools, dual: Floats | None = None, dearer: float = DEARER) -> Kernel:
    """Leave out all sites but those to ``keep``, (n,).

    With the ``dual`` of each row what the others might add to the rows that all share is bought instead: at that
    price, which no site that is left out beats by more than the constant says. So the least of the kernel is a bound
    for all sites. Without, it is only the least of these.
    """
    m, out = a.matrix, ~keep
    if keep.all():
        return Kernel(m, np.arange(m.shape[0]), np.arange(m.shape[1]))
    own = a.own[out]
    outside = np.zeros(m.shape[1], dtype=bool)
    outside[own[own != NOWHERE]] = True
    rows = np.flatnonzero((a.site_of_row == NOWHERE) | keep[np.maximum(a.site_of_row, 0)])
    columns = np.flatnonzero(~outside)
    matrix = csc_array((m.values, m.rows, m.starts), shape=m.shape)
    inside = matrix[:, columns].tocsr()[rows].tocsc()
    inside.sort_indices()
    part = replace(
        m, starts=inside.indptr.astype(np.int64), rows=inside.indices.astype(np.int64), values=inside.data,
        row_lower=m.row_lower[rows], row_upper=m.row_upper[rows], lower=m.lower[columns], upper=m.upper[columns],
        integer=m.integer[columns], cost=m.cost[columns],
    )  # fmt: skip
    if dual is None:
        return Kernel(part, rows, columns)
    least, most = _added(a, outside)
    price = _raised(a, least, most, dual, dearer)
    bought = np.flatnonzero((least < 0) | (most > 0))
    constant = float(np.minimum(0.0, site_values(a, cost_under(a, price))[out]).sum())
    place = np.full(m.shape[0], NOWHERE)
    place[rows] = np.arange(len(rows))
    backed = _with_backstop(part, place[bought], price[bought], least[bought], most[bought], constant)
    of_row = np.full(m.shape[0], NOWHERE)
    of_row[bought] = len(columns) + np.arange(len(bought))
    return Kernel(_in_whole_halls(a, backed, of_row, outside), rows, columns)


def backstop_prices(a: Aggregate, outside: Bools, dual: Floats, dearer: float = DEARER) -> Floats:
    """Return by row what a unit of what the columns ``outside`` add costs."""
    return _raised(a, *_added(a, outside), dual, dearer)


def _added(a: Aggregate, outside: Bools) -> tuple[Floats, Floats]:
    """Return the least and the most that some columns add to each row that sites share."""
    m = a.matrix
    column = np.repeat(np.arange(m.shape[1]), np.diff(m.starts))
    told = outside[column] & (a.site_of_row[m.rows] == NOWHERE)
    row, of, by = m.rows[told], column[told], m.values[told]
    ends = np.stack([by * m.lower[of], by * m.upper[of]])
    least, most = (np.bincount(row, by, m.shape[0]).astype(np.float64) for by in (ends.min(axis=0), ends.max(axis=0)))
    return least, most


def _raised(a: Aggregate, least: Floats, most: Floats, dual: Floats, dearer: float) -> Floats:
    sign = np.where(least >= 0, 1.0, np.where(most <= 0, -1.0, 0.0))
    return at_limits(a, dual + dearer * sign * np.abs(dual))[0]


def _with_backstop(m: Matrix, rows: Ints, price: Floats, least: Floats, most: Floats, constant: float) -> Matrix:
    extra = len(rows)
    return replace(
        m, starts=np.append(m.starts, m.starts[-1] + np.arange(1, extra + 1)), rows=np.append(m.rows, rows),
        values=np.append(m.values, np.ones(extra)), lower=np.append(m.lower, least), upper=np.append(m.upper, most),
        integer=np.append(m.integer, np.zeros(extra, dtype=bool)), cost=np.append(m.cost, price),
        offset=m.offset + constant,
    )  # fmt: skip


def _in_whole_halls(a: Aggregate, m: Matrix, of_row: Ints, outside: Bools) -> Matrix:
    """Let what is bought stand in halls: their load by what they add to a row of whole halls, in whole numbers.

    A site adds to such a row no less than what it has built, in halls of the row's size.
    """
    integer, rows = m.integer.copy(), []
    of_outside = outside[np.repeat(np.arange(a.matrix.shape[1]), np.diff(a.matrix.starts))]
    for row, t, size_mw in a.whole_halls:
        halls, loads = of_row[row], of_row[a.loaded[:, t]]
        if halls != NOWHERE:
            adds = a.matrix.values[of_outside & (a.matrix.rows == row)]
            integer[halls] = bool((adds == np.round(adds)).all())
            rows.append((np.append(loads[loads != NOWHERE], halls), size_mw))
    for columns, size_mw in rows:
        cost = np.zeros(m.shape[1])
        cost[columns], cost[columns[-1]] = 1.0, -size_mw
        m = m.with_row_limit(cost, 0.0)
    return replace(m, integer=integer)
