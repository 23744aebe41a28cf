"""What the aggregate knows of whole halls, told to the model itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csc_array, csr_array, vstack

from ...formulation.families import HALLS, OPENED, SERVING, WAITING
from ..arrays import Floats, Matrix
from ..matrix import Columns
from .model import Aggregate


def tightened(a: Aggregate, columns: Columns, matrix: Matrix) -> Matrix:
    """Return a matrix of the model with the ``tightening`` rows of its aggregate at the end."""
    of_model, constant = _in_the_model(a, columns, matrix.shape[1])
    whole = csc_array((a.matrix.values, a.matrix.rows, a.matrix.starts), shape=a.matrix.shape).tocsr()[a.tightening]
    rows, shift = whole @ of_model, whole @ constant
    own = csc_array((matrix.values, matrix.rows, matrix.starts), shape=matrix.shape)
    both = vstack([own, rows]).tocsc()
    both.sort_indices()
    lower, upper = a.matrix.row_lower[a.tightening] - shift, a.matrix.row_upper[a.tightening] - shift
    return replace(
        matrix, starts=both.indptr.astype(np.int64), rows=both.indices.astype(np.int64), values=both.data,
        row_lower=np.append(matrix.row_lower, lower), row_upper=np.append(matrix.row_upper, upper),
    )  # fmt: skip


def _in_the_model(a: Aggregate, columns: Columns, n_cols: int) -> tuple[csr_array, Floats]:
    """Return the aggregate's columns as sums of the model's, those of sites and what waits, and constants."""
    p, place = a.p, {s: i for i, s in enumerate(a.sites.s.tolist())}
    terms = [(int(a.opened[place[s], t]), column, 1.0) for (s, t), column in columns.of(OPENED).items()]
    for (s, t), column in columns.of(HALLS).items():
        terms += [(by, column, 1.0) for by in a.halls[place[s], t:].tolist()]
    for of, family in ((a.it_mw, SERVING), (a.waiting, WAITING)):
        for at, column in columns.of(family).items():
            mw = float(p.pod_mw[at[-2]])
            terms.append((int(of[place[at[0]] if family is SERVING else at[0], at[-1]]), column, mw))
    rows, numbers, values = (np.array(part) for part in zip(*terms, strict=True))
    constant = np.zeros(a.matrix.shape[1])
    constant[a.opened[p.committed[a.sites.s]]] = 1.0
    return csr_array((values, (rows, numbers)), shape=(a.matrix.shape[1], n_cols)), constant
