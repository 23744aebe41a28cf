"""Solve the same studies with two checkouts and say which bytes of their plans and sweeps differ.

Run: ``python -m tests.benchmarks.unchanged make OUT`` in each checkout (``--smoke``: the conformance studies alone),
then ``python -m tests.benchmarks.unchanged compare OUT_A OUT_B``, which ends with exit code 1 where anything differs.
Times, versions and the log are left out: they may differ between two runs of one checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STUDIES = ROOT / "tests" / "conformance"
FREE = ("seconds", "versions")  # keys of plan.json
EMBEDDED = {
    "years": [],
    "half-years": ["--set", "periods.per_year=2", "--gap", "0.01"],
    "quarters": ["--set", "periods.per_year=4", "--gap", "0.01"],
    "waiting-first": ["--set", "objective.minimise=lexicographic", "--set", "objective.first=waiting", "--gap", "0.01"],
}
SWEEPS = {
    "keys": ["--vary", "policy.max_sites=30,40"],
    "cells": ["--vary", "sites[kind=generic].hall_usd_per_mw*=0.9,1.1"],
    "shift": ["--vary", "deliveries.period+=1", "--drop-late"],
    "figures": ["--vary", "figures.waiting=0.2,0.35"],
    "rules": ["--vary", "policy.max_zone_share=0.1,0.2"],
}


def run(*words: str | Path, out: Path) -> None:
    """Call this checkout's program; what it says goes beside what it writes, with its exit code."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "optimizer", *map(str, words), "-o", str(out)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    text = done.stdout.replace(str(out.parent), "OUT")
    out.with_name(f"{out.name}.txt").write_text(f"exit {done.returncode}\n{text}", encoding="utf-8")


def make(out: Path, *, smoke: bool) -> None:
    """Solve every study into a folder of its own."""
    out.mkdir(parents=True)
    for study in sorted(STUDIES.rglob("study.toml")):
        name = "-".join(study.parent.relative_to(STUDIES).parts)
        run("solve", study, out=out / name)
    if smoke:
        return
    for name, options in EMBEDDED.items():
        run("solve", *options, out=out / name)
    for name, options in SWEEPS.items():
        run("sweep", *options, "--gap", "0.01", out=out / f"sweep-{name}")


def content(file: Path) -> object:
    """Return what must be the same of a file."""
    if file.name == "plan.json":
        return {key: value for key, value in json.loads(file.read_bytes()).items() if key not in FREE}
    return file.read_bytes()


def compare(one: Path, other: Path) -> list[str]:
    """Return the files that differ or stand in one of two folders alone."""
    files = {path.relative_to(top) for top in (one, other) for path in top.rglob("*") if path.is_file()}
    kept = [file for file in sorted(files) if file.name != "solve.log"]
    both = [file for file in kept if (one / file).is_file() and (other / file).is_file()]
    return [f"alone: {file}" for file in kept if file not in both] + [
        f"differs: {file}" for file in both if content(one / file) != content(other / file)
    ]


def main() -> None:
    """Make or compare, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "compare"])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if given.what == "make":
        make(given.folders[0].resolve(), smoke=given.smoke)
        return
    found = compare(*given.folders)
    print("\n".join([*found, f"{len(found)} files differ"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
