"""Ask the dispatch of a finished plan for its dual values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..account.prices import Prices
from ..formulation import families as of
from ..resolution import Floats
from .arrays import Job, Matrix, Result
from .completion import DISPATCH_TOLERANCE, dispatch_rows, dispatch_usd
from .problem import Problem


def priced(problem: Problem, point: Floats, run: Callable[[Matrix, Job], Result]) -> Prices:
    """Return the dual values of the linear program in which all that a plan decides is held; zeros without a grid."""
    p, c = problem.p, problem.c
    nothing = Prices.nothing(p)
    if not p.zones:
        return nothing
    free, rows = c.columns.array(*of.DISPATCH), dispatch_rows(c)
    lower, upper = point.copy(), point.copy()
    lower[free], upper[free] = c.matrix.lower[free], np.maximum(c.matrix.upper[free], point[free])
    scale = float(p.hours.max())
    job = Job(
        lower=lower, upper=upper, cost=dispatch_usd(c) / scale, offset=0.0, integer=np.zeros(len(point), dtype=bool)
    )
    result = run(replace(c.matrix.rows_only(rows), tolerance=DISPATCH_TOLERANCE), job)
    if result.row_dual is None or result.reduced_cost is None:
        return nothing
    dual, reduced = np.zeros(c.matrix.shape[0]), result.reduced_cost
    dual[rows] = result.row_dual
    worth = p.discount[:, None] * p.length_years / scale
    years = np.broadcast_to(worth, (len(p.horizon), len(p.block_hours)))

    def of_rows(name: str, shape: tuple[int, ...]) -> Floats:
        found = np.zeros(shape)
        for at, row in zip(c.row_index.get(name, []), c.rows.get(name, []), strict=True):
            found[at] -= dual[row]
        return found

    def of_limits(family: of.Family) -> Floats:
        return np.maximum(0.0, -c.columns.spread(family, reduced))

    shape = nothing.mwh.shape
    mwh = of_rows("zone_balance", shape) / (years * np.array([*p.block_hours.values()]))
    zone = of_limits(of.SERVED) + of_rows("headroom_limit", shape)
    shape = nothing.line.shape
    line = (
        of_limits(of.FLOW) + of_limits(of.BACKFLOW) + of_rows("line_limit", shape) + of_rows("line_limit_back", shape)
    )
    gen = np.zeros(nothing.gen.shape)
    if p.generation is not None:
        np.maximum.at(gen, p.generation.segment_of, of_limits(of.MADE))
        full = p.generation.output_mw(c.columns.spread(of.MADE, point)) >= p.generation.most_mw - 1e-6
        gen = np.where(full, gen, 0.0)
    outage = {
        at: -float(dual[row]) / float(years[at[3], at[4]])
        for at, row in zip(c.row_index.get("outage_limit", []), c.rows.get("outage_limit", []), strict=True)
    }
    return Prices(mwh, zone / years, line / years, gen / years, outage)
