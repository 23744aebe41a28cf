"""From whole pods, halls and openings to a complete, exact point of the model.

The solver's point is exact to a tolerance; a plan's numbers follow from its whole decisions. So the integers are
rounded, openings and halls that nothing uses are left out, everything that follows from them is computed, and power
and flows come from linear programs that hold the loads fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..account.change import moved_pods, unbuilt_halls, unopened
from ..account.decisions import Decisions, Usage, usage
from ..formulation import families as of
from ..formulation.rules import RULES
from ..parameters import Parameters
from ..tolerance import band
from .arrays import Floats, Ints, Job, Matrix, Result
from .matrix import Columns, Compiled
from .problem import Problem

# A reduced cost above this (USD per MW) keeps a column at its bound in every least-cost dispatch.
DEARER_USD = 1e-5
# What costs are divided by where the solver is not sure; a power of two rounds nothing.
NEARER = 1024.0
# Loads are exact, and so must be what serves them: well within a band.
DISPATCH_TOLERANCE = 1e-8
# Dispatch is rounded to a milliwatt; below lies the solver's noise.
CLEAN_DECIMALS = 9
CLEAN_MW = 1e-9
Run = Callable[[Matrix, Job], Result]
Completed = tuple[Decisions, Floats]
"""What is decided, and the same as an exact point of the model."""


def complete(problem: Problem, x: Floats, run: Run) -> Completed | None:
    """Round a point's integers and complete them; None where no dispatch serves the loads."""
    p, c = problem.p, problem.c
    columns, nothing = c.columns, np.zeros_like(x)
    values = {f.field: columns.spread(f, x if f.whole else nothing) for f in of.FAMILIES if f.field}
    values["output_mw"] = np.zeros((len(p.ids["gen"]), len(p.horizon), len(p.block_hours)))
    whole = _only_used(p, Decisions.of(values))
    use = usage(p, whole)
    exact = _follow(p, c, whole, use, x)
    dispatched = _dispatch(c, exact, run)
    if dispatched is None:
        return None
    draw = np.round(columns.spread(of.DRAW, dispatched), CLEAN_DECIMALS) + 0.0
    # One source makes up the rest, so that load = draw + on-site output holds to the last bit.
    load, (drawn, made) = use.load_mw, (columns.spread(family, nothing + 1.0) > 0 for family in (of.DRAW, of.ONSITE))
    both = drawn & made
    draw = np.where(both & (np.abs(load - draw) > 2e-9), draw, np.where(both | ~made, load, 0.0))
    onsite = load - draw
    noisy = columns.array(of.SERVED, of.FLOW, of.BACKFLOW, of.ALONG, of.AGAINST, of.MADE)
    dispatched[noisy] = np.round(dispatched[noisy], CLEAN_DECIMALS) + 0.0
    decisions = replace(whole, draw_mw=draw, onsite_mw=onsite, **_of_grid(p, columns, dispatched))
    columns.gather(of.DRAW, draw, dispatched)
    columns.gather(of.ONSITE, onsite, dispatched)
    return decisions, dispatched


def _of_grid(p: Parameters, columns: Columns, point: Floats) -> dict[str, Any]:
    """Return what zones serve, lines carry and generators make at a point; squares there become exact."""
    served, ahead, back, along, against, made = (
        columns.spread(f, point) for f in (of.SERVED, of.FLOW, of.BACKFLOW, of.ALONG, of.AGAINST, of.MADE)
    )
    flow = ahead - back
    np.add.at(flow, [int(p.upgrades.target[u]) for u, _ in p.upgrades.copies], along - against)
    found = {"served_mw": served, "flow_mw": flow}
    if p.generation is not None:
        width = np.maximum(p.generation.width_mw, CLEAN_MW)
        columns.gather(of.SQUARE, made**2 / width, point)
        found["output_mw"] = p.generation.output_mw(made)
    return found


