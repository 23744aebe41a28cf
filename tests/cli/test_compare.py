"""The command compare: one page of text, one of HTML, strict JSON, and the faults of both plans at once."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.small import STUDY, write_small_study

from .conftest import Run, command, environment
from .inside import inside


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


@pytest.fixture(scope="module")
def forbidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of the small study without gamma."""
    home = tmp_path_factory.mktemp("forbidden")
    keys = STUDY.replace("max_sites = 3", 'max_sites = 3\nforbid = ["gamma"]')
    write_small_study(home / "small", files={"study.toml": keys})
    subprocess.run(command("solve", "small"), cwd=home, env=environment(), check=True, capture_output=True, timeout=120)
    return home / "plans" / "small"


@pytest.fixture
def plans(solved: Path, forbidden: Path, tmp_path: Path) -> tuple[str, str]:
    shutil.copytree(solved, tmp_path / "plans" / "before")
    shutil.copytree(forbidden, tmp_path / "plans" / "after")
    return "plans/before", "plans/after"


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is no strict JSON")


def test_page_for_a_planner(run: Run, plans: tuple[str, str], tmp_path: Path) -> None:
    """Without gamma: alpha builds two halls to 60 MW and its 70 MW feed 53.8 MW, of which zone z1 serves 60 / 1.3."""
    done = run("compare", *plans)
    assert (done.returncode, done.stderr) == (0, "page written to plans/before-after.html\n")
    words = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert words[:3] == [
        "the plans differ",
        "A plans/before Small $x^2$ [bold]study[/bold]",
        "B plans/after Small $x^2$ [bold]study[/bold]",
    ]
    for line in (
        "objective, M USD 853.4 2,068.9 +1,215.5",
        "opening of sites 2.0 1.0 -1.0",
        "price of unplaced racks 0.0 1,224.5 +1,224.5",
        "2026 40.0 46.0 +6.0",
        "2027 100.0 46.0 -54.0",
        "racks never placed, MW IT 0.0 54.0 +54.0",
        "only in A, GENERIC 1 60 gamma (GENERIC gamma)",
        "gamma GENERIC 2027 never 60.0 0.0 -60.0 -60.0 A1 -30.0, B1 -30.0",
        "alpha real 2026 2026 40.0 46.0 +6.0 +12.0 A1 +6.0",
        "moved, at the end of 2027: 60.0 MW leave their site, 6.0 MW arrive",
        "policy.forbid none gamma",
    ):
        assert line in words
    html = (tmp_path / "plans" / "before-after.html").read_text(encoding="utf-8")
    assert "+1,215.5" in html
    assert "default-src 'none'" in html


def test_a_plan_is_the_same_as_itself(call: Run, plans: tuple[str, str]) -> None:
    done = call("compare", plans[0], plans[0], "-o", "same.html")
    assert (done.returncode, done.stdout) == (0, "the plans are the same\n")


def test_json_is_strict_and_mirrored(call: Run, plans: tuple[str, str], tmp_path: Path) -> None:
    there, back = (
        json.loads(call("compare", *names, "--json").stdout, parse_constant=refuse) for names in (plans, plans[::-1])
    )
    assert not list(tmp_path.rglob("*.html")), "with --json no page is written unless -o names it"
    assert there["same"] is False
    assert there["in_service_mw"]["2027"] == {"a": 100.0, "b": 46.0, "difference": -54.0}
    assert back["in_service_mw"]["2027"] == {"a": 46.0, "b": 100.0, "difference": 54.0}
    assert (there["sites_only_a"], back["sites_only_b"]) == (["gamma"], ["gamma"])
    assert (there["leaving_mw"], back["arriving_mw"]) == (60.0, 60.0)
    assert there["inputs"]["keys"][0]["key"] == "policy.forbid"
    total = there["cost_usd"]["discounted"]["total"]
    assert total["difference"] == pytest.approx(
        sum(v["difference"] for k, v in there["cost_usd"]["discounted"].items() if k != "total")
    )


def test_page_replaces_the_one_before_whole(call: Run, plans: tuple[str, str], tmp_path: Path) -> None:
    assert call("compare", *plans, "--json", "-o", "new/page.html").returncode == 0
    first = (tmp_path / "new" / "page.html").read_bytes()
    assert call("compare", *plans, "-o", "new/page.html").returncode == 0
    assert (tmp_path / "new" / "page.html").read_bytes() == first
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("plans/before/plan.json", "-o: plans/before/plan.json is no page – name a file that ends in .html"),
        ("folder.html", "is a folder where a file is meant"),
        ("file/a.html", "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line(call: Run, plans: tuple[str, str], tmp_path: Path, out: str, words: str) -> None:
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "file").write_text("")
    done = call("compare", *plans, "-o", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_faults_of_both_plans_at_once(call: Run, plans: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "plans" / "before" / "flows.csv").unlink()
    racks = tmp_path / "plans" / "after" / "study" / "racks.csv"
    racks.write_text(racks.read_text(encoding="utf-8").replace(",200,", ",lots,"), encoding="utf-8")
    done = call("compare", *plans)
    first, *others, count = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert first.startswith("plans/before/flows.csv: is missing")
    assert others[0].startswith("plans/after")
    assert "racks.csv:2 rack_kw" in others[0]
    assert count.endswith(" errors")
    assert not list(tmp_path.rglob("*.html"))


def test_numbers_that_do_not_follow_are_not_shown(call: Run, plans: tuple[str, str], tmp_path: Path) -> None:
    table = tmp_path / "plans" / "after" / "sites.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("alpha,2027,true", "alpha,2027,false"), encoding="utf-8")
    done = call("compare", *plans)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("plans/after: does not follow from its study: ")


def test_no_plan_at_all(call: Run, plans: tuple[str, str]) -> None:
    done = call("compare", "nowhere", plans[0])
    assert (done.returncode, done.stderr.count("nowhere")) == (2, 1)
    assert "is no plan folder" in done.stderr


def test_help_has_examples(run: Run) -> None:
    assert run("compare", "--help").stdout.count("rackgrid compare ") >= 2
