"""Time the embedded study from command to written plan, and the memory of the whole process tree.

Run: ``python tests/benchmarks/embedded.py`` (three runs each of years, half-years and quarters; Linux).
``--smoke`` runs the yearly study once at a wide gap: the tests do, so that this file cannot rot.
``--set KEY=VALUE`` is handed on to the program.
Each row ends with its ratio to the limit that the project holds itself to.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

LIMIT_S = {1: 60.0, 2: 120.0, 4: 300.0}
LIMIT_MIB = 1024.0


def tree_rss_mib(root: int) -> float:
    """Resident memory of a process and all its descendants, in MiB; shared pages count once per process."""
    parents: dict[int, list[int]] = {}
    rss: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        pid = int(fields["Pid"])
        parents.setdefault(int(fields["PPid"]), []).append(pid)
        rss[pid] = float(fields.get("VmRSS", "0 kB").split()[0]) / 1024
    total, todo = 0.0, [root]
    while todo:
        pid = todo.pop()
        total += rss.get(pid, 0.0)
        todo += parents.get(pid, [])
    return total


def measured(command: Sequence[str]) -> tuple[float, float]:
    """Run a command in a fresh process; return its seconds and the peak MiB of it and its descendants."""
    began, peak = time.monotonic(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, tree_rss_mib(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
    assert process.returncode == 0, f"exit code {process.returncode}: {' '.join(command)}"
    return time.monotonic() - began, peak


def run(per_year: int, gap: float, folder: Path, keys: Sequence[str] = ()) -> dict[str, float | str]:
    """Solve once in a fresh process; return seconds, peak MiB and what the plan says of itself."""
    command = [sys.executable, "-m", "optimizer", "solve", "-o", str(folder), "--gap", str(gap)]
    command += ["--set", f"periods.per_year={per_year}", "--json"]
    command += [word for key in keys for word in ("--set", key)]
    seconds, peak = measured(command)
    facts = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return {
        "seconds": seconds,
        "mib": peak,
        "status": facts["status"],
        "gap": facts["gap"],
        "objective": facts["objective_usd"] / 1e9,
        "unavoidable": facts["unused"]["unavoidable_waiting_mw_years"] / 1e3,
    }


def main() -> None:
    """Print one line per run and the median of each kind of periods."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one yearly run at a gap of 1 %%")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another value of the study")
    arguments = parser.parse_args()
    kinds = [1] if arguments.smoke else [1, 2, 4]
    gap = 0.01 if arguments.smoke else 0.001
    print("per_year  wall s  of limit  peak MiB  of limit  status    gap %   bn USD    unavoidable GW-years")
    for per_year in kinds:
        seconds = []
        for _ in range(1 if arguments.smoke else arguments.runs):
            with tempfile.TemporaryDirectory() as folder:
                r = run(per_year, gap, Path(folder) / "plan", arguments.set)
            seconds.append(float(r["seconds"]))
            print(
                f"{per_year:8d}{r['seconds']:8.1f}{float(r['seconds']) / LIMIT_S[per_year]:10.2f}{r['mib']:10.0f}"
                f"{float(r['mib']) / LIMIT_MIB:10.2f}  {r['status']:9s}{100 * float(r['gap']):6.3f}"
                f"{r['objective']:10.3f}{r['unavoidable']:10.3f}",
                flush=True,
            )
        print(
            f"{per_year:8d}  median {statistics.median(seconds):.1f} s, {min(seconds):.1f}–{max(seconds):.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
