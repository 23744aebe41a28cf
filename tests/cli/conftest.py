"""Run the program as a process, as a planner does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small import write_small_study

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "optimizer", *map(str, arguments)]


def environment() -> dict[str, str]:
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "ascii"}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env=environment() | (env or {}),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_small_study(tmp_path / "small").parent


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan folder of the small study; tests copy it before they change it."""
    home = tmp_path_factory.mktemp("solved")
    write_small_study(home / "small")
    subprocess.run(command("solve", "small"), cwd=home, env=environment(), check=True, capture_output=True, timeout=120)
    return home / "plans" / "small"
