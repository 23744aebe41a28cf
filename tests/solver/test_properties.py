"""What a planner may rely on: order never matters, more room never costs more, money scales, labels agree.

Half of the studies are asked for each property, all for more headroom or wider lines, so that each is asked for two or
more; RACKGRID_CAMPAIGN=1 asks all of them for all.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer import InfeasibleError, Plan, Study, read_study, solve, verify

CONFORMANCE = Path(__file__).parents[1] / "conformance" / "tiny"
# Studies with a grid, of every kind of label and policy.
SOME = ["02", "04", "05", "08", "10", "14", "17", "20"]
CAMPAIGN = os.environ.get("RACKGRID_CAMPAIGN") == "1"
EVEN, ODD = (SOME, SOME) if CAMPAIGN else (SOME[::2], SOME[1::2])


@cache
def study(name: str) -> Study:
    return read_study(CONFORMANCE / name)


def planned(changed: Study) -> Plan | None:
    """Return the rechecked plan, None where none exists."""
    try:
        plan = solve(changed)
    except InfeasibleError:
        return None
    assert verify(plan).ok
    return plan


@cache
def unchanged(name: str) -> Plan | None:
    """Return the plan of the study as it is, solved once for all properties."""
    return planned(study(name))


def worth(plan: Plan | None) -> float:
    """Least cost, inf where no plan exists."""
    return np.inf if plan is None else plan.objective_usd


def cost(changed: Study) -> float:
    return worth(planned(changed))


def plain(some: Study) -> Study:
    """Free spare power and no cluster rule, under which more interconnection can't hurt; cost alone counts."""
    keys = {
        "unused.idle_power_usd_per_mw_year": 0.0,
        "policy.min_site_mw": 0,
        "policy.min_vendor_mw": 0,
        "policy.max_unused_mw_years": 1e9,
        "objective.minimise": "cost",
    }
    return some.replace(keys=keys)


@pytest.mark.parametrize("name", EVEN)
def test_shuffled_rows_give_the_same_plan(name: str) -> None:
    first = study(name)
    tables = {
        table: getattr(first, table).sample(frac=1.0, random_state=5)
        for table in ("sites", "racks", "deliveries", "site_ramp", "placement", "headroom", "lines")
    }
    a, b = unchanged(name), planned(first.replace(**tables))
    if a is None or b is None:
        assert a is b
        return
    for table, frame in a.tables.items():
        assert frame.equals(b.tables[table]), table
    assert a.objective_usd == b.objective_usd


@pytest.mark.parametrize("name", SOME)
def test_more_headroom_and_wider_lines_never_cost_more(name: str) -> None:
    first = study(name)
    assert first.config.objective.minimise == "cost"
    more = first.headroom.assign(headroom_mw=first.headroom["headroom_mw"] * 1.5 + 10)
    wider = first.lines.assign(
        capacity_mw=first.lines["capacity_mw"] + 25, capacity_back_mw=first.lines["capacity_back_mw"] + 25
    )
    base = worth(unchanged(name))
    slack = 2e-6 * abs(base) if np.isfinite(base) else 0.0
    if name in EVEN:
        assert cost(first.replace(headroom=more)) <= base + slack
    if name in ODD:
        assert len(wider)
        assert cost(first.replace(lines=wider)) <= base + slack


@pytest.mark.parametrize("name", ODD)
def test_more_interconnection_never_costs_more_where_spare_power_is_free(name: str) -> None:
    first = plain(study(name))
    ramp = first.site_ramp.assign(interconnection_mw=first.site_ramp["interconnection_mw"] * 1.3 + 5)
    base = cost(first)
    assert cost(first.replace(site_ramp=ramp)) <= base + (2e-6 * abs(base) if np.isfinite(base) else 0.0)


@pytest.mark.parametrize("name", SOME[:4])
def test_twice_the_prices_cost_twice(name: str) -> None:
    first = study(name)
    usd = [c for c in first.sites.columns if "usd" in c]
    unused = {f"unused.{k}": 2 * v for k, v in first.config.unused.model_dump().items() if "usd" in k}
    twice = first.replace(
        keys=unused,
        sites=first.sites.assign(**{c: first.sites[c] * 2 for c in usd}),
        racks=first.racks.assign(waiting_usd_per_mw_year=first.racks["waiting_usd_per_mw_year"] * 2),
        placement=first.placement.assign(usd_per_rack=first.placement["usd_per_rack"] * 2),
        energy_prices=first.energy_prices.assign(usd_per_mwh=first.energy_prices["usd_per_mwh"] * 2),
        lines=first.lines.assign(usd_per_mwh=first.lines["usd_per_mwh"] * 2),
    )
    assert cost(twice) == pytest.approx(2 * worth(unchanged(name)), rel=4e-6)


def test_yearly_plan_is_the_same_under_quarter_labels() -> None:
    yearly = next(s for s in map(study, SOME) if s.config.periods.per_year == 1 and len(s.headroom))
    finer = yearly.replace(
        headroom=yearly.headroom.assign(period=yearly.headroom["period"].str[:4] + "Q1"),
        site_ramp=yearly.site_ramp.assign(period=yearly.site_ramp["period"].str[:4] + "Q1"),
        deliveries=yearly.deliveries.assign(period=yearly.deliveries["period"].str[:4] + "Q1"),
    )
    a, b = solve(yearly), solve(finer)
    assert a.objective_usd == b.objective_usd
    assert all(frame.equals(b.tables[table]) for table, frame in a.tables.items())
