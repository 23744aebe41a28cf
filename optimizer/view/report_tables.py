"""Write the report's long tables: the ledger of unused capacity, the sites, and what the plan was made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from optimizer.plan.kinds import is_generic
from optimizer.plan.plan import Plan
from optimizer.plan.units import money_unit, mw_years, usd

from .ledger import KINDS, unused_ledger
from .readings import vendor_mw
from .report_html import Column, Html, generic_badge, table, text

MOST_ROWS = 2000
"""Rows of the ledger on the page; the rest is told as a sum and stands in unused.csv."""


def ledger_section(plan: Plan) -> Html:
    """Return unused capacity by kind, then every row of it: site, vendor, period, cause; the dearest first."""
    ledger = unused_ledger(plan)
    if not len(ledger):
        return Html("<p>Nothing is unused in any period: no rack waits, no hall and no power idles.</p>\n")
    rest = ledger.iloc[MOST_ROWS:]
    more = (
        f"<p>The other {len(rest):,} rows hold {mw_years(rest['mw_years'].sum())} and {usd(rest['usd'].sum())}; "
        "they stand in unused.csv.</p>\n"
    )
    return Html(_by_kind(ledger) + _by_cause(ledger) + _ledger(ledger.head(MOST_ROWS)) + (more if len(rest) else ""))


def _by_kind(ledger: pd.DataFrame) -> str:
    sums = ledger.groupby("kind", sort=False)[["mw_years", "usd"]].sum()
    years_of, cost_of = sums["mw_years"].to_dict(), sums["usd"].to_dict()
    unit, name = money_unit(float(sums["usd"].abs().max()))
    rows = []
    for kind in KINDS:
        if kind in cost_of:
            years, cost = float(years_of[kind]), float(cost_of[kind])
            rows.append([KINDS[kind], "–" if kind == "unplaced" else f"{years:,.1f}", f"{cost / unit:,.2f}"])
    columns = [Column("Kind"), Column("MW-years", number=True), Column(f"{name} undiscounted", number=True)]
    return table(columns, rows, caption="Unused capacity by kind")


def _by_cause(ledger: pd.DataFrame) -> str:
    told = ledger[ledger["cause"] != ""]
    if not len(told):
        return "<p>This plan states no causes (column cause of unused.csv).</p>\n"
    sums = told.groupby(["cause", "kind"], sort=True)[["mw_years", "usd"]].sum().reset_index()
    sums = sums.sort_values(["usd", "mw_years"], ascending=False, kind="stable")
    unit, name = money_unit(float(sums["usd"].abs().max()))
    rows = [
        [
            _causes(row["cause"]),
            KINDS.get(row["kind"], row["kind"]),
            f"{row['mw_years']:,.1f}",
            f"{row['usd'] / unit:,.2f}",
        ]
        for row in sums.head(40).to_dict("records")
    ]
    columns = [
        Column("Cause"),
        Column("kind"),
        Column("MW-years", number=True),
        Column(f"{name} undiscounted", number=True),
    ]
    return table(columns, rows, caption="Unused capacity by cause")


def _causes(cause: str) -> str:
    return ", ".join(part.strip() for part in cause.split(";"))


def _ledger(ledger: pd.DataFrame) -> str:
    rows = []
    for row in ledger.to_dict("records"):
        which: str = generic_badge() if row["site_kind"] == "GENERIC" else row["site_kind"] or "rack"
        numbers = [f"{row['mw']:,.1f}", f"{row['mw_years']:,.1f}", f"{row['usd'] / 1e6:,.2f}"]
        place = row["site"] or row["sku"]
        rows.append(
            [
                place,
                which,
                row["vendor"],
                row["period"],
                KINDS.get(row["kind"], row["kind"]),
                *numbers,
                _causes(row["cause"]),
            ]
        )
    columns = [
        Column("Site or rack"), Column("Is", choice=True), Column("Vendor", choice=True), Column("Period", choice=True),
        Column("Kind", choice=True), Column("MW", number=True), Column("MW-years", number=True),
        Column("M USD", number=True), Column("Cause", choice=True, wide=True),
    ]  # fmt: skip
    return _long(table(columns, rows, caption="Every row, undiscounted, what costs most first", live=True))


def sites_section(plan: Plan) -> Html:
    """Return real and generic sites in a table each, closed ones too, as they stand in the last period."""
    rows: dict[bool, list[list[str]]] = {False: [], True: []}
    last = plan.study.horizon.names[-1]
    ending = plan.sites[plan.sites["period"] == last]
    state = {str(row["site"]): row for row in ending.to_dict("records")}
    first = {str(k): str(v) for k, v in plan.sites[plan.sites["open"]].groupby("site")["period"].min().items()}
    vendors = {s: ", ".join(f"{v} {x:,.0f}" for v, x in held.items()) for s, held in vendor_mw(plan, last).items()}
    for site in plan.study.sites.to_dict("records"):
        key = str(site["site"])
        rows[is_generic(site["kind"])].append(_site(site, state[key], first.get(key, ""), vendors.get(key, "")))
    parts = []
    for generic, heading in ((False, "Real sites"), (True, "GENERIC sites: no projects")):
        parts.append(f"<h3>{heading}</h3>\n")
        caption = f"{'GENERIC' if generic else 'Real'} sites at the end of {last}"
        parts.append(_sites(rows[generic], caption) if rows[generic] else "<p>The study has none.</p>\n")
    return Html("".join(parts))


def _site(site: Mapping[Any, Any], state: Mapping[Any, Any], first: str, vendors: str) -> list[str]:
    power = float(state["interconnection_mw"]) + float(state["onsite_mw"])
    numbers = (state["built_mw"], state["it_mw_in_service"], state["peak_mw"])
    people = [str(site[c]) for c in ("name", "kind", "operator", "state", "zone")]
    spare = [_mw(float(state[c])) for c in ("idle_hall_mw", "idle_power_mw")]
    opened = first if bool(state["open"]) else "not opened"
    return [str(site["site"]), *people, opened, *(_mw(float(n)) for n in numbers), _mw(power), *spare, vendors]


def _mw(value: float) -> str:
    return "unlimited" if math.isnan(value) or math.isinf(value) else f"{value:,.1f}"


def _sites(rows: list[list[str]], caption: str) -> str:
    rows.sort(key=lambda row: (-float(row[8].replace(",", "")), row[0]))
    columns = [
        Column("Site"), Column("Name", wide=True), Column("Kind", choice=True), Column("Operator"),
        Column("State", choice=True), Column("Zone"), Column("Open from", choice=True),
        Column("Built, IT MW", number=True), Column("In service, IT MW", number=True),
        Column("Peak, fence MW", number=True), Column("Firm power, fence MW", number=True),
        Column("Idle halls, IT MW", number=True), Column("Idle power, fence MW", number=True),
        Column("Vendors, IT MW", wide=True),
    ]  # fmt: skip
    return _long(table(columns, rows, caption=caption, live=True))


def _long(markup: str) -> str:
    return markup.replace('class="scroll"', 'class="scroll long wide"', 1)


def inputs_section(plan: Plan) -> Html:
    """Return the hashes of the files read, the versions that made the plan, and its own digest."""
    files = [[str(path), _code(value)] for path, value in plan.facts["inputs"].items()]
    versions = [[str(name), str(value)] for name, value in plan.facts["versions"].items()]
    sizes = [[str(name), f"{value:,}"] for name, value in plan.facts["sizes"].items()]
    digest = plan.facts.get("digest")
    parts = [
        table([Column("File"), Column("SHA-256")], files, caption="Files read")
        if files
        else "<p>The study was read from no files.</p>\n"
    ]
    if digest:
        parts.append(f"<p>Digest of the plan: <code>{text(digest)}</code></p>\n")
    parts.append('<div class="pair">')
    parts.append(f"<div>{table([Column('Program'), Column('version')], versions, caption='Versions')}</div>")
    parts.append(
        f"<div>{table([Column('Of the model'), Column('count', number=True)], sizes, caption='Sizes')}</div></div>\n"
    )
    return Html("".join(parts))


def _code(value: object) -> Html:
    return Html(f"<code>{text(value)}</code>")
