"""The kinds of limits, each once: how one enters the linear program, and what a step more of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...formulation import families as of
from ...formulation.families import Family
from ...parameters import Parameters
from . import limits
from .limits import POINT, Decided, Limit, Shift

FENCE, IT, PIECES, HALLS_A_YEAR, SITES, MW_YEARS, POINTS = (
    "MW fence", "MW IT", "pieces", "halls a year", "sites", "MW-year", "point of share",
)  # fmt: skip


def _blocks(d: Decided, i: int, t: int) -> list[tuple[int, int, int]]:
    return [(i, t, b) for b in range(len(d.p.block_hours))]


def _power_shift(d: Decided, limit: Limit, sign: int, tops: tuple[Family, ...], rule: str = "") -> Shift:
    s, t = limit.at, int(limit.t or 0)
    rows: dict[tuple[str, Any], float] = {("site_power", (s, t)): float(d.x.opened[s, t])}
    rows |= {(rule, at): 1.0 for at in _blocks(d, s, t)} if rule else {}
    rows |= d.cluster_rows("interconnection_mw", s, t, sign)
    return Shift(rows, tuple((family, at) for family in tops for at in _blocks(d, s, t)))


def _hall_shift(d: Decided, limit: Limit, sign: int) -> Shift:
    s, t = limit.at, int(limit.t or 0)
    here = float(d.x.opened[s, t])
    rent = 0.0 if d.p.own[s] else d.p.lease_usd_per_mw_year[s]
    usd = here * d.p.length_years * d.p.discount[t] * (rent + d.p.fixed_usd_per_mw_year[s])
    return Shift({("hall_space", (s, t)): here} | d.cluster_rows("existing_mw", s, t, sign), usd=float(usd))


def _grid_shift(limit: Limit, tops: Mapping[str, Family]) -> Shift:
    at = (limit.at, int(limit.t or 0), int(limit.b or 0))
    return Shift({(rule, at): 1.0 for rule in tops}, tuple((family, at) for family in tops.values()))


def _delivery_shift(d: Decided, limit: Limit, _sign: int) -> Shift:
    k, t, pods = limit.at, int(limit.t or 0), 1.0 / float(d.p.pod_mw[limit.at])
    rows: dict[tuple[str, Any], float] = {("delivery_balance", (k, t)): pods}
    rows |= {("aged_waiting", (k, later)): pods for later, n in enumerate(d.p.aged_before) if n > t}
    return Shift(rows)


def _share_shift(d: Decided, limit: Limit, _sign: int) -> Shift:
    rule = limit.id.removeprefix("max_")
    return Shift({(rule, int(w)): POINT * d.total_it_mw for w in {*d.p.sharers[limit.id].tolist()} - {-1}})


def _raised(p: Parameters, name: str, at: int, t: int | None, b: int | None = None) -> Parameters:
    """Return parameters with one more of an array at a place, from a period on."""
    array = getattr(p, name).copy()
    array[(at,) if t is None else (at, slice(t, None)) if b is None else (at, slice(t, None), b)] += 1
    return p.changed(**{name: array})


def _line_more(p: Parameters, limit: Limit) -> Parameters:
    ahead, back = p.line_mw.copy(), p.line_back_mw.copy()
    ahead[limit.at] += 1.0
    back[limit.at] += 1.0
    return replace(p, line_mw=ahead, line_back_mw=back)


def _delivery_more(p: Parameters, limit: Limit) -> Parameters:
    pods = p.delivered_pods.copy()
    come = pods[limit.at] > 0
    come[: limit.t] = False
    pods[limit.at, come] += 1
    return replace(p, delivered_pods=pods)


def _policy_more(p: Parameters, limit: Limit, step: float = 1.0) -> Parameters:
    found = getattr(p.policy, limit.id)
    return replace(p, policy=p.policy.model_copy(update={limit.id: type(found)(found + step)}))


def _upgrade_more(p: Parameters, limit: Limit) -> Parameters:
    most = p.upgrades.most.copy()
    most[limit.at] += 1
    return p.changed(upgrades=replace(p.upgrades, most=most))


@dataclass(frozen=True)
class Kind:
    """One kind of limit: ``limits`` of a plan, ``shift`` by one unit (None: on whole things), and parameters with
    one step ``more`` from its period on. ``from_start``: it has no period, so a step holds from the first one.
    """

    name: str
    unit: str
    limits: Callable[[Decided], Iterator[Limit]]
    shift: Callable[[Decided, Limit, int], Shift] | None
    more: Callable[[Parameters, Limit], Parameters]
    from_start: bool = False

    def step(self, p: Parameters, limit: Limit) -> float:
        """The step of a new solve, in the unit: of deliveries a pod."""
        return float(p.pod_mw[limit.at]) if self.name == "delivery" else 1.0


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "interconnection", FENCE, limits.interconnection_limits,
            lambda d, limit, sign: _power_shift(d, limit, sign, (of.DRAW,), "draw_limit"),
            lambda p, limit: _raised(p, "interconnection_mw", limit.at, limit.t),
        ),
        Kind(
            "onsite", FENCE, limits.onsite_limits, lambda d, limit, sign: _power_shift(d, limit, sign, (of.ONSITE,)),
            lambda p, limit: _raised(p, "onsite_mw", limit.at, limit.t),
        ),
        Kind(
            "zone", FENCE, limits.zone_limits,
            lambda _d, limit, _sign: _grid_shift(limit, {"headroom_limit": of.SERVED}),
            lambda p, limit: _raised(p, "headroom_mw", limit.at, limit.t, limit.b),
        ),
        Kind(
            "line", FENCE, limits.line_limits,
            lambda _d, limit, _sign: _grid_shift(limit, {"line_limit": of.FLOW, "line_limit_back": of.BACKFLOW}),
            _line_more, from_start=True,
        ),
        Kind("upgrade", PIECES, limits.upgrade_limits, None, _upgrade_more),
        Kind(
            "hall", IT, limits.hall_limits, _hall_shift,
            lambda p, limit: _raised(p, "existing_mw", limit.at, limit.t),
        ),
        Kind(
            "halls_per_year", HALLS_A_YEAR, limits.halls_a_year_limits, None,
            lambda p, limit: _raised(p, "halls_per_year", limit.at, None),
        ),
        Kind("max_sites", SITES, limits.sites_limits, None, _policy_more),
        Kind("max_new_mw_per_year", IT, limits.new_mw_limits, None, _policy_more),
        Kind("share", POINTS, limits.share_limits, _share_shift, lambda p, limit: _policy_more(p, limit, POINT)),
        Kind(
            "ceiling", MW_YEARS, limits.ceiling_limits,
            lambda _d, _limit, _sign: Shift({("unused_ceiling", None): 1.0}),
            _policy_more,
        ),
        Kind("delivery", IT, limits.delivery_limits, _delivery_shift, _delivery_more),
    )
}  # fmt: skip
"""All kinds, by name."""


def limits_of(d: Decided) -> list[Limit]:
    """Return all limits of a plan, kind by kind."""
    return [limit for kind in KINDS.values() for limit in kind.limits(d)]
