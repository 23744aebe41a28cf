"""The benchmark runs: a yearly solve of the embedded study at a wide gap, nothing timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_benchmark_runs(tmp_path: Path) -> None:
    script = Path(__file__).with_name("embedded.py")
    done = subprocess.run(
        [sys.executable, str(script), "--smoke"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert "optimal" in done.stdout
