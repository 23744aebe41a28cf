"""An interrupt keeps the best plan; a second one, or one before any plan, ends with exit code 4 – at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from optimizer.plan import read_plan
from optimizer.signals import Signals

from .conftest import command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches no single process there")
# Nothing of this size is proven to the last dollar.
LONG = ("solve", "--gap", "0", "-o", "plan", "--json")
STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
Start = Callable[..., "subprocess.Popen[str]"]


def as_in_a_terminal() -> None:
    """Hear what a shell lets its jobs in the background ignore: the suite may be one."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running = []

    def call(*arguments: str) -> subprocess.Popen[str]:
        with (tmp_path / "err.txt").open("w") as err, (tmp_path / "out.txt").open("w") as out:
            running.append(
                subprocess.Popen(
                    command(*arguments), cwd=tmp_path, env=environment(), stdout=out, stderr=err, text=True,
                    preexec_fn=as_in_a_terminal, start_new_session=True,
                )
            )  # fmt: skip
        return running[-1]

    yield call
    for process in running:
        process.kill()
        process.wait()


def told(folder: Path) -> str:
    return (folder / "err.txt").read_text(encoding="utf-8", errors="replace")


def wait_for(holds: Callable[[], bool], folder: Path, seconds: float = 100.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, told(folder)
        time.sleep(0.01)


def test_interrupt_keeps_the_best_plan(start: Start, tmp_path: Path) -> None:
    process = start(*LONG)
    wait_for(lambda: "gap " in told(tmp_path), tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert "stopping with the best plan" in told(tmp_path)
    assert "feasible" in told(tmp_path)
    assert '"status": "feasible"' in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert (tmp_path / "plan/plan.json").is_file()


def test_interrupt_before_a_plan_ends_at_once(start: Start, tmp_path: Path) -> None:
    process = start(*LONG)
    wait_for(lambda: "note: 2028" in told(tmp_path), tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 4
    assert not (tmp_path / "plan").exists()
    assert told(tmp_path).endswith("error: interrupted; nothing was kept\n")


def test_second_interrupt_ends_at_once(start: Start, tmp_path: Path) -> None:
    process = start(*LONG)
    wait_for(lambda: "gap " in told(tmp_path), tmp_path)
    for number in STOPS:
        process.send_signal(number)
    assert process.wait(30) == 4
    assert not (tmp_path / "plan").exists()


def listens(process: subprocess.Popen[str]) -> bool:
    """Whether the first lines of the program ran: before them Python itself dies of SIGTERM."""
    if process.poll() is not None:
        return True
    masks = [line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "SigCgt" in line]
    return bool(int(masks[0].split()[1], 16) >> (signal.SIGTERM - 1) & 1) if masks else True


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process listens to stands in /proc")
@pytest.mark.parametrize(
    "words",
    [
        ("solve", "small", "-o", "out/plan"),
        ("init", "out/mine.xlsx", "--excel"),
        ("sweep", "small", "--vary", "policy.max_sites=2,3", "--workers", "2", "-o", "out/sweep"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.usefixtures("study")
def test_signals_at_any_moment(start: Start, tmp_path: Path, words: tuple[str, ...]) -> None:
    chance = random.Random(words[0])
    for _ in range(6):
        process = start(*words)
        wait_for(partial(listens, process), tmp_path)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 3.0))
        send = chance.choice([os.kill, os.killpg])  # a terminal sends to all processes of a program
        for _ in range(chance.choice([1, 2, 3])):
            if process.poll() is None:
                send(process.pid, chance.choice(STOPS))
            time.sleep(chance.choice([0.0, 0.05]))
        assert process.wait(60) in (0, 4), told(tmp_path)
        assert "Traceback" not in told(tmp_path)
        assert "internal error" not in told(tmp_path)
        assert not list(tmp_path.rglob(".rackgrid-*"))
        if (tmp_path / "out/plan").exists():
            read_plan(tmp_path / "out/plan")
        shutil.rmtree(tmp_path / "out", ignore_errors=True)


def test_signals_while_a_plan_is_kept_and_written(ends: list[int]) -> None:
    signals = Signals()
    with signals.kept("nothing", at_once=False):
        signals.keep()
        signals._receive(signal.SIGINT, None)  # asks to stop
        assert signals.wanted()
        with signals.deaf():
            signals._receive(signal.SIGINT, None)  # nothing ends the writing
        assert signals.written
    assert not ends
    signals._receive(signal.SIGINT, None)
    assert ends == [0]


def test_nothing_is_kept_before_a_plan(ends: list[int]) -> None:
    signals = Signals()
    cleared = []
    with signals.kept("nothing", at_once=False), signals.cleared(lambda: cleared.append("scratch")):
        signals._receive(signal.SIGTERM, None)
        assert (cleared, ends) == (["scratch"], [4])


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Exit codes with which this process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    monkeypatch.setattr("sys.unraisablehook", sys.unraisablehook)
    before = {number: signal.getsignal(number) for number in STOPS}
    yield codes
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_a_shell_lets_a_job_ignore_stays_ignored() -> None:
    """In a process of its own: what is installed listens to signals as long as that lives."""
    program = (
        "import signal\n"
        "from optimizer.signals import Signals\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
        "Signals().install()\n"
        "assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN\n"
        "assert callable(signal.getsignal(signal.SIGTERM))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=environment())
