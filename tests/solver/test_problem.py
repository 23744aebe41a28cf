"""A problem is made once and changes no more; its arrays are those that Pyomo's own compiler makes of the model."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest

from optimizer import InfeasibleError, Study, read_study, solve
from optimizer.solver.again import learn
from optimizer.solver.problem import Problem
from optimizer.solver.runner import Runner
from optimizer.solver.strategies import choice
from optimizer.solver.strategies.protocol import Aim, Outcome
from optimizer.solver.strategies.whole import whole

from .standard_form import agrees
from .test_enumeration import as_study, plain

CONFORMANCE = Path(__file__).parents[1] / "conformance"
EMBEDDED = Path(__file__).parents[2] / "studies" / "openai-26gw"
STUDIES = [path.parent for path in sorted(CONFORMANCE.rglob("study.toml")) if "-refused-" not in path.parent.name]


@pytest.fixture(scope="module")
def small() -> Study:
    return as_study(plain({}))


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_arrays_of_every_small_study(folder: Path) -> None:
    study = read_study(folder)
    assert agrees(Problem.of(study).c, study)


@pytest.mark.parametrize("keys", [{}, {"periods.per_year": 2}, {"policy.max_zone_share": 0.3, "policy.max_sites": 20}])
def test_arrays_of_the_embedded_study(keys: dict[str, object]) -> None:
    study = read_study(EMBEDDED, keys=keys)
    assert agrees(Problem.of(study).c, study)


def test_arrays_without_costs(small: Study) -> None:
    """Families that no cost names come where a rule first does."""
    free = small.replace(
        sites=small.sites.assign(open_usd=0.0, hall_usd_per_mw=0.0, fixed_usd_per_mw_year=0.0),
        keys={"unused.waiting_rack_usd_per_mw_year": 0, "unused.idle_power_usd_per_mw_year": 0},
    )
    assert agrees(Problem.of(free).c, free)


def test_numbers_that_contradict_a_rule_are_told_with_its_key() -> None:
    study = read_study(CONFORMANCE / "tiny" / "05")
    committed = int(study.sites["committed"].sum())
    assert committed > 0
    with pytest.raises(InfeasibleError) as caught:
        solve(study.replace(sites=study.sites.assign(committed=True), keys={"policy.max_sites": 1}))
    assert caught.value.reasons == [f"policy.max_sites = 1 is too low: {len(study.sites)} sites are committed"]


def test_nothing_of_a_problem_changes_by_its_search(small: Study) -> None:
    problem = Problem.of(small)
    with pytest.raises(FrozenInstanceError):
        problem.goal = "unused"  # type: ignore[misc]
    before = problem.matrix.key, problem.c.matrix.key
    solve(small)
    other = replace(problem, other=problem.matrix.with_objective(np.zeros_like(problem.matrix.cost), 0.0))
    assert other.c is problem.c
    assert other.matrix.key != problem.matrix.key
    assert (problem.matrix.key, problem.c.matrix.key) == before


def test_each_kind_of_problem_has_its_strategy_and_a_reason(small: Study) -> None:
    few, many = Problem.of(small), Problem.of(read_study(EMBEDDED))
    point = np.zeros(many.matrix.shape[1])
    kinds = [(few, False, None), (many, False, None), (many, True, None), (many, True, point)]
    reasons = [choice.chosen(problem, of_many=of, base=base)[1].partition(":")[0] for problem, of, base in kinds]
    assert reasons == ["whole model", "aggregated", "follow", "follow"]


@pytest.mark.parametrize("objective", ["cost", "lexicographic"])
def test_a_strategy_of_ones_own_is_a_call_and_its_bound_is_told(
    small: Study, objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = small.replace(keys={"objective.minimise": objective})
    honest = solve(study)
    asked: list[str] = []

    def half_proven(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
        asked.append(aim.told)
        found = whole(problem, aim, runner)
        return replace(found, bound=found.bound - 0.5 * abs(found.bound), reached=False)

    monkeypatch.setattr("optimizer.solver.planner.chosen", lambda *_, **__: (half_proven, "own"))
    plan = solve(study)
    assert asked == (["USD"] if objective == "cost" else ["plans", "USD"])
    assert plan.objective_usd == pytest.approx(honest.objective_usd, rel=1e-6)
    assert plan.bound_usd == pytest.approx(plan.objective_usd / 2, rel=1e-6)
    assert plan.status == "feasible"
    assert "strategy: own" in plan.log


def test_a_base_teaches_from_the_problem_that_it_was_solved_by(small: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Study] = []
    honest = Problem.of.__func__  # type: ignore[attr-defined]

    def counted(cls: type[Problem], study: Study, template: object = None) -> Problem:
        made.append(study)
        return honest(cls, study, template)  # type: ignore[no-any-return]

    monkeypatch.setattr(Problem, "of", classmethod(counted))
    learn(small)
    assert len(made) == 1
