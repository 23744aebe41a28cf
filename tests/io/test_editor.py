"""What editors are told is what reading does: no schema refuses a good file, and what it refuses is refused."""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from optimizer import InputError, read_study
from optimizer.io.cells import read_bool, read_period
from optimizer.io.config import GridConfig, StudyConfig, keys_of
from optimizer.io.editor import NAMES, grid_schema, study_schema, table_schema, write_schemas
from optimizer.io.schema import PLAN_TABLES, TABLES, schema
from tests.small import DELIVERIES, HEADROOM, RACKS, SITES, STUDY, write_small_study

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [ROOT / "studies/openai-26gw/study.toml", *sorted((ROOT / "tests/conformance").glob("*/*/study.toml"))]
FILE_SCHEMAS = {"study": (study_schema, StudyConfig), "grid": (grid_schema, GridConfig)}


def as_json(value: Any) -> Any:
    """What an editor makes of TOML: days are text, and numbers that JSON does not have are null."""
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def wrong_keys(text: str, of: dict[str, Any]) -> set[str]:
    """Dotted keys that an editor marks."""
    validator = Draft7Validator(of, format_checker=Draft7Validator.FORMAT_CHECKER)
    return {".".join(map(str, e.absolute_path)) for e in validator.iter_errors(as_json(tomllib.loads(text)))}


@pytest.mark.parametrize("name", FILE_SCHEMAS)
def test_every_key_of_a_file_is_described(name: str) -> None:
    make, model = FILE_SCHEMAS[name]
    whole = make()
    Draft7Validator.check_schema(whole)
    assert "$ref" not in (text := json.dumps(whole)), "its description is not seen beside a reference"
    assert "null" not in text
    for key in keys_of(model):
        found = whole
        for part in key.split("."):
            assert found["additionalProperties"] is False
            found = found["properties"][part]
        assert found["description"], key
        assert {"type", "anyOf"} & set(found), key


def test_defaults_and_limits_are_those_of_the_models() -> None:
    keys = study_schema()["properties"]
    assert study_schema()["required"] == ["format", "periods", "files"]
    assert keys["solve"]["properties"]["gap"].items() >= {"default": 0.001, "minimum": 0, "maximum": 1}.items()
    assert keys["policy"]["properties"]["max_site_share"].items() >= {"exclusiveMinimum": 0, "maximum": 1}.items()
    assert "default" not in keys["policy"]["properties"]["max_sites"]
    assert keys["periods"]["properties"]["per_year"]["enum"] == [1, 2, 4]
    assert keys["money"]["properties"]["asset_life_years"]["properties"]["hall"]["default"] == 15
    assert grid_schema()["properties"]["flow"]["enum"] == ["none", "transport", "dc"]


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: "/".join(p.parts[-3:-1]))
def test_good_studies_are_not_marked(path: Path) -> None:
    assert wrong_keys(path.read_text(encoding="utf-8"), study_schema()) == set()
    for grid in path.parent.glob("*/grid.toml"):
        assert wrong_keys(grid.read_text(encoding="utf-8"), grid_schema()) == set()
    for table in path.parent.rglob("*.csv"):
        if table.stem in TABLES:
            assert list(refused_cells(table.stem, table.read_text(encoding="utf-8"))) == []


