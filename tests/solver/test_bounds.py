"""No bound lies above the optimum, whatever proves it, and no strategy says of a study what another denies.

The optimum is that of the whole model as stated, by branch and bound to the end. RACKGRID_BOUNDS=500 draws as many
studies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from optimizer import InfeasibleError, Plan, SolverError, Study
from optimizer.solver import problem as problem_module
from optimizer.solver import unavoidable
from optimizer.solver.aggregate import columns, relaxation
from optimizer.solver.aggregate.kernel import kernel
from optimizer.solver.aggregate.model import Aggregate
from optimizer.solver.aggregate.pricing import priced
from optimizer.solver.aggregate.tightening import tightened
from optimizer.solver.arrays import Floats, Job, Matrix, Result
from optimizer.solver.engine import Engine
from optimizer.solver.planner import planned, prepared
from optimizer.solver.problem import Problem
from optimizer.solver.progress import Journal
from optimizer.solver.runner import Runner
from optimizer.solver.strategies import aggregated
from tests.solver.standard_form import relaxed

from .contract import random_study

SOME_SITES = 37
SEEDS = range(int(os.environ.get("RACKGRID_BOUNDS", "5")))
# Sizes from which on a study is large, so that small ones take the ways of large ones: few sites are taken at once,
# and proven beside; no pods are few. "some" leaves the branch and bound of few pods in place.
FEW = {"TAKEN_AT_ONCE": 1, "FIRST_SITES": 1, "MORE_SITES": 1}
Sizes = dict[ModuleType, dict[str, int]]
LARGE: dict[str, Sizes] = {
    "none": {},
    "some": {
        relaxation: FEW,
        aggregated: {"FEW_UNITS": 0, "MANY_PODS": 0, "PROOF_SITES": 1, "PLAN_SITES": 1, "MORE_SITES": 0},
    },
    "all": {
        relaxation: FEW, columns: {"MOST_GROUPS": 1}, problem_module: {"MANY_PODS": 0}, unavoidable: {"MANY_PODS": 0},
        aggregated: {"FEW_UNITS": 0, "FEW_PODS": 0, "PROOF_SITES": 2, "PLAN_SITES": 1, "MORE_SITES": 0},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def as_if_large(monkeypatch: pytest.MonkeyPatch, sizes: Sizes) -> None:
    for module, values in sizes.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


def plan_of(engine: Engine, study: Study, strategy: str, *, threads: int = 1) -> Plan | str:
    """Return the plan, which has passed its recheck, or the words that say why there is none."""
    runner = Runner(engine, Journal(), None, None, threads)
    try:
        return planned(prepared(study.replace(keys={"solve.strategy": strategy}), runner), runner)
    except InfeasibleError as infeasible:
        return str(infeasible)


def stated(problem: Problem) -> Matrix:
    """Return the rows of the page of the maths alone, under the problem's goal."""
    matrix = problem.c.matrix
    if problem.goal != "money":
        matrix = matrix.with_objective(*getattr(problem.c.objectives, problem.goal))
    if problem.held is not None:
        cost, offset = getattr(problem.c.objectives, problem.held[0])
        matrix = matrix.with_row_limit(cost, problem.held[1] - offset)
    return matrix


def optimum(engine: Engine, problem: Problem) -> float:
    """Return the least of a problem, in USD or MW-years, inf where it has no plan."""
    found = engine.solve(stated(problem), Job())
    assert found.status in ("optimal", "infeasible")
    return found.objective * stated(problem).unit


def problem_of(study: Study) -> Problem | None:
    """Return the problem, None where the study's own numbers contradict a rule."""
    problem = Problem.of(study)
    try:
        assert problem.c
    except InfeasibleError:
        return None
    return problem