def stated(problem: Problem, x: Decisions) -> Floats:
    """Return decisions as a point, what is not decided left at 0; sites that the problem lacks are left out."""
    p, c, point = problem.p, problem.c, np.zeros(problem.c.matrix.shape[1])
    for family in (of.OPENED, of.PODS, *of.UNITS, of.BOUGHT):
        c.columns.gather(family, getattr(x, family.field), point)
    for (circuit, t), column in c.columns.of(of.STANDING).items():
        u, turn = p.upgrades.copies[circuit]
        point[column] = float(x.upgrades[u, : t + 1].sum() > turn)
    for (s, vendor), column in c.columns.of(of.PRESENT).items():
        point[column] = float(any(x.pods[s, k].any() for k in range(len(p.skus)) if p.vendor_of[k] == vendor))
    return point


def _only_used(p: Parameters, x: Decisions) -> Decisions:
    """Leave out halls that never hold a rack, and open sites no sooner than a rack, a hall or a duty asks.

    It never costs more: prices are not negative, and what comes later is discounted more and keeps more value. What is
    committed stays, and what the plan before had, where it costs to leave it out.
    """
    it_mw = x.it_mw(p)
    beyond_mw = it_mw - p.existing_mw
    needed = np.ceil((beyond_mw - band(it_mw)) / p.hall_mw[:, None]).max(axis=1, initial=0.0, keepdims=True)
    needed = np.maximum(needed, _kept(p, "halls"))
    halls_by = np.minimum(np.cumsum(x.halls, axis=1), needed.astype(np.int64))
    x = replace(x, halls=np.diff(halls_by, axis=1, prepend=0))
    bought = [np.cumsum(getattr(x, family.field), axis=1) > 0 for family in of.UNITS]
    bought.append(p.upgrades.added_mw("site", len(p.sites), np.cumsum(x.upgrades, axis=1)) > 0)
    used = np.any([it_mw > 0, *bought], axis=0) | p.committed[:, None]
    used[:, -1] |= p.forced & x.opened[:, -1]
    used |= x.opened & (_kept(p, "opened") > 0)
    return replace(x, opened=np.logical_or.accumulate(used, axis=1))


def _kept(p: Parameters, field: str) -> Floats:
    """How many halls, or openings, of the plan before are not left out of a site, (s, 1)."""
    before = p.before
    if before is None or not before.holds_all:
        return np.zeros((len(p.sites), 1))
    held, periods = before.stated[field], np.arange(len(p.horizon))
    counted = held if before.close_usd else np.where(periods < before.frozen, held, 0.0)
    return np.asarray(counted.sum(axis=1, keepdims=True), dtype=np.float64)


def _follow(p: Parameters, c: Compiled, whole: Decisions, use: Usage, x: Floats) -> Floats:
    """Compute every variable that the whole decisions determine."""
    exact = x.copy()
    integer = c.matrix.integer
    exact[integer] = np.round(exact[integer])
    known: dict[of.Family, NDArray[Any]] = {
        of.SERVING: whole.pods_in_service(p),
        of.WAITING: whole.waiting_pods(p),
        of.AGED: whole.aged_pods(p),
        of.IDLE: use.idle_hall_mw,
        of.SPARE: use.idle_power_mw,
        of.COUNTED: whole.pods_in_service(p).sum(axis=1) > 0,
    }
    if p.before is not None:
        known |= {
            of.MOVED: moved_pods(p, whole), of.CLOSED: unopened(p, whole), of.UNBUILT: unbuilt_halls(p, whole),
        }  # fmt: skip
    known |= {family: getattr(whole, family.field) for family in (of.OPENED, *of.UNITS, of.BOUGHT)}
    for family in (of.OPENED, *of.UNITS, of.BOUGHT, *of.FOLLOW):  # one that is not known here is an error
        if c.columns.of(family):
            c.columns.gather(family, known[family], exact)
    return exact


