"""A planner with Excel alone: start, check, solve and export, each as a process."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from .conftest import Run


def test_walk_from_a_workbook_to_a_plan_as_a_workbook(run: Run, tmp_path: Path) -> None:
    assert run("init", "mine.xlsx", "--blank", "--excel").returncode == 0
    assert run("check", "mine.xlsx", "--strict").returncode == 0
    done = run("solve", "mine.xlsx")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "plans/mine/plan.json").is_file()
    done = run("export", "plans/mine", "--to", "xlsx")
    assert done.stdout.strip() == str(Path("plans", "mine.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "plans/mine.xlsx")["plan.json"]
    assert ("status", "optimal") in {(row[0].value, row[1].value) for row in sheet.iter_rows()}
    facts = json.loads((tmp_path / "plans/mine/plan.json").read_text(encoding="utf-8"))
    assert set(facts["inputs"]) == {"mine.xlsx"}
    assert facts["study"]["files"]["sites"] == "sites.csv"
    assert run("diff", "mine.xlsx", "plans/mine").stdout.startswith("the studies are the same")


def test_faults_name_cells_and_control_characters_stay_text(run: Run, tmp_path: Path) -> None:
    run("init", "mine.xlsx", "--blank", "--excel")
    book = openpyxl.load_workbook(tmp_path / "mine.xlsx")
    sites = book["sites"]
    column = next(c.column_letter for c in sites[1] if c.value == "max_mw")
    sites[f"{column}2"] = "two hundred"
    sites["A2"] = "a\u202eb"
    book.save(tmp_path / "mine.xlsx")
    done = run("solve", "mine.xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"mine.xlsx#sites!{column}2 max_mw: two hundred is not a number" in done.stderr
    assert "mine.xlsx#sites!A2 site: a\\u202eb is no id: it holds RIGHT-TO-LEFT OVERRIDE" in done.stderr
    assert not (tmp_path / "plans").exists()
