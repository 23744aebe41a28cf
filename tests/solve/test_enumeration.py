"""Plain enumeration and the solver agree on tiny random studies that mix every policy and cost."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from optimizer import InfeasibleError, Plan, Study, solve, verify

from .enumeration import Tiny, enumerate_best, random_tiny

SEEDS = range(int(os.environ.get("RACKGRID_ENUMERATIONS", "24")))
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
            "site": s["site"], "lon": -100.0, "lat": 40.0, "zone": f"z{i}", "committed": s["committed"],
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
            "objective": {"minimise": tiny.minimise},
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
        zones=pd.DataFrame({"zone": ["z0", "z1"]}),
        headroom=pd.DataFrame(
            {"zone": f"z{z}", "period": str(2026 + t), "headroom_mw": tiny.headroom[z][t]}
            for z in range(2)
            for t in range(2)
        ),
        lines=pd.DataFrame(
            {"line": ["l"], "from": ["z0"], "to": ["z1"], "capacity_mw": [tiny.line["cap"]],
             "capacity_back_mw": [tiny.line["back"]], "usd_per_mwh": [tiny.line["price"]]}
        ),
    )  # fmt: skip


def agrees(plan: Plan, tiny: Tiny, best: tuple[float, float]) -> bool:
    """Whether a plan is proven, stands up to its recheck, and is as good as the best that enumeration found."""
    assert plan.status == "optimal"
    if tiny.minimise == "lexicographic":
        assert plan.facts["unused"]["unused_mw_years"] == pytest.approx(best[1], rel=1e-6, abs=1e-5)
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
