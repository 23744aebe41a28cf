"""From files to a plan folder: streams, exit codes, places, and one walk through all commands."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from optimizer import read_plan
from optimizer.plan.steps import FORMAT
from tests.small import SITES, write_small_study

from .conftest import Run


def test_walk_from_init_to_map(run: Run, tmp_path: Path) -> None:
    made = run("init", "mine")
    assert made.returncode == 0
    assert "rackgrid solve mine" in made.stderr
    assert run("init", "mine").returncode == 2
    shutil.rmtree(tmp_path / "mine" / "grid")  # a smaller study: the campuses alone
    features = json.loads((tmp_path / "mine" / "sites" / "us.geojson").read_text(encoding="utf-8"))
    features["features"] = [f for f in features["features"] if f["properties"]["kind"] == "campus"]
    (tmp_path / "mine" / "campuses.geojson").write_text(json.dumps(features), encoding="utf-8")
    ramp = (tmp_path / "mine" / "sites" / "us-ramp.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    named = {f["properties"]["site"] for f in features["features"]}
    kept = [ramp[0], *(line for line in ramp[1:] if line.partition(",")[0] in named)]
    (tmp_path / "mine" / "ramp.csv").write_text("".join(kept), encoding="utf-8")
    done = run(
        "solve",
        "mine",
        "--sites",
        "mine/campuses.geojson",
        "--site-ramp",
        "mine/ramp.csv",
        "--grid",
        "none",
        "--gap",
        "0.01",
        "--set",
        "periods.last=2027",
        "--deliveries",
        _deliveries_until_2027(tmp_path / "mine"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("OpenAI 26 GW programme\n")
    assert run("verify", "plans/mine").returncode == 0
    pictures = run("map", "plans/mine", "--png")
    names = ["map.html", "map-2026.png", "map-2027.png"]
    assert pictures.stdout.splitlines() == [str(Path("plans", "mine", name)) for name in names]
    assert all((tmp_path / line).stat().st_size > 20_000 for line in pictures.stdout.splitlines())


def _deliveries_until_2027(mine: Path) -> str:
    rows = (mine / "deliveries.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    target = mine / "until-2027.csv"
    target.write_text("".join([rows[0], *(r for r in rows if ",2026," in r or ",2027," in r)]), encoding="utf-8")
    return str(target)


def test_json_is_plan_json_alone(run: Run, study: Path, tmp_path: Path) -> None:
    done = run("solve", study, "-o", "out/plan", "--json")
    assert done.returncode == 0
    assert done.stdout == (tmp_path / "out/plan/plan.json").read_text(encoding="utf-8")
    assert json.loads(done.stdout)["status"] == "optimal"
    assert "plan written to" in done.stderr


def test_overrides_travel_with_the_plan(run: Run, study: Path, tmp_path: Path) -> None:
    assert run("solve", study, "--set", "policy.max_sites=2", "--gap", "0.02").returncode == 0
    plan = read_plan(tmp_path / "plans" / "small")
    assert plan.study.config.policy.max_sites == 2
    assert plan.study.config.solve.gap == 0.02


def test_taken_place_is_said_before_the_solve(run: Run, study: Path, tmp_path: Path) -> None:
    assert run("solve", study).returncode == 0
    before = (tmp_path / "plans/small/plan.json").read_bytes()
    again = run("solve", study)
    assert (again.returncode, again.stdout) == (2, "")
    assert "--force" in again.stderr
    assert "bound" not in again.stderr
    assert (tmp_path / "plans/small/plan.json").read_bytes() == before
    assert run("solve", study, "--force", "--set", "policy.max_sites=2").returncode == 0
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/mine.txt").write_text("keep")
    assert run("solve", study, "-o", "notes", "--force").returncode == 2
    assert (tmp_path / "notes/mine.txt").read_text() == "keep"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are POSIX")
def test_unwritable_place(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("solve", study, "-o", "file/plan")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    if os.geteuid() != 0:  # root may write anywhere
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        assert run("solve", study, "-o", "locked/plan").returncode == 2


def test_infeasible(run: Run, tmp_path: Path) -> None:
    write_small_study(tmp_path / "small")
    keys = ["--set", 'policy.force_open=["alpha", "beta", "gamma"]', "--set", "policy.max_sites=2"]
    done = run("solve", "small", *keys, "--json")
    assert done.returncode == 3
    facts = json.loads(done.stdout)
    assert (facts["format"], facts["status"], facts["objective_usd"]) == (FORMAT, "infeasible", None)
    assert facts["reasons"]
    assert "infeasible" in done.stderr
    assert not (tmp_path / "plans").exists()


def test_no_plan_in_time(run: Run, tmp_path: Path) -> None:
    done = run("solve", "--time-limit", "0.001", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["status"] == "no_plan"
    assert not (tmp_path / "plans").exists()


def test_verify_finds_a_changed_number(run: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "plan")
    assert json.loads(run("verify", "plan", "--json").stdout) == {"ok": True, "findings": []}
    path = tmp_path / "plan/plan.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["objective_usd"] *= 1.01
    path.write_text(json.dumps(facts), encoding="utf-8")
    done = run("verify", "plan")
    assert done.returncode == 5
    assert "objective_usd" in done.stdout
    assert run("verify", tmp_path).returncode == 2
    (tmp_path / "plan/zones.csv").unlink()
    assert run("verify", "plan").returncode == 2
    assert run("map", "plan").returncode == 2


def test_wrong_study_and_place_are_told_together(run: Run, tmp_path: Path, solved: Path) -> None:
    write_small_study(tmp_path / "small", files={"sites.csv": SITES.replace("60,20", "-60,20")})
    shutil.copytree(solved, tmp_path / "plans" / "small")
    done = run("solve", "small")
    assert done.returncode == 2
    assert "holds a plan already" in done.stderr
    assert "sites.csv:2 max_mw" in done.stderr
