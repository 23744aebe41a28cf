"""Compare two plans: cost, power in service, what is unused, and which sites hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..account.quantities import first_open, first_serving
from ..io.registers import KINDS, Kind
from .grid import limit_in_words, shows_grid
from .kinds import Known, known_sites
from .orders import Order, orders
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
    serve there, of those that both plans have; "" where none. ``standing`` is "real", "GENERIC" or "kind not stated".
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


@dataclass(frozen=True)
class Reinforced:
    """An upgrade of which the plans buy other numbers, or at other times: pieces by period, and USD undiscounted."""

    upgrade: str
    a: Mapping[str, int]
    b: Mapping[str, int]
    a_usd: float
    b_usd: float


@dataclass(frozen=True)
class Comparison:
    """What two plans say of the same things; ``same`` where nothing differs.

    ``serving`` is by period, ``vendors`` in ``last``, the last period of both plans ("" where they share none).
    ``changes`` are the sites that differ, what moves most first; ``upgrades`` those bought otherwise; ``limits`` count
    the periods and blocks in which a limit binds, where they differ; ``orders`` turn the racks of ``a`` into those of
    ``b``. ``periods_a`` and the like are ids of one plan
    alone.
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
    upgrades: tuple[Reinforced, ...]
    limits: tuple[Pair, ...]
    orders: tuple[Order, ...]
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
    return Comparison(
        same=_is_same(a, b),
        status=(a.status, b.status),
        head=(
            Pair("objective_usd", "USD", a.objective_usd, b.objective_usd),
            Pair("bound_usd", "USD", a.bound_usd, b.bound_usd),
            Pair("gap", "share", a.gap, b.gap),
        ),
        discounted=_costs(a, b, "discounted"),
        undiscounted=_costs(a, b, "undiscounted"),
        serving=_pairs(*(_serving(p, "period", like=p.study.horizon.names) for p in (a, b))),
        unused=tuple(Pair(k.name, k.unit, _unused(a, k), _unused(b, k)) for k in KINDS.values()),
        vendors=_pairs(*(_serving(p, "vendor", last, like=_delivering(p)) for p in (a, b))) if last else (),
        last=last,
        changes=_changes(a, b, shared),
        upgrades=_upgrades(a, b),
        limits=_limits(a, b) if shows_grid(a.study) or shows_grid(b.study) else (),
        orders=orders(a, b),
        periods_a=tuple(p for p in names[0] if p not in names[1]),
        periods_b=tuple(p for p in names[1] if p not in names[0]),
        skus_a=tuple(sorted(skus[0] - skus[1])),
        skus_b=tuple(sorted(skus[1] - skus[0])),
    )


def _is_same(a: Plan, b: Plan) -> bool:
    """Whether tables, money and proof are equal; seconds, versions and file names are no difference."""
    proof = ("status", "objective_usd", "bound_usd", "gap", "cost_usd", "unused")
    return all(a.tables[name].equals(b.tables[name]) for name in TABLES) and all(
        a.facts.get(key) == b.facts.get(key) for key in proof
    )


def _upgrades(a: Plan, b: Plan) -> tuple[Reinforced, ...]:
    """Return the upgrades that differ, by id."""
    counts: list[dict[str, dict[str, int]]] = []
    paid: list[dict[str, float]] = []
    for plan in (a, b):
        rows = plan.tables["upgrades"]
        of = ((str(u), zip(r["period"], r["count"].tolist(), strict=True)) for u, r in rows.groupby("upgrade"))
        counts.append({u: dict(pairs) for u, pairs in of})
        paid.append({str(u): float(usd) for u, usd in rows.groupby("upgrade")["capex_usd"].sum().items()})
    return tuple(
        Reinforced(u, was, now, paid[0].get(u, 0.0), paid[1].get(u, 0.0))
        for u in sorted(counts[0].keys() | counts[1].keys())
        if (was := counts[0].get(u, {})) != (now := counts[1].get(u, {}))
    )


