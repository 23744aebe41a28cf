"""Time a sweep of the embedded study against separate calls of ``rackgrid solve``, two at a time on the same cores.

Run: ``python tests/benchmarks/sweep.py`` (100 cases that change costs alone, 100 that change limits alone, at a gap
of 1 %; Linux, two cores, about 45 minutes). ``--separate N`` calls ``solve`` for N cases of each mix, drawn by a
seed; ``--smoke`` runs one case of each without the rule of clusters, half of the search: the tests do, so that this
file cannot rot. Start-up – the base case and
the worker processes – is told apart. Every plan of the sweep is rechecked, and each pair of plans must agree within
the gap: neither costs less than the other's bound.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pandas as pd

from optimizer import Study, read_study, verify
from optimizer.sweeps import Sweep, sweep
from optimizer.variants import latin_hypercube
from optimizer.variants.cases import made

GAP = 0.01
LIMIT = 5.0  # times the throughput of separate calls
MIXES = {
    "costs": {
        "sites[tenure=own].hall_usd_per_mw*": (0.8, 1.28),
        "sites[tenure=lease].lease_usd_per_mw_year*": (0.69, 1.37),
        "energy_prices.usd_per_mwh*": (0.7, 1.3),
        "unused.waiting_rack_usd_per_mw_year": (6e6, 10.8e6),
        "money.discount_rate": (0.06, 0.12),
    },
    "limits": {
        "headroom.headroom_mw*": (0.7, 1.3),
        "lines.capacity_mw*": (0.5, 1.5),
        "site_ramp[kind=campus].interconnection_mw*": (0.9, 1.1),
        "sites[kind=generic].max_mw*": (0.85, 1.0),
        "policy.max_sites": (27, 40),
    },
}


def separate(study: Study, folder: Path) -> float:
    """Solve one case by the command, as a planner would; return the seconds of the call."""
    study.write(folder / "study")
    command = [sys.executable, "-m", "optimizer", "solve", str(folder / "study"), "-o", str(folder / "plan")]
    began = time.monotonic()
    subprocess.run([*command, "--gap", str(GAP), "--threads", "1"], check=True, capture_output=True)
    return time.monotonic() - began


def solving_s(found: Sweep) -> float:
    """Seconds from the first case sent to the last one ended, by the sweep's own log."""
    base = found.base["case"].iloc[0]
    lines = [line.split() for line in (found.folder / "sweep.log").read_text(encoding="utf-8").splitlines()]
    times = [datetime.fromisoformat(words[0]) for words in lines if words[2] != base]
    return (max(times) - min(times)).total_seconds()


def disagreeing(found: Sweep, plans: dict[int, Path]) -> list[int]:
    """Cases of which one plan costs less than the other's bound, or whose plan does not stand up to its recheck."""
    wrong = [int(case["number"]) for _, case in found.cases.iterrows() if not verify(found.folder / case["plan"]).ok]
    for number, folder in plans.items():
        facts = json.loads((folder / "plan" / "plan.json").read_text(encoding="utf-8"))
        case = found.cases[found.cases["number"] == number].iloc[0]
        slack = 1.0 + 1e-9
        if case["bound_usd"] > facts["objective_usd"] * slack or facts["bound_usd"] > case["objective_usd"] * slack:
            wrong.append(number)
    return wrong


def measure(name: str, study: Study, count: int, calls: int, place: Path) -> dict[str, float | str]:
    """Sweep one mix and solve some of its cases apart; return the figures of its row."""
    cases: pd.DataFrame = latin_hypercube(MIXES[name], samples=count)
    began = time.monotonic()
    found = sweep(study, cases, out=place / name, gap=GAP, workers=2, progress=lambda _now: None)
    whole_s, case_s = time.monotonic() - began, solving_s(found)
    variants = {case.number: case.study for case in made(study, cases)}
    drawn = sorted(random.Random(26).sample(sorted(variants), calls))
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        seconds = list(pool.map(lambda n: separate(variants[n], place / f"{name}-{n}"), drawn))
    apart_s = (time.monotonic() - began) / calls
    wrong = disagreeing(found, {n: place / f"{name}-{n}" for n in drawn})
    assert not wrong, f"{name}: cases {wrong} do not agree"
    assert set(found.cases["status"]) == {"optimal"}, found.summary()
    return {
        "mix": name,
        "cases": count,
        "case_s": case_s / count,
        "start_s": whole_s - case_s,
        "calls": calls,
        "call_s": apart_s,
        "call_low_s": min(seconds),
        "call_high_s": max(seconds),
        "ratio": apart_s / (case_s / count),
        "of_limit": apart_s / (case_s / count) / LIMIT,
    }


def main() -> None:
    """Print a row per mix: seconds per case of the sweep and per separate call, both with two at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--separate", type=int, default=None, metavar="N")
    parser.add_argument("--mix", choices=sorted(MIXES), action="append")
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    count = 1 if arguments.smoke else arguments.cases
    calls = 1 if arguments.smoke else min(count, arguments.separate or count)
    study = read_study(keys={"solve.gap": GAP} | ({"policy.min_vendor_mw": 0} if arguments.smoke else {}))
    with tempfile.TemporaryDirectory() as place:
        rows = [measure(name, study, count, calls, Path(place)) for name in arguments.mix or MIXES]
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}"))


if __name__ == "__main__":
    main()
