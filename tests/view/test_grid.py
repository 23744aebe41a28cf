"""A grid on every page: lines by loading and block, upgrades, limits, prices; and nothing where a study has none."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Circle
from shapely import Point

from optimizer import read_study
from optimizer.cli.compare_text import as_text
from optimizer.differences import compare
from optimizer.plan import Plan
from optimizer.plan.comparison import compare_plans
from optimizer.solver.headroom import headroom
from optimizer.view.comparison import comparison_page
from optimizer.view.headroom import files as files_of
from optimizer.view.headroom_map import headroom_map, headroom_page, least
from optimizer.view.map import map_period
from optimizer.view.palette import LOADED, loaded_colour
from optimizer.view.report import report_page
from optimizer.view.scene import scene
from optimizer.view.web.facts import map_facts
from optimizer.view.web.page import map_page, map_parts
from tests.browser import Open
from tests.gridded import gridded_plan
from tests.handmade import handmade_plan
from tests.small import write_small_study
from tests.view.test_web import DRAWN, shown
from tests.view.vision import MACHADO, contrast, difference

CONFORMANCE = Path(__file__).parents[1] / "conformance" / "grid"
PLAIN = {"grid/lines.csv": "line,from,to,capacity_mw\nl1,z1,z2,50\n"}
# A place on the map, as a share of the way from one bus to another, on the screen.
BETWEEN = """([from, to, share]) => {
  const { facts, painter } = Rackgrid.page, box = document.querySelector("canvas").getBoundingClientRect();
  const [a, b] = [from, to].map(id => painter.at(facts.zones.find(z => z.id === id).at));
  return [box.x + a[0] + share * (b[0] - a[0]), box.y + a[1] + share * (b[1] - a[1])];
}"""
SIZES = [(1280, 720), (390, 844)]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return gridded_plan(tmp_path_factory.mktemp("gridded") / "study")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return handmade_plan(read_study(write_small_study(tmp_path_factory.mktemp("plain") / "study", files=PLAIN)))


def test_a_summary_says_what_is_done_to_the_grid(plan: Plan, plain: Plan) -> None:
    text = re.sub(r"\s+", " ", plan.summary())
    for words in (
        "Upgrades 1 bought, 4.00 M USD undiscounted u2: 1 in 2027, 4.00 M USD (line l2, 40 MW)",
        "generation and wheeling cost 2.50 M USD less than without the programme",
        "N-1 3 outages screened against 4 circuits",
        "Fullest line l1, 100 % of 50 MW in 2027 rest",
        "Binds line l1 is full in 2027 rest: one MW more would save 43,200 USD a year and 1 more (binding.csv)",
    ):
        assert words in text
    assert not re.search(r"^(Upgrades|Relief|N-1|Fullest|Binds) ", plain.summary(), re.MULTILINE)


def test_maps_show_the_worst_block_and_every_block(plan: Plan) -> None:
    facts = json.loads(json.dumps(map_facts(plan), allow_nan=False))
    line = facts["grid"]["lines"]["l1"]
    assert [block["name"] for block in facts["grid"]["blocks"]] == ["peak", "rest"]
    assert [choice["mw"] for choice in line] == [[40.0, -50.0], [40.0, 30.0], [-10.0, -50.0]]
    assert [choice["share"] for choice in line] == [[0.8, 1.0], [0.8, 0.6], [0.2, 1.0]]
    assert line[0]["in"] == [0, 1]
    assert next(each for each in facts["lines"] if each["id"] == "l1")["mw"] == line[0]["mw"]
    bus = facts["grid"]["zones"]["z2"][0]
    assert bus["price"] == [45.0, 45.0]
    assert bus["used"] == [1.0, 1.0]
    assert facts["grid"]["upgrades"] == [
        {"id": "u2", "kind": "line", "target": "l2", "capacity_mw": 40.0, "standing": [0, 1]}
    ]
    assert facts["grid"]["limits"][1][0] == ["line l1", "2027 rest", 50.0, 43210]


def test_pages_of_plain_lines_hold_nothing_of_a_grid(plain: Plan) -> None:
    assert "grid" not in map_facts(plain)
    for page in (map_page(plain), report_page(plain)):
        assert not re.search(r"rg-load|setBlock|id=\"grid\"", page)


@pytest.mark.parametrize("vision", MACHADO)
def test_steps_of_loading_can_be_told_apart(vision: str) -> None:
    colours = [colour for _, colour, _ in LOADED]
    assert min(difference(a, b, vision) for a, b in itertools.pairwise(colours)) > 15
    assert min(contrast(colour, "#ffffff") for colour in colours) >= 3
    assert [loaded_colour(share) for share in (0.0, 0.5, 0.95, 1.0)] == [colours[i] for i in (0, 1, 3, 4)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_lines_tell_flow_loading_and_price_by_block(
    plan: Plan, open_page: Open, size: tuple[int, int], dark: bool
) -> None:
    opened = open_page(map_page(plan), wait=DRAWN, size=size, dark=dark)
    page = opened.page
    worst = shown(opened, 1)
    assert page.locator(".rg-sentence").inner_text().endswith("1 line is full.")

    def under(*place: Any) -> str:
        page.locator("canvas").scroll_into_view_if_needed()
        page.mouse.move(0, 0)
        page.mouse.move(*page.evaluate(BETWEEN, list(place)))
        return str(page.locator(".rg-hover").inner_text())

    text = under("z1", "z2", 0.35)
    for words in ("line l1", "50 MW from z2 to z1", "loaded 100 %", "save 43,200 USD a year", "worst block: rest"):
        assert words in text
    assert "upgrade u2: 1 × 40 MW" in under("z1", "z3", 0.3)
    assert "without limit" in under("z3", "z2", 0.35)
    bus = under("z3", "z3", 0)
    assert bus.startswith("zone z3 · South\n30 USD/MWh")
    page.get_by_label("Load block").select_option(index=1)
    text = under("z1", "z2", 0.35)
    assert "30 MW from z1 to z2" in text
    assert "loaded 60 %" in text
    assert "block peak" in text
    assert not page.locator(".rg-sentence").inner_text().endswith("full.")
    assert (worst != shown(opened, 1)).any()
    limits = page.locator(".rg-limits")
    assert "line l1, 50 MW, in 2027 rest: one MW more would save 43,200 USD a year" in limits.inner_text()
    shown(opened, 0)
    assert "No limit of the grid binds." in limits.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    opened.assert_quiet()


def test_a_line_points_where_its_power_goes(plan: Plan, open_page: Open) -> None:
    opened = open_page(map_page(plan), wait=DRAWN)
    shown(opened, 1)
    ends = "(l => [l.start[0], l.end[0]])(Rackgrid.page.painter.lines.find(l => l.line.id === 'l1'))"
    start, end = opened.page.evaluate(ends)
    assert start > end  # from z2 in the east to z1 in the west
    opened.page.evaluate("Rackgrid.page.setBlock(1)")
    shown(opened, 1)
    start, end = opened.page.evaluate(ends)
    assert start < end


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_report_has_a_chapter_on_the_grid(plan: Plan, open_page: Open, size: tuple[int, int]) -> None:
    opened = open_page(report_page(plan), size=size)
    chapter = opened.page.locator("section[aria-labelledby=grid]")
    rows = {
        table.locator("caption").inner_text(): [
            " | ".join(cell.strip() for cell in row.locator("th, td").all_text_contents())
            for row in table.locator("tbody tr").all()
        ]
        for table in chapter.locator("table").all()
    }
    assert rows["Upgrades"] == ["u2 | line l2 | 2027 | 1 | 40 | 4.00", "total |  |  | 1 |  | 4.00"]
    assert rows["Limits that bind, dearest first"][0] == "line l1 | 2027 | rest | 50.0 | 43,210"
    assert rows["Lines by period in their worst block, fullest first"][:2] == [
        "l1 | z2 → z1 | 2027 | rest | 50.0 | 50.0 | 100.0 % | 43,210",
        "l2 | z1 → z3 | 2027 | peak | 108.0 | 80.0 | 90.0 % | ",
    ]
    buses = rows["Buses by period, dearest first"]
    assert any(row.startswith("z2 | 2027 | 22.17 | 45.00 | peak | 60.0 |") for row in buses)  # (760·45 + 8000·20)/8760
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    opened.assert_quiet()


def test_pictures_show_loading_and_upgrades(plan: Plan) -> None:
    now, before = (scene(plan, period, aspect=1.6) for period in ("2027", "2026"))
    assert sorted((flow.mw, flow.loading) for flow in now.flows) == [(33.0, None), (50.0, 1.0), (108.0, 0.9)]
    assert [len(view.upgraded) for view in (before, now)] == [0, 1]
    words = {text.get_text() for ax in map_period(plan, "2027").axes for text in ax.texts}
    assert {"full", "no limit", "upgrade that was bought"} <= words


def test_plans_with_other_upgrades_are_compared(plan: Plan, plain: Plan, open_page: Open) -> None:
    tables = {name: plan.tables[name].iloc[:0] for name in ("upgrades", "binding")}
    less = replace(plan, tables={**plan.tables, **tables})
    found, inputs = compare_plans(plan, less), compare(plan.study, less.study)
    text = re.sub(" +", " ", as_text(found, inputs, [("a", ""), ("b", "")]))
    assert "u2 1 in 2027 none 4.0 0.0 -4.0" in text
    assert "line l1 1 0 -1" in text
    found, inputs = compare_plans(plain, plan), compare(plain.study, plan.study)
    page = comparison_page([plain, plan], found, inputs, names=["plain", "gridded"])
    opened = open_page(page, wait="Rackgrid.compared !== undefined")
    assert opened.page.get_by_label("Load block").count() == 1
    opened.assert_quiet()


def test_many_buses_are_painted_at_once(plan: Plan, open_page: Open) -> None:
    """Thousands of lines take one path by colour, and a hover finds one of them."""
    parts, n = map_parts(plan), 40
    facts, line = parts.facts, next(each for each in parts.facts["lines"] if each["id"] == "l1")
    zone, own, choices = facts["zones"][0], facts["grid"], facts["grid"]["lines"]["l1"]
    at = {(i, j): [400 + 200 * i, 400 + 100 * j] for i in range(n) for j in range(n)}
    ends = [(a, b) for a in at for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1)) if b in at]
    facts["zones"] = [{**zone, "id": f"{a}", "at": place} for a, place in at.items()]
    facts["lines"] = [{**line, "id": f"{a}{b}", "from": f"{a}", "to": f"{b}", "a": at[a], "b": at[b]} for a, b in ends]
    own["zones"] = {f"{a}": own["zones"][zone["id"]] for a in at}
    own["lines"] = {each["id"]: choices for each in facts["lines"]}
    html = f"""<!doctype html><link rel="icon" href="data:,"><style>{parts.style}</style>
