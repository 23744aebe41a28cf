"""The linear program of the aggregate over all sites, found by a few of them and the prices that they set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Bools, Floats, Job, Matrix, Result
from .kernel import DEARER, backstop_prices, kernel
from .model import Aggregate
from .pricing import cost_under, priced, site_values

# So many sites are taken at once; with more, the cheapest come first and others once the prices ask for them.
TAKEN_AT_ONCE = 250
FIRST_SITES = 150
MORE_SITES = 100
# What the sites outside could still gain, relative to the objective, is no matter below this.
CLOSE = 1e-5

Run = Callable[[Matrix, Job], Result]


@dataclass(frozen=True)
class Relaxation:
    """The least of the relaxed aggregate: a point, the dual of each row, and a bound that holds for all sites."""

    x: Floats
    dual: Floats
    bound: float


def relaxation(a: Aggregate, run: Run) -> Relaxation | None:
    """Solve the linear program of few sites, price all others by their own best answer, take what gains, and repeat.

    Each turn ends with a bound for all sites. None where no point keeps the rows, or the solver found no least one.
    """
    n = len(a.sites.s)
    keep = np.ones(n, dtype=bool) if n <= TAKEN_AT_ONCE else a.duty | _cheapest(a, FIRST_SITES)
    while True:
        part = kernel(a, keep)
        found = run(part.matrix, Job(integer=np.zeros(part.matrix.shape[1], dtype=bool)))
        if found.status == "infeasible" and not keep.all():
            keep = keep | _cheapest(a, 2 * int(keep.sum()))
            continue
        if found.x is None or found.row_dual is None:
            return None
        dual = np.zeros(a.matrix.shape[0])
        dual[part.rows] = found.row_dual
        answer = priced(a, dual)
        gains = np.where(keep, 0.0, np.minimum(0.0, answer.gain))
        # the least of the sites taken under their own duals is the objective; the others are worth their gains
        bound = max(answer.bound, found.objective + float(gains.sum()))
        if found.objective - bound <= CLOSE * abs(found.objective) or not gains.any():
            return Relaxation(part.spread(found.x, a.matrix.shape[1]), dual, bound)
        keep = keep.copy()
        keep[np.argsort(gains, kind="stable")[:MORE_SITES]] = True


def attractive(a: Aggregate, relaxed: Relaxation, most: int, dearer: float = DEARER) -> Bools:
    """Return the sites that a plan is likely to open, (n,): those of the relaxation, and those nearest to gaining.

    ``most`` limits only the latter; where there are no more sites than that, all are.
    """
    if len(a.sites.s) <= most:
        return np.ones(len(a.sites.s), dtype=bool)
    values = _values(a, relaxed, dearer)
    opened: Bools = a.duty | (relaxed.x[a.opened].max(axis=1, initial=0.0) > 1e-6)
    values = np.where(opened, 0.0, values)
    near = np.argsort(values, kind="stable")[: max(0, most - int(opened.sum()))]
    opened[near[values[near] < 0]] = True
    return opened


def dearest(a: Aggregate, relaxed: Relaxation, most: int) -> float:
    """Return how much dearer a backstop may be so that about as many sites gain by it as a proof may take."""
    dearer = DEARER
    while len(a.sites.s) > most and (_values(a, relaxed, dearer) < 0).sum() > most and dearer > DEARER / 8:
        dearer /= 2
    return dearer


def _values(a: Aggregate, relaxed: Relaxation, dearer: float) -> Floats:
    """Return what each site gains at the prices of a backstop, (n,)."""
    every = np.zeros(a.matrix.shape[1], dtype=bool)
    every[a.columns_of_sites] = True
    return site_values(a, cost_under(a, backstop_prices(a, every, relaxed.dual, dearer)))


def _cheapest(a: Aggregate, count: int) -> Bools:
    """Return the sites of the least cost per MW-year that they can hold, (n,)."""
    cost, usable = a.matrix.cost, a.sites.usable_mw
    halls = np.minimum(a.sites.halls, np.ceil(usable / a.p.hall_mw[a.sites.s, None]))
    money = (cost[a.halls] * halls + cost[a.it_mw] * usable + cost[a.opened] * (usable > 0)).sum(axis=1)
    held = usable.sum(axis=1)
    order = np.argsort(np.where(held > 0, money / np.maximum(held, 1e-9), np.inf), kind="stable")
    found = np.zeros(len(held), dtype=bool)
    found[order[:count]] = True
    return found
