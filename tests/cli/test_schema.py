"""The command that describes files for editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.io.dictionary import as_json, as_text
from optimizer.io.editor import NAMES

from .conftest import Run
from .inside import inside


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


def test_help_says_how_an_editor_uses_it(run: Run) -> None:
    done = run("schema", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "#:schema study.schema.json" in done.stdout
    assert done.stdout.count("rackgrid schema") >= 3


@pytest.mark.parametrize("what", ["", "study", "grid"])
def test_prints_one_schema(call: Run, what: str) -> None:
    done = call(*filter(None, ["schema", what]))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["title"] == f"{what or 'study'}.toml"


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        ("racks", {"rack_kw"}),
        ("sites", {"max_mw"}),
        ("plan/sites", {"built_mw"}),
        ("zones", {"geometry"}),
        ("assignments", {"it_mw_in_service"}),
        ("plan/assignments", {"it_mw_in_service"}),
        ("cases", {"spend_<period>_usd"}),
        ("sweep/cases", {"<key>"}),
    ],
)
def test_a_bare_name_is_the_studys_table_before_the_plans(call: Run, what: str, columns: set[str]) -> None:
    done = call("schema", what)
    assert (done.returncode, done.stderr) == (0, "")
    assert columns <= {field["name"] for field in json.loads(done.stdout)["fields"]}


def test_writes_all_of_them(run: Run, call: Run, tmp_path: Path) -> None:
    done = run("schema", "-o", "new/mine")
    assert (done.returncode, done.stderr) == (0, "")
    assert [Path(line) for line in done.stdout.splitlines()] == [Path(f"new/mine/{n}.schema.json") for n in NAMES]
    for name in ("sites", "plan/sites"):
        text = (tmp_path / f"new/mine/{name}.schema.json").read_text(encoding="utf-8")
        assert text == call("schema", name).stdout
    assert call("schema", "-o", "new/mine").stdout == done.stdout, "what it wrote it writes again"


@pytest.mark.parametrize("of", ["plan", "sweep", "headroom", "explain"])
def test_explains_what_comes_out(call: Run, of: str) -> None:
    for options, text in ((), as_text(of)), (("--json",), as_json(of)):
        done = call("schema", f"--{of}", *options)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{text}\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stes"], ["stes", 'did you mean "sites"?']),
        (["assignmens"], ["is no file of a study and no table of a plan", 'did you mean "assignments"?']),
        (["plan/stes"], ['did you mean "plan/sites"?']),
        (["xyz"], ["xyz", "name one of study, grid, sites", "plan/assignments, plan/sites"]),
        (["sites", "-o", "mine"], ["sites is not used"]),
        (["sites", "--plan"], ["sites explains all tables of one folder", "ask for one thing at a time"]),
        (["--sweep", "-o", "mine"], ["mine", "ask for one thing at a time"]),
        (["--plan", "--sweep"], ["ask for one thing at a time"]),
        (["-o", "file"], ["file: cannot be written", "-o"]),
    ],
)
def test_a_slip_is_one_fault(run: Run, call: Run, tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = (run if arguments == ["stes"] else call)("schema", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    fault, count = done.stderr.splitlines()
    assert count == "1 error"
    assert all(word in fault for word in words), fault


def test_reads_no_tables(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pandas'] = sys.modules['numpy'] = None\n")
    from .conftest import ROOT

    done = run("schema", "sites", env={"PYTHONPATH": f"{tmp_path}:{ROOT}"})
    assert done.returncode == 0, done.stderr