WRONG = {  # (old, new) in the small study: the key that is marked, "" for the file and a section for its keys
    ("format = 1", "format = 2"): "format",
    ("[policy]", "[polcy]"): "",
    ("max_sites", "max_sitse"): "policy",
    ("max_sites = 3", 'max_sites = "3"'): "policy.max_sites",
    ("max_sites = 3", "max_sites = 2.5"): "policy.max_sites",
    ("max_sites = 3", "max_sites = true"): "policy.max_sites",
    ("max_sites = 3", "max_zone_share = 40"): "policy.max_zone_share",
    ("max_sites = 3", "max_zone_share = 0"): "policy.max_zone_share",
    ("max_sites = 3", "min_site_mw = nan"): "policy.min_site_mw",
    ("max_sites = 3", "max_unused_mw_years = inf"): "policy.max_unused_mw_years",
    ("max_sites = 3", 'forbid = "alpha"'): "policy.forbid",
    ("max_sites = 3", "forbid = [1]"): "policy.forbid.0",
    ("last = 2027", "last = 2027\nper_year = 3"): "periods.per_year",
    ("last = 2027", 'last = "2027H3"'): "periods.last",
    ("last = 2027", "last = 2201"): "periods.last",
    ("last = 2027", 'last = 2027\ndecide_on = "1 July"'): "periods.decide_on",
    ("last = 2027", "last = 2027\ndecide_on = 2026-07-01T12:00:00"): "periods.decide_on",
    ("last = 2027", "last = 2027\ndecide_on = 1850-07-01"): "periods.decide_on",
    ("last = 2027", "last = 2027\ndecide_on = 2026"): "periods.decide_on",
    ("first = 2026", ""): "periods",
    ("= 8e6", "= -8e6"): "unused.waiting_rack_usd_per_mw_year",
    ("= 0.05", '= "5 %"'): "money.discount_rate",
    ("= 0.05", "= 0.05\nresidual_value = 1"): "money.residual_value",
    ("= 0.05", "= 0.05\nasset_life_years = { hall = 0 }"): "money.asset_life_years.hall",
    ('racks = "racks.csv"', 'racks = ""'): "files.racks",
    ("[policy]", '[objective]\nminimise = "costs"\n[policy]'): "objective.minimise",
}


@pytest.mark.parametrize(("change", "key"), WRONG.items(), ids=lambda v: v[1] if isinstance(v, tuple) else "")
def test_what_is_marked_is_refused(change: tuple[str, str], key: str, tmp_path: Path) -> None:
    assert wrong_keys(STUDY, study_schema()) == set()
    text = STUDY.replace(*change, 1)
    assert wrong_keys(text, study_schema()) == {key}
    with pytest.raises(InputError) as refusal:
        read_study(write_small_study(tmp_path, files={"study.toml": text}))
    assert any(
        fault.file == "study.toml" and fault.column.startswith(key.removesuffix(".0")) for fault in refusal.value.faults
    )


@pytest.mark.parametrize(
    "change",
    [
        ("last = 2027", 'last = "2027Q4"\nper_year = 4\ndecide_on = 2026-07-01'),
        ("first = 2026", 'first = "2026"\ndecide_on = "2026-07-01"'),
        ("= 0.05", "= 0\nasset_life_years = { hall = 12, grid = 30.5 }"),
        ("max_sites = 3", 'max_zone_share = 1\nforce_open = ["alpha"]\nforbid = []'),
    ],
    ids=lambda change: change[1],
)
def test_what_is_read_is_not_marked(change: tuple[str, str], tmp_path: Path) -> None:
    text = STUDY.replace(*change, 1)
    assert wrong_keys(text, study_schema()) == set()
    read_study(write_small_study(tmp_path, files={"study.toml": text}))


