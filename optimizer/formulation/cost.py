"""The terms of the objective, each written once for discounted and for undiscounted money, in million USD."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..io.config import StudyConfig
from ..io.registers import CHANGE
from ..parameters import Parameters
from ..resolution import Floats
from .families import HALLS, UNITS, Family
from .notation import Program, Term

MUSD = 1e-6
Sum = list[Term]


@dataclass(frozen=True)
class Money:
    """Prices of the study's keys, and the factors that bring a cash flow of each period, or of the end, to today."""

    config: StudyConfig
    factor: Floats
    factor_end: float

    @classmethod
    def both(cls, config: StudyConfig, p: Parameters) -> dict[str, Money]:
        """Return money with δ_t = (1 + r)^−(years from the first period's start), and every cash flow at face value."""
        face = cls(config, np.ones(len(p.horizon)), 1.0)
        return {"discounted": cls(config, p.discount, p.discount_end), "undiscounted": face}


def _openings(c: Program, worth: Floats) -> Sum:
    """Σ open_usd_s · worth_t · (y_st − y_s,t−1) over the sites that are not committed."""
    terms = []
    for s, t in c.m.y:
        following = worth[t + 1] if t + 1 < len(worth) else 0.0
        terms.append((float(c.p.open_usd[s] * (worth[t] - following)) * MUSD, c.m.y[s, t]))
    return terms


def opening(c: Program, money: Money) -> Sum:
    """Paid once, in the period a site opens: Σ δ_t open_usd_s (y_st − y_s,t−1)."""
    return _openings(c, money.factor)


def _bought(family: Family, c: Program, worth: Floats) -> Sum:
    """Σ usd_s · worth_t · x_st over what sites buy whole."""
    usd, bought = c.p.bought_usd[family.field], c.m.component(family.letter)
    return [(float(usd[s] * worth[t]) * MUSD, bought[s, t]) for s, t in bought]


def capex(family: Family, c: Program, money: Money) -> Sum:
    """Price of what sites buy whole, such as the halls of own sites: Σ δ_t hall_usd_per_mw_s hall_s h_st."""
    return _bought(family, c, money.factor)


def _per_built_mw(c: Program, money: Money, sites: Iterable[int], usd_per_mw_year: Floats) -> Sum:
    terms: Sum = []
    for s in sites:
        for t in range(len(c.p.horizon)):
            if rate := float(usd_per_mw_year[s] * c.p.length_years * money.factor[t]) * MUSD:
                terms += c.built(s, t, rate)
    return terms


def lease(c: Program, money: Money) -> Sum:
    """Rent of the built MW of leased sites: Σ δ_t L_t lease_s (existing_st y_st + hall_s Σ h)."""
    return _per_built_mw(c, money, [s for s in c.sets.candidates if not c.p.own[s]], c.p.lease_usd_per_mw_year)


def fixed(c: Program, money: Money) -> Sum:
    """O&M of built MW: Σ δ_t L_t fixed_s (existing_st y_st + hall_s Σ h)."""
    return _per_built_mw(c, money, c.sets.candidates, c.p.fixed_usd_per_mw_year)


def placement(c: Program, money: Money) -> Sum:
    """Paid when a rack is placed: Σ δ_t usd_per_rack_sk racks_per_pod_k n_skt."""
    usd = c.p.placement_usd_per_rack * c.p.pod_racks
    return [(float(usd[s, k] * money.factor[t]) * MUSD, c.m.n[s, k, t]) for s, k, t in c.sets.triples if usd[s, k]]


def energy(c: Program, money: Money) -> Sum:
    """Σ δ_t H_b L_t load_factor_s annual_pue_s / peak_pue_s (d_st price_st + o_st on-site price_st)."""
    prices = (c.m.d, c.p.draw_usd_per_mw), (c.m.o, c.p.onsite_usd_per_mw)
    return [term for var, usd in prices for term in _through_periods(var, usd, money)]


def wheeling(c: Program, money: Money) -> Sum:
    """Transport on lines that state a price, less that of the base case: Σ δ_t H_b L_t usd_per_mwh_l |f_ltb|."""
    lines = [term for var in (c.m.f, c.m.r) for term in _through_periods(var, c.p.flow_usd_per_mw, money)]
    price = c.p.flow_usd_per_mw[[c.p.upgrades.target[u] for u, _ in c.p.upgrades.copies]]
    bought = [term for var in (c.m.q, c.m.j) for term in _through_periods(var, price, money)]
    return [*lines, *bought, *_less_base(c, money, "wheeling_usd")]


def generation(c: Program, money: Money) -> Sum:
    """Cost of generation less that of the base case: Σ δ_t H_b L_t (usd_per_mwh m + usd_per_mw2h W c) + constants."""
    made = c.p.generation
    if made is None:
        return []
    terms = _through_periods(c.m.m, made.usd_per_mwh * c.p.hours, money)
    terms += _through_periods(c.m.c, made.usd_per_mw2h * made.width_mw * c.p.hours, money)
    always = float((made.standing_usd.sum(axis=0) @ c.p.hours) @ money.factor) * MUSD
    return [*terms, (always, None), *_less_base(c, money, "generation_usd")]


def _less_base(c: Program, money: Money, what: str) -> Sum:
    """Less what the base case of a nodal grid costs; nothing until it is known."""
    if c.p.base is None:
        return []
    return [(-float((getattr(c.p.base, what) @ c.p.hours) @ money.factor) * MUSD, None)]


