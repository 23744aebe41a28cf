"""The page of two plans: it works in a browser without a network, one map follows the other, text stays text."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.differences import compare
from optimizer.plan import Plan
from optimizer.plan.comparison import compare_plans
from optimizer.study import read_study
from optimizer.view.comparison import comparison_page, missing, sections
from tests.browser import Open, Opened
from tests.handmade import handmade_plan
from tests.small import DELIVERIES, HEADROOM, RACKS, SITES, STUDY, write_small_study

SCRIPT = "<script>alert(1)</script>"
FORBID = STUDY.replace("max_sites = 3", 'max_sites = 3\nforbid = ["gamma"]')
DRAWN = "Rackgrid.compared !== undefined && [...document.querySelectorAll('canvas')].every(c => c.width > 0)"
SHOWN = "[...document.querySelectorAll('.rg-period')].map(e => e.textContent)"
VIEWS = "Rackgrid.compared.map(map => map.view())"


def planned(folder: Path, *, files: dict[str, str] | None = None) -> Plan:
    return handmade_plan(read_study(write_small_study(folder, files=files)))


@pytest.fixture
def before(tmp_path: Path) -> Plan:
    return planned(tmp_path / "before", files={"sites.csv": SITES.replace("GENERIC gamma", SCRIPT)})


@pytest.fixture
def after(tmp_path: Path) -> Plan:
    return planned(tmp_path / "after", files={"study.toml": FORBID})


@pytest.fixture
def later(tmp_path: Path) -> Plan:
    """A plan of 2027 and 2028, of other sites: a map with another projection."""
    files = {
        "study.toml": STUDY.replace("2027", "2028").replace("2026", "2027"),
        "deliveries.csv": DELIVERIES.replace("2027", "2028").replace("2026", "2027"),
        "sites.csv": SITES.replace("-95,33,z2", "-85,43,z2"),
        "racks.csv": RACKS,
        "grid/headroom.csv": HEADROOM,
    }
    return planned(tmp_path / "later", files=files)


def page(a: Plan, b: Plan, names: tuple[str, str] = ("plans/before", "plans/after")) -> str:
    return comparison_page((a, b), compare_plans(a, b), compare(a.study, b.study), names=names)


def texts(a: Plan, b: Plan) -> dict[str, list[tuple[str, ...]]]:
    return {s.heads[0]: list(s.rows) for s in sections(compare_plans(a, b), compare(a.study, b.study)) if s.rows}


def test_tables_say_the_numbers(before: Plan, after: Plan) -> None:
    found = texts(before, after)
    assert found["IT MW in service at the end of"] == [("2026", "50.0", "50.0", "0"), ("2027", "100.0", "91.0", "-9.0")]
    assert ("racks never placed, MW IT", "0.0", "9.0", "+9.0") in found["Unused capacity"]
    assert found["Sites that one plan alone opens"] == [("only in A, GENERIC", "1", "9", f"gamma ({SCRIPT})")]
    assert found["Sites that differ"] == [
        ("gamma", "GENERIC", "2026, serves from 2027", "never", "9.0", "0.0", "-9.0", "-9.0", "B1 -9.0")
    ]
    assert found["Inputs that differ: keys of study.toml"] == [("policy.forbid", "none", "gamma")]
    assert found["Inputs that differ: tables"] == [("sites", "0", "0", "1", "name 1 (text for people)")]


def test_what_one_plan_lacks_is_said(before: Plan, later: Plan) -> None:
    assert missing(compare_plans(before, later)) == ["1 period only in A: 2026", "1 period only in B: 2028"]
    assert texts(before, later)["IT MW in service at the end of"][0] == ("2026", "50.0", "–", "–")


def test_page_is_the_same_twice_and_says_where_nothing_differs(before: Plan, after: Plan) -> None:
    assert page(before, after) == page(before, after)
    assert "The plans are the same." in page(before, before)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_page_is_quiet_and_fits(open_page: Open, before: Plan, after: Plan, size: tuple[int, int], dark: bool) -> None:
    opened = open_page(page(before, after, (SCRIPT, "=B&")), size=size, dark=dark, wait=DRAWN)
    opened.assert_quiet()
    assert opened.page.evaluate("document.documentElement.scrollWidth") == size[0]
    first, second = (box.bounding_box() for box in opened.page.query_selector_all("canvas"))
    assert first["y"] == second["y"] if size[0] > 1000 else first["y"] + first["height"] < second["y"]
    assert SCRIPT in opened.page.inner_text("h1")
    assert f"gamma ({SCRIPT})" in opened.page.inner_text(".tables")
    bottom = "Math.max(...[...document.querySelectorAll('{}')].map(e => e.getBoundingClientRect().bottom))"
    aside, maps = (opened.page.evaluate(bottom.format(name)) for name in (".maps aside", ".maps"))
    top = opened.page.evaluate("document.querySelector('.tables').getBoundingClientRect().top")
    assert aside <= maps <= top, "nothing of a map lies over the tables"


def linked(opened: Opened) -> tuple[object, object]:
    first, second = opened.page.evaluate(VIEWS)
    return first, second


def test_one_map_follows_the_other(open_page: Open, before: Plan, after: Plan) -> None:
    opened = open_page(page(before, after), wait=DRAWN)
    web = opened.page
    first, second = web.query_selector_all(".rackgrid-map")
    assert web.evaluate(SHOWN) == ["2027", "2027"]
    first.query_selector("input[type=range]").press("ArrowLeft")
    assert web.evaluate(SHOWN) == ["2026", "2026"]
    second.query_selector("input[type=range]").press("ArrowRight")
    assert web.evaluate(SHOWN) == ["2027", "2027"]
    start = linked(opened)
    second.query_selector("[aria-label='Zoom in']").click()
    zoomed = linked(opened)
    assert zoomed[0] == pytest.approx(zoomed[1])
    assert zoomed[0]["metres_per_px"] == pytest.approx(start[0]["metres_per_px"] / 1.5)
    first.query_selector("canvas").press("ArrowRight")
    moved = linked(opened)
    assert moved[0] == pytest.approx(moved[1])
    assert moved[0]["x_m"] > zoomed[0]["x_m"]
    opened.assert_quiet()


def test_periods_are_linked_by_name_and_views_across_projections(open_page: Open, before: Plan, later: Plan) -> None:
    opened = open_page(page(before, later), wait=DRAWN)
    web = opened.page
    first = web.query_selector(".rackgrid-map")
    assert web.evaluate(SHOWN) == ["2027", "2027"]
    first.query_selector("input[type=range]").press("ArrowLeft")
    assert web.evaluate(SHOWN) == ["2026", "2027"]
    assert web.inner_text("#linked") == "B has no period 2026: its map stays at 2027."
    first.query_selector("input[type=range]").press("ArrowRight")
    assert web.inner_text("#linked") == ""
    start = linked(opened)
    first.query_selector("[aria-label='Zoom in']").click()
    first.query_selector("[aria-label='Zoom in']").click()
    zoomed = linked(opened)
    assert zoomed[0]["metres_per_px"] < start[0]["metres_per_px"]
    assert zoomed[1]["metres_per_px"] < start[1]["metres_per_px"]
    opened.assert_quiet()
