"""Gather the figures of a plan that a reader looks for first, each with its unit; sums are formulas over sheets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ..account.quantities import Quantities, quantities
from ..io.registers import KINDS
from ..io.sheets import Cell, Head, Sheet, letter
from ..units import excel_format, power_unit, share
from .grid import bought, fullest, limits, relief_usd, screened, shows_grid
from .kinds import GENERIC, REAL, UNSTATED, standing
from .plan import Plan
from .summary import FIRST, status_in_words

KEY_FIGURES = "key figures"
_UNIT = "MW IT: nameplate of the racks. MW at the fence: with cooling and losses. USD is undiscounted unless said."
_HEADS = (
    Head("about", "What the figure is about.", is_text=True),
    Head("figure", "What it is.", "required", is_text=True),
    Head("value", "Its value; sums are formulas over the other sheets.", "required"),
    Head("unit", _UNIT, is_text=True),
    Head("note", "How to read it.", "people", is_text=True),
)
Row = tuple[str, str, Any, str | None, str]


def key_figures(plan: Plan, others: Sequence[Sheet]) -> Sheet:
    """Return the first sheet of a plan's workbook; ``others`` are those that its formulas sum."""
    sheets, seen = {sheet.name: sheet for sheet in others}, quantities(plan.study, plan.tables)
    rows = [
        *_plan(plan, sheets["cost by term"], sheets["spending by year"]),
        *_power(plan, seen, sheets["waiting"]),
        *_unused(plan, sheets["unused"]),
        *_vendors(plan, seen),
        *_sites(plan, seen),
        *(_grid(plan) if shows_grid(plan.study) else ()),
    ]
    shown = [(a, f, v if isinstance(v, str) else _typed(v, u), u, note) for a, f, v, u, note in rows]
    return Sheet(KEY_FIGURES, _HEADS, shown)


def _typed(value: Any, unit: str | None) -> Cell:
    cell = value if isinstance(value, Cell) else Cell(value)
    return Cell(cell.value, excel_format(unit or ""), cell.formula)


def _sum(sheet: Sheet, column: str, *, where: tuple[str, str] | None = None) -> Cell:
    """Return the sum of a column of a sheet as a formula; ``where`` takes the rows that have a word in a column."""
    names, last = [head.name for head in sheet.columns], len(sheet.rows) + 1
    at = names.index(column)

    def cells(i: int) -> str:
        return f"'{sheet.name}'!{letter(i + 1)}2:{letter(i + 1)}{max(2, last)}"

    rows, formula = sheet.rows, f"SUM({cells(at)})"
    if where:
        of = names.index(where[0])
        rows = [row for row in rows if row[of] == where[1]]
        formula = f'SUMIFS({cells(at)},{cells(of)},"{where[1]}")'
    values = (row[at].value if isinstance(row[at], Cell) else row[at] for row in rows)
    return Cell(math.fsum(value or 0 for value in values), formula=formula)


def _plan(plan: Plan, cost: Sheet, paid: Sheet) -> Iterable[Row]:
    config, horizon = plan.study.config, plan.study.horizon
    rate = f"discounted at {share(config.money.discount_rate)}"
    first = FIRST[config.objective.first] if config.objective.minimise == "lexicographic" else ""
    bound = f"no plan with so little {first} costs less" if first else "no plan costs less"
    yield "plan", "study", config.study.name, None, config.study.description
    yield "plan", "status", status_in_words(plan), None, ""
    yield "plan", "periods", f"{horizon.names[0]} to {horizon.names[-1]}", None, horizon.counted
    yield "plan", f"objective: {f'{first} first, then' if first else 'least'} cost", plan.objective_usd, "USD", rate
    yield "plan", "bound", plan.bound_usd, "USD", "nothing is proven" if plan.bound_usd is None else f"{bound}; {rate}"
    below = "nothing is proven" if plan.gap is None else "share of the objective by which the bound is lower"
    yield "plan", "gap", plan.gap, "share", below
    prices = "prices of unused capacity included"
    yield "cost", "cost, discounted", _sum(cost, cost.columns[1].name), "USD", f"{rate}; {prices}"
    yield "cost", "cost, undiscounted", _sum(cost, cost.columns[2].name), "USD", prices
    purchase = float(plan.facts["rack_purchase_usd"])
    yield "cost", "racks bought", purchase, "USD", "on top of the cost, undiscounted, the same in every plan"
    spent = _sum(paid, paid.columns[-1].name)
    yield "cost", "paid in all", spent, "USD", "undiscounted, racks included; without prices of unused capacity"


