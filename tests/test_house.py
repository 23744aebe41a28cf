"""The house rules that tools hold: style, types, direction of imports, size; and the README's words."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import optimizer

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "optimizer").rglob("*.py"))
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", "plans", "sweeps"} & set(path.relative_to(ROOT).parts)
    and not path.is_relative_to(ROOT / "tools/derive_us/templates")  # their pages are checked where they are written
)
MADE = ("grid/", "mine/", "plans/", "study/", "sweeps/", "tables/", "ended/", "plot/")  # what a call writes
TOOLS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "lint-imports": ["lint-imports"],
}
LINES = 300
HEAVY = ("geopandas", "highspy", "matplotlib", "numpy", "pandas", "pyomo", "scipy", "shapely")


def called(command: list[str], **options: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False, **options
    )


@cache
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS.keys())
def test_tool_is_content(command: list[str]) -> None:
    found = shutil.which(command[0], path=str(Path(sys.executable).parent)) or shutil.which(command[0])
    assert found, f"{command[0]} is missing: pip install -e '.[test]'"
    done = called([found, *command[1:]])
    assert done.returncode == 0, done.stdout + done.stderr


def test_scripts_of_pages_are_linted() -> None:
    found = shutil.which("eslint")
    if not found:
        pytest.skip("needs ESLint: npm install --global eslint@9")
    done = called([found, "optimizer"])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", sorted((ROOT / "optimizer").rglob("*.js")), ids=lambda p: p.name)
def test_scripts_of_pages_can_be_read(script: Path) -> None:
    if not (node := shutil.which("node")):
        pytest.skip("needs Node.js")
    done = called([node, "--check", str(script)])
    assert done.returncode == 0, done.stderr


def test_files_are_short() -> None:
    length = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in PACKAGE}
    assert {path: lines for path, lines in length.items() if lines > LINES} == {}


def imports(path: Path) -> Iterator[str]:
    """Modules of the package that a module imports, within functions too, those for types alone left out."""
    nodes, package = [ast.parse(path.read_text(encoding="utf-8")).body], path.relative_to(ROOT).parts[:-1]
    for node in (node for body in nodes for node in body):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            nodes.append(node.orelse)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = (
                ".".join((*package[: len(package) + 1 - node.level], node.module or "")) if node.level else node.module
            )
            yield from (f"{home}.{alias.name}".replace("..", ".") for alias in node.names)
        else:
            nodes.append(list(ast.iter_child_nodes(node)))


def test_no_module_imports_itself_over_others_within_functions_either() -> None:
    """A package that is imported as such is its own module; what lies in it does not import it."""
    names = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path
             for path in PACKAGE}  # fmt: skip
    graph = {
        name: {
            found
            for target in imports(path)
            if (found := target if target in names else target.rpartition(".")[0]) in names and found != name
        }
        for name, path in names.items()
    }
    assert len(graph) > 200
    assert "optimizer.io.toml" in graph["optimizer.io.keys"]
    assert "optimizer.solver.planner" in graph["optimizer.solver"], "imports within functions are seen"
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes of a module and methods of its public classes, those without an underscore."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (n for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_"))


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [f"{n.name}:{n.lineno}" for n in public(tree) if not ast.get_docstring(n)] == []


def test_front_door_has_docstrings() -> None:
    for name in set(optimizer.__all__) - {"__version__"}:
        assert inspect.getdoc(getattr(optimizer, name)), name


def test_public_names_alone_are_offered() -> None:
    code = "import optimizer; print(*dir(optimizer)); print(*dir(optimizer.view)); optimizer.view.tornado"
    names = [line.split() for line in called([sys.executable, "-c", code]).stdout.splitlines()]
    assert names == [sorted(optimizer.__all__), sorted(optimizer.view.__all__)]
    assert all(getattr(package, name) for package in (optimizer, optimizer.view) for name in dir(package))


@pytest.mark.parametrize("first", ["from optimizer import sweep", "import optimizer.sweep", "import optimizer.sweeps"])
def test_sweep_is_a_function_that_carries_names_whatever_is_imported_first(first: str) -> None:
    code = f"""{first}
import inspect, optimizer.sweep, optimizer.sweeps, optimizer.variants
for home in (optimizer.sweeps, optimizer.variants):
    for name in home.__all__:
        exec(f"from optimizer.sweep import {{name}} as found")
        assert found is getattr(home, name) is getattr(optimizer.sweep, name), name
print(inspect.isfunction(optimizer.sweep), optimizer.sweep is optimizer.sweeps.sweep)"""
    done = called([sys.executable, "-c", code])
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_the_name_of_the_distribution_says_what_to_import() -> None:
    done = called([sys.executable, "-c", "import rackgrid"])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("in Python write: import optimizer")


@pytest.mark.parametrize("module", ["optimizer", "optimizer.cli.main"])
def test_import_is_light(module: str) -> None:
    done = called([sys.executable, "-c", f"import sys, {module}; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"])
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_readme_shows_the_picture_and_then_two_lines_that_install() -> None:
    picture = readme().index("![")
    lines = re.findall(r"^python3 -m venv \.venv && .*$", readme(), flags=re.MULTILINE)
    assert [line.partition("pip install ")[2] for line in lines] == [
        ". && .venv/bin/rackgrid solve",
        '-e ".[test]" && .venv/bin/python -m pytest',
    ]
    assert picture < readme().index(lines[0])


def test_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", readme(), flags=re.DOTALL)[0]
    code = code.replace('"plans/', f'"{tmp_path.as_posix()}/')
    done = called([sys.executable, "-c", code], timeout=300)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("*/plan.json"))
    sample = re.findall(r"```text\n(.*?)```", readme(), flags=re.DOTALL)[0]
    assert heads(re.split(r"\n +site +built_mw", done.stdout)[0]) == heads(sample), (
        "the README's sample is of another release"
    )


def heads(summary: str) -> list[str]:
    """The words that lines of a summary begin with, where not indented."""
    return [line.partition("  ")[0] for line in summary.splitlines() if line[:1].strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_named_paths_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
    for path in re.findall(r"`([\w.-]+(?:/[\w.-]+)+\.(?:md|py|toml|csv))`", page.read_text(encoding="utf-8")):
        homes = (page.parent, ROOT, ROOT / "optimizer")
        assert path.startswith(MADE) or any((home / path).exists() for home in homes), f"{page.name} names {path}"
