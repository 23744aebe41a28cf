"""Each word is the right answer for an idle hall, spare power or a waiting SKU; another one is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, solve, verify
from optimizer.account.tables import frames
from optimizer.parameters import Parameters
from optimizer.plan import Plan
from optimizer.recheck import Finding
from optimizer.recheck.causes import unused_cause
from optimizer.recheck.register import words
from tests.handmade import plain_decisions

# One hall of 20 MW and 25 MW of power at a; pods of 5 IT MW are 6.25 MW at the fence.
SITE: dict[str, Any] = {
    "site": "a", "lon": -99.0, "lat": 32.0, "zone": "z", "existing_mw": 20.0, "max_mw": 60.0, "hall_mw": 20.0,
    "interconnection_mw": 25.0, "onsite_mw": 0.0, "peak_pue": 1.25,
}  # fmt: skip


def _study(
    *sites: dict[str, Any],
    pods: list[int],
    policy: dict[str, Any] | None = None,
    headroom: dict[str, float] | None = None,
    **tables: Any,
) -> Study:
    """One period, or as many as pods are delivered in; SKU k of pods of 5 MW."""
    rooms = headroom or {"z": 100.0}
    racks = pd.DataFrame({"sku": ["k"], "vendor": ["A"], "rack_kw": [1000.0], "pod_racks": [5]})
    given = {
        "sites": pd.DataFrame([SITE | site for site in sites or ({},)]),
        "racks": racks,
        "deliveries": pd.DataFrame(
            {"sku": "k", "period": [str(2026 + t) for t in range(len(pods))], "racks": [5 * n for n in pods]}
        ),
        "zones": pd.DataFrame({"zone": list(rooms)}),
        "headroom": pd.DataFrame({"zone": list(rooms), "period": "2026", "headroom_mw": list(rooms.values())}),
    }
    keys = {"periods": {"first": 2026, "last": 2025 + len(pods)}, "policy": policy or {}}
    return Study.from_tables(keys=keys, **{**given, **tables})


def _plan(study: Study, placed: Any, *, halls: Any = 0, opened: Any = True, flow: Any = 0.0) -> Plan:
    """Place pods (s, k, t); on-site generation serves first, each zone serves what its sites draw and lines take."""
    p = Parameters.of(study)
    shape = (len(p.sites), len(p.horizon))
    pods = np.array(placed, dtype=np.int64).reshape(len(p.sites), len(p.skus), -1)
    load = p.peak_pue[:, None] * np.einsum("ska,kat,k->st", pods, p.serves, p.pod_mw)
    onsite = np.minimum(load, p.onsite_mw)
    flows = np.broadcast_to(np.array(flow, dtype=np.float64), (len(p.lines), len(p.horizon))).copy()
    served = np.zeros(p.headroom_mw.shape[:2])
    for s, z in enumerate(p.zone_of):
        if z >= 0:
            served[z] += load[s] - onsite[s]
    for i, (a, b) in enumerate(zip(p.line_from, p.line_to, strict=True)):
        served[a] += flows[i]
        served[b] -= flows[i]
    built = np.zeros(shape, dtype=np.int64)
    built[:, 0] = halls
    is_open = np.broadcast_to(np.array(opened, dtype=np.bool_).reshape(-1, 1), shape).copy()
    x = plain_decisions(pods, built, is_open, load - onsite, onsite, served, flows)
    plan = Plan(study, {}, frames(p, x, study.config), "")
    assert not [f for f in verify(plan).findings if f.file != "plan.json"], "a plan that holds, its causes among it"
    return plan


def _why(plan: Plan, period: str = "2026") -> dict[str, str]:
    """Return the cause by what is unused in a period: "waiting k", "idle_hall a"."""
    table = plan.unused[plan.unused["period"] == period]
    return {f"{kind} {site}{sku}": c for kind, site, sku, c in table[["kind", "site", "sku", "cause"]].to_numpy()}


# each word ----------------------------------------------------------------------------------------------------------
def test_delivery() -> None:
    assert _why(_plan(_study(pods=[2]), 2)) == {"idle_hall a": "delivery", "idle_power a": "delivery"}


def test_delivery_where_what_waits_is_not_admitted() -> None:
    racks = pd.DataFrame({"sku": ["k", "m"], "vendor": ["A", "B"], "rack_kw": 1000.0, "pod_racks": 5})
    deliveries = pd.DataFrame({"sku": ["k", "m"], "period": "2026", "racks": [10, 5]})
    study = _study({"vendors": "A"}, pods=[0], racks=racks, deliveries=deliveries)
    assert _why(_plan(study, [2, 0])) == {
        "idle_hall a": "delivery", "idle_power a": "delivery", "waiting m": "policy", "unplaced m": "policy",
    }  # fmt: skip


def test_interconnection() -> None:
    cause = "interconnection"
    assert _why(_plan(_study(pods=[5]), 4, halls=1)) == {"idle_hall a": cause, "waiting k": cause, "unplaced k": cause}
    wider = _study({"interconnection_mw": 30.0}, pods=[5])  # 5 MW left, 6.25 needed
    assert _why(_plan(wider, 4, halls=1))["idle_power a"] == cause


def test_onsite_of_an_island() -> None:
    study = _study({"interconnection_mw": 0.0, "onsite_mw": 27.0, "zone": ""}, pods=[5])
    why = dict.fromkeys(("idle_hall a", "idle_power a", "waiting k", "unplaced k"), "onsite")
    assert _why(_plan(study, 4, halls=1)) == why


def test_both_sources_are_short_together_and_serve_together() -> None:
    study = _study({"interconnection_mw": 15.0, "onsite_mw": 12.0}, pods=[5])
    assert _why(_plan(study, 4, halls=1))["idle_hall a"] == "interconnection;onsite"
    study = _study({"interconnection_mw": 15.0, "onsite_mw": 17.0}, pods=[5])  # 7 MW left in all
    assert _why(_plan(study, 4, halls=1))["idle_hall a"] == "cost"


def test_zone() -> None:
    study = _study(pods=[3], headroom={"z": 18.0})
    assert set(_why(_plan(study, 2)).values()) == {"zone"}
    assert len(_why(_plan(study, 2))) == 4


def test_zone_with_generation_on_site() -> None:
    study = _study({"onsite_mw": 5.0}, pods=[4], headroom={"z": 14.0})
    assert _why(_plan(study, 3)) == dict.fromkeys(
        ("idle_hall a", "idle_power a", "waiting k", "unplaced k"), "onsite;zone"
    )


@pytest.mark.parametrize(
    ("capacity", "next_door", "flow", "cause"),
    [
        (10.0, 20.0, 0.0, "cost"),
        (6.0, 20.0, 0.0, "zone"),  # the line is too thin
        (10.0, 6.0, 0.0, "zone"),  # nothing is left next door
        (10.0, 20.0, 4.0, "zone"),  # 6 MW of the line are free
        (3.0, 20.0, -4.0, "cost"),  # what flows out can stay
    ],
)
def test_lines_into_the_zone(capacity: float, next_door: float, flow: float, cause: str) -> None:
    lines = pd.DataFrame(
        {"line": ["l"], "from": ["y"], "to": ["z"], "capacity_mw": [capacity], "capacity_back_mw": [10.0]}
    )
    own = 12.5 - flow
    far = {"site": "b", "zone": "y", "existing_mw": 0.0, "interconnection_mw": 0.0, "max_mw": 0.0}
    if flow < 0:  # b, next door, takes 4 MW: one pod of its own, 2.25 MW of it from there
        far |= {"existing_mw": 5.0, "max_mw": 5.0, "interconnection_mw": 6.25}
    study = _study({}, far, pods=[4], headroom={"z": own, "y": next_door}, lines=lines)
    why = _why(_plan(study, [2, 1 if flow < 0 else 0], flow=flow))
    assert why["idle_hall a"] == cause


def test_hall() -> None:
    plan = _plan(_study({"interconnection_mw": 50.0}, pods=[6]), 4)
    assert _why(plan) == {"idle_power a": "hall", "waiting k": "hall", "unplaced k": "hall"}
    small = _plan(_study({"existing_mw": 23.0, "interconnection_mw": 50.0}, pods=[6]), 4)
    assert _why(small)["idle_hall a"] == "hall"  # 3 MW, less than a pod


def test_no_spare_power_where_interconnection_is_unlimited() -> None:
    plan = _plan(_study({"interconnection_mw": np.nan}, pods=[5]), 4)
    assert _why(plan) == {"waiting k": "hall", "unplaced k": "hall"}


def test_policy_by_site_and_zone_share() -> None:
    for policy in ({"max_site_share": 0.5}, {"max_zone_share": 0.5}):
        other = {"site": "b", "zone": "y", "existing_mw": 10.0, "interconnection_mw": 12.5}
        study = _study({}, other, pods=[5], policy=policy, headroom={"z": 100.0, "y": 100.0})
        why = _why(_plan(study, [2, 2]))
        assert (why["idle_hall a"], why["idle_power a"]) == ("policy", "policy")
        assert why["waiting k"] == why["unplaced k"] == "interconnection;hall;policy"


def test_a_share_counts_what_stands_then_and_stays() -> None:
    other = {"site": "b", "zone": "", "existing_mw": 10.0, "interconnection_mw": 0.0, "onsite_mw": 12.5}
    study = _study({}, other, pods=[3, 2], policy={"max_site_share": 0.5})
    plan = _plan(study, [[1, 1], [1, 1]])
    assert _why(plan, "2026")["idle_hall a"] == "cost"  # its second pod could come a year before
    assert _why(plan, "2027")["idle_hall a"] == "policy"


def test_policy_by_cluster_only_where_nothing_else_stops_the_pod() -> None:
    racks = pd.DataFrame({"sku": ["k", "m"], "vendor": ["A", "B"], "rack_kw": 1000.0, "pod_racks": 5})
    deliveries = pd.DataFrame({"sku": ["k", "m"], "period": "2026", "racks": [10, 5]})
    study = _study({}, pods=[0], racks=racks, deliveries=deliveries, policy={"min_vendor_mw": 10.0})
    assert set(_why(_plan(study, [2, 0])).values()) == {"policy"}
    full = deliveries.assign(racks=[20, 5])
    study = _study({}, pods=[0], racks=racks, deliveries=full, policy={"min_vendor_mw": 10.0})
    assert _why(_plan(study, [4, 0]))["waiting m"] == "interconnection;hall"


def test_policy_where_the_site_count_keeps_another_closed() -> None:
    policy = {"max_sites": 1}
    other = {"site": "b", "existing_mw": 0.0}
    full = _plan(_study({}, other, pods=[5], policy=policy), [4, 0], opened=[True, False])
    assert _why(full)["waiting k"] == "interconnection;hall;policy"
    free = _plan(_study({}, other, pods=[5], policy={"max_sites": 2}), [4, 0], opened=[True, False])
    assert _why(free)["waiting k"] == "interconnection;hall"
    late = other | {"hall_lead_years": 5.0}  # nothing would stand there yet
    none = _plan(_study({}, late, pods=[5], policy=policy), [4, 0], opened=[True, False])
    assert _why(none)["waiting k"] == "interconnection;hall"


def test_cost() -> None:
    why = dict.fromkeys(("idle_hall a", "idle_power a", "waiting k", "unplaced k"), "cost")
    assert _why(_plan(_study(pods=[4]), 2)) == why


# several, and none open ---------------------------------------------------------------------------------------------
def test_halls_and_power_full_together() -> None:
    assert _why(_plan(_study(pods=[5]), 4)) == {
        "waiting k": "interconnection;hall",
        "unplaced k": "interconnection;hall",
    }


def test_the_limit_that_stops_most_pods_comes_first() -> None:
    halls_only = {"site": "b", "interconnection_mw": 100.0}  # 12 pods of power, 4 in the halls
    few = _study({}, halls_only, pods=[9])
    assert _why(_plan(few, [4, 4], halls=[1, 0]))["waiting k"] == "interconnection;hall"  # one each: the fixed order
    many = _study({}, halls_only, pods=[20])
    assert _why(_plan(many, [4, 4], halls=[1, 0]))["waiting k"] == "hall;interconnection"  # 12 against 4


def test_cost_comes_last_where_only_some_would_fit() -> None:
    study = _study({}, {"site": "b"}, pods=[9])
    why = _why(_plan(study, [4, 3]))
    assert (why["waiting k"], why["idle_hall b"]) == ("interconnection;hall;cost", "cost")
    assert _why(_plan(_study({}, {"site": "b"}, pods=[8]), [4, 3]))["waiting k"] == "cost"


def test_the_smallest_pod_counts_at_a_site() -> None:
    racks = pd.DataFrame({"sku": ["k", "m"], "vendor": "A", "rack_kw": 1000.0, "pod_racks": [15, 5]})
    for sent, cause in (([30, 0], "interconnection;hall"), ([30, 5], "cost")):
        deliveries = pd.DataFrame({"sku": ["k", "m"], "period": "2026", "racks": sent})
        study = _study({}, pods=[0], racks=racks, deliveries=deliveries)
        assert _why(_plan(study, [1, 0]))["idle_hall a"] == cause


@pytest.mark.parametrize(
    ("site", "policy", "cause"),
    [
        ({}, {}, "cost"),
        ({"existing_mw": 0.0, "hall_lead_years": 1.0}, {}, "hall"),
        ({"interconnection_mw": 0.0}, {}, "interconnection"),
        ({}, {"max_sites": 0}, "policy"),
        ({}, {"forbid": ["a"]}, "policy"),
        ({"max_rack_kw": 900.0}, {}, "policy"),
        ({}, {"max_site_share": 0.9}, "policy"),
        ({}, {"max_zone_share": 0.9}, "policy"),
        ({}, {"min_site_mw": 15.0}, "policy"),
        ({}, {"min_vendor_mw": 15.0}, "policy"),
        ({"existing_mw": 0.0}, {"max_new_mw_per_year": 19.0}, "policy"),
        ({}, {"max_new_mw_per_year": 19.0}, "cost"),
        ({}, {"max_site_share": 1.0, "min_site_mw": 10.0}, "cost"),
    ],
)
def test_no_site_is_open(site: dict[str, Any], policy: dict[str, Any], cause: str) -> None:
    plan = _plan(_study(site, pods=[2], policy=policy), 0, opened=False)
    assert _why(plan) == {"waiting k": cause, "unplaced k": cause}


def test_a_closed_site_is_barred_by_the_share_of_its_zone() -> None:
    racks = pd.DataFrame({"sku": ["k", "m"], "vendor": ["A", "B"], "rack_kw": 1000.0, "pod_racks": 5})
    deliveries = pd.DataFrame({"sku": ["k", "m"], "period": "2026", "racks": [20, 5]})
    sites = [{"vendors": "A"}, {"site": "b", "vendors": "B"}, {"site": "c", "zone": "y", "vendors": "A"}]
    for share, cause in ((0.5, "policy"), (0.6, "cost")):
        study = _study(*sites, pods=[0], racks=racks, deliveries=deliveries, policy={"max_zone_share": share},
                       headroom={"y": 100.0, "z": 100.0})  # fmt: skip
        placed = [[[2], [0]], [[0], [0]], [[2], [0]]]
        assert _why(_plan(study, placed, opened=[True, False, True]))["waiting m"] == cause


def test_aged_racks_have_the_cause_of_those_that_wait() -> None:
    plan = _plan(_study(pods=[5, 0]), [4, 0])
    assert _why(plan, "2027") == dict.fromkeys(("aged k", "waiting k", "unplaced k"), "interconnection;hall")


# outages ---------------------------------------------------------------------------------------------------------
RING = pd.DataFrame(
    {
        "line": ["ab", "ac", "cb"], "from": ["a", "a", "c"], "to": ["b", "c", "b"], "capacity_mw": 20.0,
        "reactance_pu": 0.1, "emergency_mw": [24.0, 28.0, 26.0],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("security", "site", "cause"),
    [
        ("n-1", {}, "outage"),  # without ab 26 MW go round, without cb 24 MW go straight: 3 pods of 6.25 MW
        ("none", {}, "zone"),  # without an outage 30 MW come in: 4 pods
        ("n-1", {"existing_mw": 15.0, "max_mw": 15.0}, "outage;hall"),
        ("n-1", {"onsite_mw": 5.0}, "onsite;outage"),
    ],
)
def test_an_outage_keeps_racks_waiting(security: str, site: dict[str, Any], cause: str) -> None:
    racks = {"sku": ["k"], "vendor": ["A"], "rack_kw": [1000.0], "pod_racks": [5], "waiting_usd_per_mw_year": [8e6]}
    study = _study({"zone": "b", "existing_mw": 60.0, "interconnection_mw": 90.0, **site}, pods=[9],
                   headroom={"a": 90.0, "b": 0.0, "c": 0.0}, lines=RING, flow="dc", grid={"security": security},
                   racks=pd.DataFrame(racks))  # fmt: skip
    plan = solve(study)
    assert _why(plan)["waiting k"].split(";")[: len(cause.split(";"))] == cause.split(";")
    assert verify(plan).ok
    found = [f for f in _tampered(plan, 0, "outage;hall") if f.column == "cause"]
    assert bool(found) == (security == "none")


# tampering -------------------------------------------------------------------------------------------------------
def _tampered(plan: Plan, i: int, cause: object) -> list[Finding]:
    table = plan.unused.astype({"cause": object}).copy()
    table.loc[i, "cause"] = cause
    changed = Plan(plan.study, plan.facts, {**plan.tables, "unused": table}, "")
    return [f for f in verify(changed).findings if f.file != "plan.json"]


@pytest.mark.parametrize("cause", ["", None, np.nan, "cost", "hall;interconnection", "Interconnection;hall", 5])
def test_another_cause_is_found_with_file_row_and_both(cause: object) -> None:
    plan = _plan(_study(pods=[5]), 4)
    found = _tampered(plan, 1, cause)
    stated = "" if cause is None or cause != cause else cause
    assert [(f.file, f.row, f.column, f.stated, f.recomputed) for f in found] == [
        ("unused.csv", "kind waiting, sku k, period 2026", "cause", stated, "interconnection;hall")
    ]
    assert found[0].rule == words(unused_cause)


def test_a_plan_of_before_is_told_in_one_line() -> None:
    plan = _plan(_study(pods=[5]), 4)
    empty = {**plan.tables, "unused": plan.unused.assign(cause="")}
    lines = [line for line in str(verify(Plan(plan.study, {}, empty, ""))).splitlines() if "unused.csv" in line]
    assert len(lines) == 1
    assert "cause (and 1 more): empty, recomputed interconnection;hall" in lines[0]


@pytest.mark.parametrize("digits", range(2, 9))
def test_a_share_a_hair_below_a_third_of_three_sites_is_a_rule(digits: int) -> None:
    share = int(10**digits / 3) / 10**digits
    study = _study(*({"site": site} for site in "abc"), pods=[3], policy={"max_site_share": share})
    assert _why(_plan(study, [[[0]]] * 3, opened=False))["waiting k"] == "policy"
