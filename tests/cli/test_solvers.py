"""The command's other solvers, and models written for solvers elsewhere."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import highspy
import pytest

from .conftest import Run

CONFORMANCE = Path(__file__).parents[1] / "conformance"
TINY = CONFORMANCE / "tiny" / "05"


@pytest.mark.skipif(find_spec("pyscipopt") is None, reason='needs pip install "rackgrid[scip]"')
def test_a_plan_by_scip_says_so_and_stands_up_to_verify(run: Run, study: Path, tmp_path: Path) -> None:
    done = run("solve", study, "-o", "plan", "--solver", "SCIP")
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "plan/plan.json").read_text(encoding="utf-8"))
    assert facts["study"]["solve"]["solver"] == "scip"
    assert "pyscipopt" in facts["versions"]
    assert "SCIP Status" in (tmp_path / "plan/solve.log").read_text(encoding="utf-8")
    assert run("verify", "plan").returncode == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--solver", "scipp"], '--solver: "scipp" is no solver – write highs, scip, gurobi, '),
        (["--set", "solve.solver=pyomo:"], '--set solve.solver: "pyomo:" is no solver'),
        (["--solver", "pyomo:none"], "solve.solver: pyomo:none is not installed here – "),
        (
            ["--strategy", "guess"],
            '--strategy: "guess" is none of "auto", "whole", "neighbours", "aggregated" or "decomposed"',
        ),
        (["--solver", "scip", "--strategy", "neighbours"], '--strategy: "neighbours" is a search by HiGHS, and scip '),
    ],
)
def test_names_that_nobody_knows(run: Run, study: Path, tmp_path: Path, options: list[str], said: str) -> None:
    done = run("solve", study, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "plans").exists()


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_a_written_model_has_the_answer_as_its_optimum(run: Run, tmp_path: Path, ending: str) -> None:
    done = run("solve", TINY, "--write-model", f"models/tiny.{ending}")
    assert done.returncode == 0, done.stderr
    assert done.stdout == str(Path("models", f"tiny.{ending}")) + "\n"
    assert not (tmp_path / "plans").exists()
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(tmp_path / "models" / f"tiny.{ending}"))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.run()
    answer = json.loads((TINY / "answer.json").read_text(encoding="utf-8"))
    assert highs.getInfo().objective_function_value * 1e6 == pytest.approx(answer["objective_usd"], rel=1e-6)
    assert "y(1_0)" in highs.getLp().col_names_


def test_a_model_never_takes_the_place_of_a_file_unasked(run: Run, study: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.lp"
    there.write_text("mine")
    for arguments, said in (
        ([there], "is there already"),
        (["model.txt"], "--write-model: model.txt ends in neither .lp nor .mps"),
        (["models/"], "is a folder where a file is meant"),
        (["there.lp/model.lp"], "cannot be written"),
        (["model.lp", "--json"], "--write-model: solves nothing"),
        (["model.lp", "--set", "solve.gap=2"], "solve.gap"),
    ):
        done = run("solve", study, "--write-model", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert said in done.stderr
    assert there.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small", "there.lp"]
    assert run("solve", study, "--write-model", there, "--force").returncode == 0
    assert there.read_text().startswith("\\* Source Pyomo model")


def test_a_model_without_the_mw_years_that_come_first_says_so(run: Run) -> None:
    done = run("solve", CONFORMANCE / "micro" / "11-lexicographic", "--write-model", "model.lp")
    assert done.returncode == 0
    assert "the file's objective is the cost alone" in done.stderr
