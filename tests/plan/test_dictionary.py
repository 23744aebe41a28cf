"""What the dictionary says of a plan's tables is what a plan folder holds."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from optimizer import read_study, solve
from optimizer.io.dictionary import TABLES as TABLES_OF
from optimizer.io.dictionary import as_json, as_text
from optimizer.io.registers import register
from optimizer.io.schema import SOME_TABLES, schema
from optimizer.plan import TABLES, Plan, read_plan
from optimizer.solver.headroom import headroom
from optimizer.view.headroom import files as files_of
from tests.io.test_editor import refused_cells
from tests.small import SITES, write_small_study

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan with rows in every table but those of upgrades and generators, a site of any power, racks that wait."""
    place = tmp_path_factory.mktemp("dictionary")
    files = {
        "sites.csv": SITES.replace(",0,50,", ",0,,"),
        "grid/lines.csv": "line,from,to,capacity_mw\nl,z2,z1,7.8\n",
    }
    return solve(read_study(write_small_study(place / "study", files=files))).to_folder(place / "plan")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    return read_plan(folder)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in SOME_TABLES])
def test_tables_hold_what_the_dictionary_says(name: str, folder: Path, plan: Plan) -> None:
    text, columns = (folder / f"{name}.csv").read_text(encoding="utf-8"), schema(f"plan/{name}").columns
    assert text.splitlines()[0].split(",") == [c.name for c in columns]
    assert (len(text.splitlines()) == 1) == (name in ("upgrades", "dispatch", "base"))
    assert list(refused_cells(f"plan/{name}", text)) == []
    assert all(bool(c.unit) == c.is_number and c.meaning for c in columns)
    frame = plan.tables[name]
    if len(frame):
        kinds = {c.name: c.dtype for c in columns}
        wrong = {n: (str(frame[n].dtype), kind) for n, kind in kinds.items() if not fits(frame[n], kind)}
        assert wrong == {}
        assert frame.equals(frame.sort_values(keys := schema(f"plan/{name}").order, ignore_index=True))
        assert not frame.duplicated(keys).any()
    targets = [c.refers_to.split(".") for c in columns if c.refers_to]
    assert all(key in schema(table).names for table, key in targets)


def fits(column: pd.Series, kind: str) -> bool:
    """Whether what was read is of the type that is stated; whole numbers stand for MW too."""
    if kind == "str":
        return all(isinstance(value, str) for value in column)
    return str(column.dtype) in ({"float64", "int64"} if kind == "float64" else {kind})


def test_the_page_holds_what_the_command_prints() -> None:
    """RACKGRID_UPDATE_DOCS=1 writes the page anew."""
    text = PAGE.read_text(encoding="utf-8")
    head = text.partition("\n## ")[0]
    parts = {"A plan's folder": "plan", "A sweep's folder": "sweep", "A headroom folder": "headroom"}
    parts["What explains a plan"] = "explain"
    whole = f"{head}\n" + "\n\n".join(f"## {name}\n\n{as_text(of)}" for name, of in parts.items()) + "\n"
    if os.environ.get("RACKGRID_UPDATE_DOCS"):
        PAGE.write_text(whole, encoding="utf-8", newline="\n")
    assert text == whole or os.environ.get("RACKGRID_UPDATE_DOCS")


@pytest.mark.parametrize("of", TABLES_OF)
def test_people_and_programs_are_told_the_same(of: str) -> None:
    text, content = as_text(of), json.loads(as_json(of))
    tables, registers = TABLES_OF[of]
    assert list(content) == ["tables", *registers]
    assert list(content["tables"]) == list(tables)
    for name, file in tables.items():
        part = text.partition(f"### {file}\n")[2].partition("\n###")[0]
        rows = [[cell.strip() for cell in line.split(" | ")] for line in part.splitlines() if line.startswith("| `")]
        assert [row[0].strip("| `") for row in rows] == schema(name).names
        assert [row[2] for row in rows] == [column.unit or "–" for column in schema(name).columns]
        assert [row[3].removesuffix(" |") for row in rows] == [column.meaning for column in schema(name).columns]
    for name in registers:
        words = [list(row.values()) for row in register(name)]
        assert all(f"`{first}`" in text and last in text for first, *_, last in words if first)


def test_no_dictionary_and_no_table_is_without_the_other(folder: Path) -> None:
    written = {path.stem for path in folder.glob("*.csv")}
    assert written == {*TABLES} - {*SOME_TABLES}
    assert set(TABLES) == {p.name[:-4] for p in files("optimizer.io").joinpath("schema/plan").iterdir()}


def test_headroom_is_as_its_dictionary_says_and_names_what_binds_as_a_plan_does() -> None:
    study = read_study(Path(__file__).parents[1] / "conformance" / "grid" / "15-n-1")
    text = files_of(study, *headroom(study))["headroom.csv"]
    assert list(refused_cells("headroom/headroom", text)) == []
    told = {name for cell in pd.read_csv(StringIO(text))["limited_by"].dropna() for name in cell.split(";")}
    kinds = schema("plan/binding")["element"].type.removeprefix("choice:").split("|")
    ids = {name.partition(" ")[0]: name.partition(" ")[2] for name in told}
    assert set(ids) <= set(kinds)
    assert set(ids["outage"].split("/")) <= set(study.lines["line"])
