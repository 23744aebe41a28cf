"""A mistake is told where it was made, before what follows from it; a plan is held to what it claims of itself.

Of each column every third row is damaged, other rows in other columns; RACKGRID_CAMPAIGN=1 damages every cell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, solve, verify
from optimizer.plan import TABLES, Plan
from optimizer.recheck import Finding

CAMPAIGN = os.environ.get("RACKGRID_CAMPAIGN") == "1"

# a: 20 MW stand there; b: rented, a hall in 2028; c: committed, 10 MW that nobody can power; d: too dear; e: unlimited
# interconnection, a hall in 2028. Of 10 MW of A and 20 of B in 2026, 10 wait for 2028; of 13 more then, 3 for ever.
SITES = pd.DataFrame(
    {
        "site": ["a", "b", "c", "d", "e"],
        "lon": [-99.0, -97.0, -95.0, -93.0, -91.0],
        "lat": [32.0, 31.0, 33.0, 33.0, 33.0],
        "zone": ["z1", "z2", "z2", "z1", "z2"],
        "tenure": ["own", "lease", "own", "own", "own"],
        "committed": [False, False, True, False, False],
        "max_mw": [20.0, 10.0, 10.0, 40.0, 10.0],
        "hall_mw": [10.0, 10.0, 10.0, 10.0, 10.0],
        "existing_mw": [20.0, 0.0, 10.0, 0.0, 0.0],
        "interconnection_mw": [25.0, 80.0, 0.0, 80.0, np.nan],
        "onsite_mw": [5.0, 0.0, 0.0, 0.0, 0.0],
        "peak_pue": [1.25, 1.2, 1.2, 1.2, 1.0],
        "open_usd": [3e6, 2e6, 0.0, 9e9, 2e6],
        "fixed_usd_per_mw_year": [1e5, 0.0, 2e5, 0.0, 1e5],
        "lease_usd_per_mw_year": [0.0, 3e5, 0.0, 0.0, 0.0],
        "hall_usd_per_mw": [0.0, 0.0, 0.0, 1e6, 1e6],
        "energy_usd_per_mwh": [50.0, 40.0, 40.0, 40.0, 60.0],
        "hall_lead_years": [0.0, 2.0, 0.0, 0.0, 2.0],
    }
)
RACKS = pd.DataFrame(
    {
        "sku": ["x", "y"], "vendor": ["A", "B"], "rack_kw": [500.0, 250.0], "pod_racks": [2, 4],
        "price_usd": [1e6, np.nan],
    }
)  # fmt: skip
DELIVERIES = pd.DataFrame({"sku": ["x", "y", "y"], "period": ["2026", "2026", "2028"], "mw": [10.0, 20.0, 13.0]})
TABLES_OF_GRID: dict[str, Any] = {
    "zones": pd.DataFrame({"zone": ["z1", "z2"]}),
    "headroom": pd.DataFrame({"zone": ["z1", "z2"], "period": ["2026", "2026"], "headroom_mw": [60.0, 10.0]}),
    "lines": pd.DataFrame(
        {"line": ["l"], "from": ["z1"], "to": ["z2"], "capacity_mw": [50.0], "capacity_back_mw": [40.0]}
    ),
}
KEYS = {
    "periods": {"first": 2026, "last": 2028},
    "money": {"discount_rate": 0.08},
    "unused": {
        "waiting_rack_usd_per_mw_year": 8e6, "aged_rack_usd_per_mw_year": 1e7, "unplaced_rack_usd_per_mw": 2e7,
        "idle_hall_usd_per_mw_year": 1e4, "idle_power_usd_per_mw_year": 2e5,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    study = Study.from_tables(keys=KEYS, sites=SITES, racks=RACKS, deliveries=DELIVERIES, **TABLES_OF_GRID)
    return solve(study)


DUALS = ("price_usd_per_mwh", "shadow_usd_per_mw_year")  # not unique: never compared


def _cells(frame: pd.DataFrame) -> Iterator[tuple[int, str, object]]:
    """Yield every numeric cell and flag with another value for it."""
    for column in frame.columns:
        kind = frame[column].dtype.kind
        for i, cell in enumerate(frame[column].tolist()):
            if kind == "b":
                yield i, column, not cell
            elif kind == "i":
                yield i, column, cell + 1
            elif kind == "f":
                yield i, column, 5.0 if cell != cell else cell * 1.01 + (1000.0 if column == "usd" else 1.0)


def _changed(plan: Plan, table: str, frame: pd.DataFrame) -> Plan:
    return replace(plan, tables={**plan.tables, table: frame})


def _findings(plan: Plan, table: str, i: int, column: str, value: object) -> list[Finding]:
    frame = plan.tables[table].copy()
    frame[column] = frame[column].astype(object)
    frame.loc[i, column] = value
    return verify(_changed(plan, table, frame.infer_objects())).findings


def test_the_plan_uses_what_is_tested(plan: Plan) -> None:
    assert verify(plan).ok, str(verify(plan))
    opened = plan.sites[plan.sites["open"]]["site"].unique()
    assert set(opened) == {"a", "b", "c", "e"}
    assert set(plan.unused["kind"]) == {"waiting", "aged", "unplaced", "idle_hall", "idle_power"}
    assert plan.tables["flows"]["flow_mw"].abs().sum() > 0


@pytest.mark.parametrize("table", TABLES)
def test_the_cell_itself_is_told_first(plan: Plan, table: str) -> None:
    frame, elsewhere = plan.tables[table], []
    step = 1 if CAMPAIGN else max(1, min(3, len(frame)))
    for i, column, value in _cells(frame):
        if (i + frame.columns.get_loc(column)) % step or column in DUALS:
            continue
        first = _findings(plan, table, i, column, value)[0]
        row = [str(frame.loc[i, key]) for key in ("site", "sku", "line", "zone", "period") if key in frame]
        named = first.file == f"{table}.csv" and column in first.column.split(" + ")
        if not named or not all(key in first.row for key in row):
            elsewhere.append(f"{table}.csv {column} {row}: {first}")
    assert not elsewhere, "\n".join(elsewhere)


def test_two_cells_with_one_mistake_are_told_at_the_third(plan: Plan) -> None:
    frame = plan.assignments.copy()
    frame.loc[0, ["racks", "it_mw"]] = frame.loc[0, ["racks", "it_mw"]].astype(float) * 2
    first = verify(_changed(plan, "assignments", frame)).findings[0]
    assert (first.file, first.column) == ("assignments.csv", "pods")
    halls = plan.sites.copy()
    i = int(np.flatnonzero(halls["halls"] > 0)[-1])
    halls.loc[i, ["built_mw", "idle_hall_mw"]] += 10.0
    first = verify(_changed(plan, "sites", halls)).findings[0]
    assert (first.file, first.column, first.recomputed) == ("sites.csv", "halls", float(halls.loc[i, "halls"]) + 1)


def test_a_decision_that_others_outvote_is_the_only_finding(plan: Plan) -> None:
    noisy = []
    for table, column in (("assignments", "pods"), ("sites", "halls"), ("sites", "open")):
        frame = plan.tables[table]
        for i, name, value in _cells(frame):
            if name != column or (column == "open" and frame.loc[i, "site"] == "e"):
                continue  # of e before its hall nothing else says whether it is open
            found = _findings(plan, table, i, column, value)
            if len(found) > 1:
                noisy.append(f"{table}.csv {column} row {i}: {[f.where for f in found]}")
    assert not noisy, "\n".join(noisy)


def test_a_flow_that_fits_no_balance_is_told_with_the_one_that_does(plan: Plan) -> None:
    flows = plan.tables["flows"]
    found = _findings(plan, "flows", 0, "flow_mw", flows.loc[0, "flow_mw"] + 3.0)
    assert float(str(found[0].recomputed)) == pytest.approx(flows.loc[0, "flow_mw"])


@pytest.mark.parametrize("kind", ["aged", "waiting", "unplaced", "idle_hall", "idle_power"])
def test_rows_of_unused_power_and_racks(plan: Plan, kind: str) -> None:
    frame = plan.unused
    i = int(np.flatnonzero(frame["kind"] == kind)[0])
    own, other = ("sku", "site") if frame.loc[i, "site"] == "" else ("site", "sku")
    lost = verify(_changed(plan, "unused", frame.drop(index=i))).findings
    assert (lost[0].file, lost[0].column, lost[0].stated) == ("unused.csv", "row", "missing")
    assert f"kind {kind}" in lost[0].row
    assert f"{own} {frame.loc[i, own]}" in lost[0].row
    for column, value in ((other, {"site": "a", "sku": "x"}[other]), (own, "")):
        assert column in {f.column for f in _findings(plan, "unused", i, column, value) if f.file == "unused.csv"}
    more = frame.loc[[i]].assign(**{own: {"site": "d", "sku": "x"}[own], "period": "2028", "mw": 0.0})
    added = pd.concat([frame, more]).sort_values(["kind", "site", "sku", "period"], ignore_index=True)
    assert "row" in {f.column for f in verify(_changed(plan, "unused", added)).findings if f.file == "unused.csv"}


def test_power_of_a_closed_site_and_none_of_an_open_one(plan: Plan) -> None:
    frame = plan.tables["power"]
    found = verify(_changed(plan, "power", frame.iloc[1:].reset_index(drop=True))).findings
    assert found[0].row == f"site {frame.loc[0, 'site']}, period {frame.loc[0, 'period']}"
    closed = pd.concat([frame, frame.iloc[[0]].assign(site="d", load_mw=0.0, draw_mw=0.0, onsite_output_mw=0.0)])
    closed = closed.sort_values(["site", "period"], ignore_index=True)
    found = verify(_changed(plan, "power", closed)).findings
    assert found[0].row == f"site d, period {frame.loc[0, 'period']}"


# other rules for the same plan --------------------------------------------------------------------------------------
def _breaks(plan: Plan, **changed: Any) -> set[tuple[str, str, object, object]]:
    """Find what a plan breaks under another study, constraints alone: row, column, stated, limit."""
    found = verify(replace(plan, study=plan.study.replace(**changed))).findings
    return {(f.row, f.column, f.stated, f.recomputed) for f in found if f.relation != "recomputed"}


def test_deliveries_count_racks(plan: Plan) -> None:
    fewer = DELIVERIES.assign(mw=[10.0, 19.0, 13.0])
    assert _breaks(plan, deliveries=fewer) == {
        ("sku y, period 2026", "racks", 80.0, 76.0),
        ("sku y, period 2027", "racks", 80.0, 76.0),
    }


def test_policy_is_of_the_last_period(plan: Plan) -> None:
    assert _breaks(plan, keys={"policy.max_sites": 3}) == {("", "open", 4.0, 3.0)}
    assert _breaks(plan, keys={"policy.max_site_share": 0.4}) == {("site a", "it_mw_in_service", 20.0, 16.0)}
    assert _breaks(plan, keys={"policy.force_open": ["d"]}) == {("site d", "open", 0.0, 1.0)}


def test_a_cluster_is_of_one_vendor(plan: Plan) -> None:
    # b holds 10 MW, of A; e 10 of B; a 20 of B, and 25 MW of power hold 24: 30 less one pod ask 19 there, 9 elsewhere
    assert _breaks(plan, keys={"policy.min_vendor_mw": 30.0}) == set()
    pods = plan.assignments.copy()
    row = pods.index[(pods["site"] == "b") & (pods["period"] == "2028")][0]
    pods.loc[row, ["pods", "racks", "it_mw", "racks_in_service", "it_mw_in_service"]] = [1, 2, 1.0, 2, 1.0]
    fewer = _changed(plan, "assignments", pods)
    expected = ("site b, vendor A", "it_mw_in_service", 1.0, 9.0)
    assert expected in _breaks(fewer, keys={"policy.min_vendor_mw": 30.0})


# what a plan claims of itself --------------------------------------------------------------------------------------
def _claims(plan: Plan, **facts: object) -> list[str]:
    content = {key: value for key, value in plan.facts.items() if key != "digest"} | facts
    return [f.column for f in verify(replace(plan, facts=content)).findings]


def test_status_bound_and_gap(plan: Plan) -> None:
    money = plan.objective_usd
    far: dict[str, object] = {"bound_usd": 0.9 * money, "gap": (money - 0.9 * money) / money}
    near: dict[str, object] = {"bound_usd": 0.9995 * money, "gap": (money - 0.9995 * money) / money}
    none: dict[str, object] = {"bound_usd": None, "gap": None}
    assert _claims(plan, status="optimal", **near) == []
    assert _claims(plan, status="feasible", **far) == []
    assert _claims(plan, status="feasible", **none) == []
    assert _claims(plan, status="optimal", **far) == ["status"]
    assert _claims(plan, status="optimal", **none) == ["status"]
    assert _claims(plan, status="proven", **near) == ["status"]
    assert _claims(plan, status="feasible", **far | {"gap": 0.05}) == ["gap"]
    assert _claims(plan, status="feasible", **none | {"gap": 0.05}) == ["gap"]
    assert "bound_usd" in _claims(plan, bound_usd=1.01 * money)
    assert _claims(plan, status="feasible", bound_usd="none", gap=None) == ["bound_usd"]


@pytest.mark.parametrize("per_year", [1, 2])
def test_unavoidable_waiting_is_part_of_what_waits(plan: Plan, per_year: int) -> None:
    if per_year == 2:
        plan = solve(plan.study.replace(keys={"periods.per_year": 2}))
    unused, key = plan.facts["unused"], "unavoidable_waiting_mw_years"
    waited = unused["waiting_rack_mw_years"]
    for right in (0.0, waited, None):
        assert _claims(plan, unused=unused | {key: right}) == []
    for wrong in (-0.01, waited + 0.01, "little", True):
        assert _claims(plan, unused=unused | {key: wrong}) == [f"unused.{key}"]


def test_vendors_share_by_mw_years_and_an_empty_site_by_those_of_the_programme() -> None:
    sites = SITES[SITES["site"].isin(["a", "c"])].assign(peak_pue=1.0, onsite_mw=0.0, zone="")
    deliveries = pd.DataFrame({"sku": ["x", "y"], "period": ["2026", "2027"], "mw": [10.0, 5.0]})
    keys = {"periods": {"first": 2026, "last": 2027}, "unused": {"waiting_rack_usd_per_mw_year": 8e6}}
    plan = solve(Study.from_tables(keys=keys, sites=sites, racks=RACKS, deliveries=deliveries))
    # 20 and 5 MW-years; a: 3 M USD + 20 MW · 2 years · 0.1 M USD; c: 10 MW · 2 years · 0.2 M USD; x at 1 M USD a rack
    right = {
        "A": {"racks": 20e6, "facility": 0.8 * 7e6 + 0.8 * 4e6, "energy": 8760 * 50 * (10 + 10)},
        "B": {"racks": 0.0, "facility": 0.2 * 7e6 + 0.2 * 4e6, "energy": 8760 * 50 * 5},
    }
    assert plan.facts["vendor_cost_usd"] == {v: pytest.approx(cost) for v, cost in right.items()}
    assert plan.facts["rack_purchase_usd"] == pytest.approx(20e6)
    assert _claims(plan, vendor_cost_usd=right) == []
    moved = {"A": right["A"] | {"facility": 7e6}, "B": right["B"] | {"facility": 4e6}}
    assert _claims(plan, vendor_cost_usd=moved) == ["vendor_cost_usd.A.facility", "vendor_cost_usd.B.facility"]
