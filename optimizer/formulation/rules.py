"""The rules of the model, each named once: its rows, whose it is, what a person can change about it, and its unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from . import delivery, halls, network, policy, power
from .notation import Program
from .sets import by_block

Index = Callable[[Program], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule: ``row`` states it for an index of ``index``; its name is that of the function.

    ``owner``: whose limit it is. ``unit``: that of the row. ``changes``: the key of study.toml, or the column of a
    table, that a person would change; "" where the rule is arithmetic. Rules of [policy] are choices, others physics.
    ``form`` of a choice: a *sum* below a ceiling, a *share* of a whole, a *cluster* held at least, a *list* of sites;
    ``turn``: when it may give where no plan exists, ceilings first, which a person tightens last. ``dispatch``: power
    and flows must keep it once loads are held.
    """

    row: Callable[..., Any]
    index: Index
    owner: Literal["site", "grid", "programme"]
    unit: str
    changes: str = ""
    form: Literal["sum", "share", "cluster", "list", ""] = ""
    turn: int = 0
    dispatch: bool = False

    @property
    def name(self) -> str:
        """The rule in one word, as constraints, golden LPs and the page of the maths call it."""
        return self.row.__name__

    def relation(self, c: Program, where: Any) -> Any:
        """State the rule for one index, None where it has only one."""
        return self.row(c, *(where if isinstance(where, tuple) else () if where is None else (where,)))

    @property
    def key(self) -> str:
        """The key within its section, or the column within its table."""
        return self.changes.rpartition(".")[2]


def _sites(c: Program) -> list[int]:
    return [s for s in c.sets.candidates if c.sets.skus_at[s]]


def _years(c: Program) -> list[int]:
    return sorted(set(c.p.horizon.calendar_years)) if c.p.policy.max_new_mw_per_year is not None else []


def _rated(c: Program) -> list[tuple[int, int]]:
    years, limited = c.p.horizon.calendar_years, np.isfinite(c.p.halls_per_year)
    return sorted({(s, years[t]) for s, t in c.m.h if limited[s]})


def _share(row: Callable[..., Any], key: str, turn: int) -> Rule:
    def whose(c: Program) -> list[int]:
        return sorted({*c.p.sharers[key][_sites(c)].tolist()} - {-1}) if getattr(c.p.policy, key) is not None else []

    return Rule(row, whose, "programme", "MW IT", f"policy.{key}", "share", turn)


def _sum(row: Callable[..., Any], key: str, unit: str, turn: int) -> Rule:
    def once(c: Program) -> list[None]:
        return [None] if getattr(c.p.policy, key) is not None else []

    return Rule(row, once, "programme", unit, f"policy.{key}", "sum", turn)


def _held(c: Program) -> list[tuple[int, str, int]]:
    return [(s, v, t) for s, v in c.m.v for t in range(len(c.p.horizon)) if c.it_load(s, t, vendor=v)]


RULES = (
    Rule(delivery.delivery_balance, lambda c: c.m.w, "programme", "pods", "deliveries.racks"),
    Rule(delivery.aged_waiting, lambda c: c.m.a, "programme", "pods"),
    Rule(delivery.in_service, lambda c: c.m.N, "site", "pods"),
    Rule(halls.opening_order, lambda c: [(s, t) for s, t in c.m.y if t > 0], "site", "1"),
    Rule(halls.hall_space, lambda c: c.m.idle, "site", "MW IT"),
    Rule(halls.hall_ceiling, lambda c: c.m.h, "site", "halls", "sites.max_mw"),
    Rule(halls.hall_rate, _rated, "site", "halls", "sites.halls_per_year"),
    Rule(halls.new_mw_rate, _years, "programme", "MW IT", "policy.max_new_mw_per_year", "sum", 3),
    Rule(power.site_power, lambda c: c.m.spare, "site", "MW", "sites.interconnection_mw"),
    Rule(power.power_sources, lambda c: by_block(c.p, c.m.idle), "site", "MW", dispatch=True),
    Rule(
        network.zone_balance, lambda c: by_block(c.p, np.ndindex(len(c.p.zones), len(c.p.horizon))),
        "grid", "MW", "headroom.headroom_mw", dispatch=True,
    ),
    _sum(policy.site_count, "max_sites", "sites", 2),
    Rule(
        policy.forced_open, lambda c: [s for s in c.sets.candidates if c.p.forced[s] and not c.p.committed[s]],
        "programme", "1", "policy.force_open", "list", 8,
    ),
    _share(policy.zone_share, "max_zone_share", 4),
    _share(policy.site_share, "max_site_share", 5),
    Rule(
        policy.site_cluster, lambda c: c.sets.candidates if c.p.policy.min_site_mw > 0 else [],
        "programme", "MW IT", "policy.min_site_mw", "cluster", 6,
    ),
    Rule(policy.vendor_cluster, lambda c: c.m.v, "programme", "MW IT", "policy.min_vendor_mw", "cluster", 7),
    Rule(policy.vendor_presence, _held, "programme", "MW IT"),
    _sum(policy.unused_ceiling, "max_unused_mw_years", "MW-years", 1),
)  # fmt: skip
"""All rules, in the order of their rows."""
NAMED = {rule.name: rule for rule in RULES}
CHOICES = sorted((rule for rule in RULES if rule.turn), key=lambda rule: rule.turn)
"""Rules that a planner made, in the turn in which they may give."""
SITE_COUNT, UNUSED_CEILING = NAMED["site_count"], NAMED["unused_ceiling"]
