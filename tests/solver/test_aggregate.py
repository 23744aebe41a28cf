"""The aggregate bounds every study from below: whole, relaxed, and site by site under any duals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csc_array

from optimizer import read_study
from optimizer.parameters import Parameters
from optimizer.solver.aggregate.model import Aggregate, aggregate
from optimizer.solver.aggregate.pricing import priced
from optimizer.solver.arrays import Floats, Job, Matrix
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem
from tests.solver.standard_form import relaxed

ANSWERS = sorted((Path(__file__).parents[1] / "conformance").rglob("answer.json"))
KNOWN = [
    path
    for path in ANSWERS
    if "objective_usd" in json.loads(path.read_text(encoding="utf-8"))
    and not Parameters.of(read_study(path.parent)).is_physical  # of which racks as MW see too little
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def read(path: Path) -> Aggregate:
    study = read_study(path.with_name("study.toml"))
    return aggregate(study, Parameters.of(study), "money")


def duals(matrix: Matrix) -> Floats:
    """Prices of the rows, by a solver of others."""
    a = csc_array((matrix.values, matrix.rows, matrix.starts), shape=matrix.shape)
    sides = [(1.0, matrix.row_upper), (-1.0, matrix.row_lower)]
    parts = [(sign, np.flatnonzero(np.isfinite(limit)), limit) for sign, limit in sides]
    found = linprog(
        matrix.cost,
        A_ub=np.vstack([(sign * a[rows]).toarray() for sign, rows, _ in parts]),
        b_ub=np.concatenate([sign * limit[rows] for sign, rows, limit in parts]),
        bounds=np.stack([matrix.lower, matrix.upper], axis=1),
    )
    price = np.zeros(matrix.shape[0])
    marginals = np.split(found.ineqlin.marginals, [len(parts[0][1])])
    for (sign, rows, _), by in zip(parts, marginals, strict=True):
        price[rows] += sign * by
    return price


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_no_plan_lies_below(path: Path, engine: Engine) -> None:
    objective = json.loads(path.read_text(encoding="utf-8"))["objective_usd"]
    a = read(path)
    most = (objective + 1e-7 * abs(objective)) / a.matrix.unit
    linear = engine.solve(a.matrix, relaxed(a.matrix))
    whole = engine.solve(a.matrix, Job())
    assert linear.status == whole.status == "optimal"
    assert linear.objective <= whole.objective + 1e-6 * abs(whole.objective)
    assert whole.objective <= most
    price, random = duals(a.matrix), np.random.default_rng(7)
    for _ in range(5):
        assert priced(a, price).bound <= most
        price = price * random.uniform(0.5, 1.5, len(price))


def test_least_waiting_is_that_of_the_model(engine: Engine) -> None:
    """Without pods, halls and openings in whole numbers both say the same of what nobody can avoid."""
    path = next(path for path in KNOWN if path.parts[-3:-1] == ("tiny", "03"))
    study = read_study(path.with_name("study.toml"))
    problem = Problem.of(study)
    stated = problem.least_waiting(ruled=True)
    ours = aggregate(study, problem.p, "waiting").matrix
    assert engine.solve(ours, relaxed(ours)).objective >= engine.solve(stated, relaxed(stated)).objective - 1e-6
