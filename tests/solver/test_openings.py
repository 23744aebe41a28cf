"""Sites that cost nothing to open stay closed in a plan that has no use for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimizer import Plan, Study, solve, verify
from optimizer.formulation.families import HALLS, OPENED, PODS
from optimizer.solver.completion import complete
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem


def free_sites(count: int, *, mw: float = 20.0, **keys: Any) -> Study:
    """Sites with halls that stand, power from the first year and nothing to pay; 10 MW of racks come in 2027."""
    return Study.from_tables(
        keys={
            "format": 1,
            "periods": {"first": 2026, "last": 2027},
            "unused": {"waiting_rack_usd_per_mw_year": 1e6},
            **keys,
        },
        sites=pd.DataFrame(
            [
                {"site": f"s{i}", "lon": -100.0, "lat": 40.0, "max_mw": mw, "existing_mw": mw, "interconnection_mw": mw,
                 "peak_pue": 1.0}
                for i in range(count)
            ]
        ),
        racks=pd.DataFrame([{"sku": "k", "vendor": "v", "rack_kw": 100.0, "pod_racks": 10}]),
        deliveries=pd.DataFrame([{"sku": "k", "period": "2027", "racks": 100}]),
    )  # fmt: skip


def opened(plan: Plan) -> set[tuple[str, str]]:
    assert verify(plan).ok
    rows = plan.sites[plan.sites["open"]]
    return set(zip(rows["site"], rows["period"], strict=True))


def test_of_five_free_sites_one_opens_when_the_racks_come() -> None:
    plan = solve(free_sites(5))
    assert len(opened(plan)) == 1
    assert {period for _, period in opened(plan)} == {"2027"}
    assert plan.facts["unused"]["idle_power_mw_years"] == 10.0


def test_a_forced_site_without_use_opens_last_and_alone_beside_the_one_that_serves() -> None:
    forced = solve(free_sites(3, policy={"force_open": ["s2"], "max_site_share": 1.0}))
    assert opened(forced) == {("s2", "2027")}


def test_racks_that_need_two_sites_open_two() -> None:
    assert len(opened(solve(free_sites(4, mw=6.0)))) == 2


def test_of_a_point_that_opens_and_builds_all_only_what_is_used_is_kept() -> None:
    """The solver may open what costs nothing; a plan made of its point does not, whatever the search finds after."""
    study = free_sites(3, policy={"force_open": ["s1"]})
    study = study.replace(sites=study.sites.assign(max_mw=60.0, hall_mw=10.0, existing_mw=0.0))
    problem = Problem.of(study)
    c = problem.c
    x = np.zeros(len(c.matrix.lower))
    x[c.columns.array(OPENED)] = 1.0
    x[[column for (_, t), column in c.columns.of(HALLS).items() if t == 0]] = 2.0
    x[c.columns.of(PODS)[0, 0, 1]] = 4.0
    with Engine() as engine:
        done = complete(problem, x, engine.solve)
    assert done is not None
    assert done[0].halls.tolist() == [[1, 0], [0, 0], [0, 0]]
    assert done[0].opened.tolist() == [[True, True], [False, True], [False, False]]
