"""A tampered number is found and named: every numeric cell of every table, every leaf of plan.json."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, read_study, solve, verify
from optimizer.plan.folder import digest

CONFORMANCE = Path(__file__).parents[1] / "conformance"
STUDIES = {"policies": CONFORMANCE / "tiny" / "05", "wheeling": CONFORMANCE / "micro" / "08-wheeling-and-labels"}
# What no table can tell; the digest names plan.json, not the key.
BEYOND = {"usd": 1000.0}  # money agrees within 1 USD
PROTECTED = ("bound_usd", "gap", "seconds", "sizes", "versions", "inputs", "unused.unavoidable", "study")


@pytest.fixture(scope="module", params=STUDIES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("plans") / request.param
    return solve(read_study(STUDIES[request.param])).to_folder(folder)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "plan"))


def test_whole_plan_is_right(whole: Path) -> None:
    assert verify(whole).ok, str(verify(whole))


def test_every_numeric_cell(folder: Path) -> None:
    missed = []
    for path in sorted(folder.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in frame.columns:
            rows = [i for i, cell in enumerate(frame[column]) if _number(cell)]
            for i in rows[:: max(1, len(rows) // 3)]:
                changed = frame.copy()
                changed.loc[i, column] = repr(float(frame.loc[i, column]) * 1.01 + BEYOND.get(column, 1))
                changed.to_csv(path, index=False)
                findings = verify(folder).findings
                if not any(f.file == path.name and column in (f.column, *f.column.split(" + ")) for f in findings):
                    missed.append(f"{path.name} {column} row {i}: {[f.where for f in findings][:3]}")
        path.write_text(text, encoding="utf-8")
    assert not missed, "\n".join(missed)


def test_every_leaf_of_the_facts(folder: Path) -> None:
    path = folder / "plan.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    missed = []
    for keys, value in list(_leaves(facts)):
        if keys[0] in ("digest", "seconds", "inputs") or keys[:2] == ("study", "files"):
            continue  # what may differ between equal plans
        key = ".".join(keys)
        path.write_text(json.dumps(_with(facts, keys, value * 1.01 + 1000 if _is_number(value) else f"{value}x")))
        try:
            findings = verify(folder).findings
        except InputError:
            continue  # format, study_path: no plan that this release can read
        named = {f.column for f in findings if f.file == "plan.json"}
        if not named or not (key in named or key.startswith(PROTECTED)):
            missed.append(f"{key}: {named}")
    assert not missed, "\n".join(missed)


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


def _with(facts: dict[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(facts))
    inner = copy
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return copy