def _limits(a: Plan, b: Plan) -> tuple[Pair, ...]:
    """Count periods and blocks in which each limit binds, where they differ: their prices are not unique."""
    keys = ["element", "id"]
    was, now = (
        {at: set(zip(rows["period"], rows["block"], strict=True)) for at, rows in plan.tables["binding"].groupby(keys)}
        for plan in (a, b)
    )
    return tuple(
        Pair(limit_in_words(*map(str, at)), "periods and blocks", *(float(len(of.get(at, ()))) for of in (was, now)))
        for at in sorted(was.keys() | now.keys())
        if was.get(at) != now.get(at)
    )


def _costs(a: Plan, b: Plan, kind: str) -> tuple[Pair, ...]:
    """Return every term that any plan pays, and the total."""
    was, now = (plan.facts["cost_usd"][kind] for plan in (a, b))
    pairs = [Pair(t, "USD", float(was.get(t, 0.0)), float(now.get(t, 0.0))) for t in dict.fromkeys([*was, *now])]
    total = Pair("total", "USD", sum(map(float, was.values())), sum(map(float, now.values())))
    return (*(pair for pair in pairs if pair.a or pair.b), total)


def _pairs(was: Mapping[str, float], now: Mapping[str, float]) -> tuple[Pair, ...]:
    """Return IT MW of both, sorted by name – labels sort by time; None where a plan lacks one."""
    return tuple(Pair(name, "MW IT", was.get(name), now.get(name)) for name in sorted(was.keys() | now.keys()))


def _serving(plan: Plan, column: str, period: str = "", *, like: Iterable[str] = ()) -> dict[str, float]:
    """Return IT MW in service by period, site or vendor, of all periods or one; 0 for those of ``like`` without."""
    table = plan.assignments
    table = table[table["period"] == period] if period else table
    found = table.groupby(column)["it_mw_in_service"].sum()
    return dict.fromkeys(like, 0.0) | {str(k): float(v) for k, v in found.items()}


def _unused(plan: Plan, kind: Kind) -> float:
    return float(plan.unused.loc[plan.unused["kind"] == kind.name, kind.measure].sum())


def _delivering(plan: Plan) -> set[str]:
    """Return the vendors that deliver."""
    racks = plan.study.racks
    return set(racks["vendor"][racks["sku"].isin(plan.waiting["sku"])])


def _changes(a: Plan, b: Plan, shared: list[str]) -> tuple[Change, ...]:
    """Return the sites that open at other times or hold other racks in a shared period, what moves most first."""
    tables = [plan.sites[plan.sites["period"].isin(shared)] for plan in (a, b)]
    first, serves = ([of(table) for table in tables] for of in (first_open, first_serving))
    was, now = (plan.assignments.set_index(["site", "sku", "period"])["it_mw_in_service"] for plan in (a, b))
    moved: dict[str, dict[tuple[str, str], float]] = {}
    differences = now.sub(was, fill_value=0.0)
    for (site, sku, period), more in zip(differences.index.tolist(), differences.tolist(), strict=True):
        if period in shared and abs(more) > _NOTHING_MW:
            moved.setdefault(site, {})[sku, period] = more
    other = {site for site in first[0].keys() | first[1].keys() if first[0].get(site) != first[1].get(site)}
    at_end = [_serving(plan, "site", shared[-1]) if shared else {} for plan in (a, b)]
    known = known_sites(b.study) | known_sites(a.study)
    changes = [
        Change(
            site,
            known.get(site, Known()).name,
            known.get(site, Known()).standing,
            first[0].get(site, ""),
            first[1].get(site, ""),
            serves[0].get(site, ""),
            serves[1].get(site, ""),
            at_end[0].get(site, 0.0),
            at_end[1].get(site, 0.0),
            {sku: mw for (sku, period), mw in moved.get(site, {}).items() if period == shared[-1]},
            sum(moved.get(site, {}).values()) * a.study.horizon.length_years,
        )
        for site in other | moved.keys()
    ]
    return tuple(sorted(changes, key=lambda c: (-sum(map(abs, c.by_sku.values())), -abs(c.mw_years), c.site)))
