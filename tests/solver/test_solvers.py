"""Solvers other than HiGHS: the contract's answers, its limits, and what is not there is told with its cure."""

from __future__ import annotations

import gc
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from pyomo.opt import TerminationCondition

from optimizer import InfeasibleError, InputError, SolverError, read_study, solve
from optimizer.io.searches import HIGHS, SCIP, SOLVERS, Strategy
from optimizer.solver import factory, solvers
from optimizer.solver.arrays import Job, Matrix
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem
from optimizer.solver.strategies.choice import chosen
from tests.solver.test_engine import hard

CONFORMANCE = Path(__file__).parents[1] / "conformance"
STUDIES = [*sorted(CONFORMANCE.glob("micro/*")), *(CONFORMANCE / "tiny" / name for name in ("02", "09", "11", "24"))]
STUDIES = [folder for folder in STUDIES if (folder / "answer.json").is_file()]
THROUGH_PYOMO = "pyomo:appsi_highs"  # there wherever Pyomo and HiGHS are
FEW = [CONFORMANCE / name for name in ("micro/06-residual-and-committed", "micro/11-lexicographic", "tiny/24")]
needs_scip = pytest.mark.skipif(find_spec("pyscipopt") is None, reason='needs pip install "rackgrid[scip]"')
signals = pytest.mark.skipif(sys.platform == "win32", reason="an interrupt passed on to programs is POSIX")


def found(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(solvers.available(name) is None, reason=f"needs {name}")


def answers(solver: str, folder: Path) -> bool:
    """Whether a solver gives the answer that every plan is held to."""
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    if answer.get("status") == "infeasible":
        with pytest.raises(InfeasibleError):
            solve(read_study(folder), solver=solver)
        return True
    plan = solve(read_study(folder), solver=solver)
    assert plan.status == "optimal"
    assert plan.facts["study"]["solve"]["solver"] == solver
    assert f"--- {solver}" in plan.log
    if "least_unused_mw_years" in answer:
        assert plan.facts["unused"]["unused_mw_years"] == pytest.approx(answer["least_unused_mw_years"], rel=2e-6)
    return plan.objective_usd == pytest.approx(answer["objective_usd"], rel=1e-6)


@needs_scip
@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_scip_gives_the_answers_of_the_contract(folder: Path) -> None:
    assert answers(SCIP, folder)


@pytest.mark.parametrize("folder", FEW, ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", [THROUGH_PYOMO, *(pytest.param(name, marks=found(name)) for name in solvers.OTHERS)])
def test_solvers_of_pyomo_give_the_answers_of_the_contract(name: str, folder: Path) -> None:
    assert answers(name, folder)


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        pytest.param(SCIP, "progress", marks=needs_scip),
        pytest.param("cbc", "Integer solution", marks=[found("cbc"), signals]),
    ],
)
def test_a_stop_keeps_the_best_point_and_what_it_proves(name: str, sign: str) -> None:
    matrix, heard = hard(300, 60), []
    with Engine() as engine:
        result = engine.solve(
            matrix,
            Job(solver=name),
            event=lambda kind, content: heard.append(f"{kind} {content}"),
            stop=lambda: any(sign in line for line in heard),
        )
    assert result.status == "feasible"
    assert matrix.breach(result.x) <= 1.0
    assert -np.inf < result.bound <= result.objective


@needs_scip
def test_a_deadline_keeps_the_best_point() -> None:
    matrix = hard(300, 60)
    with Engine() as engine:
        result = engine.solve(matrix, Job(solver=SCIP), deadline=time.monotonic() + 2)
    assert result.status == "feasible"
    assert matrix.breach(result.x) <= 1.0


@needs_scip
def test_scip_tells_no_bound_once_its_search_is_over() -> None:
    from optimizer.solver import scip

    matrix, told = hard(300, 60), []

    def bounds() -> list[float]:
        return [content[1] for kind, content in told if kind == "progress"]

    result = scip.Solver(matrix, lambda: bool(bounds()), lambda *said: told.append(said)).solve(Job(solver=SCIP))
    gc.collect()  # a model that is freed says that nothing is left: its bound is then the cost of its point
    assert result.bound < result.objective
    assert max(bounds()) <= result.bound


def test_only_the_gap_that_was_asked_is_proven_where_no_bound_is_told() -> None:
    matrix = Matrix(*(np.zeros(0, int) for _ in range(3)), *(np.zeros(0) for _ in range(4)), np.zeros(0, bool),
                    np.zeros(0), 100.0)  # fmt: skip
    told = SimpleNamespace(
        solver=SimpleNamespace(termination_condition=TerminationCondition.optimal),
        problem=SimpleNamespace(lower_bound=100.0),
    )
    model = SimpleNamespace(x={})
    bounds = [
        factory._result(model, told, matrix, Job(gap=0.01), solvers.OTHERS[name]).bound for name in ("gurobi", "glpk")
    ]
    assert bounds == pytest.approx([100.0, 100.0 - 100.0 / 99])


def test_every_solver_and_strategy_that_a_study_may_name_is_known() -> None:
    assert {HIGHS, SCIP, *solvers.OTHERS} == set(SOLVERS)
    study = read_study(CONFORMANCE / "micro" / "01-waiting-half-years")
    for name in set(get_args(Strategy)) - {"auto"}:
        problem = Problem.of(study.replace(keys={"solve.strategy": name}))
        assert chosen(problem, of_many=True, base=None)[1] == f"{name} (asked for)"


def test_a_forced_strategy_finds_the_answer() -> None:
    folder = CONFORMANCE / "tiny" / "05"
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    plan = solve(read_study(folder), strategy="neighbours")
    assert "strategy: neighbours (asked for)" in plan.log
    assert plan.objective_usd == pytest.approx(answer["objective_usd"], rel=1e-6)


def test_a_solver_that_is_not_there_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "find_spec", lambda _name: None)
    monkeypatch.setattr(solvers, "available", lambda _name: None)
    study = read_study(CONFORMANCE / "micro" / "01-waiting-half-years")
    cures = {SCIP: 'pip install "rackgrid[scip]"', "gurobi": "pip install gurobipy", "pyomo:none": "pyomo help"}
    for name, cure in cures.items():
        with pytest.raises(InputError, match="not installed") as caught:
            solve(study, solver=name)
        assert cure in str(caught.value)


def test_a_solver_that_fails_is_told_in_its_words() -> None:
    study = read_study(CONFORMANCE / "micro" / "01-waiting-half-years")
    with pytest.raises(SolverError, match="No algorithm was specified"):
        solve(study, solver="pyomo:gdpopt")  # a solver of solvers, which asks for more than a name
