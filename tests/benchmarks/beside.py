"""Time everything beside the search of a large study: reading, accounting, recheck, the plan folder, each command.

Run: ``python -m tests.benchmarks.beside`` (1,000 sites × 16 and 3,100 sites × 20 quarters; Linux), alone on the
machine. ``--smoke`` does 40 sites: the tests do, so that this file cannot rot. The plan is greedy
(``greedy.py``), under rules that it nearly reaches, and stands up to its recheck. Memory of a step is the most
that the process had while it ran. The last line of a size is the ratio of all seconds to 5 % of the time in which such
a study is to be solved.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from optimizer import read_plan, read_study, verify
from optimizer.limits import obvious_limits, readings
from optimizer.parameters import Parameters
from tests.benchmarks.embedded import measured
from tests.benchmarks.greedy import accounted, decided, rules_kept

SIZES = {"1000x16": ("1000", "4", 15.0), "3100x20": ("3100", "5", 30.0)}
"""Sites, years of quarters, and the seconds that all steps together may take."""
SMOKE = {"40x8": ("40", "2", 15.0)}
T = TypeVar("T")


class Table:
    """Prints a row for each step and adds up their seconds."""

    def __init__(self, size: str) -> None:
        self.size, self.seconds = size, 0.0

    def row(self, step: str, seconds: float, cpu_s: float, mib: float) -> None:
        """Print seconds, those of them that a processor worked, and peak MiB of a step."""
        self.seconds += seconds
        print(f"{self.size:9s}{step:22s}{seconds:8.2f}{cpu_s:8.2f}{mib:10.0f}", flush=True)

    def step(self, name: str, do: Callable[[], T]) -> T:
        """Run a step in this process."""
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is what is there now
        began, worked = time.monotonic(), sum(os.times()[:2])
        found = do()
        seconds, cpu_s = time.monotonic() - began, sum(os.times()[:2]) - worked
        status = Path("/proc/self/status").read_text(encoding="ascii")
        self.row(name, seconds, cpu_s, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
        return found

    def command(self, name: str, *words: str | Path) -> None:
        """Run a command in a process of its own."""
        worked = sum(os.times()[2:4])
        seconds, mib = measured([sys.executable, "-m", "optimizer", name, *map(str, words)])
        self.row(f"rackgrid {name}", seconds, sum(os.times()[2:4]) - worked, mib)


def measure(table: Table, folder: Path, sites: int) -> None:
    """Do everything that a run does beside its search, then look at the plan with each command."""
    study = table.step("read the study", lambda: read_study(folder / "study"))
    p = Parameters.of(study)
    x = decided(p, most_sites=max(2, sites // 20))
    ruled = study.replace(keys=rules_kept(p, x))
    p = table.step("parameters", lambda: Parameters.of(ruled))
    table.step("limits and readings", lambda: [*obvious_limits(p), *readings(ruled, p)])
    plan = table.step("account", lambda: accounted(ruled, p, x))
    report = table.step("verify", lambda: verify(plan))
    assert report.ok, str(report)
    table.step("summary", plan.summary)
    place = table.step("write the plan", lambda: plan.to_folder(folder / "plan"))
    table.step("read the plan", lambda: read_plan(place))
    table.command("check", folder / "study")
    table.command("diff", folder / "study", place / "study")
    table.command("verify", place)
    table.command("map", place, "-o", folder)
    table.command("report", place, "-o", folder / "report.html")


def main() -> None:
    """Print a row for each step of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    print("size     step                  wall s   cpu s  peak MiB")
    for size, (sites, years, limit_s) in (SMOKE if given.smoke else {k: SIZES[k] for k in given.sizes}).items():
        with tempfile.TemporaryDirectory() as home:
            words = ["--sites", sites, "--years", years, "--per-year", "4", "--tightness", "0.5"]
            make = [sys.executable, "-m", "tests.benchmarks.instances", str(Path(home, "study")), *words]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            table = Table(size)
            measure(table, Path(home), int(sites))
        print(f"{size:9s}{'all, of the limit':22s}{table.seconds:8.2f}{table.seconds / limit_s:8.2f}", flush=True)


if __name__ == "__main__":
    main()
