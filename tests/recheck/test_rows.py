"""Rows, cells and features that have no place are findings that name the file, and never a traceback.

Every column and every key of plan.json is damaged in some of the ways, by turns, so that each way is used many times;
RACKGRID_CAMPAIGN=1 runs all combinations, each read from its folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, read_study, solve, verify
from optimizer.plan import Plan, read_plan

CAMPAIGN = os.environ.get("RACKGRID_CAMPAIGN") == "1"
STUDY = Path(__file__).parents[1] / "conformance" / "tiny" / "05"
TABLES = ("assignments", "sites", "power", "waiting", "zones", "unused", "costs")
GARBAGE = ("", "nan", "inf", "-inf", "1e400", "9" * 400, "-5", "x", "1,5", "2026-01-01", "true")
VALUES: tuple[Any, ...] = (None, "x", [], {}, True, 1e400, 10**400, {"a": None}, float("nan"))
TURNS = 3  # ways per column or key outside of a campaign
DUALS = ("price_usd_per_mwh",)  # may be empty
READ_FIRST = ("format", "study_path", "digest")  # keys that matter before or beside the checks of a Plan


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not STUDY.is_dir():
        pytest.skip("the conformance studies are not here")
    return solve(read_study(STUDY)).to_folder(tmp_path_factory.mktemp("plans") / "plan")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "plan"))


@pytest.fixture(scope="module")
def plan(whole: Path) -> Plan:
    return read_plan(whole)


def _named(plan: Path | Plan) -> set[str]:
    """Return the files named by the report; an unreadable table is named by its fault."""
    try:
        report = verify(plan)
    except InputError as fault:
        return {Path(f.file).name for f in fault.faults}
    assert str(report)
    return {finding.file for finding in report.findings}


def _turn(ways: Sequence[Any], k: int, n: int = TURNS) -> list[Any]:
    """Return the n ways whose turn it is at the k-th place, all of them in a campaign."""
    return list(ways) if CAMPAIGN else [ways[(k * n + i) % len(ways)] for i in range(n)]


def _frame(folder: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)


EDITS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a row is lost": lambda frame: frame.iloc[1:],
    "a row stands twice": lambda frame: pd.concat([frame, frame.iloc[[-1]]]),
    "rows in another order": lambda frame: frame.iloc[::-1],
    "a column is lost": lambda frame: frame.drop(columns=frame.columns[-1]),
    "a column too many": lambda frame: frame.assign(more="1"),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("table", TABLES)
def test_rows_and_columns(folder: Path, table: str, edit: str) -> None:
    path = folder / f"{table}.csv"
    frame = _frame(folder, table)
    assert len(frame) > 1
    EDITS[edit](frame).to_csv(path, index=False)
    named = _named(folder)
    assert path.name in named or (table == "power" and "sites.csv" in named)  # which of the two is wrong is open


def _write_garbage(folder: Path, table: str, columns: Sequence[str], value: str) -> None:
    frame = _frame(folder, table)
    frame.loc[0, list(columns)] = value
    frame.to_csv(folder / f"{table}.csv", index=False)


def test_garbage_in_every_column(folder: Path, whole: Path, plan: Plan) -> None:
    places = [(table, column) for table in TABLES for column in plan.tables[table]]
    missed = []
    for value in GARBAGE:
        for table in TABLES:  # columns are read one by one: a folder with all of them damaged serves for each
            shutil.copy(whole / f"{table}.csv", folder)
            _write_garbage(folder, table, list(plan.tables[table]), value)
        read = read_plan(folder).tables
        for k, (table, column) in enumerate(places):
            if column in DUALS and value == "":
                continue
            if value in _turn(GARBAGE, k) and _frame(whole, table).loc[0, column] != value:
                frame = plan.tables[table].assign(**{column: read[table][column]})
                if not _named(replace(plan, tables={**plan.tables, table: frame})):
                    missed.append(f"{table}.csv {column} {value[:10]}")
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize("table", TABLES)
def test_garbage_in_the_folder(folder: Path, whole: Path, table: str) -> None:
    columns, k = list(_frame(whole, table)), TABLES.index(table)
    missed = []
    for column in columns if CAMPAIGN else [columns[2 * k % len(columns)]]:
        for value in _turn(GARBAGE, k, 1):
            shutil.copy(whole / f"{table}.csv", folder)
            _write_garbage(folder, table, [column], value)
            if _frame(whole, table).loc[0, column] != value and not _named(folder):
                missed.append(f"{column} {value[:10]}")
    assert not missed, "\n".join(missed)


def test_any_value_in_plan_json_is_no_traceback(folder: Path, plan: Plan) -> None:
    path = folder / "plan.json"
    for k, key in enumerate(plan.facts):
        read_first = key in READ_FIRST
        in_folder = VALUES if read_first else _turn(VALUES, k, 1)
        for value in in_folder if read_first else _turn(VALUES, k):
            if value == {} and key in ("seconds", "inputs"):
                continue  # a plan made of tables read no file
            facts = {**plan.facts, key: value}
            right = plan.facts[key] == value or key == "study_path"
            if not read_first:
                assert "plan.json" in _named(replace(plan, facts=facts)) or right, (key, value)
            if value in in_folder:
                path.write_text(json.dumps(facts))
                assert "plan.json" in _named(folder) or right, (key, value)
        less = {k: v for k, v in plan.facts.items() if k != key}
        path.write_text(json.dumps(less))
        assert _named(folder if read_first else replace(plan, facts=less)) & {"plan.json", "plan"}, key


def _first_has(features: list[Any], key: str, value: Callable[[Any], Any]) -> list[Any]:
    """Return the features, one cell of the first another."""
    first, *others = features
    cells = first["properties"]
    return [{**first, "properties": {**cells, key: value(cells[key])}}, *others]


FEATURES: dict[str, Callable[[list[Any]], Any]] = {
    "none": lambda _: [],
    "no list": lambda _: None,
    "a number": lambda _: [1],
    "one is lost": lambda features: features[1:],
    "one stands twice": lambda features: [*features, features[0]],
    "another order": lambda features: features[::-1],
    "no geometry": lambda features: [{**features[0], "geometry": None}, *features[1:]],
    "text for a geometry": lambda features: [{**features[0], "geometry": "x"}, *features[1:]],
    "no properties": lambda features: [{**features[0], "properties": None}, *features[1:]],
    "true told as 1": lambda features: _first_has(features, "open", int),
    **{
        f"{key} changed": lambda features, key=key: _first_has(features, key, lambda _: "other")
        for key in ("site", "period", "open", "halls", "built_mw", "idle_power_mw", "name", "kind")
    },
}  # fmt: skip


@pytest.mark.parametrize("edit", FEATURES)
def test_features(folder: Path, edit: str) -> None:
    path = folder / "sites.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "features": FEATURES[edit](content["features"])}))
    assert _named(folder) == {"sites.geojson"}


@pytest.mark.parametrize("text", ["", "[", "[]", "null", "[" * 100_000])
def test_features_that_are_no_json(folder: Path, text: str) -> None:
    (folder / "sites.geojson").write_text(text)
    assert _named(folder) == {"sites.geojson"}


def test_one_mistake_is_one_line_and_the_cause_comes_first(folder: Path) -> None:
    path = folder / "assignments.csv"
    frame = pd.read_csv(path)
    frame["pods"] += 1
    frame.to_csv(path, index=False)
    report = verify(folder)
    lines = str(report).split("\n")
    assert len(report.findings) > 1
    assert len(lines) == 1
    assert lines[0].startswith("assignments.csv")
    assert f"(and {len(frame) - 1} more)" in lines[0]
