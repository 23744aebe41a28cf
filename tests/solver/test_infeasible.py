"""An infeasible study names keys that a person can change, with figures that do let a plan exist."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from optimizer import InfeasibleError, Study, solve
from optimizer.plan.summary import split_of_waiting
from optimizer.solver.needs import typed

from .enumeration import enumerate_best
from .test_enumeration import as_study, plain

KEY = re.compile(r"policy\.(\w+) = [\d.]+ is too (?:low|high): ([\d.]+) works")


def reasons(study: Study) -> list[str]:
    with pytest.raises(InfeasibleError) as caught:
        solve(study)
    return caught.value.reasons


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"max_unused_mw_years": 11.7, "max_sites": 1}, ["max_unused_mw_years = 11.7 is too low: 30 works"]),
        (
            {"max_new_mw_per_year": 20.0, "max_unused_mw_years": 40.0},
            ["max_unused_mw_years = 40 is too low: 50 works", "max_new_mw_per_year = 20 is too low: 30 works"],
        ),
        (
            {"force_open": ["s0", "s1"], "max_sites": 1},
            ["max_sites = 1 is too low: 2 works", "force_open: without s0 a plan exists"],
        ),
        (
            {"min_site_mw": 50.0, "force_open": ["s0"], "max_site_share": 0.45},
            ["max_site_share = 0.45 is too low: 0.667 works", "min_site_mw = 50 is too high: 0 works",
             "force_open: without s0 a plan exists"],
        ),
        (
            {"min_vendor_mw": 50.0, "max_site_share": 0.6, "max_unused_mw_years": 30.0},
            ["max_unused_mw_years = 30 is too low: 100 works", "max_site_share = 0.6 is too low: 0.667 works",
             "min_vendor_mw = 50 is too high: 10 works"],
        ),
    ],
)  # fmt: skip
def test_each_cure_alone_lets_a_plan_exist(policy: dict[str, Any], told: list[str]) -> None:
    study = as_study(plain(policy))
    found = reasons(study)
    assert found == [f"policy.{line}" for line in told]
    for line in found:
        assert solve(study.replace(keys=cures(line, policy))).status == "optimal"
        if "max_unused" in line:
            (least,) = cures(line, policy).values()
            assert enumerate_best(plain(policy | {"max_unused_mw_years": least * 0.99})) is None


def test_keys_that_must_give_together_and_what_was_set_last_comes_first() -> None:
    policy = {"force_open": ["s0", "s1"], "max_sites": 1, "max_unused_mw_years": 5.0}
    study = as_study(plain(policy))
    first, second = reasons(study)
    assert first.startswith("policy.max_unused_mw_years = 5 is too low: 30 works")
    assert second == "and at once policy.max_sites = 1 is too low: 2 works"
    assert solve(study.replace(keys=cures(f"{first} {second}", policy))).status == "optimal"
    last = as_study(plain({"force_open": ["s0", "s1"]})).replace(keys={"policy.max_new_mw_per_year": 10.0})
    last = last.replace(keys={"policy.max_unused_mw_years": 30.0, "policy.max_new_mw_per_year": 20.0})
    assert [line.split()[0] for line in reasons(last)] == ["policy.max_unused_mw_years", "policy.max_new_mw_per_year"]
    last = last.replace(keys={"policy.max_new_mw_per_year": 15.0})
    assert reasons(last)[0].startswith("policy.max_new_mw_per_year = 15 is too low: 30 works")


def cures(line: str, policy: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that a reason says to write."""
    found: dict[str, Any] = {f"policy.{key}": float(value) for key, value in KEY.findall(line)}
    if gone := re.search("without (.*) a plan", line):
        found["policy.force_open"] = [s for s in policy["force_open"] if s not in gone[1].split(", ")]
    return {key: int(value) if key.endswith("max_sites") else value for key, value in found.items()}


@pytest.mark.parametrize("policy", [{"max_sites": 1, "max_site_share": 0.6}, {"max_zone_share": 0.4}])
def test_a_plan_does_not_choose_what_rules_force(policy: dict[str, Any]) -> None:
    plan = solve(as_study(replace(plain(policy), zone=("north", "south"))))
    assert set(plan.unused["cause"]) == {"policy"}
    assert split_of_waiting(plan) == "no plan avoids 10 MW-years, under the rules of [policy] none avoids 100 MW-years"


def test_a_cure_of_three_digits_steps_over_no_hair() -> None:
    assert [typed(v) for v in (0.5000000001, 51.00000001, 0.500001, 6.000001)] == ["0.5", "51", "0.501", "6.01"]
    assert [typed(v, up=False) for v in (14.9999999999, 14.9999)] == ["15", "14.9"]
