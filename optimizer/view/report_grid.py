"""Write the report's chapter on the grid: upgrades, limits that bind, how full lines are, prices of buses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimizer.plan.grid import Limit, block_names, bought, grid_lines, limits, shows_grid, worst, worst_flows
from optimizer.plan.plan import Plan
from optimizer.units import aligned, figure, money_unit

from .grid_charts import line_loading
from .page.blocks import Cell, Chapter, Column, Facts, Part, Table
from .page.pictures import picture

MOST_ROWS = 2000
"""Rows of a table on the page; the rest stands in the plan's tables."""


def grid_chapters(plan: Plan) -> list[Chapter]:
    """Return the chapter, none of a study of plain lines."""
    if not shows_grid(plan.study):
        return []
    facts = [(head, words) for head, words in grid_lines(plan) if head and head not in ("Upgrades", "Binds")]
    parts: list[Part] = [Facts(facts)] if facts else []
    parts += [*_upgrades(plan), *_limits(limits(plan)), *_lines(plan), *_buses(plan)]
    return [Chapter("grid", "Grid", parts)]


def _upgrades(plan: Plan) -> list[Part]:
    own, offered = bought(plan), len(plan.study.upgrades)
    if not own:
        return [f"None of {offered:,} upgrades is bought."] if offered else []
    size, unit = money_unit(max(b.usd for b in own))
    rows: list[list[Cell]] = [
        [b.upgrade, b.where, b.period, f"{b.count:,}", figure(b.capacity_mw), aligned(b.usd / size, 2)] for b in own
    ]
    counts, total = sum(b.count for b in own), sum(b.usd for b in own)
    rows.append(["total", "", "", f"{counts:,}", "", aligned(total / size, 2)])
    columns = [
        Column("Upgrade"), Column("Of"), Column("Bought in"), Column("count", number=True),
        Column("MW each", number=True), Column(f"{unit}, undiscounted", number=True),
    ]  # fmt: skip
    left = offered - len({b.upgrade for b in own})
    note = [f"{left:,} more {'upgrades are' if left > 1 else 'upgrade is'} offered and not bought."] if left else []
    return [Table("Upgrades", columns, rows, has_total=True), *note]


def _limits(found: Sequence[Limit]) -> list[Part]:
    if not found:
        return ["No limit of the grid binds in any period."]
    rows: list[list[Cell]] = [
        [x.words, x.period, ", ".join(x.blocks), aligned(x.limit_mw, 1), f"{x.usd_per_mw_year:,.0f}"]
        for x in found[:MOST_ROWS]
    ]
    columns = [
        Column("What binds", wide=True), Column("Period", choice=True), Column("Blocks", choice=True),
        Column("Limit, MW", number=True), Column("One MW more saves, USD a year", number=True),
    ]  # fmt: skip
    note = (
        "Savings hold with all that is built, in the hours of the blocks named: they are dual values of the dispatch, "
        "which need not be the only ones."
    )
    return [Table("Limits that bind, dearest first", columns, rows, live=True, long=True), note, *_more(len(found))]


def _more(count: int) -> list[Part]:
    more = count - MOST_ROWS
    return [f"{more:,} more rows stand in the plan's tables."] if more > 0 else []


def _lines(plan: Plan) -> list[Part]:
    """Return how full every line is in the worst block of each period, the fullest first."""
    table = worst_flows(plan)
    if not len(table):
        return []
    table = table.sort_values(["loading", "line", "period"], ascending=[False, True, True], kind="stable")
    ends = {line: (a, b) for line, a, b in plan.study.lines[["line", "from", "to"]].itertuples(index=False)}
    rows: list[list[Cell]] = []
    for row in table.head(MOST_ROWS).to_dict("records"):
        start, end = ends[row["line"]] if row["flow_mw"] >= 0 else reversed(ends[row["line"]])
        way = f"{start} → {end}"
        numbers = [aligned(abs(row["flow_mw"]), 1), _number(row["capacity_mw"], "unlimited")]
        loaded = "" if np.isnan(row["loading"]) else f"{aligned(100 * row['loading'], 1)} %"
        usd = row["shadow_usd_per_mw_year"]
        rows.append([row["line"], way, row["period"], row["block"], *numbers, loaded, f"{usd:,.0f}" if usd > 0 else ""])
    columns = [
        Column("Line"), Column("Flow"), Column("Period", choice=True), Column("Worst block", choice=True),
        Column("MW", number=True), Column("Capacity, MW", number=True), Column("Loading", number=True),
        Column("One MW more saves, USD a year", number=True),
    ]  # fmt: skip
    drawn = picture(line_loading(plan), name="loading", label="Loading of the fullest lines by period; a table has all")
    caption = "Lines by period in their worst block, fullest first"
    several = "" if len(block_names(plan.study)) == 1 else " Blocks other than the worst stand in flows.csv."
    note = [f"Loading is that of the fullest circuit of a line.{several}"]
    return [drawn, Table(caption, columns, rows, live=True, long=True), *note, *_more(len(table))]


def _buses(plan: Plan) -> list[Part]:
    """Return what one MWh more costs at every zone or bus, over the hours and at its dearest."""
    table, blocks, nodal = plan.tables["zones"], plan.study.blocks, plan.study.is_nodal
    if not table["price_usd_per_mwh"].fillna(0.0).any():
        return []
    hours = dict(zip(blocks["block"], blocks["hours_per_year"].tolist(), strict=True)) or {"all": 8760.0}
    part = table["block"].map(hours).astype(float) / 8760.0
    mean = table.assign(mean=table["price_usd_per_mwh"] * part).groupby(["zone", "period"], sort=False)["mean"].sum()
    dearest = worst(table, "zone", table["price_usd_per_mwh"]).merge(mean.reset_index(), on=["zone", "period"])
    power = ["base_load_mw", "load_mw", "generation_mw"] if nodal else ["load_mw"]
    rows: list[list[Cell]] = [
        [row["zone"], row["period"], aligned(row["mean"], 2), aligned(row["price_usd_per_mwh"], 2), row["block"],
         *(_number(row[name], "") for name in power)]
        for row in dearest.sort_values("mean", ascending=False, kind="stable").head(MOST_ROWS).to_dict("records")
    ]  # fmt: skip
    of = [Column(f"{what}, MW", number=True) for what in ("Base load", "New load", "Generation")]
    columns = [
        Column("Bus" if nodal else "Zone"), Column("Period", choice=True), Column("Mean, USD/MWh", number=True),
        Column("Highest, USD/MWh", number=True), Column("in block", choice=True), *(of if nodal else of[1:2]),
    ]  # fmt: skip
    caption = f"{'Buses' if nodal else 'Zones'} by period, dearest first"
    note = (
        "What one MWh more drawn would cost; the mean is over the hours of a year, MW are those of the dearest block."
    )
    return [Table(caption, columns, rows, live=True, long=True), note, *_more(len(dearest))]


def _number(value: float, none: str) -> str:
    return none if pd.isna(value) else aligned(float(value), 1)
