"""A sweep of the small study, or of the embedded one, that tests start as a process of its own, to kill it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from optimizer import read_study, sweep
from optimizer.sweeps import Sweep
from optimizer.variants import latin_hypercube
from tests.small import write_small_study

ROOT = Path(__file__).resolve().parents[2]
MARK = "RACKGRID_CAMPAIGN"  # in the environment of all processes of a sweep: its folder
GO = "go"  # a file beside the folder of a sweep, for which workers with holder.py wait
FAILSAFE_S = 600.0  # no machine is so slow: what takes longer hangs
CASES = pd.DataFrame(
    {
        "policy.max_sites": [1, 2, 3, 3, None],
        "money.discount_rate": [0.05, 0.06, 0.05, 0.05, None],
        "policy.max_unused_mw_years": [None, None, None, 0.0, 500.0],
    }
)
"""Five cases: one is the base itself, one is infeasible."""


def run(folder: Path, *, workers: int = 1, cases: pd.DataFrame = CASES, **options: object) -> Sweep:
    study = read_study(write_small_study(folder.parent / "small"))
    return sweep(study, cases, out=folder, workers=workers, **options)


def run_embedded(folder: Path, *, workers: int, samples: int = 60) -> Sweep:
    """Sweep costs and limits of the embedded study: a second or two a case."""
    ranges = {
        "energy_prices.usd_per_mwh*": (0.7, 1.3),
        "headroom.headroom_mw*": (0.7, 1.3),
        "policy.max_sites": (28, 40),
    }
    cases = latin_hypercube(ranges, samples=samples)
    return sweep(read_study(keys={"solve.gap": 0.01}), cases, out=folder, workers=workers, progress=lambda _now: None)


def start(folder: Path, workers: int, *, embedded: bool = False) -> subprocess.Popen[bytes]:
    """Start the sweep as a process that leads a group of its own; ``processes`` finds all that come of it."""
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sweeps.campaign", str(folder), str(workers), *(["embedded"] if embedded else [])],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": path, MARK: str(folder)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def processes(folder: Path, word: str = "") -> list[int]:
    """Processes that come of a sweep that was started here, with a word in their command line (Linux).

    Python's tracker of resources is none: it belongs to the process that started the sweep, and ends with that.
    """
    mark = f"{MARK}={folder}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            ours = mark in (place / "environ").read_bytes().split(b"\0")
            command = (place / "cmdline").read_bytes()
            if ours and word.encode() in command and b"resource_tracker" not in command:
                found.append(int(place.name))
        except OSError:
            continue
    return found


def gone(folder: Path, seconds: float = FAILSAFE_S) -> bool:
    """Whether all processes of a sweep end within some seconds."""
    end = time.monotonic() + seconds
    while processes(folder) and time.monotonic() < end:
        time.sleep(0.1)
    return not processes(folder)


def wait_for(folder: Path, words: str, times: int, seconds: float = FAILSAFE_S) -> None:
    """Wait until the log has so many lines with these words."""
    end = time.monotonic() + seconds
    while log(folder).count(words) < times:
        assert time.monotonic() < end, log(folder)
        time.sleep(0.02)


def log(folder: Path) -> str:
    path = folder / "sweep.log"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def solved_twice(folder: Path) -> list[str]:
    """Cases that ended more than once."""
    ends = Counter(line.split()[2] for line in log(folder).splitlines() if line.split()[1] == "ended")
    return [case for case, times in ends.items() if times > 1]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if "embedded" in sys.argv[3:]:
        run_embedded(Path(sys.argv[1]), workers=int(sys.argv[2]))
    else:
        run(Path(sys.argv[1]), workers=int(sys.argv[2]))
