"""Rows, cells and features that have no place are findings that name the file, and never a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, read_study, solve, verify

STUDY = Path(__file__).parents[1] / "conformance" / "tiny" / "05"
TABLES = ("assignments", "sites", "power", "waiting", "zones", "unused")
GARBAGE = ("", "nan", "inf", "-inf", "1e400", "9" * 400, "-5", "x", "1,5", "2026-01-01", "true")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not STUDY.is_dir():
        pytest.skip("the conformance studies are not here")
    return solve(read_study(STUDY)).to_folder(tmp_path_factory.mktemp("plans") / "plan")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "plan"))


def _named(folder: Path) -> set[str]:
    """Return the files named by the report; an unreadable table is named by its fault."""
    try:
        report = verify(folder)
    except InputError as fault:
        return {Path(f.file).name for f in fault.faults}
    assert str(report)
    return {finding.file for finding in report.findings}


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
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert len(frame) > 1
    EDITS[edit](frame).to_csv(path, index=False)
    named = _named(folder)
    assert path.name in named or (table == "power" and "sites.csv" in named)  # which of the two is wrong is open


def test_garbage_in_every_column(folder: Path) -> None:
    missed = []
    for table in TABLES:
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in frame.columns:
            for value in GARBAGE:
                if frame.loc[0, column] == value:
                    continue
                changed = frame.copy()
                changed.loc[0, column] = value
                changed.to_csv(path, index=False)
                if not _named(folder):
                    missed.append(f"{path.name} {column} {value[:10]}")
        path.write_text(text, encoding="utf-8")
    assert not missed, "\n".join(missed)


def test_any_value_in_plan_json_is_no_traceback(folder: Path) -> None:
    path = folder / "plan.json"
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for key in facts:
        for value in (None, "x", [], {}, True, 1e400, 10**400, {"a": None}, float("nan")):
            if value == {} and key in ("seconds", "inputs"):
                continue  # a plan made of tables read no file
            path.write_text(json.dumps(facts | {key: value}))
            assert "plan.json" in _named(folder) or facts[key] == value or key == "study_path", (key, value)
        path.write_text(json.dumps({k: v for k, v in facts.items() if k != key}))
        assert _named(folder) & {"plan.json", "plan"}, key


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
    **{
        f"{key} changed": lambda features, key=key: [
            {**features[0], "properties": {**features[0]["properties"], key: "other"}}, *features[1:],
        ]
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