def varied(seed: int, engine: Engine) -> Study:
    """Return a study as it is drawn, with MW-years first, or with a ceiling about the least unused MW-years."""
    study = random_study(seed)
    if seed % 3 == 1:
        keys = {"objective.minimise": "lexicographic", "objective.first": ("unused", "waiting")[seed % 2]}
        return study.replace(keys=keys)
    problem = problem_of(study)
    if seed % 3 == 0 or problem is None or (least := optimum(engine, replace(problem, goal="unused"))) == np.inf:
        return study
    ceiling = least * (0.999, 1.0, 1.05)[seed // 3 % 3]
    return study.replace(keys={"policy.max_unused_mw_years": max(0.0, ceiling)})


@pytest.mark.parametrize("seed", SEEDS)
def test_no_bound_lies_above_the_optimum(seed: int, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(varied(seed, engine))
    if problem is None:
        return
    random = np.random.default_rng([seed, 9])
    goal = ("unused", "waiting")[seed % 2]
    least = optimum(engine, replace(problem, goal=goal))
    problems = [problem, replace(problem, goal=goal)]
    if np.isfinite(least):
        problems.append(replace(problem, held=(goal, least + 1e-6)))
    for one in problems:
        best = optimum(engine, one)
        a, unit = one.aggregate, one.aggregate.matrix.unit
        most = (best + 1e-6 * abs(best) + (1.0 if one.goal == "money" else 1e-5)) / unit
        found = bounds(engine, a, random)
        with monkeypatch.context() as patch:
            as_if_large(patch, LARGE["all"])
            found |= {f"sifted: {name}": bound for name, bound in bounds(engine, one.aggregate, random).items()}
        assert {name: bound for name, bound in found.items() if bound > most} == {}
        for matrix in (one.matrix, tightened(a, one.c.columns, one.matrix)):
            result = engine.solve(matrix, Job())
            assert (result.objective if result.x is not None else np.inf) * matrix.unit == pytest.approx(
                best, rel=1e-6, abs=1.0 if one.goal == "money" else 1e-5
            )


def bounds(engine: Engine, a: Aggregate, random: np.random.Generator) -> dict[str, float]:
    """Return what an aggregate proves, under duals of its relaxation, some a little off, and some of no sense."""
    found = {
        "linear": engine.solve(a.matrix, relaxed(a.matrix)).objective,
        "whole": engine.solve(a.matrix, Job()).bound,
    }
    least = relaxation.relaxation(a, engine.solve)
    duals: list[Floats] = [random.normal(size=a.matrix.shape[0]) * 10.0 ** random.uniform(-4, 1) for _ in range(2)]
    if least is not None:
        found["relaxation"] = least.bound
        duals += [least.dual, least.dual * random.uniform(0.0, 2.0, len(least.dual))]
    for i, dual in enumerate(duals):
        found[f"priced {i}"] = priced(a, dual).bound
        keep = a.duty | (random.random(len(a.sites.s)) < random.random())
        found[f"kernel {i}"] = engine.solve(kernel(a, keep, dual).matrix, Job()).bound
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_strategy_says_the_same(seed: int, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    study = varied(seed, engine)
    whole, neighbours = plan_of(engine, study, "whole"), plan_of(engine, study, "neighbours")
    same(study, whole, neighbours)
    for name, sizes in LARGE.items():
        with monkeypatch.context() as patch:
            as_if_large(patch, sizes)
            plan = plan_of(engine, study, "aggregated")
        same(study, whole, plan)
        assert isinstance(plan, str) or plan.status == "optimal" or name != "none"


def same(study: Study, whole: Plan | str, plan: Plan | str) -> None:
    """Hold a plan against that of the whole model: no bound above it, nothing below it, the same where proven."""
    if isinstance(whole, str) or isinstance(plan, str):
        assert plan == whole
        return
    assert whole.status == "optimal"
    first = {"unused": "unused_mw_years", "waiting": "waiting_rack_mw_years"}[study.config.objective.first]
    if study.config.objective.minimise == "lexicographic":
        best, found, bound, slack = whole.facts["unused"][first], plan.facts["unused"][first], None, 1e-5
    else:
        best, found, bound, slack = whole.objective_usd, plan.objective_usd, plan.bound_usd, 1.0
        waits = [plan.facts["unused"][f"unavoidable_waiting{name}_mw_years"] for name in ("", "_without_rules")]
        assert max(waits) <= whole.facts["unused"]["waiting_rack_mw_years"] + 1e-6
    slack += 1e-6 * abs(best)
    assert found >= best - slack
    assert bound is None or bound <= best + slack
    assert plan.status != "optimal" or found <= best + slack


@pytest.mark.parametrize("sizes", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_threads_change_nothing(seed: int, sizes: Sizes, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    as_if_large(monkeypatch, sizes)
    one, two = (plan_of(engine, random_study(seed), "aggregated", threads=threads) for threads in (1, 2))
    if isinstance(one, str) or isinstance(two, str):
        assert one == two
        return
    assert one.bound_usd == two.bound_usd
    assert all(frame.equals(two.tables[table]) for table, frame in one.tables.items())


def test_some_sites_prove_nothing_of_all(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least plan at the one site that is searched costs half as much again as the least of all."""
    study = random_study(SOME_SITES)
    whole = plan_of(engine, study, "whole")
    as_if_large(monkeypatch, LARGE["some"])
    plan = plan_of(engine, study, "aggregated")
    assert isinstance(whole, Plan)
    assert isinstance(plan, Plan)
    assert plan.objective_usd > 1.4 * whole.objective_usd, "the sites searched are no longer so few"
    same(study, whole, plan)


class Interrupted(Engine):
    """Ends one job in the middle, as a time limit does, and has no time for any after it."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at + 1

    def solve(self, matrix: Matrix, job: Job, **heard: Any) -> Result:
        self.left -= 1
        return Result("none", None, np.inf, -np.inf) if self.left == 0 else super().solve(matrix, job, **heard)


@pytest.mark.parametrize("at", range(5))
def test_a_stop_proves_nothing(at: int) -> None:
    """Whenever it comes, a study that has a plan is not said to have none."""
    study = random_study(0).replace(keys={"solve.strategy": "aggregated"})
    with Interrupted(at) as engine:
        runner = Runner(engine, Journal(), None, lambda: engine.left <= 0)
        with suppress(SolverError):
            assert planned(prepared(study, runner), runner).status == "feasible"
