"""Compare two plans: cost, power in service, what is unused, and which sites hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..account.quantities import first_open, first_serving
from ..io.registers import KINDS, Kind
from .kinds import GENERIC, UNSTATED, standing
from .plan import TABLES, Plan

_NOTHING_MW = 1e-6


@dataclass(frozen=True)
class Pair:
    """One quantity of both plans, in ``unit``; None where a plan has no such thing."""

    name: str
    unit: str
    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        """How much more ``b`` is; 0 where they differ by rounding alone, None where one is missing."""
        if self.a is None or self.b is None:
            return None
        more = self.b - self.a
        return 0.0 if abs(more) <= 1e-9 * max(1.0, abs(self.a), abs(self.b)) else more


@dataclass(frozen=True)
class Change:
    """A site that holds other racks, or at other times.

    ``first_a`` and ``first_b`` are the first periods in which it is open, ``serves_a`` and ``serves_b`` in which racks
    serve there, of those that both plans have; "" where none.
    ``standing`` is "real", "GENERIC" or "kind not stated".
    MW are IT in service in the last such period, ``by_sku`` the differences there; ``mw_years`` is the difference over
    all of them.
    """

    site: str
    name: str
    standing: str
    first_a: str
    first_b: str
    serves_a: str
    serves_b: str
    a_mw: float
    b_mw: float
    by_sku: Mapping[str, float]
    mw_years: float

    @property
    def generic(self) -> bool:
        """Whether the site is no project."""
        return self.standing == GENERIC

    @property
    def difference_mw(self) -> float:
        """How much more stands there in ``b``."""
        return self.b_mw - self.a_mw


@dataclass(frozen=True)
class Comparison:
    """What two plans say of the same things; ``same`` where nothing differs.

    ``serving`` is by period, ``vendors`` in ``last``, the last period of both plans ("" where they share none).
    ``changes`` are the sites that differ, what moves most first. ``periods_a`` and the like are ids of one plan alone.
    """

    same: bool
    status: tuple[str, str]
    head: tuple[Pair, ...]
    discounted: tuple[Pair, ...]
    undiscounted: tuple[Pair, ...]
    serving: tuple[Pair, ...]
    unused: tuple[Pair, ...]
    vendors: tuple[Pair, ...]
    last: str
    changes: tuple[Change, ...]
    periods_a: tuple[str, ...]
    periods_b: tuple[str, ...]
    skus_a: tuple[str, ...]
    skus_b: tuple[str, ...]

    @property
    def gained(self) -> tuple[Change, ...]:
        """Sites that only ``b`` opens."""
        return tuple(c for c in self.changes if c.first_b and not c.first_a)

    @property
    def lost(self) -> tuple[Change, ...]:
        """Sites that only ``a`` opens."""
        return tuple(c for c in self.changes if c.first_a and not c.first_b)

    @property
    def leaving_mw(self) -> float:
        """IT MW of a site and SKU in ``a`` that do not stand there in ``b``, in the last period of both."""
        return sum(max(0.0, -mw) for change in self.changes for mw in change.by_sku.values())

    @property
    def arriving_mw(self) -> float:
        """IT MW of a site and SKU in ``b`` that do not stand there in ``a``, in the last period of both."""
        return sum(max(0.0, mw) for change in self.changes for mw in change.by_sku.values())


def compare_plans(a: Plan, b: Plan) -> Comparison:
    """Return what both plans say of cost, power and sites; periods, SKUs and sites are matched by their ids."""
    names = a.study.horizon.names, b.study.horizon.names
    shared = [period for period in names[0] if period in names[1]]
    skus = [set(plan.study.racks["sku"]) for plan in (a, b)]
    last = shared[-1] if shared else ""
    discounted, undiscounted = (_costs(a, b, kind) for kind in ("discounted", "undiscounted"))
    return Comparison(
        same=_is_same(a, b),
        status=(a.status, b.status),
        head=(
            Pair("objective_usd", "USD", a.objective_usd, b.objective_usd),
            Pair("bound_usd", "USD", a.bound_usd, b.bound_usd),
            Pair("gap", "share", a.gap, b.gap),
        ),
        discounted=discounted,
        undiscounted=undiscounted,
        serving=_by_name(_serving(a, "period"), _serving(b, "period"), _in_time(*names), "MW IT"),
        unused=tuple(Pair(k.name, k.unit, _unused(a, k), _unused(b, k)) for k in KINDS.values()),
        vendors=_by_vendor(a, b, last),
        last=last,
        changes=_changes(a, b, shared),
        periods_a=tuple(p for p in names[0] if p not in names[1]),
        periods_b=tuple(p for p in names[1] if p not in names[0]),
        skus_a=tuple(sorted(skus[0] - skus[1])),
        skus_b=tuple(sorted(skus[1] - skus[0])),
    )


def _is_same(a: Plan, b: Plan) -> bool:
    """Whether tables, money and proof are equal; seconds, versions and file names are no difference."""
    if any(not a.tables[name].equals(b.tables[name]) for name in TABLES):
        return False
    proof = ("status", "objective_usd", "bound_usd", "gap", "cost_usd", "unused")
    return all(a.facts.get(key) == b.facts.get(key) for key in proof)


def _costs(a: Plan, b: Plan, kind: str) -> tuple[Pair, ...]:
    """Return every term that any plan pays, and the total."""
    was, now = (plan.facts["cost_usd"][kind] for plan in (a, b))
    pairs = [Pair(t, "USD", float(was.get(t, 0.0)), float(now.get(t, 0.0))) for t in dict.fromkeys([*was, *now])]
    total = Pair("total", "USD", sum(map(float, was.values())), sum(map(float, now.values())))
    return (*(pair for pair in pairs if pair.a or pair.b), total)


def _in_time(one: Iterable[str], other: Iterable[str]) -> list[str]:
    """Return the labels of both, in order of time: that of their text."""
    return sorted({*one, *other})


def _by_name(was: Mapping[str, float], now: Mapping[str, float], names: Iterable[str], unit: str) -> tuple[Pair, ...]:
    return tuple(Pair(name, unit, was.get(name), now.get(name)) for name in names)


def _serving(plan: Plan, column: str, period: str = "") -> dict[str, float]:
    """Return IT MW in service by period, site or vendor, of all periods or one; periods without racks are 0."""
    table = plan.assignments
    table = table[table["period"] == period] if period else table
    found = {str(k): float(v) for k, v in table.groupby(column)["it_mw_in_service"].sum().items()}
    return dict.fromkeys(plan.study.horizon.names, 0.0) | found if column == "period" else found


def _unused(plan: Plan, kind: Kind) -> float:
    rows = plan.unused[plan.unused["kind"] == kind.name]
    return float(rows[kind.measure].sum())


def _by_vendor(a: Plan, b: Plan, last: str) -> tuple[Pair, ...]:
    """Return IT MW in service in a period of every vendor that delivers in any plan; None where one lacks it."""
    owned = [set(p.study.racks["vendor"][p.study.racks["sku"].isin(p.waiting["sku"])]) for p in (a, b)]
    if not last:
        return ()
    was, now = (dict.fromkeys(v, 0.0) | _serving(p, "vendor", last) for v, p in zip(owned, (a, b), strict=True))
    return _by_name(was, now, sorted(owned[0] | owned[1]), "MW IT")


def _changes(a: Plan, b: Plan, shared: list[str]) -> tuple[Change, ...]:
    """Return the sites that open at other times or hold other racks in a shared period, what moves most first."""
    was, now = _held(a, shared), _held(b, shared)
    (first_a, serves_a), (first_b, serves_b) = _first(a, shared), _first(b, shared)
    moved: dict[str, dict[tuple[str, str], float]] = {}
    for site, sku, period in sorted(was.keys() | now.keys()):
        more = now.get((site, sku, period), 0.0) - was.get((site, sku, period), 0.0)
        if abs(more) > _NOTHING_MW:
            moved.setdefault(site, {})[sku, period] = more
    other = {site for site in first_a.keys() | first_b.keys() if first_a.get(site) != first_b.get(site)}
    at_end = [_serving(plan, "site", shared[-1]) if shared else {} for plan in (a, b)]
    known = _people(b) | _people(a)
    changes = [
        Change(
            site,
            *known.get(site, ("", UNSTATED)),
            first_a.get(site, ""),
            first_b.get(site, ""),
            serves_a.get(site, ""),
            serves_b.get(site, ""),
            at_end[0].get(site, 0.0),
            at_end[1].get(site, 0.0),
            {sku: mw for (sku, period), mw in moved.get(site, {}).items() if period == shared[-1]},
            sum(moved.get(site, {}).values()) * a.study.horizon.length_years,
        )
        for site in other | moved.keys()
    ]
    return tuple(sorted(changes, key=lambda c: (-sum(map(abs, c.by_sku.values())), -abs(c.mw_years), c.site)))


def _people(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return name and standing of every site."""
    table = plan.study.sites
    columns = (table[name].astype(str) for name in ("site", "name", "kind"))
    return {site: (name, standing(kind)) for site, name, kind in zip(*columns, strict=True)}


def _held(plan: Plan, shared: list[str]) -> dict[tuple[str, str, str], float]:
    """Return IT MW in service by site, SKU and shared period."""
    table = plan.assignments[plan.assignments["period"].isin(shared)]
    columns = ("site", "sku", "period", "it_mw_in_service")
    return {(s, k, p): float(mw) for s, k, p, mw in zip(*(table[c] for c in columns), strict=True)}


def _first(plan: Plan, shared: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the first shared period in which each site is open, and in which it serves."""
    table = plan.sites[plan.sites["period"].isin(shared)]
    return first_open(table), first_serving(table)
