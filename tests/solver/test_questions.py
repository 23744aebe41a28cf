"""Questions about a plan: the answers of sites forced in and out, and of other sets, are those of enumeration."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from optimizer import read_study, solve, verify
from optimizer.resolved.demands import Demands
from optimizer.solver.questions import Questions

STUDIES = Path(__file__).parents[1] / "conformance" / "explain"


@pytest.mark.parametrize("name", ["alternatives-01", "alternatives-03"])
def test_sites_in_and_out_and_other_sets_cost_what_enumeration_says(name: str) -> None:
    answer = json.loads((STUDIES / name / "answer.json").read_text(encoding="utf-8"))
    plan = solve(read_study(STUDIES / name), gap=1e-9)
    with Questions(plan, gap=1e-9) as questions:
        p = questions.p
        here = {p.sites.index(row["site"]): row for row in answer["sites"]}
        here = {s: row for s, row in here.items() if not p.committed[s]}
        asked = {(s, True): Demands(held=frozenset((s,))) for s in here}
        asked |= {(s, False): Demands(empty=frozenset((s,))) for s in here}
        answers = dict(questions.ask_all({key: questions.demanding(demands) for key, demands in asked.items()}))
        for s, row in here.items():
            for key, told in (((s, True), row["forcing_usd"]), ((s, False), row["replacement_usd"])):
                found = answers[key]
                if told is None:
                    assert found.infeasible
                    continue
                assert found.objective_usd - plan.objective_usd == pytest.approx(told, abs=10)
                assert found.bound_usd <= found.objective_usd
                assert (s in found.sites(p)) is key[1]
                assert verify(questions.planned(found)).ok
        sets: list[frozenset[int]] = []
        for rank in count():
            found = questions.ask(questions.demanding(Demands(unlike=tuple(sets))))
            if rank >= len(answer["alternatives"]):
                break
            told = answer["alternatives"][rank]
            assert found.objective_usd == pytest.approx(told["cost_usd"], rel=1e-8)
            sets.append(found.sites(p))
        assert len({*sets}) == len(sets)
        assert found.bound_usd > plan.objective_usd * (1 + answer["within"])
