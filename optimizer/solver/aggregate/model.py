"""The aggregate of a study: what any plan is, seen without pods.

Racks are MW, told apart by SKU but not by site; sites are openings y_st, halls by then H_st and IT load P_st; sites
that take the same SKUs share them. Every plan of the study is a point of it at no higher cost, so its bound is one of
the study. Without retirement, clusters of vendors and placement prices that differ by site, the reverse holds too for
racks that need not be whole. There is one load block. Letters are those of ``optimizer/formulation/README.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from ...parameters import Parameters
from ...resolution import Floats
from ...study import Study
from ..arrays import Bools, Ints, Matrix
from ..matrix import MUSD
from .columns import Decided, Goal, Sites
from .sheet import NOWHERE

# A row of whole halls whose remainder is a smaller share of a hall says too little for its steep coefficients.
LEAST_REMAINDER = 1e-3


@dataclass(frozen=True)
class Aggregate:
    """The aggregate as a matrix, in million USD or MW-years times its unit, and where its columns stand.

    ``opened``, ``halls``, ``it_mw``, ``onsite``: (n, T) by the place of a site in ``sites``; halls count up.
    ``site_of_row``: the place of the site that a row knows alone, nowhere of rows that sites share. ``loaded``: the
    rows that add up load, (groups, T); ``whole_halls``: those that count the halls of all sites in whole ones, as
    (row, t, MW of a hall).
    ``tightening``: rows that whole halls and openings imply, in openings, halls, load and waiting alone.
    ``ceilings``: rows that limit MW-years, that of the goal which is held first.
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
    loaded: Ints
    whole_halls: list[tuple[int, int, float]]
    tightening: Ints
    ceilings: Ints

    def below_ceiling(self, room_mw_years: float) -> Aggregate:
        """Return the aggregate with that much less below its first ceiling, if it has one."""
        row_upper = self.matrix.row_upper.copy()
        row_upper[self.ceilings[:1]] -= room_mw_years
        return replace(self, matrix=replace(self.matrix, row_upper=row_upper))

    @property
    def own(self) -> Ints:
        """Columns of each site, (n, 4T), nowhere where it has none."""
        return np.concatenate([self.opened, self.halls, self.it_mw, self.onsite], axis=1)

    @property
    def columns_of_sites(self) -> Ints:
        """All columns of sites."""
        found: Ints = self.own[self.own != NOWHERE]
        return found

    @property
    def duty(self) -> Bools:
        """Sites that are open in every plan, (n,)."""
        found: Bools = self.p.committed[self.sites.s] | self.p.forced[self.sites.s]
        return found


def aggregate(study: Study, p: Parameters, goal: Goal, held: tuple[Goal, float] | None = None) -> Aggregate:
    """State the aggregate of a study under a goal, with another goal ``held`` to a limit."""
    return _Statement(study, p).stated(goal, held)


class _Statement(Decided):
    """Columns and rows of one aggregate as they are put down."""

    def __init__(self, study: Study, p: Parameters) -> None:
        super().__init__(study, p)
        self.tightening: list[Ints] = []
        self.whole: list[tuple[int, int, float]] = []

    def stated(self, goal: Goal, held: tuple[Goal, float] | None) -> Aggregate:
        local = [*self._site_rows()]
        self._rack_rows()
        self._grid_rows()
        self._policy_rows()
        ceilings = list[int]()
        for kind, limit in [*([held] if held else []), *self._ceiling()]:
            terms, constant = self.unused() if kind == "unused" else self.waiting()
            row = self.sheet.rows((1,), -inf, limit - constant)
            ceilings += row.tolist()
            for columns, values in terms:
                self.sheet.add(row, columns, values)
        offset = self.priced(goal)
        matrix = self.sheet.matrix(unit=MUSD if goal == "money" else 1.0, offset=offset)
        matrix = matrix.scaled() if goal == "money" else matrix
        site_of_row = np.full(matrix.shape[0], NOWHERE)
        for rows in local:
            place = np.broadcast_to(np.arange(len(rows))[:, None], rows.shape)
            site_of_row[rows[rows != NOWHERE]] = place[rows != NOWHERE]
        return Aggregate(
            self.p, self.sites, matrix, self.y, self.h, self.load, self.o, self.w, site_of_row, self.loaded, self.whole,
            np.concatenate([rows[rows != NOWHERE] for rows in self.tightening]), np.array(ceilings, dtype=np.int64),
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
            self.tightening.append(row)
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
        self.loaded = loaded = sheet.rows((len(self.sites.admits), n_t), 0.0, 0.0)
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
            self.tightening.append(row)
            if takers.all():
                self.whole += zip(row.tolist(), told.tolist(), [float(size)] * len(told), strict=True)

    def _grid_rows(self) -> None:
        """State each zone's balance: Σ d_st = g_zt + Σ_in f − Σ_out f, with d = peak_pue P − o."""
        p, sheet = self.p, self.sheet
        balance = sheet.rows(self.g.shape, 0.0, 0.0)
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
