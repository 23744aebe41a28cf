"""The check: all faults of all files, one per line, and the limits that sums prove."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.cli import waiting
from tests.small import DELIVERIES, SITES, write_small_study

from .conftest import Run


def test_sound_study(run: Run, study: Path) -> None:
    done = run("check", study)
    assert done.returncode == 0
    assert "2 campus, 1 generic" in done.stdout
    assert "[bold]study[/bold]" in done.stdout
    assert "2026: 50 MW delivered" in done.stdout
    facts = json.loads(run("check", study, "--json").stdout)
    assert facts["ok"] is True
    assert facts["errors"] == []
    assert len(facts["limits"]) == 1


def test_all_faults_one_per_line(run: Run, tmp_path: Path) -> None:
    sites = SITES.replace("-99,32", "-99,132").replace("\nbeta,Beta", "\nbe ta,\x1b[31mBeta")
    files = {"sites.csv": sites, "deliveries.csv": DELIVERIES.replace("A1,2027", "A9,2027")}
    study = write_small_study(tmp_path / "wrong", files=files)
    done = run("check", study, "--set", "policy.max_site=3")
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert not done.stdout
    assert any(line.startswith("sites.csv:2 lat:") for line in lines)
    assert any(line.startswith("deliveries.csv:3 sku:") for line in lines)
    assert any('did you mean "max_sites"?' in line for line in lines)
    doubts = sum(line.startswith("warning: ") for line in lines)
    assert lines[-1] == f"{len(lines) - 1 - doubts} errors, {doubts} warnings"
    assert "\x1b" not in done.stderr
    assert len(json.loads(run("check", study, "--json").stdout)["errors"]) >= 3


def test_replacements(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("sku,period,mw\nA1,2026,4\n")
    done = run("check", study, "--deliveries", "few.csv", "--grid", "none", "--set", "periods.last=2028")
    assert done.returncode == 0
    assert "only the sites' own limits bind" in done.stdout
    assert "2026 to 2028" in done.stdout
    assert "files racks: can't be left out" in run("check", study, "--racks", "none").stderr
    assert run("check", study, "--set", "gap").returncode == 2


def test_folders_that_hold_no_study(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan/plan.json").write_text("{}")
    done = run("check", "plan")
    assert done.returncode == 2
    assert done.stderr.startswith(f"plan: holds no study.toml – name {Path('plan', 'study')}")
    endless = run("check", "x" * 5000)
    assert (endless.returncode, len(endless.stderr.splitlines())) == (2, 1)


def test_embedded_study_is_sound(run: Run) -> None:
    done = run("check", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["ok"] is True


def test_strict_takes_warnings_for_errors(run: Run, tmp_path: Path) -> None:
    study = write_small_study(tmp_path / "odd", files={"sites.csv": SITES.replace("site,name", "site,nmae")})
    lenient, strict = run("check", study), run("check", study, "--strict")
    assert (lenient.returncode, strict.returncode) == (0, 2)
    assert "warning: sites.csv: column nmae is kept and not used" in lenient.stderr
    assert "sites.csv: column nmae is kept and not used" in strict.stderr
    assert "warning:" not in strict.stderr
    assert run("solve", study, "--strict").returncode == 2


def test_json_holds_each_fault_in_its_parts_and_warnings_beside_errors(run: Run, tmp_path: Path) -> None:
    sites = SITES.replace("beta,Beta,campus,-97,31,z1,40", "beta,Beta,campus,-97,131,z1,12000")
    done = run("check", write_small_study(tmp_path / "wrong", files={"sites.csv": sites}), "--json")
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["ok"], len(facts["errors"])) == (2, False, 1)
    assert [(f["severity"], f["line"], f["column"], f["value"]) for f in facts["faults"]] == [
        ("error", 3, "lat", "131"),
        ("warning", 2, "max_mw", "60"),
        ("warning", 3, "max_mw", "12000"),
        ("warning", 4, "max_mw", "80"),
    ]
    assert facts["faults"][0]["cure"].startswith("lon and lat look swapped") or "WGS 84" in facts["faults"][0]["cure"]
    assert done.stderr.splitlines()[-1] == "1 error, 3 warnings"


def test_what_takes_long_is_said(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(waiting, "QUIET_S", 0.05)
    with waiting.told() as tell:
        tell("reading sites.csv: 100,000 rows\x1b[31m")
        while "rows" not in (said := capfd.readouterr().err):
            pass
    assert said.rstrip().endswith("s  reading sites.csv: 100,000 rows\\x1b[31m")


def test_periods_are_counted_by_their_length_and_a_share_may_be_a_percentage(run: Run, study: Path) -> None:
    assert "2026Q1 to 2027Q4, 8 quarters" in run("check", "small", "--set", "periods.per_year=4").stdout
    for words in (["--gap", "50%"], ["--set", "solve.gap=50%"]):
        assert run("solve", "small", *words, "-o", f"plan{words[0]}").returncode == 0, words
        facts = json.loads((study.parent / f"plan{words[0]}" / "plan.json").read_text(encoding="utf-8"))
        assert facts["study"]["solve"]["gap"] == 0.5
    assert "is no share: write 0.01, or 1%" in run("solve", "small", "--gap", "1%%").stderr


def test_a_word_that_means_another_thing_is_no_suggestion(run: Run, study: Path) -> None:
    far = run("check", "small", "--set", "policy.max_state_share=0.4")
    assert far.returncode == 2
    assert "keys of [policy]: max_sites" in far.stderr
    assert 'did you mean "max_sites"?' in run("check", "small", "--set", "policy.max_sits=2").stderr
    assert study.is_dir()
