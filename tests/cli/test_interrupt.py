"""An interrupt keeps the best plan; a second one, or one before any plan, ends with exit code 4."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.cli.interrupt import Interrupted, Signals

from .conftest import command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches no single process there")
# Nothing of this size is proven to the last dollar.
LONG = ("solve", "--gap", "0", "-o", "plan", "--json")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with (tmp_path / "err.txt").open("w") as err, (tmp_path / "out.txt").open("w") as out:
        started = subprocess.Popen(command(*LONG), cwd=tmp_path, env=environment(), stdout=out, stderr=err, text=True)
        yield started
        started.kill()
        started.wait()


def wait_for(path: Path, word: str, seconds: float = 100.0) -> None:
    end = time.monotonic() + seconds
    while word not in path.read_text(encoding="utf-8", errors="replace"):
        assert time.monotonic() < end, path.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.05)


def test_interrupt_keeps_the_best_plan(process: subprocess.Popen[str], tmp_path: Path) -> None:
    wait_for(tmp_path / "err.txt", "gap ")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    told = (tmp_path / "err.txt").read_text(encoding="utf-8")
    assert "stopping with the best plan" in told
    assert "feasible" in told
    assert '"status": "feasible"' in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert (tmp_path / "plan/plan.json").is_file()


def test_interrupt_before_a_plan(process: subprocess.Popen[str], tmp_path: Path) -> None:
    wait_for(tmp_path / "err.txt", "note: 2028")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 4
    assert not (tmp_path / "plan").exists()
    assert "Traceback" not in (tmp_path / "err.txt").read_text(encoding="utf-8")


def test_second_interrupt_ends_at_once(process: subprocess.Popen[str], tmp_path: Path) -> None:
    wait_for(tmp_path / "err.txt", "note: 2028")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    assert process.wait(30) == 4
    assert not (tmp_path / "plan").exists()


def test_signals_while_a_plan_is_kept_and_written() -> None:
    signals = Signals()
    with signals.kept():
        signals._receive(signal.SIGINT, None)  # asks to stop
        assert signals.wanted()
        with signals.deaf():
            signals._receive(signal.SIGINT, None)  # nothing ends the writing
        assert signals.written
    with pytest.raises(Interrupted):
        signals._receive(signal.SIGINT, None)
