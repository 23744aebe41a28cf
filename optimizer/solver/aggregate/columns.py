"""What the aggregate of a study decides, site by site and SKU by SKU, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...formulation.sets import filtered
from ...io.standing import halls_by
from ...parameters import Parameters
from ...resolution import Floats
from ...study import Study
from ..arrays import Bools, Ints
from ..matrix import MUSD
from .sheet import NOWHERE, Sheet

Goal = Literal["money", "unused", "waiting"]
USD = 1.0 / MUSD
# Sites are told apart by their placement prices while that leaves no more groups than this.
MOST_GROUPS = 12


@dataclass(frozen=True)
class Sites:
    """The candidate sites ``s`` of a study, and what each can hold by t if it is open, (n, T).

    ``usable_mw``: IT MW by its halls, power and lead. ``halls``: new halls that it can use. ``group`` is that of the
    SKUs ``admits``, (groups, K); ``placement_usd_per_mw`` the least of the group; ``blurred``: its sites' own differ.
    """

    s: Ints
    usable_mw: Floats
    halls: Floats
    group: Ints
    admits: Bools
    placement_usd_per_mw: Floats
    blurred: bool

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
        blurred = bool((p.admits[s] & (prices > least[group.ravel()])).any())
        return cls(s, usable, np.minimum(possible, needed[:, None]), group.ravel(), admits, least, blurred)


class Decided:
    """The columns of one aggregate and their prices, as they are put down on a sheet."""

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
        self.g = self.sheet.columns(np.minimum(p.headroom_mw[:, :, 0], most_mw))
        lines = (len(p.lines), shape[1])
        self.f, self.r = (
            self.sheet.columns(np.broadcast_to(np.minimum(mw, most_mw)[:, None], lines))
            for mw in (p.line_mw, p.line_back_mw)
        )
        self.power = np.where(np.isfinite(p.power_mw[self.s]), p.power_mw[self.s], 0.0)
        self.limited = np.isfinite(p.power_mw[self.s])

    def waiting(self) -> tuple[list[tuple[Ints, Floats | float]], float]:
        """Return Σ L w as terms and a constant."""
        return [(self.w, self.p.length_years)], 0.0

    def unused(self) -> tuple[list[tuple[Ints, Floats | float]], float]:
        """Return Σ L w + Σ L spare / peak_pue, with spare = (I + O) y − peak_pue P, as terms and a constant."""
        years, limited = self.p.length_years, self.limited
        spare = years * self.power / self.pue
        return [(self.w, years), (self.y[limited], spare[limited]), (self.load[limited], -years)], 0.0

    def priced(self, goal: Goal) -> float:
        """Put the goal down as prices; returns the constant."""
        if goal != "money":
            terms, constant = self.unused() if goal == "unused" else self.waiting()
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
