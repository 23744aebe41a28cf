"""A plan on one page: its numbers are those of the tables, its money says what it is, and it stays one page."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from optimizer import explain, read_plan, read_study, solve
from optimizer.account.causes import LIMITS
from optimizer.plan import Plan
from optimizer.plan.answers import read_answers
from optimizer.plan.page import LINES, Page, page
from optimizer.plan.summary import WIDTH
from tests.cli.conftest import Run, run, solved
from tests.handmade import handmade_plan
from tests.small import STUDY, write_small_study

__all__ = ["run", "solved"]
SHORT_OF_POWER = {
    "grid/headroom.csv": "zone,period,headroom_mw\nz1,2026,30\nz1,2027,60\nz2,2027,50\n",
    "study.toml": STUDY.replace("max_sites = 3", "max_sites = 2"),
}
HEAD = (
    "limit,id,period,block,used,limit_value,unit,usd,usd_less,usd_from,resolve_step,resolve_low_usd,resolve_high_usd\n"
)
VALUES = f"""{HEAD}zone,z1,2026,all,30,30,MW fence,5000000,5000000,9000000,1,7000000,9500000
zone,z1,2027,all,60,60,MW fence,4000000,4000000,4000000,,,
max_sites,max_sites,,,2,2,sites,,,,1,2000000,3000000
hall,alpha,2027,,40,,MW IT,1000,1000,1000,,,
interconnection,beta,2027,,0,50,MW fence,0,0,0,,,
delivery,B1,2027,,30,30,MW IT,-9000000,-8000000,-9000000,1,-9500000,-9100000
"""
SOONER = "site,usd,resolve_low_usd,resolve_high_usd\ngamma,3000000,1000000,2000000\nbeta,500000,,\nalpha,,-inf,-inf\n"
SITES = """site,class,open,opens,share,replacement_usd_low,replacement_usd_high
alpha,must,True,2,1.0,inf,inf
beta,optional,False,1,0.5,0,0
gamma,must,True,2,1.0,4000000,5000000
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return solve(read_study(write_small_study(tmp_path_factory.mktemp("short"), files=SHORT_OF_POWER)))


def items(found: Page, key: str) -> list[dict[str, object]]:
    told: list[dict[str, object]] = found.facts[key]
    return told


def test_drivers_are_the_dearest_terms_of_the_table(plan: Plan) -> None:
    sums = plan.tables["costs"].groupby("term")["discounted_usd"].sum()
    costly = sums[sums > 0].sort_values(ascending=False)
    found = items(page(plan), "cost")
    assert [row["term"] for row in found] == costly.index[:3].tolist()
    assert [row["usd"] for row in found] == pytest.approx(costly[:3].tolist())
    assert [row["share"] for row in found] == pytest.approx((costly[:3] / costly.sum()).tolist())
    halls = next(row for row in found if row["term"] == "halls")
    by_site = plan.tables["costs"].query("term == 'halls'").groupby("site")["discounted_usd"].sum()
    assert dict(halls["places"]) == pytest.approx(by_site.nlargest(2).to_dict())  # type: ignore[call-overload]


def test_waiting_is_split_by_first_cause_and_says_where(plan: Plan) -> None:
    waiting = plan.unused[plan.unused["kind"] == "waiting"]
    total, *parts = (row for row in items(page(plan), "waiting") if row["kind"] == "waiting")
    assert total["mw_years"] == pytest.approx(waiting["mw_years"].sum())
    first = waiting.groupby(waiting["cause"].str.split(";").str[0])["mw_years"].sum()
    assert {row["cause"]: row["mw_years"] for row in parts} == pytest.approx(first.to_dict())
    zone = next(row for row in parts if row["cause"] == "zone")
    assert zone["places"] == ["z1"]
    assert "in 2026 at 1 zone, z1" in str(zone["words"])
    assert set(first.index) & set(LIMITS) == {"zone", "hall"}


def test_rules_that_are_used_up_would_change_the_plan(plan: Plan) -> None:
    found = {row["head"]: row for row in items(page(plan), "change")}
    assert found["policy.max_sites"]["words"] == "used up: 2 of 2 sites"
    loose = plan.study.replace(keys={"policy.max_sites": 3, "policy.max_new_mw_per_year": 1000})
    assert not [row for row in items(page(solve(loose)), "change") if str(row["head"]).startswith("policy.")]


@dataclass
class Asked:
    """What other questions return."""

    frame: pd.DataFrame
    sooner: pd.DataFrame
    sites: pd.DataFrame


@pytest.fixture
def folder(plan: Plan, tmp_path: Path) -> Path:
    return answered(plan, plan.to_folder(tmp_path / "plan"))


def answered(plan: Plan, place: Path) -> Path:
    """Lay answers into the folder of a plan."""
    stated = json.dumps({"objective_usd": plan.objective_usd})
    for name, text in (
        ("values/values.json", stated), ("values/values.csv", VALUES), ("values/sooner.csv", SOONER),
        ("alternatives/alternatives.json", stated), ("alternatives/sites.csv", SITES),
    ):  # fmt: skip
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_answers_are_told_and_each_amount_says_what_it_is(plan: Plan, folder: Path) -> None:
    known = read_answers(folder, plan.facts)
    assert known.values is not None
    assert known.sooner is not None
    assert known.sites is not None
    found = explain.page(plan, Asked(known.values, known.sooner, known.sites), Asked(*[known.sites] * 3))
    assert [row["id"] for row in items(found, "worth")] == ["z1", "max_sites", "alpha"]
    z1, count, _ = items(found, "worth")
    assert z1["words"] == (
        "2026: one MW at the fence more saves 5.00 M USD, 9.00 M USD with all later periods (marginal); "
        "one MW at the fence more from then on saves 7.00 M USD to 9.50 M USD (re-solve)"
    )
    assert count["words"] == "one site more saves 2.00 M USD to 3.00 M USD (re-solve)"
    must, optional = items(found, "sites")
    assert (must["sites"], must["replacement_usd_low"]) == (["alpha", "gamma"], [None, 4e6])
    assert "alpha (no plan without), gamma (GENERIC) (without it +4.00 M USD at least, re-solve)" in str(must["words"])
    assert optional["sites"] == ["beta"]
    soon = [row for row in items(found, "change") if str(row["head"]).endswith("sooner")]
    assert [row["words"] for row in soon] == [
        "its power one period sooner saves 1.00 M USD to 2.00 M USD (re-solve)",
        "its power one period sooner saves 500,000 USD (marginal)",
    ]
    for row in [*items(found, "worth"), *items(found, "sites"), *soon]:
        told = str(row["words"])
        assert ("USD" in told) <= bool(re.search(r"marginal|re-solve", told)), told
    assert "rackgrid" not in found.text  # nothing is left to ask


