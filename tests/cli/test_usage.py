"""What the program says of itself, and how it answers a slip of the hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer import __version__

from .conftest import Run


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"rackgrid {__version__}\n", "")


@pytest.mark.parametrize(
    "command", ["", "solve", "check", "diff", "explain", "export", "init", "map", "schema", "verify"]
)
def test_help_has_examples(run: Run, command: str) -> None:
    done = run(*filter(None, [command, "--help"]))
    assert done.returncode == 0
    assert done.stdout.count("rackgrid ") >= 2
    assert not done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["solve", "--gap", "wide"],
        ["solve", "small", "--sett", "a=b"],
        ["verify"],
        ["map", "a", "b"],
        ["init"],
    ],
)
def test_bad_usage(run: Run, study: Path, arguments: list[str]) -> None:
    done = run(*arguments)
    assert study.is_dir()
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_internal_error_is_one_line(run: Run, study: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import optimizer.study\ndef fail(*a, **k): raise KeyError('secret')\noptimizer.study.read_study = fail\n"
    )
    from .conftest import ROOT

    path = f"{broken}:{ROOT}"
    done = run("check", study, env={"PYTHONPATH": path})
    assert done.returncode == 1
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("internal error: KeyError")
    assert "Traceback" in run("check", study, env={"PYTHONPATH": path, "RACKGRID_DEBUG": "1"}).stderr
