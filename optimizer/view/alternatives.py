"""Write alternatives as one HTML page that needs no network: a map of how often each site opens, and both tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from optimizer.plan.plan import Plan
from optimizer.units import share, usd

from .page.blocks import Cell, Chapter, Column, Table
from .page.pictures import pixels
from .page.skeleton import asset, filled
from .sweep_map import site_frequency

CAUTION = (
    "A share counts alternatives that were found, the cheapest ones: it is no chance. What each site is – must, never, "
    "optional – is proven apart from it, and stands in the table."
)


def alternatives_page(
    first: Plan, table: pd.DataFrame, sites: pd.DataFrame, opened: Sequence[Sequence[str]], summary: str
) -> str:
    """Return the page of alternatives; the tables are those of their folder, ``opened`` the sites of each."""
    cases = pd.DataFrame({"status": "optimal", "opened": [";".join(ids) for ids in opened]})
    figure = site_frequency(cases, first, of="sets", base="the first", caution=CAUTION)
    chapters = [
        Chapter("summary", "Summary", [summary.partition("\n")[0]]),
        Chapter("map", "How often each site opens", [pixels(figure, label="Map: how often each site opens")]),
        Chapter("alternatives", "Alternatives", [_alternatives(table)]),
        Chapter("sites", "Sites", [_sites(sites)]),
    ]
    name = first.study.config.study.name or "study"
    return filled(
        "chapters",
        title=f"Alternatives of {name}",
        kind="alternatives",
        chapters=chapters,
        styles=[asset("page.css")],
        scripts=[asset("elements.js"), asset("tables.js")],
        facts={},
    )


def _alternatives(table: pd.DataFrame) -> Table:
    columns = [
        Column("Rank", number=True), Column("Cost"), Column("Gap"), Column("Opens beside the first", wide=True),
        Column("Closes", wide=True), Column("Sites apart", number=True), Column("Plan"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [str(row["rank"]), usd(row["cost_usd"]), "" if row["gap"] != row["gap"] else share(row["gap"]),
         str(row["opened"]).replace(";", ", "), str(row["closed"]).replace(";", ", "), str(row["distance"]),
         str(row["plan"])]
        for row in table.to_dict("records")
    ]  # fmt: skip
    return Table("The cheapest sets of sites", columns, rows, live=True)


def _sites(sites: pd.DataFrame) -> Table:
    columns = [
        Column("Site"), Column("Is", choice=True), Column("Open in the first", choice=True),
        Column("Alternatives", number=True), Column("Its loss costs at least"), Column("at most"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [row["site"], row["class"], "yes" if row["open"] else "", str(row["opens"]),
         _money(row["replacement_usd_low"]), _money(row["replacement_usd_high"])]
        for row in sites.to_dict("records")
    ]  # fmt: skip
    return Table("What each site is worth", columns, rows, live=True, long=True)


def _money(value: float) -> str:
    return "not known" if value != value else "no plan without it" if value == float("inf") else usd(value)
