"""The benchmarks run: a yearly solve of the embedded study at a wide gap, a check of some sites, a map; nothing timed.

The rule of clusters, half of the search, is left out; RACKGRID_CAMPAIGN=1 solves the whole study.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The benchmarks add up the memory of a tree of processes, which Linux alone shows without a further package.
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")


def test_benchmark_runs(tmp_path: Path) -> None:
    script = Path(__file__).with_name("embedded.py")
    command = [sys.executable, str(script), "--smoke"]
    if os.environ.get("RACKGRID_CAMPAIGN") != "1":
        command += ["--set", "policy.min_vendor_mw=0"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "optimal" in done.stdout


def test_reading_benchmark_runs(tmp_path: Path) -> None:
    script = Path(__file__).with_name("reading.py")
    done = subprocess.run(
        [sys.executable, str(script), "--smoke"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["format", "csv", "parquet", "xlsx", "gpkg"]


def test_map_benchmark_runs(tmp_path: Path) -> None:
    pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e '.[test]'")
    script = Path(__file__).with_name("map.py")
    done = subprocess.run(
        [sys.executable, str(script), "--smoke"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    measures = [line.split()[0] for line in done.stdout.splitlines()]
    assert measures[:4] == ["measure", "write_s", "write_mib", "file_mb"]


def test_sweep_benchmark_runs(tmp_path: Path) -> None:
    script = Path(__file__).with_name("sweep.py")
    command = [sys.executable, str(script), "--smoke", "--mix", "costs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["mix", "costs"]


def test_kills_of_what_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.write_kills", "--smoke", "--kills", "6"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    *_, whole, nothing, half, litter, fails = done.stdout.splitlines()[-1].split()
    assert (int(whole) + int(nothing), half, litter, fails) == (6, "0", "0", "0")


def test_growth_benchmark_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--smoke", "--seconds", "60"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line.split()[2] for line in done.stdout.splitlines()] == ["search", "ours", "plain"]
