"""The aggregate of a study: what any plan is, seen without pods.

Racks are MW, told apart by SKU but not by site; sites are openings y_st, halls by then H_st and IT load P_st; sites
that take the same SKUs share them. Every plan of the study is a point of it at no higher cost, so its bound is one of
the study. Without retirement, clusters of vendors and placement prices that differ by site, the reverse holds too for
racks that need not be whole. There is one load block. Letters are those of ``optimizer/formulation/README.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from optimizer.formulation.sets import filtered
from optimizer.io.standing import halls_by
from optimizer.parameters import Parameters
from optimizer.resolution import Floats
from optimizer.solver.arrays import Bools, Ints, Matrix
from optimizer.solver.matrix import MUSD
from optimizer.study import Study
from tests.benchmarks.aggregate.sheet import NOWHERE, Sheet

Goal = Literal["money", "unused", "waiting"]
USD = 1.0 / MUSD
# Sites are told apart by their placement prices while that leaves no more groups than this.
MOST_GROUPS = 12
# A row of whole halls whose remainder is a smaller share of a hall says too little for its steep coefficients.
LEAST_REMAINDER = 1e-3


@dataclass(frozen=True)
class Sites:
    """The candidate sites ``s`` of a study, and what each can hold by t if it is open, (n, T).

    ``usable_mw``: IT MW by its halls, power and lead. ``halls``: new halls that it can use. ``group`` is that of the
    SKUs ``admits``, (groups, K); ``placement_usd_per_mw`` the least of the group.
    """

    s: Ints
    usable_mw: Floats
    halls: Floats
    group: Ints
    admits: Bools
    placement_usd_per_mw: Floats

    @classmethod
    def of(cls, p: Parameters) -> Sites:
        """Take those that may be open."""
        s = np.array(filtered(p).candidates, dtype=np.int64)
        hall, existing = p.hall_mw[s, None], p.existing_mw[s]
        possible = halls_by(p.horizon, p.halls_max[s], p.halls_per_year[s], p.first_hall[s])
        usable = np.minimum(existing + hall * possible, p.power_mw[s] / p.peak_pue[s, None])
        if not p.retires:  # load never falls
            usable = np.minimum.accumulate(usable[:, ::-1], axis=1)[:, ::-1]
        needed = np.ceil(np.maximum(0.0, (usable - existing).max(axis=1, initial=0.0)) / hall[:, 0] - 1e-9)
        prices = p.placement_usd_per_rack[s] * p.pod_racks / p.pod_mw
        kinds = np.concatenate([p.admits[s], np.where(p.admits[s], prices, 0.0)], axis=1)
        if len(np.unique(kinds, axis=0)) > MOST_GROUPS:
            kinds = kinds[:, : len(p.skus)]
        groups, group = np.unique(kinds, axis=0, return_inverse=True)
        least = np.array([prices[group.ravel() == g].min(axis=0) for g in range(len(groups))]).reshape(-1, len(p.skus))
        admits = groups[:, : len(p.skus)] > 0
        return cls(s, usable, np.minimum(possible, needed[:, None]), group.ravel(), admits, least)


@dataclass(frozen=True)
class Aggregate:
    """The aggregate as a matrix, in million USD or MW-years times its unit, and where its columns stand.

    ``opened``, ``halls``, ``it_mw``, ``onsite``: (n, T) by the place of a site in ``sites``; halls count up.
    ``site_of_row``: the place of the site that a row knows alone, nowhere of rows that sites share.
    """

    p: Parameters
    sites: Sites
    matrix: Matrix
    opened: Ints
    halls: Ints
    it_mw: Ints
    onsite: Ints
    waiting: Ints
    site_of_row: Ints

    @property
    def own(self) -> Ints:
        """Columns of each site, (n, 4T), nowhere where it has none."""
        return np.concatenate([self.opened, self.halls, self.it_mw, self.onsite], axis=1)


def aggregate(study: Study, p: Parameters, goal: Goal, held: tuple[Goal, float] | None = None) -> Aggregate:
    """State the aggregate of a study under a goal, with another goal ``held`` to a limit."""
    return _Statement(study, p).stated(goal, held)


class _Statement:
    """Columns and rows of one aggregate as they are put down."""

    def __init__(self, study: Study, p: Parameters) -> None:
        self.config, self.p, self.sheet = study.config, p, Sheet()
        self.sites = sites = Sites.of(p)
        self.s, self.pue = sites.s, p.peak_pue[sites.s, None]
        shape = sites.usable_mw.shape
        most_mw = float((sites.usable_mw * self.pue).max(axis=1, initial=0.0).sum())  # at the fence
        committed, forced = p.committed[self.s], p.forced[self.s]
        lower = np.where(committed[:, None], 1.0, np.zeros(shape))
        lower[forced, -1] = 1.0
        self.y = self.sheet.columns(np.ones(shape), lower=lower, integer=True)
        self.h = self.sheet.columns(sites.halls, integer=True)
        self.load = self.sheet.columns(sites.usable_mw)
        made = np.minimum(p.onsite_mw[self.s], self.pue * sites.usable_mw)
        self.o = np.full(shape, NOWHERE)
        self.o[made > 0] = self.sheet.columns(made[made > 0])
        self.stock = p.delivered_mw.cumsum(axis=1)
        placed = np.where(sites.admits[:, :, None] & (self.stock > 0), self.stock, 0.0)
        self.n, self.serving = self.sheet.columns(placed), self.sheet.columns(placed)
        self.w = self.sheet.columns(self.stock)
        self.g = self.sheet.columns(np.minimum(p.headroom_mw, most_mw))
        lines = (len(p.lines), shape[1])
        self.f, self.r = (
            self.sheet.columns(np.broadcast_to(np.minimum(mw, most_mw)[:, None], lines))
            for mw in (p.line_mw, p.line_back_mw)
        )
        self.power = np.where(np.isfinite(p.power_mw[self.s]), p.power_mw[self.s], 0.0)
        self.limited = np.isfinite(p.power_mw[self.s])

    def stated(self, goal: Goal, held: tuple[Goal, float] | None) -> Aggregate:
        local = [*self._site_rows()]
        self._rack_rows()
        self._grid_rows()
        self._policy_rows()
        for kind, limit in [*([held] if held else []), *self._ceiling()]:
            terms, constant = self._unused() if kind == "unused" else self._waiting()
            row = self.sheet.rows((1,), -inf, limit - constant)
            for columns, values in terms:
                self.sheet.add(row, columns, values)
        offset = self._priced(goal)
        matrix = self.sheet.matrix(unit=MUSD if goal == "money" else 1.0, offset=offset)
        matrix = matrix.scaled() if goal == "money" else matrix
        site_of_row = np.full(matrix.shape[0], NOWHERE)
        for rows in local:
            place = np.broadcast_to(np.arange(len(rows))[:, None], rows.shape)
            site_of_row[rows[rows != NOWHERE]] = place[rows != NOWHERE]
        return Aggregate(
            self.p, self.sites, matrix, self.y, self.h, self.load, self.o, self.w, site_of_row
        )  # fmt: skip

    # rows of one site ------------------------------------------------------------------------------------------
    def _site_rows(self) -> list[Ints]:
        """State openings, halls and load of each site; returns the rows, by site."""
        p, sheet, y, h, load = self.p, self.sheet, self.y, self.h, self.load
        usable, most, existing = self.sites.usable_mw, self.sites.halls, p.existing_mw[self.s]
        hall = np.broadcast_to(p.hall_mw[self.s, None], usable.shape)
        growing = [y, h] if p.retires else [y, h, load]
        rows = [sheet.most([(of[:, :-1], 1.0), (of[:, 1:], -1.0)]) for of in growing]
        rows += [sheet.most([(load, 1.0), (y, -existing), (h, -hall)])]
        beyond = np.maximum(0.0, usable - existing)
        whole = np.floor(beyond / hall + 1e-9)
        rest = beyond - whole * hall
        told = (rest > LEAST_REMAINDER * hall) & (whole > 0)
        since = self._halls_since()  # (n, τ, t): what a site that opens in τ can have by t
        may = np.minimum(usable[:, None, :], existing[:, None, :] + hall[:, None, :] * since)
        rounded = existing[:, None, :] + (hall - rest)[:, None, :] * np.minimum(whole[:, None, :], since)
        for row, of in (
            (sheet.most([(h, 1.0)], where=most > 0), since),
            (sheet.most([(load, 1.0)], where=usable > 0), may),
            # mixed-integer rounding of both: so many whole halls, and the remainder of what is usable
            (sheet.most([(load, 1.0), (h, -rest)], where=told), rounded),
        ):
            open_by = np.triu(np.ones(of.shape[1:]))
            gain = -np.diff(of * open_by, axis=1, append=0.0)
            sheet.add(row[:, None, :], np.broadcast_to(y[:, :, None], gain.shape), -gain)
            rows.append(row)
        limited = np.isfinite(p.interconnection_mw[self.s]) & (self.o != NOWHERE)
        drawn = np.where(limited, p.interconnection_mw[self.s], inf)
        rows += [sheet.most([(load, self.pue), (self.o, -1.0)], drawn, where=self.o != NOWHERE, lower=0.0)]
        for first, last in self._years():
            terms = [(h[:, [last]], 1.0)] + ([(h[:, [first - 1]], -1.0)] if first else [])
            rate = p.halls_per_year[self.s, None]
            rows += [sheet.most(terms, rate, where=np.isfinite(rate) & (most[:, [last]] > rate))]
        asked = p.cluster_it_mw(p.policy.min_site_mw)[self.s, None]
        rows += [sheet.most([(y[:, [-1]], asked), (load[:, [-1]], -1.0)], where=asked > 0)]
        return rows

    def _halls_since(self) -> Floats:
        """Halls that a site may have by t if it opens in τ, by rate, lead and what it can use, (n, τ, t)."""
        p, n_t = self.p, len(self.p.horizon)
        years, first = np.array(p.horizon.calendar_years), p.first_hall[self.s, None]
        begin = np.maximum(np.arange(n_t)[None, :], np.minimum(first, n_t - 1))
        begin = np.where(p.committed[self.s, None], np.minimum(first, n_t - 1), begin)
        passed = np.maximum(0, years[None, None, :] - years[begin][:, :, None] + 1)
        rate = np.minimum(p.halls_per_year[self.s], 1e6)[:, None, None]
        halls: Floats = np.minimum(self.sites.halls[:, None, :], rate * passed)
        return halls

    def _years(self) -> list[tuple[int, int]]:
        """Return the first and last period of each calendar year."""
        years = np.array(self.p.horizon.calendar_years)
        found = [np.flatnonzero(years == year) for year in np.unique(years)]
        return [(int(periods[0]), int(periods[-1])) for periods in found]

    # rows that sites share ---------------------------------------------------------------------------------------
    def _rack_rows(self) -> None:
        """State that racks come, wait, are placed with a group of sites and load them; halls in whole numbers."""
        p, sheet, group = self.p, self.sheet, self.sites.group
        n_t = len(p.horizon)
        loaded = sheet.rows((len(self.sites.admits), n_t), 0.0, 0.0)
        sheet.add(loaded[group], self.load, 1.0)
        sheet.add(loaded[:, None, :], self.serving, -1.0)
        serves = np.broadcast_to(p.serves[None, :, :, :], (*self.n.shape, n_t)).astype(np.float64)
        in_service = sheet.rows(self.serving.shape, 0.0, 0.0)
        leaves = np.diff(serves, axis=3, prepend=0.0)  # (g, k, a, t): +1 where placed, -1 where it retires
        sheet.add(in_service, self.serving, 1.0)
        sheet.add(in_service[:, :, 1:], self.serving[:, :, :-1], -1.0)
        sheet.add(in_service[:, :, None, :], self.n[:, :, :, None], -leaves)
        balance = sheet.rows(self.w.shape, p.delivered_mw, p.delivered_mw)
        sheet.add(balance, self.w, 1.0)
        sheet.add(balance[:, 1:], self.w[:, :-1], -1.0)
        sheet.add(balance[None], self.n, 1.0)
        if not p.retires:
            for skus in (range(len(p.skus)), *([k] for k in range(len(p.skus)))):
                self._whole_halls(np.array(skus, dtype=np.int64))

    def _whole_halls(self, skus: Ints) -> None:
        """Round what some SKUs ask of the halls of all sites that take them.

        Σ built + W ≥ D by whole halls of one size: Σ G(hall / size) H + Σ G(existing / size) y + W / f ≥ ⌈D / size⌉
        with f the remainder of D and G(a) = ⌊a⌋ + min(1, frac(a) size / f).
        """
        takers: Bools = np.any(self.sites.admits[:, skus], axis=1).astype(np.bool_)[self.sites.group]
        if (len(skus) == 1 and takers.all()) or not takers.any():
            return
        asked = self.stock[skus].sum(axis=0)
        halls, existing = self.p.hall_mw[self.s], self.p.existing_mw[self.s]
        for size in np.unique(halls[takers])[-3:]:
            f = asked - np.floor(asked / size) * size
            told = np.flatnonzero((f > LEAST_REMAINDER * size) & (f < size * (1.0 - 1e-9)))
            row = self.sheet.rows((len(told),), np.ceil(asked[told] / size), inf)
            rest = f[told]
            for columns, mw in ((self.h, np.broadcast_to(halls[:, None], existing.shape)), (self.y, existing)):
                of, by = columns[takers][:, told], mw[takers][:, told] / size
                whole = np.floor(by + 1e-9)
                self.sheet.add(row, of, whole + np.minimum(1.0, np.maximum(0.0, by - whole) * size / rest))
            self.sheet.add(row, self.w[skus][:, told], 1.0 / rest)

    def _grid_rows(self) -> None:
        """State each zone's balance: Σ d_st = g_zt + Σ_in f − Σ_out f, with d = peak_pue P − o."""
        p, sheet = self.p, self.sheet
        balance = sheet.rows(p.headroom_mw.shape, 0.0, 0.0)
        zoned = p.zone_of[self.s] >= 0
        rows = balance[p.zone_of[self.s][zoned]] if len(p.zones) else np.full((0, balance.shape[1]), NOWHERE)
        sheet.add(rows, self.load[zoned], np.broadcast_to(self.pue, self.load.shape)[zoned])
        sheet.add(rows, self.o[zoned], -1.0)
        sheet.add(balance, self.g, -1.0)
        for ends, sign in ((p.line_from, 1.0), (p.line_to, -1.0)):
            sheet.add(balance[ends], self.f, sign)
            sheet.add(balance[ends], self.r, -sign)

    def _policy_rows(self) -> None:
        """State the rules of [policy] that know sites and load; clusters of vendors are left out."""
        p, sheet, rules = self.p, self.sheet, self.p.policy
        last = self.load[:, -1]
        if rules.max_sites is not None:
            sheet.add(sheet.rows((1,), -inf, float(rules.max_sites)), self.y[:, -1], 1.0)
        if rules.max_new_mw_per_year is not None:
            for first, end in self._years():
                row = sheet.rows((1,), -inf, float(rules.max_new_mw_per_year))
                sheet.add(row, self.h[:, end], p.hall_mw[self.s])
                if first:
                    sheet.add(row, self.h[:, first - 1], -p.hall_mw[self.s])
        for key, share in rules.shares.items():
            whose = p.sharers[key][self.s]
            for one in np.unique(whose[whose >= 0]) if share < 1.0 else ():
                inside = (whose == one).astype(np.float64)
                sheet.add(sheet.rows((1,), -inf, 0.0), last, inside - share)

    def _ceiling(self) -> list[tuple[Goal, float]]:
        limit = self.p.policy.max_unused_mw_years
        return [] if limit is None else [("unused", float(limit))]

    # goals -------------------------------------------------------------------------------------------------------
    def _waiting(self) -> tuple[list[tuple[Ints, Floats | float]], float]:
        return [(self.w, self.p.length_years)], 0.0

    def _unused(self) -> tuple[list[tuple[Ints, Floats | float]], float]:
        """Return Σ L w + Σ L spare / peak_pue, with spare = (I + O) y − peak_pue P, as terms and a constant."""
        years, limited = self.p.length_years, self.limited
        spare = years * self.power / self.pue
        return [(self.w, years), (self.y[limited], spare[limited]), (self.load[limited], -years)], 0.0

    def _priced(self, goal: Goal) -> float:
        """Put the goal down as prices; returns the constant."""
        if goal != "money":
            terms, constant = self._unused() if goal == "unused" else self._waiting()
            for columns, values in terms:
                self.sheet.price(columns, values)
            return constant
        p, sheet, unused, money = self.p, self.sheet, self.config.unused, self.config.money
        years, now, s = p.length_years, p.discount * USD, self.s
        life, kept = money.asset_life_years, p.discount_end * USD * money.residual_value
        site_worth, hall_worth = (now - kept * p.left_value(of) for of in (life.site, life.hall))
        open_usd = np.where(p.committed[s], 0.0, p.open_usd[s])
        capex = np.where(p.own[s], p.hall_usd_per_mw[s], 0.0) * p.hall_mw[s]
        for columns, usd, worth in ((self.y, open_usd, site_worth), (self.h, capex, hall_worth)):
            sheet.price(columns, usd[:, None] * (worth - np.append(worth[1:], 0.0)))
        rent = np.where(p.own[s], 0.0, p.lease_usd_per_mw_year[s]) + p.fixed_usd_per_mw_year[s]
        empty = unused.idle_hall_usd_per_mw_year
        built = (rent + empty)[:, None] * years * now
        sheet.price(self.y, built * p.existing_mw[s])
        sheet.price(self.h, built * p.hall_mw[s, None])
        draw, onsite = p.draw_usd_per_mw[s].sum(axis=2), p.onsite_usd_per_mw[s].sum(axis=2)
        sheet.price(self.load, draw * self.pue * now - empty * years * now)
        sheet.price(self.o, (onsite - draw) * now)
        spare = unused.idle_power_usd_per_mw_year * years * now
        sheet.price(self.y, spare * self.power)
        sheet.price(self.load, np.where(self.limited, -spare * self.pue, 0.0))
        sheet.price(self.n, self.sites.placement_usd_per_mw[:, :, None] * now)
        sheet.price(self.w, p.waiting_usd_per_mw_year[:, None] * years * now)
        sheet.price(self.w[:, -1], unused.unplaced_rack_usd_per_mw * p.discount_end * USD)
        self._aged(unused.aged_rack_usd_per_mw_year * years * now)
        flow = p.flow_usd_per_mw.sum(axis=2)
        for columns in (self.f, self.r):
            sheet.price(columns, flow * now)
        return 0.0

    def _aged(self, usd_per_mw: Floats) -> None:
        """Price what waits since long: a ≥ Σ_{τ ≤ t−A} D − Σ placed, which is w less what came since."""
        old = np.array(self.p.aged_before, dtype=np.int64)
        before = np.where(old > 0, self.stock[:, np.maximum(old - 1, 0)], 0.0)
        there = (before > 0) & (usd_per_mw > 0)
        aged = self.sheet.columns(np.where(there, before, 0.0))
        self.sheet.most([(self.w, 1.0), (aged, -1.0)], self.stock - before, where=there)
        self.sheet.price(aged, np.broadcast_to(usd_per_mw, aged.shape))
