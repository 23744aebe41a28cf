"""A grid with a mistake ends every command with exit code 2, one line and nothing written; a doubt stops none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grid.test_checks import FAULTS, NODAL, WARNINGS, ZONAL, line, study_of

from .inside import inside

BAD = [
    "line twice", "zone twice", "no reactance", "hardly a reactance", "hours", "upgrade of nothing", "line nearly",
    "headroom too", "zones without places", "no bound", "cancelled", "cancelled after an outage",
    "cancelled when bought",
]  # fmt: skip
KEPT = ["identical", "isolated", "negative", "emergency"]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_grid_is_one_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    files, change, expected = FAULTS[name]
    study_of(tmp_path / "study", files | change)
    for command in ("solve", "headroom"):
        done = inside(tmp_path)(command, "study", "-o", "out")
        told = [text for text in done.stderr.splitlines() if not text.startswith(("warning: ", "note: "))]
        assert (done.returncode, done.stdout, len(told)) == (2, "", 2), done.stderr
        assert told[0].removeprefix("grid/").startswith(expected)
        assert told[1].startswith("1 error")
        assert [path.name for path in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize("name", KEPT)
def test_a_doubtful_grid_is_told_and_used(name: str, tmp_path: Path) -> None:
    files, change, expected = WARNINGS[name]
    study_of(tmp_path / "study", files | change)
    done = inside(tmp_path)("headroom", "study", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert any(text.removeprefix("warning: grid/").startswith(expected) for text in done.stderr.splitlines())
    assert (tmp_path / "out" / "headroom.csv").exists()


@pytest.mark.parametrize("files", [ZONAL, NODAL], ids=["zonal", "nodal"])
def test_a_bad_grid_by_itself_is_refused_as_well(files: dict[str, str], tmp_path: Path) -> None:
    study_of(tmp_path / "study", files | line("x,B,A,5,,-0.075,,,"))
    for command in (["headroom", "-o", "out"], ["dispatch"])[: 2 if files is NODAL else 1]:
        done = inside(tmp_path)(command[0], "study/grid", *command[1:])
        assert (done.returncode, done.stdout) == (2, "")
        assert 'lines.csv:8 reactance_pu: -0.075 cancels out with "ab", "ac", "cb"' in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["study"]
