"""Write the report's money: cost term by term, and each vendor's cost per GW beside the published range."""

from __future__ import annotations

from optimizer.account.quantities import Quantities
from optimizer.errors import shown
from optimizer.io.registers import VENDORS, published
from optimizer.plan.plan import Plan
from optimizer.units import aligned, money_unit, usd

from .charts import cost_waterfall
from .page.blocks import Beside, Column, Drawing, Part, Table
from .page.pictures import picture


def money_section(plan: Plan, seen: Quantities) -> list[Part]:
    """Return the waterfalls, discounted and undiscounted, and the cost per GW of each vendor."""
    falls = [[_fall(plan, discounted=True)], [_fall(plan, discounted=False)]]
    return [Beside("pair", falls), *_per_gw(plan, seen)]


def _fall(plan: Plan, *, discounted: bool) -> Drawing:
    kind = "discounted" if discounted else "undiscounted"
    total = usd(sum(plan.facts["cost_usd"][kind].values()))
    label = f"Cost by term, {kind}, in all {total}; the table Cost of the summary holds every term"
    return picture(cost_waterfall(plan, discounted=discounted), name=kind, label=label)


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
