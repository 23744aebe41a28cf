"""Write the report's money: spending by year and site, cost term by term, each vendor's cost per GW."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from optimizer.account.quantities import Quantities, spending
from optimizer.errors import shown
from optimizer.io.registers import VENDORS, published
from optimizer.plan.kinds import known_sites
from optimizer.plan.plan import Plan
from optimizer.plan.summary import PAID
from optimizer.units import aligned, money_unit, usd

from .charts import cost_waterfall
from .page.blocks import Beside, Cell, Column, Part, Table
from .page.pictures import picture
from .report_summary import NAMED, named


def spending_section(plan: Plan) -> list[Part]:
    """Return what is paid, undiscounted: terms by calendar year, and sites by term, the dearest first."""
    paid = spending(plan.study, plan.tables)
    if not len(paid):
        return ["This plan spends nothing."]
    years = dict(zip(plan.study.horizon.names, plan.study.horizon.calendar_years, strict=True))
    paid = paid.assign(year=[str(years[p]) for p in paid["period"]])
    by_year = paid.pivot_table(index="term", columns="year", values="usd", aggfunc="sum", fill_value=0.0)
    by_year = by_year.reindex([t for t in PAID if t in by_year.index])
    by_year.loc["total"] = by_year.sum()
    by_year["all years"] = by_year.sum(axis=1)
    note = (
        "Undiscounted, in the year in which it falls due. Prices of unused capacity and the value left at the end "
        "are no spending. Racks are bought for the programme, not for a site."
    )
    table = _table("Spending by year", by_year, [Column("Term")], [[PAID.get(term, term)] for term in by_year.index])
    return [note, table, *_by_site(plan, paid[paid["site"] != ""])]


def _by_site(plan: Plan, paid: pd.DataFrame) -> list[Table]:
    if not len(paid):
        return []
    sums = paid.pivot_table(index="site", columns="term", values="usd", aggfunc="sum", fill_value=0.0)
    sums = sums[[t for t in PAID if t in sums.columns]]
    sums["total"] = sums.sum(axis=1)
    sums = sums.sort_values("total", ascending=False, kind="stable")
    known = known_sites(plan.study)
    names = [named(str(site), known) for site in sums.index]
    sums.loc["\0total"] = sums.sum()
    sums.columns = pd.Index([PAID.get(t, t) for t in sums.columns])
    return [_table("Spending by site", sums, NAMED, [*names, ["total", ""]])]


def _table(caption: str, sums: pd.DataFrame, heads: Sequence[Column], names: Sequence[Sequence[Cell]]) -> Table:
    unit, money = money_unit(float(sums.abs().to_numpy().max()))
    values = ([aligned(v / unit, 1) for v in row] for row in sums.to_numpy().tolist())
    rows = [[*name, *row] for name, row in zip(names, values, strict=True)]
    columns = [*heads, *(Column(str(c), number=True) for c in sums.columns)]
    return Table(f"{caption}, {money}", columns, rows, has_total=True)


def money_section(plan: Plan, seen: Quantities) -> list[Part]:
    """Return the waterfalls, discounted and undiscounted, and the cost per GW of each vendor."""
    falls: list[list[Part]] = []
    for kind in ("discounted", "undiscounted"):
        total = usd(sum(plan.facts["cost_usd"][kind].values()))
        label = f"Cost by term, {kind}, in all {total}; the table Cost of the summary holds every term"
        falls.append([picture(cost_waterfall(plan, discounted=kind == "discounted"), name=kind, label=label)])
    return [Beside("pair", falls), *_per_gw(plan, seen)]


def _per_gw(plan: Plan, seen: Quantities) -> list[Part]:
    costs = {v: c for v, c in plan.facts["vendor_cost_usd"].items() if seen.total_mw(v) > 0}
    if not costs:
        return ["Nothing is delivered, so no vendor has a cost per GW."]
    unit, name = money_unit(max(sum(c.values()) for c in costs.values()))
    rows, below = [], []
    for vendor, cost in costs.items():
        gw, priced = seen.total_mw(vendor) / 1000.0, cost["racks"] > 0
        per_gw = seen.usd_per_mw(vendor, cost) / 1e6
        known = published(vendor)
        compared = known is not None and priced and cost["facility"] > 0
        low, high = (known.low / 1e9, known.high / 1e9) if known else (0.0, 0.0)
        if compared and per_gw < low:
            below.append(_why(vendor, cost["racks"] / gw / 1e9, per_gw, low))
        parts = [aligned(cost["racks"] / unit, 1) if priced else "no price"]
        parts += [aligned(cost[key] / unit, 1) for key in ("facility", "energy")]
        told = f"{low:,.0f}–{high:,.0f}" if compared else "none"
        rows.append([vendor, aligned(gw, 2), *parts, aligned(per_gw, 1), told])
    columns = [
        Column("Vendor"), Column("delivered, IT GW", number=True), Column(f"racks, {name}", number=True),
        Column(f"facility, {name}", number=True), Column(f"energy, {name}", number=True),
        Column("racks + facility, bn USD per GW", number=True), Column("published, bn USD per GW", number=True),
    ]  # fmt: skip
    note = (
        "Undiscounted. Facility is opening, halls, and rent and upkeep within the horizon only, shared by "
        "MW-years in service."
    )
    sources = [
        f"The published range is of {vendor.name}’s part of the programme ({vendor.source})."
        for vendor in VENDORS.values()
        if vendor.source
    ]
    return [Table("Cost per GW by vendor", columns, rows), " ".join([note, *sources]), *below]


def _why(vendor: str, racks: float, per_gw: float, low: float) -> str:
    return shown(
        f"{vendor}: {per_gw:,.1f} bn USD per GW is lower than the published {low:,.0f}: racks at {racks:,.1f} "
        "M USD per MW (price_usd); it excludes energy, and rent and upkeep after the horizon: a leased campus counts "
        "by its rent until then only.",
        400,
    )
