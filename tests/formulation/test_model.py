"""The Pyomo model that is handed out states the study whole: other roads to an optimum find the plan's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import highspy
import pyomo.environ as pyo
import pytest

import optimizer
from optimizer import Study, read_study
from optimizer.formulation.families import FAMILIES
from optimizer.formulation.rules import NAMED
from optimizer.io.registers import ALWAYS

TINY = Path(__file__).parents[1] / "conformance" / "tiny"
STATED = [path.parent for path in sorted(TINY.glob("*/answer.json")) if "objective_usd" in path.read_text("utf-8")]


@pytest.fixture(autouse=True)
def _threads_are_given_back() -> Iterator[None]:
    """Pyomo lets HiGHS start threads in this process; another count of them, in a later test, would get no answer."""
    yield
    highspy.Highs.resetGlobalScheduler(True)


def least(study: Study, objective: str = "cost") -> float:
    """Optimum of the model by HiGHS through Pyomo, of its money or of another of its expressions."""
    m = optimizer.model(study)
    if objective != "cost":
        m.cost.deactivate()
        m.other = pyo.Objective(expr=m.component(objective))
    pyo.SolverFactory("appsi_highs").solve(m)
    return float(pyo.value(m.component(objective)))


@pytest.mark.parametrize("folder", STATED[:12], ids=lambda folder: folder.name)
def test_its_optimum_is_the_answer_that_plans_are_held_to(folder: Path) -> None:
    study = read_study(folder)
    if study.config.objective.minimise == "cost":
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        assert least(study) * 1e6 == pytest.approx(answer["objective_usd"], rel=1e-6)


def test_its_parts_are_those_of_the_page_of_the_maths_and_of_the_plan() -> None:
    study = read_study(TINY / "05")
    plan, m = optimizer.solve(study, gap=0.0), optimizer.model(study)
    pyo.SolverFactory("appsi_highs").solve(m)
    assert [o.name for o in m.component_objects(pyo.Objective, active=True)] == ["cost"]
    assert {v.name for v in m.component_objects(pyo.Var)} == {family.letter for family in FAMILIES}
    assert {c.name for c in m.component_objects(pyo.Constraint)} == set(NAMED)
    assert list(m.discounted) == list(m.undiscounted) == list(ALWAYS)
    assert pyo.value(m.cost) == pytest.approx(sum(pyo.value(m.discounted[term]) for term in ALWAYS), rel=1e-12)
    assert pyo.value(m.cost) * 1e6 == pytest.approx(plan.objective_usd, rel=1e-6)
    assert pyo.value(m.waiting) == pytest.approx(plan.facts["unused"]["waiting_rack_mw_years"], rel=1e-6, abs=1e-6)


def test_least_waiting_is_no_less_than_what_no_plan_avoids() -> None:
    study = read_study(TINY / "05")
    unavoidable = optimizer.solve(study).facts["unused"]["unavoidable_waiting_mw_years"]
    assert least(study, "waiting") >= unavoidable - 1e-6
