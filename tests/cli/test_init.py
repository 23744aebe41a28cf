"""A study to start from: a copy, a blank, or either as one workbook; whole or not at all."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

from optimizer import read_study
from optimizer.io.config import StudyConfig
from optimizer.io.embedded import embedded_study
from optimizer.io.schema import TABLES, schema
from optimizer.io.settings import settings, value_of

from .conftest import Run
from .inside import inside
from .test_disk import limited


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


@pytest.fixture
def blank(call: Run, tmp_path: Path) -> Path:
    done = call("init", "blank", "--blank")
    assert (done.returncode, done.stdout) == (0, "blank\n"), done.stderr
    return tmp_path / "blank"


def test_blank_is_right_and_solves(run: Run, call: Run, tmp_path: Path) -> None:
    done = run("init", "blank", "--blank")
    assert (done.returncode, done.stdout) == (0, "blank\n"), done.stderr
    checked = call("check", "blank")
    assert (checked.returncode, checked.stderr) == (0, "")
    solved = run("solve", "blank")
    assert solved.returncode == 0, solved.stderr
    assert "optimal" in solved.stdout
    assert re.search(r"^in service +49\.9 ", solved.stdout, flags=re.MULTILINE)
    assert "EXAMPLE" in (tmp_path / "blank" / "racks.csv").read_text()


def test_blank_names_every_key_with_its_default_and_every_column(blank: Path) -> None:
    text = (blank / "study.toml").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "#:schema study.schema.json"
    assert (blank / "study.schema.json").is_file()
    every = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE))
    config = StudyConfig.model_validate(every)
    assert set(every["files"]) == set(type(config.files).model_fields)
    for setting in settings():
        section, _, key = setting.key.partition(".")
        assert key.partition(".")[0] in every[section] if key else section in every
        if setting.default is not None and f"# {key} = " in text:
            assert value_of(config, setting.key) == setting.default, setting.key
    page = (blank / "README.md").read_text(encoding="utf-8")
    for table in TABLES:
        assert f"{table}.csv: " in page
        assert all(column.meaning in page for column in schema(table).columns)
    for template in ("site_ramp", "placement", "grid/zones", "grid/headroom", "grid/energy_prices", "grid/lines"):
        names = (blank / f"{template}.csv").read_text().strip().split(",")
        assert {c.name for c in schema(template.rpartition("/")[2]).columns if c.required} <= set(names)


def test_copy_names_its_schema_and_is_the_embedded_study(call: Run, tmp_path: Path) -> None:
    assert call("init", "mine").returncode == 0
    toml = (tmp_path / "mine" / "study.toml").read_bytes()
    assert toml.startswith(b"#:schema study.schema.json\n")
    assert (tmp_path / "mine" / "study.schema.json").is_file()
    copy, source = read_study(tmp_path / "mine"), read_study(embedded_study())
    assert all(copy.table(name).equals(source.table(name)) for name in TABLES if name != "zones")


@pytest.mark.parametrize("extra", [[], ["--blank"]], ids=["embedded", "blank"])
def test_workbook_is_the_same_in_a_folder_and_as_a_file(call: Run, tmp_path: Path, extra: list[str]) -> None:
    done = call("init", "mine", "--excel", *extra)
    assert (done.returncode, done.stdout) == (0, f"{Path('mine', 'study.xlsx')}\n"), done.stderr
    assert call("init", "new/own.xlsx", "--excel", *extra).returncode == 0
    assert (tmp_path / "mine/study.xlsx").read_bytes() == (tmp_path / "new/own.xlsx").read_bytes()
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        str(Path("mine", "study.xlsx")),
        str(Path("new", "own.xlsx")),
    ]
    rows = {page.title: page.max_row - 1 for page in openpyxl.load_workbook(tmp_path / "new/own.xlsx")}
    if extra:
        assert {name: n for name, n in rows.items() if n and name != "study"} == {
            "sites": 1,
            "racks": 1,
            "deliveries": 1,
        }
    else:
        source = read_study(embedded_study())
        assert {name: rows[name] for name in TABLES} == {name: len(source.table(name)) for name in TABLES}


@pytest.mark.parametrize("option", ["--blank", "--excel"])
def test_nothing_is_overwritten(call: Run, tmp_path: Path, option: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "study.xlsx").write_text("mine")
    taken = ["mine", "mine/study.xlsx"] if option == "--excel" else ["mine"]
    for place in taken:
        done = call("init", place, option)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 2)
    assert "add --excel" in call("init", "other.xlsx").stderr
    assert [p.name for p in tmp_path.rglob("*")] == ["mine", "study.xlsx"]
    assert (tmp_path / "mine" / "study.xlsx").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
@pytest.mark.parametrize(
    ("place", "options"),
    [
        ("mine", ["--blank"]),
        ("mine", ["--excel"]),
        ("mine", ["--blank", "--excel"]),
        ("mine.xlsx", ["--blank", "--excel"]),
    ],
)
def test_full_disk_leaves_nothing(tmp_path: Path, place: str, options: list[str]) -> None:
    done = limited(tmp_path, "init", place, *options)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False), done.stderr
    assert "cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind",
    [(), ("--blank",), ("--excel",), ("--blank", "--excel"), ("--counties", "--excel")],
    ids=lambda k: " ".join(k),
)
def test_what_is_handed_out_raises_no_doubt(kind: tuple[str, ...], tmp_path: Path) -> None:
    call = inside(tmp_path)
    assert call("init", "mine", *kind).returncode == 0
    done = call("check", "mine", "--strict")
    doubts = [line for line in done.stderr.splitlines() if not re.match(r" +\d+\.\d s  ", line)]  # how far it is
    assert (done.returncode, doubts) == (0, [])


def test_a_table_that_no_figures_table_names_is_still_said(tmp_path: Path) -> None:
    call = inside(tmp_path)
    assert call("init", "mine").returncode == 0
    (tmp_path / "mine/grid/us-headroom-mid.csv").write_text("zone,period,headroom_mw\n", encoding="utf-8")
    assert "grid/us-headroom-mid.csv: is no file of a grid" in call("check", "mine").stderr
