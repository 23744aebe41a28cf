"""Plain enumeration and the solver agree on tiny random studies that mix every policy and cost."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

from optimizer import InfeasibleError, Plan, Study, solve, verify
from optimizer.recheck.register import CHECKS, words

from .enumeration import Tiny, enumerate_best, random_tiny

SEEDS = range(int(os.environ.get("RACKGRID_ENUMERATIONS", "12")))
POD_RACKS = 20


def as_study(tiny: Tiny) -> Study:
    """Write the plain numbers as a study's tables."""
    unused = {
        "waiting_rack_usd_per_mw_year": tiny.unused["waiting"],
        "aged_rack_usd_per_mw_year": tiny.unused["aged"],
        "unplaced_rack_usd_per_mw": tiny.unused["unplaced"],
        "idle_hall_usd_per_mw_year": tiny.unused["idle_hall"],
        "idle_power_usd_per_mw_year": tiny.unused["idle_power"],
    }
    money = {
        "discount_rate": tiny.money["rate"],
        "residual_value": tiny.money["residual"],
        "asset_life_years": {"site": tiny.money["site"], "hall": tiny.money["hall"]},
    }
    sites = pd.DataFrame(
        {
            "site": s["site"], "lon": -100.0, "lat": 40.0, "zone": tiny.zone[i], "committed": s["committed"],
            "tenure": "own" if s["own"] else "lease", "existing_mw": s["existing"], "max_mw": s["max"],
            "hall_mw": s["hall"], "halls_per_year": s["rate"], "hall_lead_years": s["lead"], "open_usd": s["open_usd"],
            "hall_usd_per_mw": s["hall_usd"], "lease_usd_per_mw_year": s["lease"],
            "fixed_usd_per_mw_year": s["fixed"], "peak_pue": s["pue"], "annual_pue": s["annual"],
            "load_factor": s["load_factor"], "energy_usd_per_mwh": s["price"], "onsite_mw": s["onsite"],
            "onsite_usd_per_mwh": s["onsite_price"], "vendors": s["vendors"],
        }
        for i, s in enumerate(tiny.sites)
    )  # fmt: skip
    ramp = pd.DataFrame(
        [
            {"site": s["site"], "period": str(2026 + t), "interconnection_mw": s["poi"][t]}
            for s in tiny.sites
            if s["poi"] is not None
            for t in range(2)
        ],
        columns=["site", "period", "interconnection_mw"],
    )
    racks = pd.DataFrame(
        {
            "sku": k["sku"], "vendor": k["vendor"], "rack_kw": k["pod_mw"] * 1000 / POD_RACKS, "pod_racks": POD_RACKS,
            "life_years": k["life"], "waiting_usd_per_mw_year": k["waiting"],
        }
        for k in tiny.skus
    )  # fmt: skip
    return Study.from_tables(
        keys={
            "format": 1,
            "periods": {"first": 2026, "last": 2027},
            "money": money,
            "unused": unused,
            "policy": tiny.policy,
            "objective": {"minimise": tiny.minimise, "first": tiny.first},
            "solve": {"gap": 1e-9, "threads": 1},
        },
        sites=sites,
        site_ramp=ramp,
        racks=racks,
        deliveries=pd.DataFrame(
            {"sku": k["sku"], "period": str(2026 + t), "racks": POD_RACKS * tiny.delivered[i][t]}
            for i, k in enumerate(tiny.skus)
            for t in range(2)
        ),
        placement=pd.DataFrame(
            [
                {"site": f"s{s}", "sku": f"k{k}", "usd_per_rack": usd / POD_RACKS}
                for (s, k), usd in tiny.placement.items()
            ],
            columns=["site", "sku", "usd_per_rack"],
        ),
        **(_grid(tiny) if tiny.grid else {}),
    )


def _grid(tiny: Tiny) -> dict[str, pd.DataFrame]:
    headroom = pd.DataFrame(
        {"zone": f"z{z}", "period": str(2026 + t), "headroom_mw": tiny.headroom[z][t]}
        for z in range(2)
        for t in range(2)
    )
    lines = pd.DataFrame(
        {"line": ["l"], "from": ["z0"], "to": ["z1"], "capacity_mw": [tiny.line["cap"]],
         "capacity_back_mw": [tiny.line["back"]], "usd_per_mwh": [tiny.line["price"]]}
    )  # fmt: skip
    return {"zones": pd.DataFrame({"zone": ["z0", "z1"]}), "headroom": headroom, "lines": lines}


