"""The contract by example: small studies with their right answers, each plan rechecked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer import InfeasibleError, read_study, solve, verify
from tests.account.test_costs import same_money

STUDIES = sorted(p.parent for p in (Path(__file__).parents[1] / "conformance").glob("*/*/answer.json"))


@pytest.mark.parametrize("folder", STUDIES, ids=[f"{p.parent.name}-{p.name}" for p in STUDIES])
def test_answer(folder: Path) -> None:
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    study = read_study(folder)
    if answer.get("status") == "infeasible":
        with pytest.raises(InfeasibleError) as caught:
            solve(study)
        assert caught.value.reasons, "an infeasible study says which rules clash"
        return
    plan = solve(study)
    tight = "discounted" in answer  # worked out by hand
    assert plan.status == "optimal"
    assert plan.objective_usd == pytest.approx(answer["objective_usd"], rel=1e-9 if tight else 1e-6)
    if tight:
        terms = plan.facts["cost_usd"]["discounted"]
        assert {k: v for k, v in terms.items() if abs(v) > 1} == pytest.approx(answer["discounted"], abs=1)
    if "least_unused_mw_years" in answer:
        unused = plan.facts["unused"]["unused_mw_years"]
        assert unused == pytest.approx(answer["least_unused_mw_years"], rel=2e-6)
    same_money(plan)
    report = verify(plan)
    assert report.ok, str(report)


def test_the_examples_are_here() -> None:
    assert len(STUDIES) == 39
