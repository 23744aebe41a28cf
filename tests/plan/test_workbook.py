"""The workbook for finance: typed, formatted, named, and every sum a formula whose stored value is right."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer import read_study
from optimizer.account.quantities import spending
from optimizer.io.sheets import workbook_bytes
from optimizer.plan.workbook import plan_sheets
from tests.handmade import handmade_plan
from tests.small import DELIVERIES, RACKS, STUDY, write_small_study

HOSTILE = ["=cmd|' /C calc'!A0", "@SUM(1)\x07 \U0001f5fa <r>", "<r>&</r>"]
SITES = f"""site,name,operator,state,kind,lon,lat,zone,max_mw,hall_mw,existing_mw,interconnection_mw,hall_usd_per_mw
00123,{HOSTILE[0]},+1,TX,campus,-99,32,z1,60,20,20,70,1e7
123,{HOSTILE[1]},{"long " * 300},OK,campus,-97,31,z1,40,20,0,,1e7
gamma,{HOSTILE[2]},,LA,generic,-95,33,z2,80,20,0,100,1e7
"""
FILES = {
    "study.toml": STUDY.replace("last = 2027", "last = 2027\nper_year = 4"),
    "sites.csv": SITES,
    "racks.csv": RACKS.replace("A1,", "=A1,"),
    "deliveries.csv": DELIVERIES.replace("A1,", "=A1,").replace("2027,30", "2027,130"),
    "grid/lines.csv": "line,from,to,capacity_mw\n-l,z1,z2,10\n",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return handmade_plan(read_study(write_small_study(tmp_path_factory.mktemp("finance"), files=FILES)))


@pytest.fixture(scope="module")
def content(plan: Any) -> bytes:
    return workbook_bytes(plan_sheets(plan))


@pytest.fixture(scope="module")
def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def stored(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


MW, USD = "[>=1]#,##0.00;[>0]0.00####;#,##0.00", "[>=100]#,##0;[>0]0.00####;#,##0"  # what is small is not 0


def formulas(book: Any) -> Iterator[Any]:
    for page in book:
        for row in page.iter_rows():
            yield from (cell for cell in row if cell.data_type == "f")


def computed(book: Any, page: Any, text: str) -> float:
    """Compute one of the three formulas that are used, and what it refers to."""
    name, inner = re.fullmatch(r"=(SUM|SUBTOTAL|SUMIFS)\((.*)\)", text).groups()  # type: ignore[union-attr]
    parts = inner.split(",")
    if name == "SUBTOTAL":
        assert parts.pop(0) == "9"
    values = list(cells(book, page, parts[0]))
    if name == "SUMIFS":
        word = parts[2].strip('"') if parts[2].startswith('"') else page[parts[2].replace("$", "")].value
        kept = [cell.value == word for cell in cells(book, page, parts[1])]
        values = [cell for cell, keep in zip(values, kept, strict=True) if keep]
    found = (computed(book, c.parent, c.value) if c.data_type == "f" else c.value for c in values)
    return math.fsum(value or 0 for value in found)


def cells(book: Any, page: Any, where: str) -> Iterator[Any]:
    sheet, _, span = where.rpartition("!")
    for row in (book[sheet.strip("'")] if sheet else page)[span.replace("$", "")]:
        yield from row


def test_stored_sums_are_what_a_program_computes(book: Any, stored: Any) -> None:
    found = list(formulas(book))
    assert {cell.parent.title for cell in found} == {
        "key figures", "cost by term", "spending by year", "spending by site", "assignments", "waiting", "unused",
        "costs",
    }  # fmt: skip
    for cell in found:
        value = stored[cell.parent.title][cell.coordinate].value
        assert value == pytest.approx(computed(book, cell.parent, cell.value), rel=1e-12), cell
        assert "#,##0" in cell.number_format


def test_nothing_is_summed_that_does_not_add_up(book: Any) -> None:
    sums = {
        (page.title, page.cell(1, cell.column).value)
        for page in book
        for cell in page[page.max_row]
        if str(cell.value).startswith("=SUBTOTAL")
    }
    years = ("2026", "2027", "all years")
    assert sums == {
        ("cost by term", "USD, discounted at 5 %"), ("cost by term", "USD, undiscounted"),
        *(("spending by year", year) for year in years), *(("spending by site", year) for year in years),
        ("assignments", "pods"), ("assignments", "racks"), ("assignments", "it_mw"),
        ("waiting", "delivered_racks"), ("waiting", "placed_racks"), ("unused", "usd"),
        ("costs", "usd"), ("costs", "discounted_usd"),
    }  # fmt: skip
    for page in book:
        if any(title == page.title for title, _ in sums):
            assert page["A1"].parent.auto_filter.ref.endswith(str(page.max_row - 2)), "sums stand outside the filter"
            assert {cell.value for cell in page[page.max_row - 1]} == {None}


def test_quarters_are_grouped_by_calendar_year(plan: Any, stored: Any) -> None:
    paid = spending(plan.study, plan.tables)
    years = paid.groupby(paid["period"].str[:4])["usd"].sum()
    rows = {row[0]: row[1:] for row in stored["spending by year"].iter_rows(values_only=True)}
    assert rows["total"] == pytest.approx((years["2026"], years["2027"], years.sum()))
    heads = {c.value: c.comment.text for c in stored["spending by site"][1]}
    assert "undiscounted" in heads["2026"]
    assert heads["2026"].endswith("2026Q1 to 2026Q4.")


@pytest.mark.parametrize(
    ("sheet", "column", "style"),
    [
        ("assignments", "racks", "#,##0"),
        ("assignments", "it_mw", MW),
        ("sites", "halls", "#,##0"),
        ("sites", "peak_mw", MW),
        ("unused", "mw_years", "[>=1]#,##0.0;[>0]0.00####;#,##0.0"),
        ("unused", "usd", USD),
        ("unused", "cause", "@"),
        ("spending by site", "2026", USD),
    ],
)
def test_a_column_has_the_format_of_its_unit(book: Any, sheet: str, column: str, style: str) -> None:
    at = next(c.column for c in book[sheet][1] if c.value == column)
    assert {cell.number_format for (cell,) in book[sheet].iter_rows(2, 9, at, at) if cell.value is not None} == {style}


def test_key_figures_have_a_unit_and_its_format(stored: Any) -> None:
    rows = {row[1].value: row[2:] for row in stored["key figures"].iter_rows(min_row=2)}
    gap, objective, delivered = rows["gap"], rows["objective: least cost"], rows["delivered by the end of 2027Q4"]
    assert (gap[0].value, gap[0].number_format, gap[1].value) == (0.1, "0.00 %", "share")
    assert (objective[0].value, objective[0].number_format, objective[1].value) == (
        1e9,
        USD,
        "USD",
    )
    assert (delivered[0].value, delivered[0].number_format, delivered[1].value) == (
        200,
        MW,
        "MW IT",
    )
    assert rows["idle power, at the fence"][1].value == "MW-years at the fence"
    assert all(cells[1].value for name, cells in rows.items() if isinstance(cells[0].value, (int, float)) or not name)
    assert rows["GENERIC: open"][0].value == 1


def test_ids_stand_beside_what_people_call_them(book: Any) -> None:
    def beside(sheet: str, head: str) -> dict[Any, dict[str, Any]]:
        names = [c.value for c in book[sheet][1]]
        rows = [dict(zip(names, [c.value for c in row], strict=True)) for row in book[sheet].iter_rows(min_row=2)]
        return {row[head]: row for row in rows}

    assert all(len({cell.value for cell in page[1]}) == page.max_column for page in book), "no header stands twice"
    gamma = beside("power", "site")["gamma"]
    assert (gamma["state"], gamma["site kind"], gamma["real or GENERIC"], gamma["zone"]) == (
        "LA",
        "generic",
        "GENERIC",
        "z2",
    )
    unused = beside("unused", "kind")
    assert (unused["idle_hall"]["state"], unused["idle_hall"]["vendor"]) == ("LA", None)
    assert (unused["waiting"]["site name"], unused["waiting"]["vendor"]) == (None, "Broadcom")
    assert [beside("flows", "line")["-l"][end] for end in ("from", "to")] == ["z1", "z2"]
    assert next(iter(beside("spending by site", "site"))) == "(programme)"


def test_hostile_names_are_texts(book: Any) -> None:
    names = {row[1].value: row[1] for row in book["sites"].iter_rows(min_row=2)}
    assert [name.replace("_x0007_", "\x07") for name in names] == HOSTILE
    assert {(cell.data_type, cell.number_format) for cell in names.values()} == {("s", "@")}
    assert names[HOSTILE[0]].quotePrefix
    racks = {row[0].value: row[0].data_type for row in book["waiting"].iter_rows(min_row=2, max_row=4)}
    assert racks["=A1"] == "s"


def test_nothing_delivered_is_a_workbook_too(tmp_path: Path) -> None:
    files = {"deliveries.csv": "sku,period,mw\nA1,2026,0\n"}
    plan = handmade_plan(
        read_study(write_small_study(tmp_path, files=files)), vendor_cost_usd={}, gap=None, bound_usd=None
    )
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plan_sheets(plan))), data_only=True)
    rows = {row[1]: row[2] for row in book["key figures"].iter_rows(values_only=True)}
    assert (rows["delivered by the end of 2027"], rows["gap"], rows["racks delivered"]) == (0, None, 0)
