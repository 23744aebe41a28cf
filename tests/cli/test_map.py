"""rackgrid map writes one page, and pictures where asked for, each whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest import mock

import pytest

from optimizer.io.whole import GENERATOR
from optimizer.plan.steps import FORMAT
from tests.cli.inside import inside

FILES = ["map.html", "map-2026.png", "map-2027.png"]


@pytest.fixture
def plan(solved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(solved, tmp_path / "plan"))


def test_page_and_pictures_are_written(plan: Path, tmp_path: Path) -> None:
    done = inside(tmp_path)("map", "plan", "--png")
    assert (done.returncode, done.stdout.split()) == (0, [f"plan/{name}" for name in FILES]), done.stderr
    assert done.stderr.splitlines() == ["picture 1 of 2: 2026", "picture 2 of 2: 2027"]
    first = {name: (plan / name).read_bytes() for name in FILES}
    assert b"default-src 'none'" in first["map.html"]
    assert inside(tmp_path)("map", "--png", "plan", "-o", "elsewhere/deep").returncode == 0
    assert {name: (tmp_path / "elsewhere/deep" / name).read_bytes() for name in FILES} == first


@pytest.mark.parametrize(
    ("told", "drawn"), [([], []), (["--png", "2027"], ["2027"]), (["--png=2027,2026"], ["2026", "2027"])]
)
def test_pictures_come_where_asked_for(told: list[str], drawn: list[str], plan: Path, tmp_path: Path) -> None:
    done = inside(tmp_path)("map", "plan", *told)
    assert (done.returncode, done.stdout.split()[0]) == (0, "plan/map.html")
    assert sorted(path.name for path in plan.glob("*.png")) == [f"map-{period}.png" for period in drawn]


def test_periods_that_are_none_are_named(plan: Path, tmp_path: Path) -> None:
    done = inside(tmp_path)("map", "plan", "--png", "2031,2026", "--png", "2035")
    assert done.returncode == 2
    assert "--png: 2031 is no period of the plan – write one or more of 2026 to 2027" in done.stderr
    assert done.stderr.splitlines()[-1] == "2 errors"
    assert not (plan / "map.html").exists()


def test_what_was_there_stays_whole(plan: Path, tmp_path: Path) -> None:
    before = f"<html>{GENERATOR} before"
    (plan / "map.html").write_text(before, encoding="utf-8")
    with mock.patch("optimizer.io.write.Path.write_bytes", side_effect=OSError(28, "No space left on device")):
        done = inside(tmp_path)("map", "plan")
    assert done.returncode == 2
    assert "map.html: cannot be written: No space left on device" in done.stderr
    assert (plan / "map.html").read_text(encoding="utf-8") == before
    assert not list(plan.glob(".rackgrid-*"))


@pytest.mark.parametrize("case", ["no plan", "half", "newer", "file in the way"])
def test_bad_input_is_one_line_each(case: str, plan: Path, tmp_path: Path) -> None:
    arguments = ["map", "plan"]
    if case == "no plan":
        arguments = ["map", "nothing"]
    elif case == "half":
        (plan / "zones.csv").unlink()
    elif case == "newer":
        text = (plan / "plan.json").read_text(encoding="utf-8")
        (plan / "plan.json").write_text(
            text.replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}', 1), encoding="utf-8"
        )
    else:
        (tmp_path / "taken").write_text("mine", encoding="utf-8")
        arguments += ["-o", "taken"]
    done = inside(tmp_path)(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2, done.stderr  # the fault and how many there were
    assert not (plan / "map.html").exists()
