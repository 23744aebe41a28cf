"""A tampered number is found and named: every numeric cell of every table, every leaf of plan.json.

The plan is read once and its tables and facts are changed; one cell of each table is changed in its folder.
RACKGRID_CAMPAIGN=1 changes every row, and every cell in the folder too.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, read_study, solve, verify
from optimizer.io.schema import SOME_TABLES
from optimizer.plan import TABLES, Plan, read_plan
from optimizer.plan.folder import digest
from optimizer.recheck import Finding

CAMPAIGN = os.environ.get("RACKGRID_CAMPAIGN") == "1"
CONFORMANCE = Path(__file__).parents[1] / "conformance"
STUDIES = {"policies": CONFORMANCE / "tiny" / "05", "wheeling": CONFORMANCE / "micro" / "08-wheeling-and-labels"}
# What no table can tell; the digest names plan.json, not the key.
BEYOND = {"usd": 1000.0}  # beyond a millionth of what is there
PROTECTED = ("bound_usd", "gap", "seconds", "sizes", "versions", "inputs", "unused.unavoidable", "study")
DUALS = ("price_usd_per_mwh", "shadow_usd_per_mw_year")  # not unique: never compared
READ_FIRST = ("format", "study_path")  # keys that matter before the checks of a Plan


@pytest.fixture(scope="module", params=STUDIES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("plans") / request.param
    return solve(read_study(STUDIES[request.param])).to_folder(folder)


@pytest.fixture(scope="module")
def plan(whole: Path) -> Plan:
    return read_plan(whole)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "plan"))


def test_whole_plan_is_right(whole: Path) -> None:
    assert verify(whole).ok, str(verify(whole))


@pytest.mark.parametrize("table", [name for name in TABLES if name not in SOME_TABLES])
def test_every_numeric_cell(folder: Path, plan: Plan, table: str) -> None:
    path = folder / f"{table}.csv"
    text = pd.read_csv(path, dtype=str, keep_default_na=False)
    numbers = {
        c: rows
        for c in text.columns
        if (rows := [i for i, cell in enumerate(text[c]) if _number(cell)]) and c not in DUALS
    }
    seed = TABLES.index(table)
    missed = []
    for k, (column, rows) in enumerate(numbers.items()):
        some = rows if CAMPAIGN else rows[:: max(1, len(rows) // 3)]
        in_folder = some if CAMPAIGN else some[seed % len(some) :][:1] if k == seed % len(numbers) else []
        for i in some:
            cell = repr(float(text.loc[i, column]) * 1.01 + BEYOND.get(column, 1))
            frame = plan.tables[table].copy()
            number = frame[column].dtype.kind in "if"  # others are ids that look like numbers
            frame[column] = frame[column].astype(float) if number else frame[column]
            frame.loc[i, column] = float(cell) if number else cell
            reports = [verify(replace(plan, tables={**plan.tables, table: frame}))]
            if i in in_folder:
                changed = text.copy()
                changed.loc[i, column] = cell
                changed.to_csv(path, index=False)
                reports.append(verify(folder))
            for found in (report.findings for report in reports):
                if not _names(found, path.name, column):
                    missed.append(f"{path.name} {column} row {i}: {[f.where for f in found][:3]}")
    assert not missed, "\n".join(missed)


def _names(findings: list[Finding], file: str, column: str) -> bool:
    return any(f.file == file and column in (f.column, *f.column.split(" + ")) for f in findings)


def test_every_leaf_of_the_facts(folder: Path, plan: Plan) -> None:
    path = folder / "plan.json"
    missed = []
    for keys, value in list(_leaves(plan.facts)):
        if keys[0] in ("digest", "seconds", "inputs") or keys[:2] == ("study", "files"):
            continue  # what may differ between equal plans
        key = ".".join(keys)
        facts = _with(plan.facts, keys, value * 1.01 + 1000 if _is_number(value) else f"{value}x")
        changed: Path | Plan = replace(plan, facts=facts)
        if CAMPAIGN or keys[0] in READ_FIRST:
            path.write_text(json.dumps(facts))
            changed = folder
        try:
            findings = verify(changed).findings
        except InputError:
            continue  # format, study_path: no plan that this release can read
        named = {f.column for f in findings if f.file == "plan.json"}
        if not named or not (key in named or key.startswith(PROTECTED)):
            missed.append(f"{key}: {named}")
    assert not missed, "\n".join(missed)


def test_a_dollar_more_is_found_wherever_there_is_little_money(plan: Plan) -> None:
    changed = [replace(plan, facts=_with(plan.facts, keys, value + 1.0)) for keys, value in _leaves(plan.facts)
               if any("usd" in key for key in keys) and keys[0] != "study" and _is_small(value)]  # fmt: skip
    unused = plan.tables["unused"]
    for i in [i for i, usd in enumerate(unused["usd"]) if _is_small(usd)]:
        frame = unused.astype({"usd": float})
        frame.loc[i, "usd"] += 1.0
        changed.append(replace(plan, tables={**plan.tables, "unused": frame}))
    assert len(changed) > 3
    assert not [other for other in changed if verify(other).ok]


def _is_small(usd: Any) -> bool:
    return _is_number(usd) and abs(usd) < 9e5


def test_a_consistent_lie_about_the_total_is_found_without_the_digest(folder: Path) -> None:
    path = folder / "plan.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["objective_usd"] += 5e6
    facts["digest"] = digest(facts)
    path.write_text(json.dumps(facts))
    assert "objective_usd" in {f.column for f in verify(folder).findings}


def test_a_changed_input_is_found(folder: Path) -> None:
    path = folder / "study" / "sites.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["peak_pue"] = (frame["peak_pue"].astype(float) + 0.05).astype(str)
    frame.to_csv(path, index=False)
    assert not verify(folder).ok


@pytest.mark.parametrize("damage", ["missing table", "half a table", "no json", "newer format", "no study", "text"])
def test_damaged_folder_is_no_plan(folder: Path, damage: str) -> None:
    match damage:
        case "missing table":
            (folder / "power.csv").unlink()
        case "half a table":
            text = (folder / "sites.csv").read_bytes()
            (folder / "sites.csv").write_bytes(text[: len(text) // 2])
        case "no json":
            (folder / "plan.json").write_text("{")
        case "newer format":
            facts = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
            (folder / "plan.json").write_text(json.dumps(facts | {"format": 99}))
        case "no study":
            shutil.rmtree(folder / "study")
        case "text":
            (folder / "waiting.csv").write_bytes(b"\xff\xfe\x00garbage\n\x00")
    try:
        report = verify(folder)
    except InputError:
        return
    assert not report.ok


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif not isinstance(value, list):
        yield path, value


def _with(facts: Mapping[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(dict(facts)))
    inner = copy
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return copy
