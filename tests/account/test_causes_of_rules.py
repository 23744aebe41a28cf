"""What a rule of [policy] keeps closed or small is told as the rule's, and never as the plan's choice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, solve, verify
from optimizer.plan.summary import split_of_waiting
from tests.account.test_causes import _plan, _study, _why

OTHER = {"site": "b"}


@pytest.mark.parametrize(
    ("pods", "policy", "cause"),
    [
        (6, {}, "interconnection;hall"),  # two pods wait, b stands closed for its cost
        (6, {"min_vendor_mw": 12.0}, "interconnection;hall;policy"),  # b must hold 12 MW of A, 10 MW wait
        (6, {"min_site_mw": 12.0}, "interconnection;hall;policy"),
        (7, {"min_vendor_mw": 12.0}, "interconnection;hall"),  # 15 MW wait: b might have them
        (7, {"min_site_mw": 12.0}, "interconnection;hall"),
        (7, {"forbid": ["b"]}, "interconnection;hall;policy"),
    ],
)
def test_a_cluster_keeps_a_site_closed_beside_an_open_one(pods: int, policy: dict[str, Any], cause: str) -> None:
    plan = _plan(_study({}, OTHER, pods=[pods], policy=policy), [4, 0], opened=[True, False])
    assert _why(plan)["waiting k"] == cause


def test_a_cluster_counts_what_waits_of_the_vendor_and_stays() -> None:
    racks = pd.DataFrame({"sku": ["k", "m", "n"], "vendor": ["A", "A", "B"], "rack_kw": 1000.0, "pod_racks": 5})
    for sent, cause in (([25, 5, 0], "policy"), ([30, 0, 20], "policy"), ([30, 5, 0], "")):
        deliveries = pd.DataFrame({"sku": ["k", "m", "n"], "period": "2026", "racks": sent})
        study = _study({}, OTHER, pods=[0], racks=racks, deliveries=deliveries, policy={"min_vendor_mw": 18.0})
        plan = _plan(study, [4, 0, 0, 0, 0, 0], opened=[True, False])
        assert ("policy" in _why(plan)["waiting k"]) == bool(cause)


@pytest.mark.parametrize(
    ("rate", "per_year", "cause"),
    [
        (20.0, np.nan, "hall;policy"),  # the programme's year is full with the hall of b
        (40.0, np.nan, "hall"),  # it has room: the plan chose to build no more
        (20.0, 0.0, "hall"),  # the site may build none anyway
    ],
)
def test_the_programmes_rate_keeps_halls_of_an_open_site_back(rate: float, per_year: float, cause: str) -> None:
    wide = {"interconnection_mw": 100.0, "existing_mw": 0.0}
    sites = {**wide, "existing_mw": 20.0, "halls_per_year": per_year}, {**wide, "site": "b", "max_mw": 20.0}
    plan = _plan(_study(*sites, pods=[10], policy={"max_new_mw_per_year": rate}), [4, 4], halls=[0, 1])
    assert _why(plan)["waiting k"] == cause
    assert _why(plan)["idle_power a"] == cause


def test_the_programmes_rate_of_each_year_up_to_then_counts() -> None:
    wide = {"interconnection_mw": 100.0}
    study = _study(wide, pods=[10, 0], policy={"max_new_mw_per_year": 20.0})
    plan = _plan(study, [[8, 0]], halls=1)
    assert (_why(plan, "2026")["waiting k"], _why(plan, "2027")["waiting k"]) == ("hall;policy", "hall")


def _three(policy: dict[str, Any], waiting_usd: float) -> Study:
    """Three sites of 50 MW and 60 MW in pods of 1.04 MW, whose wait is dear."""
    sites = pd.DataFrame(
        {"site": list("abc"), "lon": [-99.0, -98.0, -97.0], "lat": 32.0, "existing_mw": 50.0, "max_mw": 50.0,
         "hall_mw": 50.0, "interconnection_mw": 60.0, "peak_pue": 1.2, "open_usd": 1e6}
    )  # fmt: skip
    racks = pd.DataFrame({"sku": ["k"], "vendor": ["A"], "rack_kw": [130.0], "pod_racks": [8]})
    deliveries = pd.DataFrame({"sku": ["k"], "period": ["2026"], "racks": [464]})
    keys = {
        "periods": {"first": 2026, "last": 2027}, "policy": policy,
        "unused": {"waiting_rack_usd_per_mw_year": waiting_usd}, "solve": {"gap": 0.0},
    }  # fmt: skip
    return Study.from_tables(keys=keys, sites=sites, racks=racks, deliveries=deliveries)


@pytest.mark.parametrize("policy", [{"min_vendor_mw": 60.0}, {"min_site_mw": 60.0}, {"max_sites": 1}])
def test_a_solved_plan_says_that_the_rule_keeps_racks_waiting(policy: dict[str, Any]) -> None:
    plan = solve(_three(policy, 100e6))
    waiting = plan.unused[plan.unused["kind"] == "waiting"]
    assert len(waiting)
    assert all("policy" in cause.split(";") for cause in waiting["cause"])
    assert "this one chose" not in split_of_waiting(plan)
    assert verify(plan).ok


def test_waiting_of_forbidden_sites_is_forced_by_the_rule() -> None:
    plan = solve(_three({"forbid": ["a", "b", "c"]}, 100e6))
    assert split_of_waiting(plan) == "no plan avoids 0 MW-years, under the rules of [policy] none avoids 121 MW-years"
    half = solve(_three({"forbid": ["b", "c"]}, 100e6))
    assert "no plan avoids 0 MW-years, under the rules of [policy] none avoids" in split_of_waiting(half)
    assert verify(half).ok


def test_a_site_that_nothing_can_be_placed_at_is_no_internal_error() -> None:
    study = _three({"forbid": ["a", "b", "c"]}, 1e6)
    nothing = solve(study.replace(deliveries=study.deliveries.assign(racks=0)))
    assert (nothing.facts["status"], len(nothing.assignments)) == ("optimal", 0)


WIDE = {"existing_mw": 0.0, "interconnection_mw": 100.0, "peak_pue": 1.0, "max_mw": 100.0, "zone": "z"}


def _waits(sites: list[dict[str, Any]], pods: int, policy: dict[str, Any], **tables: Any) -> tuple[str, str]:
    """Solve a study in which waiting is dear; return the cause and what the summary says of waiting."""
    deliveries = pd.DataFrame({"sku": ["k"], "period": ["2026"], "racks": [5 * pods]})
    study = _study(*[WIDE | site for site in sites], pods=[0], policy=policy, deliveries=deliveries, **tables)
    plan = solve(study.replace(keys={"unused.waiting_rack_usd_per_mw_year": 5e7, "solve.gap": 0.0}))
    assert verify(plan).ok
    return _why(plan).get("waiting k", ""), split_of_waiting(plan)


@pytest.mark.parametrize(
    ("sites", "pods", "policy", "free"),
    [
        ([{}, OTHER], 1, {"max_site_share": 0.5}, {}),  # any first pod is the whole
        ([{}, OTHER | {"zone": "y"}], 1, {"max_zone_share": 0.5}, {}),
        ([{}, OTHER, {"site": "c"}], 2, {"max_site_share": 0.4}, {}),
        ([{"hall_mw": 2.0}], 1, {"max_new_mw_per_year": 4.0}, {"max_new_mw_per_year": 6.0}),  # a pod takes three halls
        ([{"hall_mw": 2.0}, OTHER | {"hall_mw": 2.0}], 3, {"max_new_mw_per_year": 15.0}, {"max_new_mw_per_year": 20.0}),
        ([{}], 1, {"max_unused_mw_years": 50.0}, {"max_unused_mw_years": 200.0}),  # open, 95 MW would be unused
        ([{"interconnection_mw": 5.0}, OTHER], 2, {"max_unused_mw_years": 50.0}, {"max_unused_mw_years": 200.0}),
        ([{}, OTHER], 20, {"max_site_share": 0.4, "min_site_mw": 45.0}, {}),
    ],
)
def test_whole_pods_under_a_rule_are_the_rules_doing(
    sites: list[dict[str, Any]], pods: int, policy: dict[str, Any], free: dict[str, Any]
) -> None:
    cause, told = _waits(sites, pods, policy, headroom={"z": 500.0, "y": 500.0})
    assert "policy" in cause.split(";"), (cause, told)
    assert "this one chose" not in told
    cause, told = _waits(sites, pods, free, headroom={"z": 500.0, "y": 500.0})
    assert "policy" not in cause.split(";")


@pytest.mark.parametrize("rule", ["min_site_mw", "min_vendor_mw"])
def test_a_cluster_that_the_zone_can_not_feed_keeps_a_site_closed(rule: str) -> None:
    cause, told = _waits([{"zone": "z"}], 6, {rule: 30.0}, headroom={"z": 25.0})
    assert "policy" in cause.split(";")
    assert "this one chose" not in told
    assert "policy" not in _waits([{"zone": "z"}], 6, {}, headroom={"z": 25.0})[0]


@pytest.mark.parametrize("policy", [{}, {"max_sites": 5}])
@pytest.mark.parametrize("minimise", ["cost", "lexicographic"])
def test_no_rule_is_blamed_where_none_can_bind(policy: dict[str, Any], minimise: str) -> None:
    study = _study(WIDE | {"interconnection_mw": 4.0, "existing_mw": 20.0}, pods=[2], policy=policy)
    keys = {"objective.minimise": minimise, "unused.waiting_rack_usd_per_mw_year": 5e7}
    assert split_of_waiting(solve(study.replace(keys=keys))) == "no plan avoids 10 MW-years"
    racks = pd.DataFrame({"sku": ["k"], "vendor": ["A"], "rack_kw": [1000.0], "pod_racks": [5]})
    unfit = _study(WIDE | {"max_rack_kw": 900.0}, pods=[2], policy=policy, racks=racks)
    assert split_of_waiting(solve(unfit)) == "no plan avoids 10 MW-years"
