"""Branch and bound on the sites, which the grid answers: bounds that no plan lies below, and plans that stand up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer import read_study, solve, verify

STUDIES = Path(__file__).parents[1] / "conformance" / "grid-tiny"


@pytest.mark.parametrize("name", ["01", "03", "09", "17"])
def test_bound_and_plan(name: str) -> None:
    """DC flow, outages, blocks, nodal costs and circuits that can be bought, mixed with every kind of site."""
    answer = json.loads((STUDIES / name / "answer.json").read_text(encoding="utf-8"))["objective_usd"]
    plan = solve(read_study(STUDIES / name), gap=0.002, strategy="decomposed")
    assert verify(plan).ok
    assert plan.objective_usd >= answer - 1e-6 * abs(answer)
    assert plan.bound_usd is not None
    assert plan.bound_usd <= answer + 1e-6 * abs(answer)
    assert plan.objective_usd <= answer + 0.1 * abs(answer)
