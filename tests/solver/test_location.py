"""Capacitated facility location written as a study: published optima, and a small one counted out by hand.

Both capacities and each of the four fixed costs of OR-Library's files are solved once; RACKGRID_CAMPAIGN=1 solves all.
"""

from __future__ import annotations

import csv
import itertools
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from optimizer import Study, solve, verify

RAW = Path(os.environ.get("RACKGRID_RAW_DATA", Path(__file__).parents[3] / "shared" / "data"))
LIBRARY = RAW / "benchmarks" / "cflp"
NAMES = ["cap61", "cap72", "cap73", "cap74"]
if os.environ.get("RACKGRID_CAMPAIGN") == "1":
    NAMES += ["cap62", "cap63", "cap64", "cap71"]


def as_study(capacity: list[float], fixed: list[float], demand: list[int], cost: np.ndarray) -> Study:
    """One SKU per customer, a period; a MW is a unit of demand; ``cost`` serves a customer whole, (site, customer)."""
    sites = pd.DataFrame(
        {"site": f"w{i}", "lon": -100.0, "lat": 40.0, "existing_mw": c, "max_mw": c, "open_usd": f, "peak_pue": 1.0}
        for i, (c, f) in enumerate(zip(capacity, fixed, strict=True))
    )
    skus = [f"c{j}" for j in range(len(demand))]
    return Study.from_tables(
        keys={
            "format": 1,
            "periods": {"first": 2026, "last": 2026},
            "unused": {"unplaced_rack_usd_per_mw": 1e6},
            "solve": {"gap": 1e-8},
        },
        sites=sites,
        racks=pd.DataFrame({"sku": skus, "vendor": "any", "rack_kw": 1000.0}),
        deliveries=pd.DataFrame({"sku": skus, "period": "2026", "racks": demand}),
        placement=pd.DataFrame(
            {"site": f"w{i}", "sku": f"c{j}", "usd_per_rack": cost[i, j] / demand[j]}
            for i in range(len(capacity))
            for j in range(len(demand))
        ),
    )


def read_library(path: Path, capacity: float | None = None) -> Study:
    """Read a file of OR-Library: sites with capacity and fixed cost, customers with demand and a cost per site."""
    numbers = iter(path.read_text().split())
    m, n = int(next(numbers)), int(next(numbers))
    pairs = [(float(next(numbers)), float(next(numbers))) for _ in range(m)]
    demand, cost = [], np.zeros((m, n))
    for j in range(n):
        demand.append(int(float(next(numbers))))
        cost[:, j] = [float(next(numbers)) for _ in range(m)]
    return as_study([capacity or c for c, _ in pairs], [f for _, f in pairs], demand, cost)


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="OR-Library's files are not part of the project")
@pytest.mark.parametrize("name", NAMES)
def test_published_optimum(name: str) -> None:
    with (LIBRARY / "answers.csv").open(encoding="utf-8") as lines:
        published = {row["instance"]: float(row["optimum_splittable"]) for row in csv.DictReader(lines)}
    plan = solve(read_library(LIBRARY / f"{name}.txt"))
    assert plan.status == "optimal"
    assert plan.objective_usd == pytest.approx(published[name], rel=1e-6)
    assert verify(plan).ok


def test_small_location_problem_agrees_with_all_subsets() -> None:
    random = np.random.default_rng(7)
    demand = [int(d) for d in random.integers(2, 9, 5)]
    cost = random.integers(10, 90, (4, 5)).astype(float) * 100
    capacity, fixed = [12.0, 15.0, 18.0, 20.0], [4000.0, 5200.0, 6100.0, 7000.0]
    best = np.inf
    for some in itertools.product([0, 1], repeat=4):
        rows = np.kron(np.eye(4), np.array(demand, dtype=float))  # served share by site and customer
        done = linprog(
            cost.ravel(),
            A_ub=rows,
            b_ub=np.array(capacity) * some,
            A_eq=np.kron(np.ones(4), np.eye(5)),
            b_eq=np.ones(5),
        )
        if done.status == 0:
            best = min(best, float(done.fun) + float(np.dot(fixed, some)))
    plan = solve(as_study(capacity, fixed, demand, cost))
    assert plan.objective_usd == pytest.approx(best, rel=1e-6)
    assert verify(plan).ok
