"""What the computer or the way of the call lacks – memory, a reader, texts – is said, and is no internal error."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.signals import NO_PLAN

from .conftest import Run, command, environment

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


@POSIX
@pytest.mark.parametrize("words", [["--help"], ["solve", "--help"], ["--version"]])
def test_a_reader_that_went_away_is_no_fault(words: list[str], tmp_path: Path) -> None:
    process = subprocess.Popen(command(*words), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0


def test_texts_taken_away(run: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved.parents[1], tmp_path / "home")
    stripped = {"PYTHONOPTIMIZE": "2"}
    assert run("verify", "home/plans/small", env=stripped).returncode == 0
    for words in (["solve", "home/small"], ["sweep", "home/small", "--vary", "policy.max_sites=2,3", "-o", "sweep"]):
        done = run(*words, env=stripped)
        assert (done.returncode, done.stderr.splitlines()[-1][:28]) == (2, "error: Python runs with -OO,")
    assert run("solve", "home/small", env={"PYTHONOPTIMIZE": "1"}).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems don't hold this limit")
@pytest.mark.parametrize("limit_mb", [100, 150, 250, 375, 490, 500, 510, 600, 800])
def test_memory_that_is_not_enough(limit_mb: int, study: Path, tmp_path: Path) -> None:
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({limit_mb} << 20, {limit_mb} << 20));"
        "from optimizer.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "solve", str(study), "-o", "plan"],
        cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert "internal error" not in done.stderr
    assert (done.returncode, (tmp_path / "plan").is_dir()) in ((0, True), (2, False), (NO_PLAN, False)), done.stderr
    assert done.returncode == 0 or "memory" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the library's lock is that of Linux")
def test_a_library_that_never_comes_back_is_not_waited_for(tmp_path: Path) -> None:
    program = (
        "import ctypes; from optimizer.signals import SIGNALS; SIGNALS.install();"
        "lock = ctypes.create_string_buffer(64); c = ctypes.CDLL(None); c.pthread_mutex_lock(lock);"
        "print('locked', flush=True); c.pthread_mutex_lock(lock)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"
    process.terminate()
    assert process.wait(60) == NO_PLAN
    process.stdout.close()
