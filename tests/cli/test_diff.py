"""The command diff: one page for a planner, strict JSON, and the faults of both studies at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.small import DELIVERIES, SITES, STUDY, write_small_study

from .conftest import Run
from .inside import inside


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is no strict JSON")


def test_same_studies_and_plan_folders(call: Run, study: Path, solved: Path) -> None:
    for names in ((study, study / "study.toml"), (solved, study), (solved, solved / "study")):
        done = call("diff", *names)
        assert (done.returncode, done.stdout.strip()) == (0, "the studies are the same"), done.stderr
    facts = json.loads(call("diff", study, solved, "--json").stdout)
    assert (facts["same"], facts["keys"], facts["tables"]) == (True, [], {})


def test_page_for_a_planner(run: Run, tmp_path: Path) -> None:
    write_small_study(tmp_path / "small")
    files = {
        "study.toml": STUDY.replace("max_sites = 3", "max_sites = 2"),
        "sites.csv": SITES.replace("20,0,50,", "20,0,,"),
        "deliveries.csv": DELIVERIES.replace("A1,2026,20", "A1,2026,10"),
    }
    write_small_study(tmp_path / "other", files=files)
    done = run("diff", "small", "other")
    words = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert words[0] == "1 key, 2 tables differ"
    for line in (
        "A small Small $x^2$ [bold]study[/bold]",
        "racks delivered, AMD 40 30 -10 MW IT",
        "racks delivered by the end of 2026 50 40 -10 MW IT",
        "price of the racks delivered 2,000 1,800 -200 M USD",
        "firm power of sites, last period, where limited 220 170 -50 MW at the fence",
        "policy.max_sites 3 -> 2",
        "beta interconnection_mw 50 -> empty (unlimited)",
        "sum of mw 100 -> 90 (-10 MW IT)",
        "A1 2026 mw 20 -> 10",
    ):
        assert line in words
    assert "headroom" not in done.stdout


def test_first_five_or_all(call: Run, study: Path, tmp_path: Path) -> None:
    sites = SITES + "".join(f"delta{i},\x1b[31mD{i},new,-99,32,z1,{10 + i},5,0,10,0,0\n" for i in range(7))
    write_small_study(tmp_path / "other", files={"sites.csv": sites})
    few, every = call("diff", study, "other"), call("diff", study, "other", "--all")
    assert "7 rows only in B" in few.stdout
    assert "… and 2 more (--all)" in few.stdout
    assert "delta5" not in few.stdout
    assert "delta6" in every.stdout


def test_text_alone_is_said_and_escaped(call: Run, study: Path, tmp_path: Path) -> None:
    write_small_study(tmp_path / "other", files={"sites.csv": SITES.replace(",Beta,", ",\x1b[31mB\u202eeta,")})
    done = call("diff", study, "other", "--all")
    assert done.stdout.startswith("only text for people differs: 1 table\n")
    assert "Totals are the same." in done.stdout
    assert r"Beta  ->  \x1b[31mB\u202eeta" in done.stdout
    assert not {"\x1b", "\u202e"} & set(done.stdout)


def test_json_is_strict(call: Run, study: Path, tmp_path: Path) -> None:
    toml = STUDY.replace("racks =", 'placement = "placement.csv"\nracks =')
    placement = "site,sku,usd_per_rack\nalpha,A1,inf\n"
    write_small_study(tmp_path / "other", files={"study.toml": toml, "placement.csv": placement})
    facts = json.loads(call("diff", study, "other", "--json").stdout, parse_constant=refuse)
    assert facts["same"] is False
    assert facts["tables"]["placement"]["only_b"] == [
        {"site": "alpha", "sku": "A1", "usd_per_rack": "inf", "allowed": True}
    ]
    assert {"name": "sites", "unit": "sites", "a": 3.0, "b": 3.0, "difference": 0.0} in facts["totals"]


def test_faults_of_both_studies_at_once(run: Run, call: Run, study: Path, tmp_path: Path) -> None:
    write_small_study(tmp_path / "one", files={"sites.csv": SITES.replace("-99,32", "-99,132")})
    write_small_study(tmp_path / "two", files={"deliveries.csv": DELIVERIES.replace("A1,2027", "A9,2027")})
    done = run("diff", "one", "two")
    first, second, count = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert first.startswith("one: sites.csv:2 lat: 132 ")
    assert second.startswith("two: deliveries.csv:3 sku: A9 ")
    assert count == "2 errors"
    missing = call("diff", study, "nowhere")
    assert (missing.returncode, missing.stderr.count("nowhere")) == (2, 1)
