"""A disk that is full, a limit that is met: what was there stays whole, nothing is left, the fault is one line."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer import Plan, read_study
from optimizer.errors import limit_met
from optimizer.io.embedded import embedded_study
from optimizer.io.source import path_fault
from optimizer.sweeps.attempt import Job, told

from .conftest import command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")


def limited(
    folder: Path, *arguments: str, limit: str = "FSIZE", most: int = 1000, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the program under a limit; by default no file may grow beyond 1,000 bytes, as if the disk were full."""
    program = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_{limit}, ({most}, {most}));"
        "from optimizer.__main__ import main; sys.argv[:] = ['rackgrid', *sys.argv[1:]]; main()"
    )
    return subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        cwd=folder, env=environment() | variables, capture_output=True, encoding="utf-8", timeout=120, check=False,
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


FILES = "Too many open files – raise the limit of open files: ulimit -n 1024"
SIZE = "cannot be written: File too large – raise the limit of a file's size: ulimit -f unlimited"
LIMITS = {
    "solve small": ("NOFILE", 8, f"error: {FILES}"),
    "init mine": ("FSIZE", 1000, f"mine: {SIZE}"),
    "export plan --to gpkg -o plan.gpkg": ("FSIZE", 1000, f"plan.gpkg: {SIZE}"),
}


@pytest.mark.parametrize("words", LIMITS)
def test_a_limit_is_named_that_no_other_place_would_change(words: str, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "plan")
    shutil.copytree(solved.parents[1] / "small", tmp_path / "small")
    limit, most, line = LIMITS[words]
    done = limited(tmp_path, *words.split(), limit=limit, most=most)
    assert done.returncode == 2
    assert line in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_without_a_folder_for_fonts_is_told_which_to_name(solved: Path, tmp_path: Path) -> None:
    done = limited(tmp_path, "report", str(solved), most=0, HOME=os.devnull, MPLCONFIGDIR=os.devnull)
    assert done.returncode == 2
    assert "set the MPLCONFIGDIR environment variable to a writable directory" in done.stderr


def test_what_a_limit_keeps_from_being_read_or_solved_is_told_with_its_cure() -> None:
    met = OSError(errno.EMFILE, "Too many open files")
    assert str(path_fault(Path("sites.csv"), "sites.csv", met)) == f"sites.csv: can't be read: {FILES}"

    def solve() -> Plan:
        raise met

    job = Job("one", read_study(embedded_study()))
    assert told(job, solve, lambda: False).reason == f"OSError: [Errno 24] {FILES}"
    assert limit_met(MemoryError()).startswith("close other programs, or raise the limit of memory")
