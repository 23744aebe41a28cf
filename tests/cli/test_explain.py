"""rackgrid explain as a process: what is printed, written and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .conftest import Run


def test_values_are_printed_written_and_read_by_programs(run: Run, solved: Path, tmp_path: Path) -> None:
    done = run("explain", solved, "--values", "--top", "2", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("What limits are worth: plan of")
    assert "values written to out" in done.stderr
    names = {"values.csv", "sooner.csv", "values.json", "values.geojson"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    read = json.loads((tmp_path / "out" / "values.json").read_text(encoding="utf-8"))
    layer = json.loads((tmp_path / "out" / "values.geojson").read_text(encoding="utf-8"))["features"]
    assert {feature["properties"]["place"] for feature in layer} == {"site", "zone"}
    for feature in layer:
        told = feature["properties"]
        kinds = {"zone"} if told["place"] == "zone" else {"interconnection", "onsite", "hall", "halls_per_year"}
        own = [r["usd"] for r in read["values"] if r["id"] == told["id"] and r["limit"] in kinds]
        assert told["usd"] == max(usd for usd in own if usd is not None)
        assert feature["geometry"]["type"] in {"site": ["Point"], "zone": ["Polygon", "MultiPolygon"]}[told["place"]]
    assert sum(row["resolve_step"] is not None for row in read["values"]) == 2
    printed = json.loads(run("explain", solved, "--values", "--no-resolve", "--json").stdout)
    assert printed["resolves"] == 0
    assert [row["usd"] for row in printed["values"] if row["usd"]] == [
        row["usd"] for row in read["values"] if row["usd"]
    ]


def test_a_site_is_explained(run: Run, solved: Path) -> None:
    done = run("explain", solved, "--site", "gamma")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("gamma (GENERIC gamma): holds")
    assert "what flips the decision" in done.stdout
    read = json.loads(run("explain", solved, "--site", "gamma", "--json").stdout)
    assert read["site"] == "gamma"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--site", "gama"], 'no site of the study – did you mean "gamma"?'),
        (["--values", "--site", "gamma"], "one thing"),
        (["--site", "gamma", "-o", "out"], "goes with --values"),
    ],
)
def test_a_slip_is_told_and_nothing_solved(run: Run, solved: Path, arguments: list[str], words: str) -> None:
    done = run("explain", solved, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_plan_that_does_not_follow_from_its_study_is_refused(run: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "plan")
    facts = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    facts["objective_usd"] += 1e6
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(facts), encoding="utf-8")
    done = run("explain", "plan", "--values")
    assert (done.returncode, done.stdout) == (2, "")
    assert "error" in done.stderr