def dispatch_rows(c: Compiled) -> Ints:
    """Rows that power and flows must keep once loads are held, in their order."""
    kept = [c.rows[rule.name] for rule in RULES if rule.dispatch and rule.name in c.rows]
    return np.sort(np.concatenate(kept)) if kept else np.zeros(0, np.int64)


def dispatch_usd(c: Compiled) -> Floats:
    """What each column of the dispatch costs, discounted, in USD; 0 of any other."""
    usd, free = np.zeros(c.matrix.shape[1]), c.columns.array(*of.DISPATCH)
    usd[free] = 1e6 * sum(row[free] for row, _ in c.objectives.discounted.values())
    return usd


def _tied(matrix: Matrix, result: Result) -> Matrix:
    """Return the matrix with each row held at the limit that a dual value says it is at."""
    assert result.row_dual is not None
    low, high = result.row_dual > DEARER_USD, result.row_dual < -DEARER_USD
    return replace(
        matrix, row_lower=np.where(high & np.isfinite(matrix.row_upper), matrix.row_upper, matrix.row_lower),
        row_upper=np.where(low & np.isfinite(matrix.row_lower), matrix.row_lower, matrix.row_upper),
    )  # fmt: skip


def _settled(matrix: Matrix, job: Job, run: Run) -> Result:
    """Run a job; where the solver can't tell whether its answer is best, once more with costs nearer to 1.

    USD of a MW-year are a million, and dual values are held to 1e-8 of a USD: with DC flow that is below rounding.
    """
    result = run(matrix, job)
    if result.status in ("optimal", "infeasible") or job.cost is None:
        return result
    again = run(matrix, replace(job, cost=job.cost / NEARER, presolve=False))
    if again.reduced_cost is None or again.row_dual is None:
        return again
    return replace(again, reduced_cost=again.reduced_cost * NEARER, row_dual=again.row_dual * NEARER)


def _dispatch(c: Compiled, exact: Floats, run: Run) -> Floats | None:
    """Serve the loads at least cost; among equals draw least from the grid, then move least over the lines.

    Where a load is above a limit by no more than a band, limits are taken so much wider.

    Each step keeps to the least-cost points of the one before by holding every column with a reduced cost at its
    bound, and every row with a dual value at its limit, which needs no tolerance on the cost itself.
    """
    free = c.columns.array(*of.DISPATCH)
    matrix = replace(c.matrix.rows_only(dispatch_rows(c)), tolerance=DISPATCH_TOLERANCE)
    lower, upper = exact.copy(), exact.copy()
    lower[free], upper[free] = c.matrix.lower[free], c.matrix.upper[free]
    wider = upper.copy()
    wider[free] += 0.9 * np.where(upper[free] > 0, band(upper[free]), 0.0)
    money_usd, draws, moves = np.zeros((3, len(exact)))
    money_usd[free] = dispatch_usd(c)[free]
    draws[c.columns.array(of.DRAW)] = 1.0
    moves[c.columns.array(of.FLOW, of.BACKFLOW, of.ALONG, of.AGAINST)] = 1.0
    point: Floats | None = None
    for cost in (money_usd, draws, moves):
        job = Job(lower=lower, upper=upper, cost=cost, offset=0.0, integer=np.zeros(len(exact), dtype=bool))
        result = _settled(matrix, job, run)
        if result.x is None and cost is money_usd:
            upper = wider
            result = _settled(matrix, replace(job, upper=upper), run)
        if result.x is None or result.reduced_cost is None:
            return point
        point = np.clip(result.x, lower, upper)
        dear = np.abs(result.reduced_cost) > DEARER_USD
        dear &= np.isin(np.arange(len(exact)), free)
        lower[dear] = upper[dear] = point[dear]
        matrix = _tied(matrix, result)
        if cost is draws:
            sources = c.columns.array(of.DRAW, of.ONSITE)
            lower[sources] = upper[sources] = point[sources]
    return point
