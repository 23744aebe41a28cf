"""The tidy table: columns in the order of the contract, the same bytes, read by pandas and DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from optimizer import Study, read_study
from optimizer.sweeps.row import ALWAYS, row
from optimizer.sweeps.table import Columns, read_table, table, table_bytes
from tests.handmade import handmade_plan
from tests.small import write_small_study

INPUTS = ("policy.max_sites", "objective.minimise", "name")
CASES = [
    {"number": 1, "policy.max_sites": 2, "objective.minimise": None, "name": "a", "status": "optimal"},
    {"number": 2, "policy.max_sites": np.nan, "objective.minimise": "cost", "name": 5, "status": "infeasible"},
    {"number": 3, "policy.max_sites": np.int64(7), "objective.minimise": "", "name": ("x", "y"), "status": "optimal"},
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write_small_study(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def rows(study: Study) -> list[dict[str, object]]:
    figures = row(handmade_plan(study))
    plain = {"case": "0" * 16, "reason": "", "opened": "", "plan": ""}
    return [plain | (figures if case["status"] == "optimal" else {}) | case for case in CASES]


@pytest.fixture(scope="module")
def columns(study: Study) -> Columns:
    return Columns.of(INPUTS, [study, study.replace(keys={"periods.last": 2028})])


def test_columns_are_those_of_the_contract(columns: Columns) -> None:
    names = columns.names
    assert names[:7] == ["number", "case", *INPUTS, "status", "reason"]
    assert names[7:13] == ["objective_usd", "bound_usd", "gap", "money_usd", "delivered_gw", "placed_gw"]
    assert names[13:43] == [f"{k}_{term}_usd" for k in ("discounted", "undiscounted") for term in ALWAYS]
    assert names[43:46] == ["spend_2026_usd", "spend_2027_usd", "spend_2028_usd"]
    assert names[53:59] == [f"in_service_gw_{v}_{t}" for v in ("AMD", "Broadcom") for t in (2026, 2027, 2028)]
    assert names[59] == "delivered_gw_AMD_2026"
    assert names[-3:] == ["sites_opened", "opened", "plan"]
    assert Columns.in_file(names, INPUTS) == columns


def test_cells(columns: Columns, rows: list[dict[str, object]], study: Study) -> None:
    frame = table(columns, rows).to_pandas()
    assert frame["policy.max_sites"].tolist()[::2] == [2.0, 7.0]
    assert frame["policy.max_sites"].dtype == "float64"
    assert frame["objective.minimise"].tolist()[1] == "cost"
    assert frame["objective.minimise"].isna().tolist() == [True, False, True]
    assert frame["name"].tolist() == ["a", "5", "x;y"]
    assert frame["spend_2028_usd"].isna().all()
    assert frame["objective_usd"].isna().tolist() == [False, True, False]
    plan = handmade_plan(study)
    serving = plan.assignments.query("vendor == 'AMD' and period == '2027'")["it_mw_in_service"].sum() / 1000
    assert frame["in_service_gw_AMD_2027"][0] == pytest.approx(serving)
    assert frame["sites_opened"][0] == len(frame["opened"][0].split(";")) == 3


def test_spending_is_real_money_by_period(rows: list[dict[str, object]]) -> None:
    spent = [rows[0][f"spend_{period}_usd"] for period in (2026, 2027)]
    assert spent == [3 * 1e6 + 1e7 * 20 * (2 + 2 + 4), 0.0]  # every site and hall at once
    assert rows[0]["money_usd"] == 1e9


def test_same_rows_same_bytes_read_by_all(columns: Columns, rows: list[dict[str, object]], tmp_path: Path) -> None:
    content = table_bytes(table(columns, rows))
    assert content == table_bytes(table(columns, rows))
    path = tmp_path / "cases.parquet"
    path.write_bytes(content)
    frame = read_table(path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
    question = f"select number, objective_usd from '{path.as_posix()}' where status = 'optimal' order by number"
    assert duckdb.sql(question).fetchall() == [(1, 1e9), (3, 1e9)]


def test_empty_columns_of_inputs_are_numbers(columns: Columns) -> None:
    frame = table(columns, [{"number": 1, "case": "x"}]).to_pandas()
    assert frame["policy.max_sites"].dtype == "float64"
