"""From relaxed pods to whole ones where halls run full: fillings of each site that leave nothing empty, one is taken.

A full site has one fractional SKU at least, so rounding one by one leaves a pod's room empty at every site. Fillings
close to the relaxed one that use the room to the last are many, and to choose one a site is nearly a linear program:
only what is left of each SKU, and what zones can draw, ties the sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from ...formulation.families import HALLS, IDLE, OPENED, PODS, PRESENT, SERVING, SPARE, SWITCHES, UNITS, WAITING
from ...parameters import Parameters
from ..aggregate.sheet import Sheet
from ..arrays import Bools, Floats, Ints, Job, Matrix
from ..problem import Problem
from ..runner import Runner

# Fillings of a site differ from the relaxed one by so many pods of each SKU at most, of so many SKUs, and so many
# of the best are kept.
FEWER, MORE = -3, 4
MOST_SKUS = 6
KEPT = 200
# A MW left empty weighs as much as so many MW of other SKUs than the relaxed ones.
EMPTY_WEIGHT = 20.0
# Room that stays empty for good costs so many times what the relaxed plan pays for it, since that still has some left.
FOR_GOOD = 3.0
NODES = 60
_HAIR_MW = 1e-9


def filled(problem: Problem, relaxed: Floats, runner: Runner) -> Floats | None:
    """Return the point with whole pods in service near the relaxed ones, period after period; no rack may retire.

    Openings and halls are those of ``relaxed``. The point keeps what sites hold, what was delivered and what zones
    draw; what else the study asks is not looked at.
    """
    p, columns, matrix = problem.p, problem.c.columns, problem.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    held = columns.array(*SWITCHES, *UNITS)
    lower[held] = upper[held] = np.round(relaxed[held])
    period = np.full(len(lower), -1)
    for (_, _, t), column in columns.of(PODS).items():
        period[column] = t
    nothing = np.zeros(len(lower), dtype=bool)
    whole = np.zeros((len(p.sites), len(p.skus), len(p.horizon) + 1))
    for t in range(len(p.horizon)):
        found = runner.run(matrix, Job(lower=lower, upper=upper, integer=nothing, series=True))
        point, reduced = found.x, found.reduced_cost
        if point is None or reduced is None:
            return None
        choice = _Choice(p, _Guide.of(problem, point, reduced), t, whole[:, :, t - 1])
        result = runner.run(choice.matrix, Job(max_nodes=NODES, gap=1e-6))
        if result.x is None:
            return None
        whole[:, :, t] = choice.pods(result.x)
        columns.gather(PODS, np.diff(whole[:, :, :-1], axis=2, prepend=0.0), point)
        now = period == t
        lower[now] = upper[now] = point[now]
    return runner.run(matrix, Job(lower=lower, upper=upper, integer=nothing, series=True)).x


@dataclass(frozen=True)
class _Guide:
    """A relaxed plan: pods in service (s, k, t), and what sites can hold (s, t).

    ``welcome`` is where a SKU's vendor is present, (s, k). ``waits`` is what a waiting pod costs, (k, t), and ``worth``
    what a MW of room would save where sites are full, (T,); both in the unit of the problem's matrix.
    """

    pods: Floats
    room_mw: Floats
    welcome: Bools
    waits: Floats
    worth: Floats

    @classmethod
    def of(cls, problem: Problem, x: Floats, reduced_cost: Floats) -> _Guide:
        p, columns = problem.p, problem.c.columns
        opened = np.where(p.committed[:, None], 1.0, np.round(columns.spread(OPENED, x)))
        built = p.existing_mw + p.hall_mw[:, None] * np.cumsum(np.round(columns.spread(HALLS, x)), axis=1)
        room = opened * np.minimum(built, p.power_mw / p.peak_pue[:, None])
        pods = np.maximum(0.0, columns.spread(SERVING, x))
        it_mw = np.einsum("skt,k->st", pods, p.pod_mw)
        welcome = p.admits.copy()
        for (s, vendor), column in columns.of(PRESENT).items():
            welcome[s] &= (np.array(p.vendor_of) != vendor) | (x[column] > 0.5)
        saves = columns.spread(IDLE, reduced_cost) + p.peak_pue[:, None] * columns.spread(SPARE, reduced_cost)
        full = (it_mw > _HAIR_MW) & (room - it_mw < _HAIR_MW)
        worth = np.where(full, np.maximum(0.0, saves), 0.0).sum(axis=0) / np.maximum(1, full.sum(axis=0))
        return cls(pods, room, welcome, columns.spread(WAITING, problem.matrix.cost), worth)


class _Choice:
    """The choice of one period: a filling of each full site, pods of each other, at the least that waits."""

    def __init__(self, p: Parameters, guide: _Guide, t: int, before: Floats) -> None:
        self._p, self._t, self._before = p, t, before
        self._sheet, self._columns = Sheet(), list[tuple[int, Ints, Ints, Floats]]()
        wanted = guide.pods[:, :, t]
        room = guide.room_mw[:, t]
        stays = np.cumprod(np.abs(guide.room_mw[:, t + 1 :] - room[:, None]) < _HAIR_MW, axis=1)
        price = guide.waits[:, t]
        unit = float(price.max()) or 1.0
        for_good = FOR_GOOD / unit * (stays @ guide.worth[t + 1 :])
        stock = p.delivered_pods[:, : t + 1].sum(axis=1).astype(np.float64)
        waits = self._sheet.columns(stock)
        self._supply = self._sheet.rows(stock.shape, stock, stock)
        self._draws = self._zones(wanted)
        self._sheet.add(self._supply, waits, 1.0)
        self._sheet.price(waits, np.maximum(price / unit, 1e-3))
        there = np.flatnonzero((wanted.sum(axis=1) > _HAIR_MW) | (before.sum(axis=1) > 0))
        for s in there.tolist():
            skus = np.flatnonzero(guide.welcome[s] & (stock > 0))
            load = float(wanted[s] @ p.pod_mw)
            if room[s] - float(before[s] @ p.pod_mw) < float(p.pod_mw[skus].min(initial=np.inf)) - _HAIR_MW:
                self._keeps(s)
            elif room[s] - load < float(p.pod_mw[skus].max(initial=0.0)):
                self._full(s, skus, wanted[s], float(room[s]), float(for_good[s]))
            else:
                self._free(s, skus, wanted[s], float(room[s]))
        self.matrix: Matrix = self._sheet.matrix(unit=1.0, offset=0.0)

    def pods(self, x: Floats) -> Floats:
        """Pods in service of each site and SKU that a choice takes."""
        pods = self._before.copy()
        for s, skus, at, each in self._columns:
            pods[s, skus] = np.round(x[at]) @ each
        return pods

    def _zones(self, wanted: Floats) -> Ints:
        """Let zones serve from their own surplus, on-site energy and lines; returns a row each that draws add to."""
        p, sheet, t = self._p, self._sheet, self._t
        zoned = p.zone_of >= 0
        made = np.minimum(p.onsite_mw[:, t], p.peak_pue * (wanted @ p.pod_mw))
        onsite = np.bincount(p.zone_of[zoned], made[zoned], len(p.zones))
        zones = sheet.rows((len(p.zones),), -np.inf, onsite)
        sheet.add(zones, sheet.columns(p.headroom_mw[:, t, 0]), -1.0)
        most = float(p.headroom_mw[:, t, 0].sum())
        for start, end, mw in ((p.line_from, p.line_to, p.line_mw), (p.line_to, p.line_from, p.line_back_mw)):
            flow = sheet.columns(np.minimum(mw, most))
            sheet.price(flow, 1e-6)
            sheet.add(zones[end], flow, -1.0)
            sheet.add(zones[start], flow, 1.0)
        return zones

    def _keeps(self, s: int) -> None:
        """Let a site that has no room for any pod stay as it is."""
        skus = np.flatnonzero(self._before[s])
        self._takes(s, skus, self._sheet.columns(np.ones(1), lower=1.0), self._before[s, skus][None])

    def _full(self, s: int, skus: Ints, wanted: Floats, room_mw: float, for_good: float) -> None:
        """Let a site take one of its fillings."""
        fillings, cost = _fillings(self._p.pod_mw[skus], wanted[skus], self._before[s, skus], room_mw)
        for own, least_mw in self._clusters(s, skus):
            kept = fillings[:, own] @ self._p.pod_mw[skus[own]] >= least_mw - _HAIR_MW
            fillings, cost = fillings[kept], cost[kept]
        at = self._sheet.columns(np.ones(len(fillings)), integer=True)
        self._sheet.add(self._sheet.rows((1,), 1.0, 1.0), at, 1.0)
        self._sheet.price(at, 1e-3 * cost + for_good * (room_mw - fillings @ self._p.pod_mw[skus]))
        self._takes(s, skus, at, fillings)

    def _free(self, s: int, skus: Ints, wanted: Floats, room_mw: float) -> None:
        """Let a site with room take pods one by one."""
        least = np.maximum(self._before[s, skus], np.floor(wanted[skus] + 1e-6) + FEWER)
        most = np.maximum(least, np.floor(wanted[skus] + 1e-6) + MORE)
        at = self._sheet.columns(most, lower=least, integer=True)
        self._sheet.add(self._sheet.rows((1,), -np.inf, room_mw), at, self._p.pod_mw[skus])
        for own, least_mw in self._clusters(s, skus):
            self._sheet.add(self._sheet.rows((1,), least_mw, np.inf), at[own], self._p.pod_mw[skus[own]])
        self._takes(s, skus, at, np.eye(len(skus)))

    def _clusters(self, s: int, skus: Ints) -> Iterator[tuple[Bools, float]]:
        """Give which of some SKUs have to hold a cluster in the end, and how much."""
        p = self._p
        if self._t < len(p.horizon) - 1:
            return
        of = np.array([p.vendor_of[k] for k in skus])
        if p.policy.min_vendor_mw:
            for vendor in np.unique(of):
                yield of == vendor, float(p.cluster_it_mw(p.policy.min_vendor_mw, str(vendor))[s])
        if p.policy.min_site_mw:
            yield np.ones(len(skus), dtype=bool), float(p.cluster_it_mw(p.policy.min_site_mw)[s])

    def _takes(self, s: int, skus: Ints, at: Ints, pods: Floats) -> None:
        self._sheet.add(self._supply[skus][None, :], at[:, None], pods)
        zone = self._p.zone_of[s]
        if zone >= 0:
            self._sheet.add(self._draws[zone], at, self._p.peak_pue[s] * (pods @ self._p.pod_mw[skus]))
        self._columns.append((s, skus, at, pods))


def _fillings(pod_mw: Floats, wanted: Floats, before: Floats, room_mw: float) -> tuple[Floats, Floats]:
    """Return the best fillings of a room near the wanted one, (i, k), and what speaks against each, in MW."""
    base = np.maximum(np.floor(wanted + 1e-6), before)
    varied = np.argsort(-wanted, kind="stable")[:MOST_SKUS]
    changes = np.zeros((len(_steps(len(varied))), len(base)))
    changes[:, varied] = _steps(len(varied))
    found = base + changes
    empty = room_mw - (float(base @ pod_mw) + changes @ pod_mw)
    kept = (empty >= -_HAIR_MW) & (found >= before).all(axis=1)
    found, empty = found[kept], empty[kept]
    cost = EMPTY_WEIGHT * empty + np.abs(found - wanted) @ pod_mw
    best = np.argsort(cost, kind="stable")[:KEPT]
    least = [base] if base @ pod_mw <= room_mw + _HAIR_MW else []
    some = np.unique([*found[best], *least, before], axis=0)
    return some, EMPTY_WEIGHT * (room_mw - some @ pod_mw) + np.abs(some - wanted) @ pod_mw


@lru_cache
def _steps(n: int) -> Floats:
    return np.array(list(product(range(FEWER, MORE), repeat=n)), dtype=np.float64).reshape(-1, n)