def refused_cells(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and column of cells that a Table Schema refuses; its constraints are called as in JSON Schema."""
    fields = {field["name"]: field for field in table_schema(name)["fields"]}
    for line, row in enumerate(csv.DictReader(text.splitlines()), 2):
        for column, cell in row.items():
            if column in fields and not holds(fields[column], cell):
                yield line, column


def holds(field: dict[str, Any], cell: str) -> bool:
    constraints = dict(field.get("constraints", {}))
    if constraints.pop("required", False) and not cell:
        return False
    if "pattern" in constraints and cell and not re.fullmatch(constraints.pop("pattern"), cell):
        return False
    if field["type"] == "boolean":
        return not cell or cell in field["trueValues"] + field["falseValues"]
    try:
        value = {"integer": int, "number": float}.get(field["type"], str)(cell) if cell else None
    except ValueError:
        return False
    return value is None or Draft7Validator({"type": field["type"], **constraints}).is_valid(value)


@pytest.mark.parametrize("name", [*TABLES, *(f"plan/{table}" for table in PLAN_TABLES)])
def test_every_column_of_a_table_is_described(name: str) -> None:
    found, table = table_schema(name), schema(name)
    columns = [*table.columns, *table.people]
    assert [field["name"] for field in found["fields"]] == [c.name for c in columns]
    for field, column in zip(found["fields"], columns, strict=True):
        assert (field["description"], field.get("unit", "")) == (column.meaning, column.unit)
        assert field.get("constraints", {}).get("required", False) == column.required
        assert not column.infinity or holds(field, "inf")
    assert found.get("primaryKey", []) == table.unique
    for key in found.get("foreignKeys", []):
        assert key["reference"]["fields"] == schema(key["reference"]["resource"]).unique


GOOD = {
    "sites": SITES,
    "racks": RACKS,
    "deliveries": DELIVERIES,
    "grid/headroom": HEADROOM,
    "grid/lines": "line,from,to,capacity_mw\nl,z1,z2,5\nm,z2,z1,5\n",
}
BAD: dict[str, list[tuple[str, str]]] = {
    "sites": [
        *[("peak_pue", c) for c in ("0.9", "3.5", "many")],
        *[("hall_mw", c) for c in ("0", "-1", "1e6")],
        *[("site", c) for c in ("", "a/b")],
        *[("max_mw", c) for c in ("", "-5")],
        *[
            ("halls_per_year", "1.5"),
            ("tenure", "rent"),
            ("committed", "maybe"),
            ("lon", "-181"),
            ("load_factor", "40"),
        ],
    ],
    "racks": [
        ("rack_kw", "0.5"),
        ("pod_racks", "0"),
        ("life_years", "0"),
        ("available_from", "2026H3"),
        ("vendor", ""),
    ],
    "deliveries": [("period", "July"), ("period", "1850"), ("mw", "-1"), ("sku", "")],
    "grid/headroom": [("headroom_mw", "-1"), ("period", "2026-07-01")],
    "grid/lines": [("x_base_mva", "0"), ("usd_per_mwh", "-1"), ("from", "")],
}


@pytest.mark.parametrize(("file", "column", "cell"), [(f, *case) for f, cases in BAD.items() for case in cases])
def test_what_a_table_schema_refuses_is_refused(file: str, column: str, cell: str, tmp_path: Path) -> None:
    name = file.rpartition("/")[2]
    assert list(refused_cells(name, GOOD[file])) == []
    rows = list(csv.DictReader(GOOD[file].splitlines()))
    rows[0][column] = cell
    names = list(rows[0])
    text = "\n".join(",".join(row.get(n, "") for n in names) for row in [dict(zip(names, names, strict=True)), *rows])
    assert list(refused_cells(name, text)) == [(2, column)]
    with pytest.raises(InputError) as refusal:
        read_study(write_small_study(tmp_path, files={f"{file}.csv": f"{text}\n"}))
    assert (f"{file}.csv", 2, column) in {(f.file, f.line, f.column) for f in refusal.value.faults}


def test_words_and_labels_are_those_that_are_read() -> None:
    allowed = next(f for f in table_schema("placement")["fields"] if f["name"] == "allowed")
    column = schema("placement")["allowed"]
    assert all(read_bool(word, column) is True for word in allowed["trueValues"])
    assert all(read_bool(word, column) is False for word in allowed["falseValues"])
    period = next(f for f in table_schema("deliveries")["fields"] if f["name"] == "period")
    for year in range(1850, 2250):
        for text in (f"{year}", f"{year}H2", f"{year}Q4", f"{year}Q5", f"{year}.0", f"{year}-01-01"):
            assert holds(period, text) == isinstance(read_period(text, schema("deliveries")["period"]), str), text


def test_files_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    first, again = write_schemas(tmp_path / "a/b"), write_schemas(tmp_path / "c")
    assert [path.relative_to(tmp_path / "a/b").as_posix() for path in first] == [f"{n}.schema.json" for n in NAMES]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    for path in first:
        assert path.read_bytes().endswith(b"}\n")
        assert json.loads(path.read_bytes())["$schema"]
