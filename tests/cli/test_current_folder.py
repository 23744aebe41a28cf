"""No process of the tool imports or runs what lies in the current folder or in a study's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.small import write_small_study

RACKGRID = [sys.executable, "-P", "-c", "from optimizer.__main__ import main; main()"]
NAMES = """
import json, sys
import optimizer.__main__, optimizer.cli.main, optimizer.solver.planner, optimizer.solver.worker, optimizer.solver.highs
import optimizer.sweeps.cluster, optimizer.view.map, optimizer.view.report, optimizer.recheck, distributed
import multiprocessing.spawn, multiprocessing.resource_tracker, runpy
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | {"sitecustomize", "usercustomize"})))
"""
# What Python itself loads before the first line of a program, by -m or not, and so before any line of ours.
BEFORE = "import {}sys; names = {{n.partition('.')[0] for n in sys.modules}}; import json; print(json.dumps([*names]))"
CUSTOMS = {"sitecustomize", "usercustomize"}


def printed(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def names() -> set[str]:
    return {name for name in printed(NAMES) if name.isidentifier() and name not in ("__main__", "__mp_main__")}


@pytest.mark.parametrize("way", ["rackgrid", "-m optimizer", "an empty entry in PYTHONPATH"])
def test_nothing_planted_is_run(way: str, names: set[str], tmp_path: Path) -> None:
    write_small_study(tmp_path)
    command, env, planted = RACKGRID, environment(), names
    if way == "-m optimizer":
        command, planted = (
            [sys.executable, "-m", "optimizer"],
            names - printed(BEFORE.format("runpy, ")) - {"optimizer"},
        )
    elif way != "rackgrid":
        env["PYTHONPATH"] += os.pathsep
        planted = names - printed(BEFORE.format("")) - CUSTOMS
    assert {"numpy", "queue", "pickle", "signal", "typer", "highspy", "distributed"} <= planted
    for name in planted:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r} + ' ')\n")
    calls = [["solve", ".", "-o", "plan"]]
    if way != "-m optimizer":
        calls += [["map", "plan", "--png", "2027"]]
        calls += [["sweep", ".", "--vary", "policy.max_sites=2,3", "--workers", "2", "-o", "sweep"]]
    for words in calls:
        done = subprocess.run([*command, *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes in a folder are POSIX")
def test_nothing_lying_there_is_read_or_started(solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved.parents[1], tmp_path, dirs_exist_ok=True)
    for name in ("matplotlibrc", "proj.db", "proj.ini", "NZTM2000", "MapML_APSTILE"):
        os.mkfifo(tmp_path / name)  # whoever reads it waits
    for name in ("chromium", "uname", "grep", "ls"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
        (tmp_path / name).chmod(0o755)
    env = environment() | {"PATH": os.pathsep.join([".", "", str(tmp_path), os.environ["PATH"]])}
    plan = "plans/small"
    for words in (
        ["check", "small"],
        ["map", plan, "--png"],
        ["export", plan, "--to", "gpkg"],
        ["report", plan, "--pdf"],
        ["sweep", "small", "--vary", "policy.max_sites=2,3", "--workers", "2", "-o", "sweep"],
    ):
        done = subprocess.run(
            [*RACKGRID, *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0 or "none is installed" in done.stderr, done.stderr
        assert not (tmp_path / "ran").exists()
