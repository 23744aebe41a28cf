"""Write the report's long tables: the ledger of unused capacity, the sites, and what the plan was made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from optimizer.account.quantities import first_open, first_serving
from optimizer.io.registers import KINDS
from optimizer.plan.causes import cause_words
from optimizer.plan.kinds import GENERIC, REAL, UNSTATED, Known, known_sites, standing
from optimizer.plan.plan import Plan
from optimizer.units import aligned, figure, money_unit, mw_years, usd

from .ledger import unused_ledger
from .page.blocks import Beside, Cell, Code, Column, Facts, Generic, Paragraph, Part, Table
from .report_summary import NAMED
from .scene import vendor_mw

_CAPTIONS = {REAL: "Real sites", UNSTATED: "Sites without a kind", GENERIC: "GENERIC sites, no projects,"}
MOST_ROWS = 2000
"""Rows of the ledger on the page; the rest is told as a sum and stands in unused.csv."""


def ledger_section(plan: Plan) -> list[Part]:
    """Return unused capacity by kind, then every row of it: site, vendor, period, cause; the dearest first."""
    ledger = unused_ledger(plan)
    if not len(ledger):
        return ["Nothing is unused in any period: no rack waits, no hall and no power idles."]
    rest = ledger.iloc[MOST_ROWS:]
    more = (
        f"The other {len(rest):,} rows hold {mw_years(rest['mw_years'].sum())} and {usd(rest['usd'].sum())}; "
        "they stand in unused.csv."
    )
    parts = [_by_kind(ledger), *_by_cause(plan, ledger), _ledger(plan, ledger.head(MOST_ROWS))]
    return [*parts, more] if len(rest) else parts


def _by_kind(ledger: pd.DataFrame) -> Table:
    sums = ledger.groupby("kind", sort=False)[["mw_years", "usd"]].sum()
    years_of, cost_of = sums["mw_years"].to_dict(), sums["usd"].to_dict()
    unit, money = money_unit(float(sums["usd"].abs().max()))
    rows = []
    for name, kind in KINDS.items():
        if name in cost_of:
            years = aligned(float(years_of[name]), 1) if kind.measure == "mw_years" else "–"
            rows.append([kind.words, years, aligned(float(cost_of[name]) / unit, 2)])
    columns = [Column("Kind"), Column("MW-years", number=True), Column(f"{money} undiscounted", number=True)]
    return Table("Unused capacity by kind", columns, rows)


def _by_cause(plan: Plan, ledger: pd.DataFrame) -> list[Part]:
    told = ledger[ledger["cause"] != ""]
    if not len(told):
        return ["This plan states no causes (column cause of unused.csv)."]
    sums = told.groupby(["cause", "kind"], sort=True)[["mw_years", "usd"]].sum().reset_index()
    sums = sums.sort_values(["usd", "mw_years"], ascending=False, kind="stable")
    unit, name = money_unit(float(sums["usd"].abs().max()))
    rows = []
    for row in sums.head(40).to_dict("records"):
        numbers = [aligned(row["mw_years"], 1), aligned(row["usd"] / unit, 2)]
        rows.append([_causes(row["cause"]), KINDS[row["kind"]].words, *numbers])
    amounts = [Column("MW-years", number=True), Column(f"{name} undiscounted", number=True)]
    columns = [Column("Cause"), Column("kind"), *amounts]
    return [Table("Unused capacity by cause", columns, rows), _legend(plan, told["cause"])]


def _legend(plan: Plan, causes: pd.Series) -> Facts:
    """Explain the words of the causes that occur."""
    words = cause_words(plan)
    found = {part.strip() for cause in causes for part in cause.split(";")}
    return Facts([(code, words[code]) for code in words if code in found], "What the causes mean")


def _causes(cause: str) -> str:
    return ", ".join(part.strip() for part in cause.split(";"))


def _ledger(plan: Plan, ledger: pd.DataFrame) -> Table:
    rows: list[list[Cell]] = []
    known = known_sites(plan.study)
    for row in ledger.to_dict("records"):
        which = Generic() if row["site_kind"] == GENERIC else row["site_kind"] or "rack"
        numbers = [aligned(row["mw"], 1), aligned(row["mw_years"], 1), aligned(row["usd"] / 1e6, 2)]
        words = [row["vendor"], row["period"], KINDS[row["kind"]].words]
        said = known.get(row["site"], Known()).words
        rows.append([row["site"] or row["sku"], said, which, *words, *numbers, _causes(row["cause"])])
    columns = [
        Column("Site or rack"), NAMED[1], Column("Is", choice=True), Column("Vendor", choice=True),
        Column("Period", choice=True), Column("Kind", choice=True), Column("MW", number=True),
        Column("MW-years", number=True), Column("M USD", number=True), Column("Cause", choice=True, wide=True),
    ]  # fmt: skip
    return Table("Every row, undiscounted, what costs most first", columns, rows, live=True, long=True)


def sites_section(plan: Plan, *, all_sites: bool = False) -> list[Part]:
    """Return the sites as they stand in the last period, by standing; closed generic ones are counted, or listed."""
    rows: dict[str, list[list[str]]] = {REAL: [], UNSTATED: [], GENERIC: []}
    last, closed = plan.study.horizon.names[-1], 0
    ending = plan.sites[plan.sites["period"] == last]
    state = {str(row["site"]): row for row in ending.to_dict("records")}
    dates = first_open(plan.sites), first_serving(plan.sites)
    vendors = {s: ", ".join(f"{v} {figure(x)}" for v, x in held.items()) for s, held in vendor_mw(plan, last).items()}
    for site in plan.study.sites.to_dict("records"):
        key, kind = str(site["site"]), standing(str(site["kind"]))
        if kind == GENERIC and not (all_sites or state[key]["open"]):
            closed += 1
            continue
        first, serves = (each.get(key, "") for each in dates)
        rows[kind].append(_site(site, state[key], first, serves, vendors.get(key, "")))
    parts: list[Part] = [_sites(rows[kind], f"{_CAPTIONS[kind]} at the end of {last}") for kind in rows if rows[kind]]
    if closed:
        parts.append(
            f"{closed:,} GENERIC site{'s' if closed != 1 else ''} that the plan leaves closed are not listed; "
            "rackgrid report --all-sites lists them."
        )
    return parts


def _site(site: Mapping[Any, Any], state: Mapping[Any, Any], first: str, serves: str, vendors: str) -> list[str]:
    power = float(state["interconnection_mw"]) + float(state["onsite_mw"])
    numbers = (state["built_mw"], state["it_mw_in_service"], state["peak_mw"])
    people = [str(site[c]) for c in ("name", "kind", "operator", "state", "zone")]
    spare = [_mw(float(state[c])) for c in ("idle_hall_mw", "idle_power_mw")]
    opened = [first, serves or "never"] if bool(state["open"]) else ["not opened", "–"]
    return [str(site["site"]), *people, *opened, *(_mw(float(n)) for n in numbers), _mw(power), *spare, vendors]


def _mw(value: float) -> str:
    return "unlimited" if math.isnan(value) or math.isinf(value) else aligned(value, 1)


def _sites(rows: list[list[str]], caption: str) -> Table:
    rows.sort(key=lambda row: (-float(row[9].replace(",", "")), row[0]))
    columns = [
        Column("Site"), Column("Name", wide=True), Column("Kind", choice=True), Column("Operator"),
        Column("State", choice=True), Column("Zone"), Column("Open from", choice=True),
        Column("Serves from", choice=True),
        Column("Built, IT MW", number=True), Column("In service, IT MW", number=True),
        Column("Peak, fence MW", number=True), Column("Firm power, fence MW", number=True),
        Column("Idle halls, IT MW", number=True), Column("Idle power, fence MW", number=True),
        Column("Vendors, IT MW", wide=True),
    ]  # fmt: skip
    return Table(caption, columns, rows, live=True, long=True)


def inputs_section(plan: Plan) -> list[Part]:
    """Return the hashes of the files read, the versions that made the plan, and its own digest."""
    files: list[list[Cell]] = [[str(path), Code(str(value))] for path, value in plan.facts["inputs"].items()]
    versions = [[str(name), str(value)] for name, value in plan.facts["versions"].items()]
    sizes = [[str(name), f"{value:,}"] for name, value in plan.facts["sizes"].items()]
    digest = plan.facts.get("digest")
    program = Table("Versions", [Column("Program"), Column("version")], versions)
    model = Table("Sizes", [Column("Of the model"), Column("count", number=True)], sizes)
    read = Table("Files read", [Column("File"), Column("SHA-256")], files)
    return [
        read if files else "The study was read from no files.",
        *([Paragraph(["Digest of the plan: ", Code(str(digest))])] if digest else []),
        Beside("pair", [[program], [model]]),
    ]