def _through_periods(var: Any, usd_per_mw: Floats, money: Money) -> Sum:
    """Σ δ_t usd_per_mw · var over the index of a family, whose second axis is the period."""
    return [(float(usd_per_mw[at] * money.factor[at[1]]) * MUSD, var[at]) for at in var]


def upgrades(c: Program, money: Money) -> Sum:
    """Price of reinforcements: Σ δ_t capex_usd_u x_ut."""
    return _reinforced(c, money.factor)


def _reinforced(c: Program, worth: Floats) -> Sum:
    return [(float(c.p.upgrades.capex_usd[u] * worth[t]) * MUSD, c.m.x[u, t]) for u, t in c.m.x]


def residual(c: Program, money: Money) -> Sum:
    """Less the straight-line value left at the horizon's end, of openings, own halls and upgrades (negative)."""
    if not money.config.money.residual_value:
        return []
    life, end = money.config.money.asset_life_years, -money.factor_end
    return (
        _openings(c, end * c.p.left_value(life.site))
        + _bought(HALLS, c, end * c.p.left_value(life.hall))
        + (_reinforced(c, end * c.p.left_value(life.grid)))
    )


def waiting(c: Program, money: Money) -> Sum:
    """Racks that wait through a period: Σ δ_t L_t price_k p_k w_kt."""
    rate = c.p.waiting_usd_per_mw_year * c.p.pod_mw * c.p.length_years * MUSD
    return [(float(rate[k] * money.factor[t]), c.m.w[k, t]) for k, t in c.m.w]


def aged(c: Program, money: Money) -> Sum:
    """On top, for those that came long ago: Σ δ_t L_t price p_k a_kt."""
    rate = money.config.unused.aged_rack_usd_per_mw_year * c.p.pod_mw * c.p.length_years * MUSD
    return [(float(rate[k] * money.factor[t]), c.m.a[k, t]) for k, t in c.m.a]


def unplaced(c: Program, money: Money) -> Sum:
    """Once, for what still waits when the horizon ends: Σ δ_end price p_k w_kT."""
    last = len(c.p.horizon) - 1
    rate = money.config.unused.unplaced_rack_usd_per_mw * money.factor_end * MUSD
    return [(float(rate * c.p.pod_mw[k]), c.m.w[k, t]) for k, t in c.m.w if t == last]


def idle_hall(c: Program, money: Money) -> Sum:
    """Halls without racks: Σ δ_t L_t price idle_st."""
    rate = money.config.unused.idle_hall_usd_per_mw_year * c.p.length_years * MUSD
    return [(float(rate * money.factor[t]), c.m.idle[s, t]) for s, t in c.m.idle]


def idle_power(c: Program, money: Money) -> Sum:
    """Energised power not drawn at peak: Σ δ_t L_t price spare_st."""
    rate = money.config.unused.idle_power_usd_per_mw_year * c.p.length_years * MUSD
    return [(float(rate * money.factor[t]), c.m.spare[s, t]) for s, t in c.m.spare]


def change(c: Program, money: Money) -> Sum:
    """What is changed of the plan before, less racks that are not delivered any more, at X per MW and Y per piece.

    X Σ_sk p_k moved_sk + Y Σ_st δ_t (unopened_st + unbuilt_st) + constants, of sites that are gone among them.
    """
    before = c.p.before
    if before is None:
        return []
    per_pod, per_piece = before.move_usd_per_mw * c.p.pod_mw * MUSD, before.close_usd * MUSD
    moves = [(float(per_pod[k] * money.factor[0]), c.m.moved[s, k]) for s, k in c.m.moved]
    pieces = [(float(per_piece * money.factor[t]), var[s, t]) for var in (c.m.unopened, c.m.unbuilt) for s, t in var]
    always = float(per_pod @ (before.elsewhere_pods - before.lost_pods)) * float(money.factor[0])
    return [*moves, *pieces, (always + float(per_piece * (before.undone @ money.factor)), None)]


TERMS: dict[str, Callable[[Program, Money], Sum]] = {
    "opening": opening, **{family.field: partial(capex, family) for family in UNITS},
    **{
        term.__name__: term
        for term in (
            lease, fixed, placement, energy, generation, wheeling, upgrades, residual, waiting, aged, unplaced,
            idle_hall, idle_power, change,
        )
    },
}  # fmt: skip


def terms(p: Parameters) -> dict[str, Callable[[Program, Money], Sum]]:
    """Return the terms that a study has: that of changes where it keeps to an earlier plan alone."""
    return {name: term for name, term in TERMS.items() if p.before is not None or name != CHANGE}


def waiting_mw_years(c: Program) -> Sum:
    """Racks that waited, in IT MW-years: Σ L_t p_k w_kt."""
    return [(float(c.p.pod_mw[k] * c.p.length_years), c.m.w[k, t]) for k, t in c.m.w]


def unused_mw_years(c: Program) -> Sum:
    """Unused capacity as one quantity, in IT MW-years: Σ L_t p_k w_kt + Σ L_t spare_st / peak_pue_s."""
    spare = [(float(c.p.length_years / c.p.peak_pue[s]), c.m.spare[s, t]) for s, t in c.m.spare]
    return waiting_mw_years(c) + spare
