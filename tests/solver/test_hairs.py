"""Figures a hair off whole pods, halls and shares end with a plan that stands, or are proven infeasible."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from optimizer import InfeasibleError, Study, solve

from .enumeration import enumerate_best
from .hairs import hair
from .test_enumeration import as_study

SEEDS = sorted({*range(int(os.environ.get("RACKGRID_HAIRS", "22"))), 312, 1706})
"""The last two leave a hair of hall and of power unused that costs more than a cent."""
NONE = (math.inf, math.inf)
READINGS = (1e-11, 2e-8, 1e-6)
"""How far beyond a limit enumeration lets a plan go, from to-the-bit to generous."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hair_never_costs_the_plan(seed: int) -> None:
    """The plan lies between those of whoever reads limits to the bit and whoever lets 1e-6 MW pass."""
    tiny = hair(seed)
    best = [enumerate_best(replace(tiny, slack=slack)) or NONE for slack in READINGS]
    try:
        plan = solve(as_study(tiny), gap=1e-6)
    except InfeasibleError:
        assert NONE in best, "a plan exists"
        return
    assert plan.status == "optimal"
    if tiny.minimise == "cost":
        found, side = plan.objective_usd, 0
    else:
        key = {"unused": "unused_mw_years", "waiting": "waiting_rack_mw_years"}[tiny.first]
        found, side = plan.facts["unused"][key], 1
    allowed, between = 1e-5 + 1e-6 * abs(found), sorted(reading[side] for reading in best)
    assert between[0] - allowed <= found <= between[-1] + allowed


SITE = {"lon": -100.0, "lat": 40.0, "zone": "here", "peak_pue": 1.0, "max_mw": 13.0, "existing_mw": 13.0}


def ten_pods(
    *, site: dict[str, Any] | None = None, headroom_mw: float = 99.0, line_mw: float = 0.0, **keys: Any
) -> Study:
    """Ten pods of 1.3 MW for one site, which needs all its limits to be 13 MW to hold them."""
    zones = ["here", "there"]
    return Study.from_tables(
        keys={"format": 1, "periods": {"first": 2026, "last": 2026}, **keys},
        sites=pd.DataFrame([{"site": "a", **SITE, **(site or {})}]),
        racks=pd.DataFrame([{"sku": "k", "vendor": "v", "rack_kw": 130.0, "pod_racks": 10}]),
        deliveries=pd.DataFrame([{"sku": "k", "period": "2026", "racks": 100}]),
        zones=pd.DataFrame({"zone": zones}),
        headroom=pd.DataFrame({"zone": zones, "period": "2026", "headroom_mw": [headroom_mw, 99.0]}),
        lines=pd.DataFrame([{"line": "l", "from": "there", "to": "here", "capacity_mw": line_mw}]),
    )


PRICED = {"unused": {"waiting_rack_usd_per_mw_year": 1e6}}


@pytest.mark.parametrize("short_mw", [1e-7, 1e-6, 1e-5])
@pytest.mark.parametrize(
    "limit",
    [
        lambda mw: {"site": {"interconnection_mw": mw}},
        lambda mw: {"site": {"interconnection_mw": 0.0, "onsite_mw": mw}},
        lambda mw: {"site": {"interconnection_mw": 5.0, "onsite_mw": mw - 5.0}},
        lambda mw: {"site": {"existing_mw": mw}},
        lambda mw: {"site": {"existing_mw": 0.0, "hall_mw": mw / 2}},
        lambda mw: {"headroom_mw": mw},
        lambda mw: {"headroom_mw": 6.0, "line_mw": mw - 6.0},
        lambda mw: {"site": {"existing_mw": 0.0, "hall_mw": 1.3}, "policy": {"max_new_mw_per_year": mw}},
    ],
    ids=["interconnection", "onsite", "both sources", "existing", "halls", "headroom", "line", "new mw"],
)
def test_a_limit_a_hair_below_ten_pods_holds_nine(limit: Any, short_mw: float) -> None:
    """Whatever limit it is; and one that arithmetic alone left short holds ten."""
    below, bits = solve(ten_pods(**limit(13.0 - short_mw), **PRICED)), solve(ten_pods(**limit(13.0 - 4e-15), **PRICED))
    assert (below.status, bits.status) == ("optimal", "optimal")
    assert (below.assignments["pods"].sum(), bits.assignments["pods"].sum()) == (9, 10)
    waiting = below.unused[below.unused["kind"] == "waiting"]
    assert waiting["cause"].item() != "cost", "the tenth pod has no room"
