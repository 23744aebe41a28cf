"""The benchmarks run: a yearly solve of the embedded study at a wide gap, a check of some sites, a map; nothing timed.

The rule of clusters, half of the search, is left out; RACKGRID_CAMPAIGN=1 solves the whole study.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# These add up the memory of a tree of processes, which Linux alone shows without a further package.
reads_memory = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")


def printed(*command: str, **variables: str) -> list[str]:
    """Run a benchmark as its docstring says, on little, and return its lines."""
    done = subprocess.run(
        [sys.executable, *command, "--smoke"], cwd=ROOT, env=os.environ | variables,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@reads_memory
def test_benchmark_runs() -> None:
    half = [] if os.environ.get("RACKGRID_CAMPAIGN") == "1" else ["--set", "policy.min_vendor_mw=0"]
    assert "optimal" in "\n".join(printed("tests/benchmarks/embedded.py", *half))


@reads_memory
def test_reading_benchmark_runs() -> None:
    lines = printed("tests/benchmarks/reading.py")
    assert [line.split()[0] for line in lines] == ["format", "csv", "parquet", "xlsx", "gpkg"]


@reads_memory
def test_map_benchmark_runs() -> None:
    pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e '.[test]'")
    lines = printed("tests/benchmarks/map.py")
    assert [line.split()[0] for line in lines][:4] == ["measure", "write_s", "write_mib", "file_mb"]


@reads_memory
def test_benchmark_beside_the_search_runs() -> None:
    head, *rows, last = printed("-m", "tests.benchmarks.beside")
    assert (head.split()[0], len(rows), last.split()[1]) == ("size", 13, "all,")


def test_sweep_benchmark_runs() -> None:
    lines = printed("tests/benchmarks/sweep.py", "--mix", "costs")
    assert [line.split()[0] for line in lines] == ["mix", "costs"]


def test_kills_of_what_writes(tmp_path: Path) -> None:
    lines = printed("-m", "tests.benchmarks.write_kills", "--kills", "3", TMPDIR=str(tmp_path))
    *_, whole, nothing, half, litter, fails = lines[-1].split()
    assert (int(whole) + int(nothing), half, litter, fails) == (3, "0", "0", "0")


def test_search_benchmark_runs() -> None:
    head, *rows, _, last = printed("-m", "tests.benchmarks.search")
    assert (head.split()[0], rows[0].split()[:6]) == ("study", ["smoke", "1", "%", "in", "30", "s"])
    assert len(rows) >= 2
    assert all("1 of 1" in row for row in rows)
    assert last == "Every study has a plan, and no bound lies above a plan."


@reads_memory
def test_network_benchmark_runs() -> None:
    lines = printed("-m", "tests.benchmarks.network")
    assert [line.split()[:2] for line in lines] == [["smoke", flow] for flow in ("transport", "dc", "n-1")]
