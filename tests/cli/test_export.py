"""A plan as one file: the tables of the plan folder to the last digit, in a workbook or on a map."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer.io.registers import SPENT
from optimizer.io.schema import SOME_TABLES
from optimizer.io.write import cell_text
from optimizer.plan import TABLES
from optimizer.plan.summary import TERMS

from .conftest import Run
from .inside import inside
from .test_disk import content, limited

TABLES_OF_ZONES = [name for name in TABLES if name not in SOME_TABLES]
BEFORE = ["key figures", "cost by term", "spending by year", "spending by site"]


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


@pytest.fixture
def plan(solved: Path, tmp_path: Path) -> Path:
    shutil.copytree(solved, tmp_path / "plans" / "small.v1")
    return tmp_path / "plans" / "small.v1"


def exported(call: Run, plan: Path) -> Any:
    done = call("export", plan, "--to", "xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{plan}.xlsx\n"
    return openpyxl.load_workbook(f"{plan}.xlsx")


def test_sheets_hold_what_the_plan_folder_holds(call: Run, plan: Path) -> None:
    book = exported(call, plan)
    assert book.sheetnames == [*BEFORE, *TABLES_OF_ZONES, "plan.json"]
    for page in book:
        assert (page.sheet_state, page.freeze_panes, list(page.merged_cells.ranges)) == ("visible", "B2", [])
        assert all(cell.comment.text for cell in page[1])
    for name in TABLES_OF_ZONES:
        with (plan / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = {column[0].value: column[1:] for column in book[name].iter_cols(max_row=len(rows) + 1)}
        for column in rows[0] if rows else ():
            assert [cell_text(c.value) for c in columns[column]] == [row[column] for row in rows], (name, column)
    sites = [
        {c.value: v.value for c, v in zip(book["sites"][1], row, strict=True)}
        for row in book["sites"].iter_rows(min_row=2)
    ]
    assert {type(row["period"]) for row in sites} == {str}
    assert {type(row["open"]) for row in sites} == {bool}
    assert {type(row["built_mw"]) for row in sites} <= {int, float}
    assert "Unit: MW at the fence" in next(c.comment.text for c in book["sites"][1] if c.value == "peak_mw")


def test_facts_are_those_of_plan_json(call: Run, plan: Path) -> None:
    rows = exported(call, plan)["plan.json"].iter_rows(min_row=2, values_only=True)
    found = {key: (value, unit) for key, value, unit in rows}
    facts = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    assert found["study"][0] == "Small $x^2$ [bold]study[/bold]"
    assert found["status"] == (facts["status"], None)
    assert found["objective_usd"] == (facts["objective_usd"], "USD")
    for term, usd in facts["cost_usd"]["discounted"].items():
        assert found[f"cost_usd.discounted.{term}"] == (usd, "USD")
    assert found["unused.idle_power_mw_years"] == (facts["unused"]["idle_power_mw_years"], "MW-years at the fence")
    assert found["vendor_cost_usd.AMD.facility"][0] == facts["vendor_cost_usd"]["AMD"]["facility"]
    assert found["energised_mw.2027"] == (facts["energised_mw"]["2027"], "MW IT")


def test_money_is_that_of_plan_json_whoever_adds_it_up(call: Run, plan: Path) -> None:
    exported(call, plan)
    book = openpyxl.load_workbook(f"{plan}.xlsx", data_only=True)
    facts = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    key = {row[1]: row[2] for row in book["key figures"].iter_rows(min_row=2, values_only=True)}
    plain, discounted = facts["cost_usd"]["undiscounted"], facts["cost_usd"]["discounted"]
    assert key["cost, discounted"] == pytest.approx(facts["objective_usd"]) == key["objective: least cost"]
    assert key["cost, undiscounted"] == pytest.approx(sum(plain.values()))
    years = {row[0]: row[1:] for row in book["spending by year"].iter_rows(values_only=True) if row[0]}
    assert years["USD, undiscounted"] == ("2026", "2027", "all years")
    terms = {TERMS[term].words: usd for term, usd in plain.items() if usd and term in SPENT}
    assert {k: v[-1] for k, v in years.items() if k in terms} == pytest.approx(terms)
    assert years["racks bought"][-1] == pytest.approx(facts["rack_purchase_usd"]) == key["racks bought"]
    assert years["total"][-1] == pytest.approx(sum(terms.values()) + facts["rack_purchase_usd"]) == key["paid in all"]
    by_term = {row[0]: row[1:] for row in book["cost by term"].iter_rows(values_only=True)}
    assert by_term["total"] == pytest.approx((sum(discounted.values()), sum(plain.values())))
    unused = facts["unused"]
    assert key["racks that wait"] == pytest.approx(unused["waiting_rack_mw_years"])
    assert key["idle power, at the fence"] == pytest.approx(unused["idle_power_mw_years"])


def test_a_damaged_table_is_named(call: Run, plan: Path) -> None:
    table = (plan / "waiting.csv").read_text(encoding="utf-8")
    (plan / "waiting.csv").write_text(table.replace("A1,", "=A1,").replace("waiting_mw", "mw"), encoding="utf-8")
    done = call("export", plan, "--to", "xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "waiting.csv: names a sku that its study lacks – the plan folder is damaged" in done.stderr
    assert "waiting.csv: has no column waiting_mw" in done.stderr


def test_file_is_replaced_with_force_alone_and_by_the_same_bytes(
    run: Run, call: Run, plan: Path, tmp_path: Path
) -> None:
    assert run("export", plan, "--to", "XLSX", "-o", "new/a.xlsx").returncode == 0
    before = content(tmp_path)
    refused = run("export", plan, "--to", "xlsx", "-o", "new/a.xlsx")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--force" in refused.stderr
    assert call("export", plan, "--to", "xlsx", "-o", "new/a.xlsx", "--force").returncode == 0
    assert content(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "kml"], "kml is no format that this release exports – write gpkg, xlsx, geojson or folder"),
        (["--to", "xlsx", "-o", "plans"], "is a folder"),
        (["--to", "gpkg", "-o", "a.xlsx"], "-o: a.xlsx is no gpkg – name a file that ends in .gpkg"),
        (["--to", "geojson", "-o", "sites"], "-o: sites is no geojson – name a file that ends in .geojson"),
        (["--to", "xlsx", "-o", "file/a.xlsx"], "cannot be written"),
        (["--to", "gpkg", "-o", "file/a.gpkg"], "cannot be written"),
        ([], "--to"),
    ],
)
def test_what_cannot_be_is_one_line(call: Run, plan: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "file").write_text("")
    before = content(tmp_path)
    done = call("export", plan, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert content(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
@pytest.mark.parametrize("ending", ["xlsx", "gpkg", "geojson"])
def test_full_disk_keeps_the_old_file(plan: Path, tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").write_text("old")
    before = content(tmp_path)
    done = limited(tmp_path, "export", str(plan), "--to", ending, "-o", f"a.{ending}", "--force")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert content(tmp_path) == before


def test_help_has_examples(run: Run) -> None:
    done = run("export", "--help")
    assert done.stdout.count("rackgrid export ") >= 2
