"""A site: what speaks for and against it is what enumeration and solves of changed studies say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer import Committed, InputError, Plan, read_study, solve
from optimizer.explain import SiteAnswer, site
from optimizer.explain.sites.flips import changes, priced
from optimizer.io.schema import schema
from optimizer.parameters import Parameters
from optimizer.resolved.demands import Demands
from optimizer.solver.questions import Questions

CONFORMANCE = Path(__file__).parents[1] / "conformance" / "explain"


@cache
def planned(name: str) -> Plan:
    return solve(read_study(CONFORMANCE / name), gap=1e-9)


@cache
def told(name: str, which: str) -> SiteAnswer:
    return site(planned(name), which)


@pytest.mark.parametrize("name", ["alternatives-01", "alternatives-03"])
def test_the_other_decision_costs_what_enumeration_says(name: str) -> None:
    answer = json.loads((CONFORMANCE / name / "answer.json").read_text(encoding="utf-8"))
    for row in answer["sites"][:3]:
        found = told(name, row["site"])
        usd = row["replacement_usd"] if found.held else row["forcing_usd"]
        if usd is None:
            assert found.other_low_usd == found.other_high_usd == np.inf
        else:
            assert found.other_low_usd - 10 <= usd <= found.other_high_usd + 10
            assert found.other_high_usd - found.other_low_usd < 100


def test_the_decision_flips_between_the_ends_of_each_interval() -> None:
    found = told("values-06", "s001")
    flips = {flip.what: flip for flip in found.flips}
    assert set(flips) == {"price", "mw", "date"}
    plan = planned("values-06")
    with Questions(plan) as questions:
        p, ids = questions.p, frozenset((questions.p.sites.index("s001"),))
        s = min(ids)
        out = questions.ask(questions.demanding(Demands(empty=ids))).objective_usd

        def cost(changed: Parameters) -> float:
            return questions.ask(questions.demanding(Demands(held=ids), changed)).objective_usd

        price = flips["price"]
        assert price.high is not None
        assert 0 < price.high - price.low <= 0.03 * price.high
        assert cost(priced(p, s, 1 + price.low / 100)) < out < cost(priced(p, s, 1 + price.high / 100))
        assert (flips["date"].low, flips["date"].high) == (0.0, 1.0)
        later = next(change for change in changes(p, s, held=True) if change.what == "date")
        assert cost(later.applied(p, 1.0)) > out
        mw = flips["mw"]
        assert mw.high is not None
        for fewer, holds in ((mw.low, True), (mw.high, False)):
            less = p.interconnection_mw.copy()
            less[s] -= fewer
            assert (cost(p.changed(interconnection_mw=less)) < out) == holds


def test_a_closed_site_and_its_costs() -> None:
    found = told("values-06", "s002")
    assert not found.held
    assert list(found.limits.columns) == schema("explain/limits").names
    assert list(found.costs.columns) == schema("explain/costs").names
    costs = found.costs.set_index("whose")
    plan = found.plan
    usd = plan.tables["costs"]
    own = usd[usd["site"] == costs.loc["cheapest", "site"]].groupby("term")["usd"].sum()
    sites = plan.sites[plan.sites["site"] == costs.loc["cheapest", "site"]]
    years = sites["it_mw_in_service"].sum()
    facility = sum(own.get(term, 0.0) for term in ("opening", "halls", "lease", "fixed"))
    assert costs.loc["cheapest", "facility_usd"] == pytest.approx(facility / years)
    assert costs.loc["cheapest", "energy_usd"] == pytest.approx(own["energy"] / years)
    assert costs.loc["cheapest", "idle_power_usd"] == pytest.approx(own.get("idle_power", 0.0) / years)
    assert costs.loc["cheapest", "usd"] <= costs.loc["median", "usd"] <= costs.loc["dearest", "usd"]
    assert costs.loc["site", "site"] == "s002"
    first = found.limits[found.limits["period"] == "2026"].set_index("limit")
    assert bool(first.loc["interconnection", "binds"])
    assert first.loc["interconnection", "limit_value"] == 0.0
    read = json.loads(found.as_json())
    assert [flip["what"] for flip in read["flips"]] == ["price", "mw", "date"]
    text = str(found)
    assert "holds no racks in the last period" in text
    assert "more, solved anew" in text


def test_an_unknown_site_names_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "s001"'):
        site(planned("values-06"), "s01")


def test_a_time_limit_leaves_open_what_it_cuts() -> None:
    found = site(planned("values-02"), "s002", time_limit_s=0.0)
    assert found.left_open[0] == "the plan with the other decision"
    assert found.other_low_usd == 0.0
    assert all(flip.stopped and flip.high is None for flip in found.flips)
    assert "left open by the time limit or a stop: the plan with the other decision" in str(found)


def test_what_is_committed_stays_whatever_is_asked() -> None:
    """As in replan-07: 10 racks stand at a, which must keep them."""
    before = solve(read_study(CONFORMANCE / "replan-07" / "before"))
    after = read_study(CONFORMANCE / "replan-07" / "after")
    found = site(solve(after, committed=Committed.of(before, freeze_until="2026")), "a")
    assert found.other_low_usd == found.other_high_usd == np.inf


def test_a_nodal_grid_answers_for_a_site_that_holds_racks() -> None:
    """What its site, which has no prices of its own, costs more changes nothing; without racks all of them wait."""
    found = site(solve(read_study(CONFORMANCE.parent / "grid" / "19-nodal-generation")), "s")
    (price,) = (flip for flip in found.flips if flip.what == "price")
    assert (price.high, price.low) == (None, price.tried)


def test_where_mw_years_come_first_only_plans_that_are_as_good_count() -> None:
    """With s003 a plan is cheaper and leaves more unused: no price of it flips the decision."""
    study = read_study(CONFORMANCE / "values-01").replace(keys={"objective.minimise": "lexicographic"})
    found = site(solve(study), "s003")
    assert (found.held, found.other_low_usd, found.other_high_usd) == (False, np.inf, np.inf)
    assert "no plan with no more unused MW-years" in str(found)
    assert all(flip.high is None or flip.low <= flip.high <= flip.tried for flip in found.flips)
