"""What HiGHS says is told as it is."""

from __future__ import annotations

import numpy as np

from optimizer.solver.arrays import Job, Matrix
from optimizer.solver.engine import Engine


def test_what_branching_proves_infeasible_is_called_so() -> None:
    """Two equations that no 0-1 point satisfies and that the relaxation does: only the tree can tell."""
    r = np.random.default_rng(3)
    rows, items = 2, 12
    weights = r.integers(1, 100, (rows, items)).astype(float)
    half = np.floor(weights.sum(axis=1) / 2)
    split = Matrix(
        starts=np.arange(items + 1) * rows,
        rows=np.tile(np.arange(rows), items),
        values=weights.T.ravel(),
        row_lower=half,
        row_upper=half,
        lower=np.zeros(items),
        upper=np.ones(items),
        integer=np.ones(items, dtype=bool),
        cost=np.ones(items),
        offset=0.0,
    )
    with Engine() as engine:  # HiGHS in this process keeps the threads that another test may have asked for
        result = engine.solve(split, Job())
    assert result.status == "infeasible"
    assert result.nodes > 1
