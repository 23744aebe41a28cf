"""Make tables of cases as a sweep has them, out of one plan that is made by hand; fixtures of the tests beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from optimizer import read_study
from optimizer.plan import Plan
from tests.handmade import handmade_plan
from tests.small import write_small_study

HEADROOM, SITES, EPSILON = "headroom.headroom_mw*", "policy.max_sites", "policy.max_unused_mw_years"
PRICES = ("waiting", "aged", "unplaced", "idle_hall", "idle_power")
Made = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return handmade_plan(read_study(write_small_study(tmp_path_factory.mktemp("small"))), status="optimal")


@pytest.fixture(scope="session")
def made(plan: Plan) -> Made:
    """Make a table of cases: ``costs`` are factors of the plan's, None or a status where there is no plan."""

    def call(
        inputs: Sequence[Mapping[str, object]], costs: Sequence[float | str], *, gap: float = 0.01, first: int = 1
    ) -> pd.DataFrame:
        keys = list(dict.fromkeys(key for given in inputs for key in given))
        rows = [
            {"number": n, "case": f"{n:016x}"} | {k: given.get(k) for k in keys} | results(plan, cost, n, gap)
            for n, (given, cost) in enumerate(zip(inputs, costs, strict=True), first)
        ]
        return pd.DataFrame(rows)

    return call


@pytest.fixture(scope="session")
def base(made: Made) -> pd.DataFrame:
    return made([{}], [1.0], first=0)


def results(plan: Plan, cost: float | str, number: int, gap: float) -> dict[str, object]:
    facts, periods = plan.facts, plan.study.horizon.names
    opened = sorted(set(plan.sites["site"][plan.sites["open"]]))[: 1 + number % 3]
    money = sum(v for term, v in facts["cost_usd"]["discounted"].items() if term not in PRICES)
    names = ["objective_usd", "bound_usd", "gap", "money_usd", *(f"spend_{p}_usd" for p in periods), "unused_mw_years"]
    if isinstance(cost, str):
        empty = dict.fromkeys([*names, "sites_opened"])
        return {"status": cost, "reason": "too little power"} | empty | {"opened": "", "plan": ""}
    objective = plan.objective_usd * cost
    spends = [money * cost * (1 + place) for place in range(len(periods))]
    numbers = [objective, objective * (1 - gap), gap, money * cost, *spends, 100.0 + 10.0 * number]
    found = {"status": "optimal", "reason": ""} | dict(zip(names, numbers, strict=True))
    return found | {"sites_opened": len(opened), "opened": ";".join(opened), "plan": f"plans/{number:016x}"}


@pytest.fixture(scope="session")
def alone(made: Made) -> pd.DataFrame:
    inputs = [{HEADROOM: 0.8}, {HEADROOM: 1.0}, {HEADROOM: 1.2}, {SITES: 1}, {SITES: 3}, {"objective.minimise": "cost"}]
    return made(inputs, [1.1, 1.0, 0.995, "infeasible", 0.8, 1.3])


@pytest.fixture(scope="session")
def grid(made: Made) -> pd.DataFrame:
    inputs = [{HEADROOM: a, SITES: b} for a in (0.8, 1.0, 1.2) for b in (1, 2)]
    return made(inputs, ["infeasible", 1.2, 1.1, 1.0, "failed", 0.9])


@pytest.fixture(scope="session")
def ceilings(made: Made) -> pd.DataFrame:
    return made([{EPSILON: v} for v in (50.0, 120.0, 130.0, 140.0)], ["infeasible", 1.4, 1.45, 1.1])


def samples(made: Made, count: int) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    factors = rng.uniform(0.8, 1.2, (count, 2)).tolist()
    return made([{HEADROOM: a, "sites.open_usd*": b} for a, b in factors], [0.5 + a / 2 for a, _ in factors])
