"""Why no plan exists: the policy rows that must give, found by letting each give at a price."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .arrays import Job, Matrix, Result
from .matrix import Compiled

# What a row family is called in the study, and the words for it.
WORDS = {
    "site_count": "policy.max_sites",
    "forced_open": "policy.force_open",
    "zone_share": "policy.max_zone_share",
    "site_share": "policy.max_site_share",
    "site_cluster": "policy.min_site_mw",
    "vendor_cluster": "policy.min_vendor_mw",
    "unused_ceiling": "policy.max_unused_mw_years",
    "new_mw_rate": "policy.max_new_mw_per_year",
}


def elastic(c: Compiled, matrix: Matrix) -> tuple[Matrix, list[tuple[str, int]]]:
    """Give every policy row a slack in both directions whose sum, relative to the row's size, is the objective."""
    rows = [(family, int(row)) for family in WORDS for row in c.rows.get(family, [])]
    n_rows, n_cols = matrix.shape
    size = np.ones(n_rows)
    np.maximum.at(size, matrix.rows, np.abs(matrix.values))
    extra = 2 * len(rows)
    entries = np.array([row for _, row in rows for _ in range(2)], dtype=np.int64)
    signs = np.tile([1.0, -1.0], len(rows))
    price = np.repeat([1.0 / size[row] for _, row in rows], 2)
    relaxed = replace(
        matrix,
        starts=np.append(matrix.starts, matrix.starts[-1] + 1 + np.arange(extra)),
        rows=np.append(matrix.rows, entries),
        values=np.append(matrix.values, signs),
        lower=np.append(matrix.lower, np.zeros(extra)),
        upper=np.append(matrix.upper, np.full(extra, np.inf)),
        integer=np.append(matrix.integer, np.zeros(extra, dtype=bool)),
        cost=np.append(np.zeros(n_cols), price),
        offset=0.0,
    )
    return relaxed, rows


def clashes(c: Compiled, matrix: Matrix, run: Callable[[Matrix, Job], Result]) -> list[str]:
    """Name the keys of [policy] that must give, and by how much, so that a plan exists.

    Empty where a plan is found that lets nothing give: then the study is not infeasible, whoever said so.
    """
    relaxed, rows = elastic(c, matrix)
    n_cols = len(matrix.lower)
    by_key: dict[str, float] = {}
    for job in (Job(integer=np.zeros(len(relaxed.lower), dtype=bool)), Job(gap=1e-3, max_nodes=20_000)):
        result = run(relaxed, job)
        if result.x is None:
            return ["The rules of [policy] clash with each other."]
        slack = result.x[n_cols:].reshape(-1, 2).sum(axis=1)
        for (family, _), amount in zip(rows, slack, strict=True):
            if amount > 2 * matrix.tolerance:
                by_key[family] = by_key.get(family, 0.0) + float(amount)
        if by_key:
            break
    unit = {"site_count": "sites", "forced_open": "sites", "unused_ceiling": "MW-years"}
    return [
        f"{WORDS[family]} would have to give by {amount:,.3g} {unit.get(family, 'MW')} in all"
        for family, amount in by_key.items()
    ]
