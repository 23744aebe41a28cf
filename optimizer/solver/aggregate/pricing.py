"""What duals prove: each site answers them by itself, exactly, with whole halls and openings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...resolution import Floats
from ..arrays import Ints
from .model import Aggregate
from .sheet import NOWHERE

# So many sites are walked through time at once, those of like size together, since the largest sets the width.
SITES_AT_ONCE = 100


@dataclass(frozen=True)
class Answer:
    """A valid bound under some duals, in the matrix's unit, and what each site would gain (≤ 0) or pay (> 0), (n,)."""

    bound: float
    gain: Floats


def priced(a: Aggregate, dual: Floats) -> Answer:
    """Relax the rows that sites share by ``dual`` (by row) and let each site take its least.

    The bound holds for any duals: Σ dual · limits + Σ of the least of every site and of every other column.
    """
    matrix = a.matrix
    dual, limits = at_limits(a, dual)
    cost = cost_under(a, dual)
    least = np.where(cost > 0, cost * matrix.lower, cost * matrix.upper)
    of_sites = np.zeros(matrix.shape[1], dtype=bool)
    of_sites[a.columns_of_sites] = True
    gain = site_values(a, cost)
    bound = (
        matrix.offset + float(dual[dual != 0] @ limits[dual != 0]) + float(least[~of_sites].sum()) + float(gain.sum())
    )
    return Answer(bound, gain)


def at_limits(a: Aggregate, dual: Floats) -> tuple[Floats, Floats]:
    """Return the duals of shared rows, 0 where a row has no such limit, and the limits that they price."""
    matrix = a.matrix
    dual = np.where(a.site_of_row == NOWHERE, dual, 0.0)
    dual = np.where((dual > 0) & ~np.isfinite(matrix.row_lower), 0.0, dual)
    dual = np.where((dual < 0) & ~np.isfinite(matrix.row_upper), 0.0, dual)
    return dual, np.where(dual > 0, matrix.row_lower, matrix.row_upper)


def cost_under(a: Aggregate, dual: Floats) -> Floats:
    """Return what each column costs less what its rows pay for it."""
    matrix = a.matrix
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.starts))
    cost: Floats = matrix.cost - np.bincount(column, matrix.values * dual[matrix.rows], matrix.shape[1])
    return cost


def site_values(a: Aggregate, cost: Floats) -> Floats:
    """Least cost of each site by itself, 0 where it may stay closed, (n,); a lower limit where its own rows say more.

    Load that never falls earns from when it starts to the end; so what a unit of it earns from t on, at its best start,
    falls with t, and the load is all that halls and power allow. The rest is a walk over halls, which never get fewer.
    """
    p, sites = a.p, a.sites
    earns = -cost[a.it_mw]
    if not p.retires:
        from_on = np.cumsum(earns[:, ::-1], axis=1)[:, ::-1]
        best = np.maximum(0.0, np.maximum.accumulate(from_on[:, ::-1], axis=1)[:, ::-1])
        earns = best - np.append(best[:, 1:], np.zeros((len(best), 1)), axis=1)
    earns = np.maximum(0.0, earns)
    made = a.onsite != NOWHERE
    onsite = np.where(made, np.minimum(0.0, cost[a.onsite] * a.matrix.upper[a.onsite]), 0.0)
    open_ = cost[a.opened] + onsite
    least, rated = np.zeros(len(sites.s)), np.isfinite(p.halls_per_year[sites.s])
    for alike in (rated, ~rated):
        by_size = np.flatnonzero(alike)[np.argsort(sites.halls[alike].max(axis=1, initial=0.0), kind="stable")]
        for part in np.array_split(by_size, len(by_size) // SITES_AT_ONCE + 1):
            least[part] = _walk(a, part, open_, cost, earns)
    duty = p.committed[sites.s] | p.forced[sites.s]
    return np.where(duty, least, np.minimum(0.0, least))


def _walk(a: Aggregate, part: Ints, open_: Floats, cost: Floats, earns: Floats) -> Floats:
    """Walk some sites through time, all with a yearly rate of halls or none.

    The state of an open one is the halls that stand and, with a rate, those that came in the same year.
    """
    p, sites, s = a.p, a.sites, a.sites.s[part]
    rate, committed, years = p.halls_per_year[s, None, None], p.committed[s], p.horizon.calendar_years
    halls = np.arange(int(sites.halls[part].max(initial=0.0)) + 1)
    came = np.arange(1 + int(min(halls[-1], rate.max(initial=0.0, where=np.isfinite(rate)))))
    value = np.full((len(part), len(halls), len(came)), np.inf)
    for t in range(len(p.horizon)):
        if t and years[t] != years[t - 1]:
            value[:, :, 0], value[:, :, 1:] = value.min(axis=2), np.inf
        value[:, 0, 0] = np.minimum(value[:, 0, 0], np.where(committed & (t > 0), np.inf, 0.0))  # it opens now
        if np.isfinite(rate).all():
            for n in came[1:]:
                value[:, 1:, n] = np.minimum(value[:, 1:, n], value[:, :-1, n - 1])
        else:
            value = np.minimum.accumulate(value, axis=1)
        usable = np.minimum(sites.usable_mw[part, t, None], p.existing_mw[s, t, None] + p.hall_mw[s, None] * halls)
        now = open_[part, t, None] + cost[a.halls[part, t, None]] * halls - earns[part, t, None] * usable
        now = np.where(halls <= sites.halls[part, t, None], now, np.inf)
        value = np.where(came <= rate, value + now[:, :, None], np.inf)
    least: Floats = value.min(axis=(1, 2))
    return least
