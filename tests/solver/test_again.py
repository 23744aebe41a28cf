"""Variants solved from a base: what is known of it makes them faster and never wrong, whatever the base.

On tiny studies the shortcuts are switched on by hand; elsewhere they serve studies of many pods only.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from optimizer import InfeasibleError, Plan, Study, read_study, solve, verify
from optimizer.plan.summary import summary
from optimizer.solver.again import Known, Resolver, learn, recall
from optimizer.solver.strategies import choice
from tests.account.test_costs import same_money

from .enumeration import enumerate_best, random_tiny
from .test_enumeration import SEEDS, agrees, as_study

CONFORMANCE = Path(__file__).parents[1] / "conformance"
EMBEDDED = Path(__file__).parents[2] / "studies" / "openai-26gw"


@pytest.fixture
def shortcuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "FEW_PODS", 0)


def known_of(study: Study) -> Known | None:
    try:
        return learn(study)
    except InfeasibleError:
        return None


def resolved(study: Study, known: Known | None) -> Plan:
    resolver = Resolver(known)
    try:
        return resolver.plan(study)
    finally:
        resolver.close()


@pytest.mark.usefixtures("shortcuts")
@pytest.mark.parametrize("seed", SEEDS)
def test_another_study_as_the_base_never_harms(seed: int) -> None:
    tiny = random_tiny(seed)
    best = enumerate_best(tiny)
    known = known_of(as_study(random_tiny(seed + 1)))
    try:
        plan = resolved(as_study(tiny), known)
    except InfeasibleError:
        assert best is None
        return
    assert best is not None, "enumeration found no plan"
    assert agrees(plan, tiny, best)


@pytest.mark.usefixtures("shortcuts")
@pytest.mark.parametrize("name", ["01", "05", "10", "23"])
def test_answers_of_the_contract_from_a_base_with_dearer_waiting(name: str) -> None:
    study = read_study(CONFORMANCE / "tiny" / name)
    answer = json.loads((CONFORMANCE / "tiny" / name / "answer.json").read_text(encoding="utf-8"))
    known = known_of(study.replace(keys={"unused.waiting_rack_usd_per_mw_year": 1e9}))
    if answer.get("status") == "infeasible":
        with pytest.raises(InfeasibleError):
            resolved(study, known)
    else:
        assert resolved(study, known).objective_usd == pytest.approx(answer["objective_usd"], rel=1e-6)


@pytest.fixture(scope="module")
def embedded() -> Study:
    return read_study(EMBEDDED, keys={"solve.gap": 0.01})


@pytest.fixture(scope="module")
def base(embedded: Study) -> Known:
    return learn(embedded)


def test_variants_of_the_embedded_study(embedded: Study, base: Known) -> None:
    """Costs, limits and deliveries changed: proven plans, the same in any order, from a base of memory or folder."""
    dear = embedded.sites.assign(hall_usd_per_mw=embedded.sites["hall_usd_per_mw"] * 1.25)
    less = embedded.headroom.assign(headroom_mw=embedded.headroom["headroom_mw"] * 0.8)
    variants = [
        embedded.replace(sites=dear),
        embedded.replace(headroom=less),
        embedded.replace(keys={"policy.max_sites": 24}),
    ]
    resolver = Resolver(base)
    plans = [resolver.plan(v) for v in variants]
    resolver.close()
    for plan in plans:
        assert plan.status == "optimal"
        assert plan.gap is not None
        assert plan.gap <= 0.01
        assert verify(plan).ok
    other = Resolver(recall(base.plan))
    again = [other.plan(v) for v in reversed(variants[:2])][::-1]
    other.close()
    for plan, repeated in zip(plans, again, strict=False):
        assert without_clock(plan) == without_clock(repeated)
    apart = solve(variants[1])
    assert apart.bound_usd is not None
    assert plans[1].objective_usd >= apart.bound_usd
    assert plans[1].bound_usd is not None
    assert apart.objective_usd >= plans[1].bound_usd
    waits = "unavoidable_waiting_mw_years"
    assert plans[1].facts["unused"][waits] == pytest.approx(apart.facts["unused"][waits], rel=1e-9)
    assert plans[0].facts["unused"][waits] == base.plan.facts["unused"][waits]


def test_every_dollar_of_the_embedded_study_is_told_once(base: Known) -> None:
    same_money(base.plan)


def test_pages_state_what_the_embedded_study_gives(base: Known) -> None:
    """The plan is within 1 % of the best and the README's within 0.1 %, so each bound lies below the other's cost."""
    page = (EMBEDDED.parents[1] / "README.md").read_text(encoding="utf-8")
    found = re.search(r"Objective +([\d.]+) bn USD .* no plan costs less than ([\d.]+) bn USD", page)
    assert found is not None
    cost, bound = (float(text) for text in found.groups())
    assert base.plan.bound_usd is not None
    assert base.plan.bound_usd / 1e9 <= cost + 0.05
    assert bound - 0.05 <= base.plan.objective_usd / 1e9
    waits = base.plan.facts["unused"]["unavoidable_waiting_mw_years"] / 1000
    assert f"no plan avoids {waits:.1f} GW-years" in page
    assert f"{waits:.1f} GW-years of racks wait in the embedded study, whatever the plan" in page
    studies = (EMBEDDED.parent / "README.md").read_text(encoding="utf-8")
    assert f"| by the rule | {cost:.1f} bn USD |" in studies
    assert f"from waiting from {waits:.1f} to" in studies
    summed = summary(base.plan)
    for row in ("delivered ", "Sites "):  # the same in each plan of nearly least cost
        assert next(line for line in summed.splitlines() if line.startswith(row)) in page


def without_clock(plan: Plan) -> str:
    return json.dumps({k: v for k, v in plan.facts.items() if k not in ("seconds", "inputs")}, sort_keys=True)
