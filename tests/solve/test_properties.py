"""What a planner may rely on: order never matters, more room never costs more, money scales, labels agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import InfeasibleError, Study, read_study, solve, verify

CONFORMANCE = Path(__file__).parents[1] / "conformance" / "tiny"
# Studies with a grid, of every kind of label and policy.
SOME = ["02", "04", "05", "08", "10", "14", "17", "20"]


def study(name: str) -> Study:
    return read_study(CONFORMANCE / name)


def cost(changed: Study) -> float:
    """Least cost, inf where no plan exists."""
    try:
        plan = solve(changed)
    except InfeasibleError:
        return np.inf
    assert verify(plan).ok
    return plan.objective_usd


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


@pytest.mark.parametrize("name", SOME)
def test_shuffled_rows_give_the_same_plan(name: str) -> None:
    first = study(name)
    tables = {
        table: getattr(first, table).sample(frac=1.0, random_state=5)
        for table in ("sites", "racks", "deliveries", "site_ramp", "placement", "headroom", "lines")
    }
    shuffled = first.replace(**tables)
    try:
        a, b = solve(first), solve(shuffled)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            solve(shuffled)
        return
    for table, frame in a.tables.items():
        assert frame.equals(b.tables[table]), table
    assert a.objective_usd == b.objective_usd


@pytest.mark.parametrize("name", SOME)
def test_more_headroom_and_wider_lines_never_cost_more(name: str) -> None:
    first = study(name).replace(keys={"objective.minimise": "cost"})
    more = first.headroom.assign(headroom_mw=first.headroom["headroom_mw"] * 1.5 + 10)
    wider = first.lines.assign(
        capacity_mw=first.lines["capacity_mw"] + 25, capacity_back_mw=first.lines["capacity_back_mw"] + 25
    )
    base = cost(first)
    slack = 2e-6 * abs(base) if np.isfinite(base) else 0.0
    assert cost(first.replace(headroom=more)) <= base + slack
    if len(wider):
        assert cost(first.replace(lines=wider)) <= base + slack


@pytest.mark.parametrize("name", SOME)
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
    assert cost(twice) == pytest.approx(2 * cost(first), rel=4e-6)


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