def test_answers_of_another_plan_are_not_told(plan: Plan, folder: Path) -> None:
    other = {**plan.facts, "objective_usd": 1.001 * plan.objective_usd}
    found = read_answers(folder, other)
    assert (found.values, found.sooner, found.sites) == (None, None, None)
    (folder / "values" / "values.json").write_text("{")
    (folder / "alternatives" / "sites.csv").write_text("a,b\n1,2\n")
    found = read_answers(folder, plan.facts)
    assert (found.values, found.sooner, found.sites) == (None, None, None)


def test_what_was_not_solved_anew_is_not_said_to_save_nothing(plan: Plan, folder: Path) -> None:
    text = "site,usd,resolve_low_usd,resolve_high_usd\na,-5,,\n"
    (folder / "values" / "sooner.csv").write_text(text, encoding="utf-8")
    answers = read_answers(folder, plan.facts)
    words = {row["head"]: str(row["words"]) for row in items(page(plan, sooner=answers.sooner, folder="p"), "change")}
    assert "to first order" in words["Power sooner"]
    assert "rackgrid explain p --values" in words["Power sooner"]


def test_it_stays_one_page_whatever_it_tells(tmp_path: Path) -> None:
    """The embedded study with every site late, long names, and answers to everything."""
    study = read_study()
    drawn = handmade_plan(study)
    rows = [f"zone,{'z' * 60}{i},2026,all,1,1,MW fence,{9e9 - i},1,{9e10},1,{1e9},{2e9}" for i in range(50)]
    place = answered(drawn, drawn.to_folder(tmp_path / "plan"))
    (place / "values/values.csv").write_text("\n".join([HEAD.strip(), *rows]) + "\n")
    names = study.sites["site"].tolist()
    lines = [f"{site},must,True,1,1,{1e9 * i},{1e9 * i}" for i, site in enumerate(names)]
    (place / "alternatives/sites.csv").write_text("\n".join([SITES.splitlines()[0], *lines]) + "\n")
    (place / "values/sooner.csv").write_text(
        "\n".join([SOONER.splitlines()[0], *(f"{s},1,{1e9},{2e9}" for s in names)])
    )
    known = read_answers(place, drawn.facts)
    for found in (page(drawn), page(drawn, values=known.values, sooner=known.sooner, sites=known.sites)):
        told = found.text.splitlines()
        assert len(told) <= LINES
        assert max(map(len, told)) <= WIDTH
        assert [s.heading in told for s in found.sections] == [True] * len(found.sections)
        assert len(told) > 30


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    study = write_small_study(tmp_path / "s", files={"study.toml": STUDY.replace("Small $x^2$", script)})
    found = page(handmade_plan(read_study(study)))
    assert script not in found.html
    assert found.html == found._repr_html_()
    assert "What waits and idles, and why" in found.html


def test_command_line(run: Run, solved: Path, tmp_path: Path) -> None:
    place = tmp_path / "plans" / "small"
    shutil.copytree(solved, place)
    done = run("explain", "plans/small")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) <= LINES
    assert "rackgrid explain plans/small --values" in done.stdout
    plan = read_plan(place)
    assert done.stdout == f"{page(plan, folder='plans/small')}\n"
    told = run("explain", "plans/small", "--json", "--html", "why.html")
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)["objective_usd"] == plan.objective_usd
    text = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "<h3>What is worth most</h3>" in text
    assert not re.search("https?:", text)
    answered(plan, place)
    assert "2.00 M USD to 3.00 M USD (re-solve)" in run("explain", "plans/small").stdout
    run("report", "plans/small")
    assert "2.00 M USD to 3.00 M USD (re-solve)" in (place / "report.html").read_text(encoding="utf-8")


def test_refusals(run: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "small")
    (tmp_path / "mine.html").write_text("my own page")
    taken = run("explain", "small", "--html", "mine.html")
    assert (taken.returncode, taken.stdout) == (2, "")
    assert "mine.html: " in taken.stderr
    assert "another place with --html" in taken.stderr
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "values.csv").write_text("my own values")
    asked = ("explain", "small", "--values", "--no-resolve", "-o", "own")
    assert run(*asked).returncode == 2
    assert (tmp_path / "own" / "values.csv").read_text() == "my own values"
    assert run(*asked, "--force").returncode == run(*asked).returncode == 0
    assert (tmp_path / "mine.html").read_text() == "my own page"
    assert "is no plan folder" in run("explain", "nothing").stderr
    costs = tmp_path / "small" / "costs.csv"
    costs.write_text(costs.read_text().replace("halls,alpha", "opening,alpha"))
    wrong = run("explain", "small")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "does not follow from its study" in wrong.stderr
