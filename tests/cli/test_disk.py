"""A disk that is full: what was there stays whole, nothing is left behind, and the fault is one line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")


def limited(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program where no file may grow beyond 1,000 bytes, as if the disk were full."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "from optimizer.__main__ import main; sys.argv[:] = ['rackgrid', *sys.argv[1:]]; main()"
    )
    return subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        cwd=folder, env=environment(), capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_old_plan_stays_whole(solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "plans" / "small")
    shutil.copytree(solved.parents[1] / "small", tmp_path / "small")
    before = content(tmp_path)
    done = limited(tmp_path, "solve", "small", "--force")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert content(tmp_path) == before
    assert sorted(p.name for p in (tmp_path / "plans").iterdir()) == ["small"]
    assert (
        subprocess.run(command("verify", "plans/small"), cwd=tmp_path, env=environment(), check=False).returncode == 0
    )


def test_nothing_is_left_of_a_study_or_pictures(solved: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments in (("init", "mine"), ("init", "empty"), ("map", str(solved), "-o", "empty")):
        done = limited(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "cannot be written" in done.stderr
    assert [str(p.relative_to(tmp_path)) for p in sorted(tmp_path.rglob("*"))] == ["empty"]
