"""The notebooks: committed clean, in order, and each runs from its first cell to its last without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [
    "01-first-plan",
    "02-maps-and-unused",
    "03-sensitivity",
    "04-price-of-unused",
    "05-your-own",
    "06-a-network-of-your-own",
    "07-questions-that-a-board-asks",
]
CELL_S = 300  # the longest takes one to two minutes alone; other tests run beside it
MOST_CHARACTERS = 40_000  # a picture that slipped in is larger

# Every Python process below imports this first: addresses beyond this machine are refused, and each try is told.
OFFLINE = """
import sys

def refuse(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"localhost", b"127.0.0.1"):
        raise OSError(f"no network in this test: {host}")

sys.addaudithook(refuse)
"""


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_seven_are_there_and_the_readme_names_each() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\d-[a-z-]+)\.ipynb\)", page) == NAMES


def test_is_committed_without_outputs(notebook: Path) -> None:
    content = read(notebook)
    nbformat.validate(content)
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    for number, cell in enumerate(content["cells"], start=1):
        assert cell["metadata"] == {}, f"cell {number}"
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], f"cell {number} has outputs: clear them before a commit"
            assert cell["execution_count"] is None, f"cell {number} has been run: clear it before a commit"
    assert len(notebook.read_text(encoding="utf-8")) < MOST_CHARACTERS


def test_is_prose_and_code(notebook: Path) -> None:
    cells = read(notebook)["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith(f"# {int(notebook.stem[:2])} · ")
    prose = [cell for cell in cells if cell["cell_type"] == "markdown"]
    assert 3 * len(prose) >= len(cells)
    assert not [n for n, cell in enumerate(cells, start=1) if len("".join(cell["source"]).splitlines()) > 45]


def test_links_lead_somewhere(notebook: Path) -> None:
    for cell in read(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", "".join(cell["source"])):
                assert (FOLDER / target).exists(), target


@pytest.fixture
def offline(tmp_path: Path) -> dict[str, str]:
    """The environment of processes that see this machine alone, with Jupyter's own files in a folder of the test."""
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(OFFLINE, encoding="utf-8")
    paths = [str(guard), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))},
        "PYTHONPATH": os.pathsep.join(paths),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }


def test_offline_is_offline(offline: dict[str, str]) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], env=offline, capture_output=True, text=True, check=False)
    assert "no network in this test: 192.0.2.1" in done.stderr


def test_runs_offline_and_writes_beside_itself_alone(notebook: Path, tmp_path: Path, offline: dict[str, str]) -> None:
    work = tmp_path / "notebooks"
    work.mkdir()
    shutil.copy(notebook, work)
    command = [sys.executable, "-m", "pytest", "--nbmake", f"--nbmake-timeout={CELL_S}", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", "no:xdist", f"--rootdir={work}", notebook.name],
        cwd=work, env=offline, capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert {path.name for path in work.iterdir()} <= {notebook.name, "plans", "sweeps"}