def _power(plan: Plan, seen: Quantities, waiting: Sheet) -> Iterable[Row]:
    last = plan.study.horizon.names[-1]
    placed = plan.assignments.groupby("vendor")["it_mw"].sum().to_dict()
    figures = {
        f"delivered by the end of {last}": {v: seen.total_mw(v) for v in seen.delivered.index},
        f"placed by the end of {last}": {v: float(placed.get(v, 0.0)) for v in seen.delivered.index},
        f"in service at the end of {last}": seen.serving[last].to_dict(),
        f"waiting at the end of {last}": seen.waiting[last].to_dict(),
    }
    size, unit = power_unit(max((math.fsum(f.values()) for f in figures.values()), default=0.0))
    for label, of in figures.items():
        yield "power", label, math.fsum(of.values()) / size, f"{unit} IT", ""
        for vendor, mw in of.items() if len(of) > 1 else ():
            yield "power", f"{label}, {vendor}", mw / size, f"{unit} IT", ""
    energised = float(plan.facts["energised_mw"].get(last, 0.0))
    note = "what halls and power of open sites carry, with or without racks"
    yield "power", f"energised at the end of {last}", energised / size, f"{unit} IT", note
    yield "power", "racks delivered", _sum(waiting, "delivered_racks"), "racks", ""
    yield "power", "racks placed", _sum(waiting, "placed_racks"), "racks", ""


def _unused(plan: Plan, unused: Sheet) -> Iterable[Row]:
    for name, kind in KINDS.items():
        unit = f"{kind.unit} IT" if kind.unit == "MW-years" else kind.unit
        yield "unused", kind.words, _sum(unused, kind.measure, where=("kind", name)), unit, ""
        price = _sum(unused, "usd", where=("kind", name))
        yield "unused", f"{kind.words}: price", price, "USD", "undiscounted; no spending"
    least = plan.facts["unused"]["unavoidable_waiting_mw_years"]
    yield "unused", "waiting that no plan avoids", least, "MW-years IT", "" if least is not None else "not known"


def _vendors(plan: Plan, seen: Quantities) -> Iterable[Row]:
    """Yield what each vendor's power costs, in all and by GW or MW."""
    costs = {v: c for v, c in plan.facts["vendor_cost_usd"].items() if seen.total_mw(v) > 0}
    size, unit = power_unit(max(map(seen.total_mw, costs), default=0.0))
    for vendor, cost in costs.items():
        priced = cost["racks"] > 0
        racks, note = (cost["racks"], "") if priced else (None, "no price is stated")
        yield "vendor", f"{vendor}: racks", racks, "USD", note
        yield "vendor", f"{vendor}: facility", cost["facility"], "USD", "opening, halls, rent and upkeep in the horizon"
        yield "vendor", f"{vendor}: energy", cost["energy"], "USD", "within the horizon"
        what = "racks and facility" if priced else "facility"
        each = seen.usd_per_mw(vendor, cost) * size
        yield "vendor", f"{vendor}: {what} per {unit}", each, f"USD/{unit} IT", "by what is delivered"


def _sites(plan: Plan, seen: Quantities) -> Iterable[Row]:
    last, opened = plan.study.horizon.names[-1], seen.opened
    size, unit = power_unit(float(opened["it_mw"].sum()))
    yield "sites", f"open at the end of {last}", len(opened), "sites", f"of {len(plan.study.sites):,} candidates"
    for which in (REAL, UNSTATED, GENERIC):
        part = opened[opened["kind"].map(standing) == which]
        if len(part) or which != UNSTATED:
            note = "no projects: places where one could be" if which == GENERIC else ""
            yield "sites", f"{which}: open", len(part), "sites", note
            yield "sites", f"{which}: in service", float(part["it_mw"].sum()) / size, f"{unit} IT", note


def _grid(plan: Plan) -> Iterable[Row]:
    """Yield what is reinforced and how full the grid is in its worst block."""
    own, last = bought(plan), plan.study.horizon.names[-1]
    yield "grid", "upgrades bought", sum(b.count for b in own), "pieces", f"of {len(plan.study.upgrades):,} offered"
    yield "grid", "upgrades: price", math.fsum(b.usd for b in own), "USD", "part of the cost"
    note = "generation and wheeling, how far below those without the programme; discounted"
    yield "grid", "relief of old congestion", relief_usd(plan), "USD", note
    loading = plan.tables["flows"]["loading"].max()
    yield "grid", "fullest line: loading", None if math.isnan(loading) else float(loading), "share", fullest(plan)
    binds = sum(limit.period == last for limit in limits(plan))
    yield "grid", f"limits that bind in {last}", binds, "limits", screened(plan)