<div class="rackgrid-map"></div>
<script>{parts.script}
Rackgrid.page = Rackgrid.map(document.querySelector(".rackgrid-map"), {json.dumps(facts)}, {{}});</script>"""
    opened = open_page(html, wait=DRAWN)
    assert shown(opened, 1).std() > 8
    assert opened.page.evaluate("Rackgrid.page.painter.lines.length") == len(ends) > 3000
    middle = "(l => [0, 1].map(i => (l.start[i] + l.end[i]) / 2))(Rackgrid.page.painter.lines[777])"
    found = opened.page.evaluate(f"Rackgrid.page.painter.find(...{middle})")
    assert found["kind"] == "line"
    opened.assert_quiet()


def test_a_plan_of_one_block_offers_no_choice(tmp_path: Path, open_page: Open) -> None:
    files = PLAIN | {"grid/upgrades.csv": "upgrade,kind,target,capacity_mw,capex_usd\nu,line,l1,10,1e6\n"}
    one = handmade_plan(read_study(write_small_study(tmp_path / "one", files=files)))
    assert "Upgrades   none of 1 is bought" in one.summary()
    opened = open_page(map_page(one), wait=DRAWN)
    assert opened.page.get_by_label("Load block").count() == 0
    assert "zone headroom used" in opened.page.locator(".rg-keys").inner_text()
    opened.assert_quiet()


def test_headroom_is_a_map_of_circles_and_a_table_of_every_number() -> None:
    study = read_study(CONFORMANCE / "15-n-1")
    places = [Point(-100.0 + i, 40.0 + i % 2) for i in range(len(study.zones))]
    study = study.replace(zones=study.zones.assign(geometry=places))
    files = files_of(study, *headroom(study))
    table = pd.read_csv(StringIO(files["headroom.csv"]), dtype={"period": str}, keep_default_na=False, na_values=[""])
    figure = headroom_map(study, table)
    circles = [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]
    rows = least(table)
    assert len(circles) == len(rows) > 1
    areas = np.array([circle.radius**2 for circle in circles])
    shown = rows["headroom_mw"].to_numpy() > 0.02 * rows["headroom_mw"].max()
    assert np.ptp((areas / rows["headroom_mw"].to_numpy())[shown]) < 1e-6 * areas.max()
    page = files["headroom.html"]
    assert page == headroom_page(study, table)
    assert all(f"{mw:,.1f}" in page for mw in table["headroom_mw"].dropna())
    assert "http" not in page.partition("</style>")[2].replace("http://www.w3.org", "")
