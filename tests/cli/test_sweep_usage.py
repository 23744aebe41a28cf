"""The sweep command: what it asks for, what it refuses before the first solve, and what it leaves behind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest

from optimizer.cli.sweep_progress import Plain, line
from optimizer.errors import InfeasibleError, SolverError
from optimizer.sweeps import SweepProgress, attempt
from tests.small import write_small_study

from .inside import inside

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SITES = "policy.max_sites=2,3"


@pytest.fixture
def call(tmp_path: Path) -> Run:
    write_small_study(tmp_path / "small")
    return inside(tmp_path)


def test_help_has_examples(call: Run) -> None:
    done = call("sweep", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("rackgrid sweep") >= 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", SITES], "-o: is missing – name the folder of the sweep: -o sweeps/sites"),
        (["-o", "x"], "--vary: is missing: nothing varies – write --vary 'policy.max_sites=20,30,40'"),
        (["--vary", SITES, "--low-high", "-o", "x"], "--low-high: does not go with --vary – use one of them"),
        (["--cases", "c.csv", "--design", "grid", "-o", "x"], "--design: does not go with --cases"),
        (["--vary", SITES, "--design", "sobl", "-o", "x"], '--design: sobl is no design – did you mean "sobol"?'),
        (["--vary", SITES, "--samples", "9", "-o", "x"], "--samples: 9 is for samples alone – add --design lhs"),
        (["--vary", SITES, "--workers", "2", "--cluster", "tcp://a:1", "-o", "x"], "does not go with --cluster"),
        (["--vary", "policy.max_sites", "-o", "x"], "--vary: policy.max_sites is no assignment of values"),
        (["--vary", "policy.max_sites=1,,2", "-o", "x"], "--vary policy.max_sites: 1,,2 has an empty value"),
        (["--vary", SITES, "--vary", SITES, "-o", "x"], "--vary policy.max_sites: stands twice"),
        (["--vary", "policy.max_sites=2,3,4", "--design", "lhs", "-o", "x"], "is no range to draw samples from"),
        (["--cases", "missing.csv", "-o", "x"], "missing.csv: there is no such file"),
        (["--low-high", "-o", "x"], "figures: there is no figures table beside the study"),
        (
            ["--vary", "sites[zone=z1].peak_pue*=0.1,1", "-o", "x"],
            "--vary sites[zone=z1].peak_pue*: 0.1 makes peak_pue",
        ),
        (["--vary", "deliveries[vendor=AMD].period+=0,1", "-o", "x"], "leave them out with --drop-late"),
    ],
)
def test_what_can_not_be_swept_is_refused_before_anything_is_solved(
    call: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = call("sweep", "small", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("x/plans/*"))


def test_faults_of_the_study_and_of_the_keys_are_told_together(call: Run, tmp_path: Path) -> None:
    (tmp_path / "small/racks.csv").write_text("sku,vendor,rack_kw\nA1,AMD,0.1\n", encoding="utf-8")
    done = call("sweep", "small", "--vary", "=3", "-o", "x")
    assert done.returncode == 2
    assert "--vary: =3 is no assignment" in done.stderr
    assert "racks.csv:2 rack_kw: 0.1 is below 1" in done.stderr


def test_a_sweep_leaves_a_table_plans_and_a_page(call: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text('policy.max_sites,"sites[zone=z1,kind=campus].hall_usd_per_mw*"\n2,\n,1.5\n', encoding="utf-8")
    done = call("sweep", "small", "--cases", "cases.csv", "--gap", "0.01", "--workers", "1", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "2 cases of policy.max_sites, sites[zone=z1,kind=campus].hall_usd_per_mw* into out" in done.stderr
    assert "table written to " in done.stderr
    assert "page written to " in done.stderr
    table = pd.read_parquet(tmp_path / "out/cases.parquet")
    assert table["status"].isin(["optimal", "feasible"]).all()
    assert all((tmp_path / "out" / plan / "plan.json").is_file() for plan in table["plan"])
    assert "<html" in (tmp_path / "out/sweep.html").read_text(encoding="utf-8")
    again = call("sweep", "small", "--cases", "cases.csv", "--gap", "0.01", "--workers", "1", "-o", "out", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["inputs"] == list(table.columns[2:4])
    other = call("sweep", "small", "--cases", "cases.csv", "-o", "out")
    assert other.returncode == 2


def test_a_plan_that_left_its_sweep_says_so_and_can_be_made_whole(call: Run, tmp_path: Path) -> None:
    arguments = ("sweep", "small", "--vary", "policy.max_sites=2", "--gap", "0.1", "--workers", "1", "-o", "out")
    assert call(*arguments).returncode == 0
    inside_sweep = tmp_path / "out" / pd.read_parquet(tmp_path / "out/cases.parquet")["plan"][0]
    done = call("export", inside_sweep, "--to", "folder", "-o", "mailed/plan")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'mailed/plan'}\n")
    whole, moved = tmp_path / "elsewhere", tmp_path / "far/away/moved"
    (tmp_path / "mailed/plan").rename(whole)
    shutil.copytree(inside_sweep, moved)
    assert call("map", inside_sweep).returncode == 0
    assert call("diff", whole, inside_sweep).stdout == "the studies are the same\n"
    assert call("verify", whole).returncode == 0
    for command in ("verify", "map", "report"):
        lost = call(command, moved)
        assert lost.returncode == 2
        assert f"{moved}: is a plan of a sweep, and the tables that it shares with the sweep are not" in lost.stderr
        assert "rackgrid export moved --to folder" in lost.stderr
        assert "1 error\n" in lost.stderr
    next((tmp_path / "out/tables").glob("racks-*")).unlink()
    assert "is a plan of a sweep, in whose folder tables/ lacks racks-" in call("verify", inside_sweep).stderr
    assert call(*arguments).returncode == 0
    page = (tmp_path / "out/sweep.html").read_text(encoding="utf-8")
    links = re.findall('href="(plans/[^"]+)"', page)
    assert f"plans/{inside_sweep.name}/map.html" in links
    assert all((tmp_path / "out" / link).exists() for link in links)


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        ([InfeasibleError("too tight"), InfeasibleError("too tight")], 3, "2 infeasible"),
        ([InfeasibleError("too tight"), SolverError("no time")], 4, "1 infeasible, 1 no plan"),
    ],
)
def test_no_plan_at_all_has_exit_codes_of_its_own(
    call: Run, monkeypatch: pytest.MonkeyPatch, raised: list[Exception], code: int, words: str
) -> None:
    monkeypatch.setattr(attempt, "_solve", Mock(side_effect=[*raised, *raised[-1:]]))  # tried once more
    done = call("sweep", "small", "--vary", "policy.max_sites=1,2", "--gap", "0.1", "--workers", "1", "-o", "out")
    assert done.returncode == code, done.stderr
    assert words in done.stdout


def test_progress_says_what_is_done_failed_and_left(capsys: pytest.CaptureFixture[str]) -> None:
    now = SweepProgress(done=3, failed=1, total=1200, running=2, seconds=12.34, left_s=4000.0)
    assert line(now) == "   12.3 s  3 of 1,200 cases  1 failed  2 running  about 1 h 06 min left"
    display = Plain()
    for done in (0, 1, 2, 2):
        display.listen(SweepProgress(done=done, failed=0, total=2, running=0, seconds=float(done), left_s=None))
    display.close()
    assert capsys.readouterr().err.splitlines() == ["    1.0 s  1 of 2 cases", "    2.0 s  2 of 2 cases"]


def test_a_sweep_shifts_by_months(call: Run, tmp_path: Path) -> None:
    done = call("sweep", "small", "--vary", "deliveries.period+=0,6mo,12mo", "--drop-late", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("6mo changes no period of the study") == 1
    inputs = pd.read_parquet(tmp_path / "out" / "cases.parquet")["deliveries.period+"]
    assert inputs.astype(str).tolist() == ["0", "6mo", "12mo"]
