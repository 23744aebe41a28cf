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

from optimizer.io.write import cell_text
from optimizer.plan import TABLES

from .conftest import Run
from .inside import inside
from .test_disk import content, limited


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
    assert book.sheetnames == ["summary", *TABLES]
    for page in book:
        assert (page.sheet_state, page.freeze_panes, list(page.merged_cells.ranges)) == ("visible", "B2", [])
        assert all(cell.comment.text for cell in page[1])
    for name in TABLES:
        with (plan / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        cells = [[cell.value for cell in row] for row in book[name].iter_rows()]
        assert [[cell_text(value) for value in row] for row in cells] == rows
    sites = [
        {c.value: v.value for c, v in zip(book["sites"][1], row, strict=True)}
        for row in book["sites"].iter_rows(min_row=2)
    ]
    assert {type(row["period"]) for row in sites} == {str}
    assert {type(row["open"]) for row in sites} == {bool}
    assert {type(row["built_mw"]) for row in sites} <= {int, float}
    assert "Unit: MW at the fence" in next(c.comment.text for c in book["sites"][1] if c.value == "peak_mw")


def test_summary_is_that_of_plan_json(call: Run, plan: Path) -> None:
    rows = exported(call, plan)["summary"].iter_rows(min_row=2, values_only=True)
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


def test_ids_are_no_formulas(call: Run, plan: Path) -> None:
    table = (plan / "waiting.csv").read_text(encoding="utf-8")
    (plan / "waiting.csv").write_text(table.replace("A1,", "=A1,"), encoding="utf-8")
    cell = exported(call, plan)["waiting"]["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("=A1", "s", "@")


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
    (tmp_path / "a").write_text("old")
    before = content(tmp_path)
    done = limited(tmp_path, "export", str(plan), "--to", ending, "-o", "a", "--force")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert content(tmp_path) == before


def test_help_has_examples(run: Run) -> None:
    done = run("export", "--help")
    assert done.stdout.count("rackgrid export ") >= 2
