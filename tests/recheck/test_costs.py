"""A row of costs.csv that is lost, of nothing, or of another place than its term's is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from optimizer import Plan, read_study, solve, verify
from optimizer.recheck import Finding
from optimizer.recheck.shapes import COSTS

STUDIES = Path(__file__).parents[1] / "conformance" / "micro"


@pytest.fixture(scope="module", params=["01-waiting-half-years", "06-residual-and-committed", "08-wheeling-and-labels"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return solve(read_study(STUDIES / request.param))


def _findings(plan: Plan, costs: pd.DataFrame) -> list[Finding]:
    return verify(replace(plan, tables={**plan.tables, "costs": costs.reset_index(drop=True)})).findings


def test_a_lost_row_is_told_with_what_it_held(plan: Plan) -> None:
    costs = plan.tables["costs"]
    for i, row in enumerate(costs.to_dict("records")):
        found = _findings(plan, costs.drop(index=i))
        keys = [f"{key} {row[key]}" for key in ("term", "site", "sku", "line", "period") if row[key]]
        assert [(f.file, f.row, f.column, f.stated) for f in found] == [
            ("costs.csv", ", ".join(keys), "row", "missing")
        ]
        assert float(str(found[0].recomputed)) == pytest.approx(row["usd"])


def test_a_row_of_another_place_or_of_nothing_is_told(plan: Plan) -> None:
    costs, sites = plan.tables["costs"], list(plan.study.sites["site"])
    for i, row in enumerate(costs.to_dict("records")):
        for axis in COSTS[row["term"]]:
            less = costs.copy()
            less.loc[i, axis] = ""
            assert (axis, "", f"a {axis}") in {(f.column, f.stated, f.recomputed) for f in _findings(plan, less)}
        if "site" not in COSTS[row["term"]]:
            more = costs.copy()
            more.loc[i, "site"] = sites[0]
            assert ("site", sites[0], "empty") in {(f.column, f.stated, f.recomputed) for f in _findings(plan, more)}
        nothing = costs.astype({"usd": float, "discounted_usd": float})
        nothing.loc[i, ["usd", "discounted_usd"]] = 0.0
        assert [f.column for f in _findings(plan, nothing)] == ["row", "usd", "discounted_usd"]


def test_upgrades_cost_nothing(plan: Plan) -> None:
    bought = plan.tables["costs"].iloc[[-1]].assign(term="upgrades", sku="", line="", site=plan.study.sites["site"][0])
    costs = pd.concat([plan.tables["costs"], bought]).sort_values(["term", "site", "sku", "line", "period"])
    assert [(f.column, f.recomputed) for f in _findings(plan, costs)] == [("usd", 0.0), ("discounted_usd", 0.0)]
