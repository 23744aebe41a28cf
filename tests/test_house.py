"""The house rules that tools hold: style, format, types, the direction of imports; and the README's words."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "lint-imports": ["lint-imports"],
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS.keys())
def test_tool_is_content(command: list[str]) -> None:
    found = shutil.which(command[0], path=str(Path(sys.executable).parent)) or shutil.which(command[0])
    assert found, f"{command[0]} is missing: pip install -e '.[test]'"
    done = subprocess.run(
        [found, *command[1:]], cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)[0]
    code = code.replace('"plans/', f'"{tmp_path.as_posix()}/')
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("*/plan.json"))


def test_readme_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob("optimizer/*/README.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