def agrees(plan: Plan, tiny: Tiny, best: tuple[float, float]) -> bool:
    """Whether a plan is proven, stands up to its recheck, and is as good as the best that enumeration found."""
    assert plan.status == "optimal"
    if tiny.minimise == "lexicographic":
        key = {"unused": "unused_mw_years", "waiting": "waiting_rack_mw_years"}[tiny.first]
        assert plan.facts["unused"][key] == pytest.approx(best[1], rel=1e-6, abs=1e-5)
        assert plan.objective_usd <= best[0] * (1 + 1e-6) + 1.0
    else:
        assert plan.objective_usd == pytest.approx(best[0], rel=1e-6, abs=1.0)
    return verify(plan).ok


@pytest.mark.parametrize("seed", SEEDS)
def test_solver_finds_what_enumeration_finds(seed: int) -> None:
    tiny = random_tiny(seed)
    best = enumerate_best(tiny)
    try:
        plan = solve(as_study(tiny))
    except InfeasibleError:
        assert best is None
        return
    assert best is not None, "enumeration found no plan"
    assert agrees(plan, tiny, best)


def plain(policy: dict[str, Any] | None = None, *, grid: bool = False) -> Tiny:
    """Return a study without rules in which both sites serve and one pod waits through the first year."""
    site: dict[str, Any] = {
        "committed": False, "own": True, "existing": 0.0, "hall": 10.0, "max": 50.0, "rate": None, "lead": 0.0,
        "open_usd": 1e6, "hall_usd": 1e6, "lease": 0.0, "fixed": 0.0, "poi": [20.0, 50.0], "pue": 1.0, "annual": 1.0,
        "load_factor": 1.0, "price": 20.0, "onsite": 0.0, "onsite_price": 20.0, "vendors": "",
    }  # fmt: skip
    return Tiny(
        sites=[{**site, "site": "s0"}, {**site, "site": "s1", "open_usd": 3e6, "hall_usd": 2e6, "poi": [10.0, 30.0]}],
        skus=[{"sku": f"k{k}", "vendor": "AB"[k], "pod_mw": 10.0, "life": None, "waiting": None} for k in range(2)],
        delivered=[[3, 1], [1, 1]],
        headroom=[[50.0, 50.0], [30.0, 30.0]],
        line={"cap": 0.0, "back": 0.0, "price": 0.0},
        placement={},
        money={"rate": 0.0, "residual": False, "site": 40.0, "hall": 15.0},
        unused={"waiting": 2e7, "aged": 0.0, "unplaced": 3e7, "idle_hall": 0.0, "idle_power": 0.0},
        policy=policy or {},
        grid=grid,
        zone=("z0", "z1" if grid else ""),
    )


@cache
def _without_rules(*, grid: bool, max_sites: int | None) -> tuple[Tiny, Plan]:
    tiny = plain(grid=grid)
    if max_sites is not None:
        tiny.policy["max_sites"] = max_sites
    return tiny, solve(as_study(tiny))


@pytest.mark.parametrize("grid", [True, False], ids=["grid", "no grid"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_sites", 1), ("max_new_mw_per_year", 20.0), ("max_zone_share", 0.6), ("max_site_share", 0.6),
        ("min_site_mw", 30.0), ("min_vendor_mw", 20.0), ("max_unused_mw_years", 20.0), ("force_open", ["s1"]),
        ("forbid", ["s0"]),
    ],
)  # fmt: skip
def test_every_rule_holds_with_a_grid_and_without(key: str, value: object, *, grid: bool) -> None:
    tiny, before = _without_rules(grid=grid, max_sites=1 if key == "force_open" else None)
    tiny = replace(tiny, policy=tiny.policy | {key: value})
    study, best = as_study(tiny), enumerate_best(tiny)
    found = {finding.rule for finding in verify(replace(before, study=study)).findings}
    assert any(words(check) in found for check in CHECKS if check.__module__.endswith(("policy", "constraints")))
    if best is None:
        with pytest.raises(InfeasibleError):
            solve(study)
        return
    assert agrees(solve(study), tiny, best)
    assert best[0] > before.objective_usd + 1.0


@pytest.mark.parametrize("first", ["unused", "waiting"])
def test_either_first_objective_of_a_lexicographic_plan(first: str) -> None:
    tiny = replace(plain(grid=False), minimise="lexicographic", first=first)
    tiny.sites[1] |= {"poi": [50.0, 50.0]}  # to serve the last pod spares 40 MW
    best, plan = enumerate_best(tiny), solve(as_study(tiny))
    assert best is not None
    assert agrees(plan, tiny, best)
    assert plan.facts["unused"]["waiting_rack_mw_years"] == {"unused": 10.0, "waiting": 0.0}[first]
    assert f"{'waiting' if first == 'waiting' else 'unused capacity'} first, then cost" in plan.summary()
