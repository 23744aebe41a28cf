"""The interactive map: facts that agree with the tables, and a page that works in a browser without a network."""

from __future__ import annotations

import io
import itertools
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from optimizer import read_study
from optimizer.plan import Plan
from optimizer.view.page.blocks import Atlas
from optimizer.view.palette import vendor_colours
from optimizer.view.web.facts import map_facts
from optimizer.view.web.page import map_page, map_parts
from tests.browser import Open, Opened
from tests.handmade import handmade_plan
from tests.small import write_small_study
from tests.view.test_map import ODD
from tests.view.vision import MACHADO, contrast, difference

LINES = {"grid/lines.csv": "line,from,to,capacity_mw\nl1,z1,z2,50\n"}
HOSTILE = {
    "alpha": "<script>alert(1)</script>",
    "beta": "=HYPERLINK(1)",
    "gamma": "</script><img src=x onerror=alert(2)>",
}
LEGEND = "all => all.map(e => [e.dataset.vendor, +e.dataset.mw])"
FOCUS = "(e => `${e.tagName} ${e.type || ''} ${e.dataset.layer || e.dataset.site || ''}`)(document.activeElement)"
SIZES = "[...document.querySelectorAll('.rackgrid-map *')].map(e => parseFloat(getComputedStyle(e).fontSize))"
DRAWN = "Rackgrid.page !== undefined && document.querySelector('canvas').width > 0"
# The middle of a site on the screen, from the handle's view and the facts' places.
PLACE = """id => {
  const facts = JSON.parse(document.getElementById("rackgrid-facts").textContent);
  const site = facts.sites.find(s => s.id === id), plane = facts.plane, view = Rackgrid.page.view();
  const box = document.querySelector("canvas").getBoundingClientRect();
  const metres = [plane.west_m + site.x * plane.metres_per_unit, plane.north_m - site.y * plane.metres_per_unit];
  return [box.x + box.width / 2 + (metres[0] - view.x_m) / view.metres_per_px,
          box.y + box.height / 2 - (metres[1] - view.y_m) / view.metres_per_px];
}"""
# Colours of every text that is shown and of the background that it stands on.
CONTRASTS = """() => [...document.querySelectorAll(".rackgrid-map *")].filter(e =>
    e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .map(e => {
    let at = e;
    while (at && getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
    const style = getComputedStyle(e);
    return [e instanceof SVGElement ? style.fill : style.color, getComputedStyle(at).backgroundColor, e.textContent];
  })"""


@pytest.fixture
def plan(tmp_path: Any) -> Plan:
    return handmade_plan(read_study(write_small_study(tmp_path / "small", files=LINES)))


def shown(opened: Opened, period: int) -> np.ndarray:
    """The map's pixels in a period, once they are painted."""
    opened.page.evaluate(f"Rackgrid.page.setPeriod({period})")
    opened.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return np.asarray(Image.open(io.BytesIO(opened.page.locator("canvas").screenshot())).convert("RGB")).astype(int)


def test_facts_are_those_of_the_tables(plan: Plan) -> None:
    facts = json.loads(json.dumps(map_facts(plan), allow_nan=False))
    held = plan.assignments.groupby(["vendor", "period"])["it_mw_in_service"].sum()
    for (vendor, period), it_mw in held.items():
        assert facts["in_service_mw"][vendor][facts["periods"].index(period)] == pytest.approx(it_mw, abs=1e-3)
    for row in plan.sites.to_dict("records"):
        site = next(s for s in facts["sites"] if s["id"] == row["site"])
        t = facts["periods"].index(row["period"])
        for name in ("built_mw", "peak_mw", "idle_hall_mw", "idle_power_mw", "interconnection_mw"):
            assert site[name][t] == pytest.approx(row[name], abs=1e-3)
        assert sum(values[t] for values in site["it_mw"].values()) == pytest.approx(row["it_mw_in_service"], abs=1e-3)
    assert [s["generic"] for s in facts["sites"]] == [False, False, True]
    assert facts["lines"][0]["mw"] == [0.0, 0.0]


def test_the_page_is_the_same_each_time(plan: Plan) -> None:
    assert map_page(plan) == map_page(plan)
    assert "http" not in map_parts(plan).script.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("vision", MACHADO)
def test_vendors_can_be_told_apart(vision: str) -> None:
    known = list(vendor_colours(["AMD", "Broadcom", "Nvidia"]).values())
    assert min(difference(a, b, vision) for a, b in itertools.combinations(known, 2)) > 15
    others = list(vendor_colours(["AMD", "Broadcom", "Nvidia", "a", "b", "c", "d", "e"]).values())
    assert min(difference(a, b, vision) for a, b in itertools.combinations(others, 2)) > 10


def test_slider_and_play_change_the_picture(plan: Plan, open_page: Open) -> None:
    opened = open_page(map_page(plan), wait=DRAWN)
    pictures = [shown(opened, t) for t in range(2)]
    for t, picture in enumerate(pictures):
        assert picture.std() > 8
        rows = plan.assignments[plan.assignments["period"] == plan.study.horizon.names[t]]
        held = rows.groupby("vendor")["it_mw_in_service"].sum()
        shown(opened, t)
        legend = opened.page.eval_on_selector_all("[data-vendor]", LEGEND)
        assert dict(legend) == pytest.approx({v: float(held.get(v, 0.0)) for v, _ in legend}, abs=1e-3)
    assert (np.abs(pictures[0] - pictures[1]).max(axis=2) > 20).sum() > 100
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("Home")
    assert opened.page.evaluate("Rackgrid.page.period()") == 0
    assert opened.page.locator("output").inner_text() == "2026"
    opened.page.get_by_role("button", name="Play").click()
    opened.until("Rackgrid.page.period() === 1")
    opened.until("document.querySelector('.rg-play').textContent === 'Play'")
    opened.assert_quiet()


@pytest.mark.parametrize("site", ["alpha", "gamma"])
def test_hover_and_pin_show_the_numbers_of_the_tables(plan: Plan, open_page: Open, site: str) -> None:
    unused = plan.tables["unused"].assign(cause="interconnection;hall")
    opened = open_page(map_page(replace(plan, tables={**plan.tables, "unused": unused})), wait=DRAWN)
    page = opened.page
    shown(opened, 1)
    page.mouse.move(*page.evaluate(PLACE, site))
    text = page.locator(".rg-hover").inner_text()
    row = plan.sites[(plan.sites["site"] == site) & (plan.sites["period"] == "2027")].iloc[0]
    name = plan.study.sites.set_index("site").loc[site, "name"]
    assert text.startswith(f"{site} · {name}")
    assert ("GENERIC" in text.split("\n")[0]) == (site == "gamma")
    assert f"{row['it_mw_in_service']:g} MW IT in service" in text
    assert f"{row['peak_mw']:g} MW at the fence" in text
    rows = plan.assignments[(plan.assignments["site"] == site) & (plan.assignments["period"] == "2027")]
    for vendor, it_mw in rows.groupby("vendor")["it_mw_in_service"].sum().items():
        assert f"{vendor} {it_mw:g} MW IT" in text
    page.mouse.down()
    page.mouse.up()
    panel = page.locator(".rg-panel").inner_text()
    assert panel.count("cause – interconnection: ") == panel.count("cause – hall: ") > 0
    assert page.locator(".rg-chart rect[fill]").count() > 0
    opened.assert_quiet()


def test_zones_and_lines_share_the_hover_box(plan: Plan, open_page: Open) -> None:
    flows = plan.tables["flows"].assign(flow_mw=-20.0)
    opened = open_page(map_page(replace(plan, tables={**plan.tables, "flows": flows})), wait=DRAWN)
    box = opened.page.locator("canvas").bounding_box()
    seen = set()
    for across in np.linspace(0.05, 0.95, 25):
        opened.page.mouse.move(box["x"] + across * box["width"], box["y"] + 0.5 * box["height"])
        if opened.page.locator(".rg-hover").is_visible():
            seen.add(opened.page.locator(".rg-hover").inner_text().replace("\n", " "))
    assert any(
        text.startswith("line l1") and "20 MW from z2 to z1" in text and "40 % of 50 MW" in text for text in seen
    )
    assert any(text.startswith("zone z1") and "of headroom used" in text for text in seen)
    assert opened.page.locator(".rg-hover").count() == 1


def test_keyboard_reaches_everything(plan: Plan, open_page: Open) -> None:
    page = open_page(map_page(plan), wait=DRAWN).page
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUS))
    for wanted in (
        "BUTTON button ",
        "INPUT range ",
        "INPUT search ",
        "CANVAS  ",
        "INPUT checkbox zones",
        "BUTTON button alpha",
    ):
        assert wanted in reached
    page.get_by_label("Search sites").fill("GAM")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".rg-panel h3").inner_text().startswith("gamma")
    page.locator("canvas").focus()
    before = page.evaluate("Rackgrid.page.view()")
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    after = page.evaluate("Rackgrid.page.view()")
    assert after["metres_per_px"] < before["metres_per_px"]
    assert after["x_m"] < before["x_m"]


def test_layers_can_be_switched(plan: Plan, open_page: Open) -> None:
    opened = open_page(map_page(plan), wait=DRAWN)
    before = shown(opened, 1)
    for layer in ("zones", "lines", "generics", "labels", "basemap"):
        opened.page.locator(f"[data-layer={layer}]").uncheck()
        after = shown(opened, 1)
        assert (before != after).any(), layer
        before = after


def test_text_from_files_is_text(plan: Plan, open_page: Open) -> None:
    sites = plan.study.sites.assign(name=[HOSTILE[s] for s in plan.study.sites["site"]])
    hostile = handmade_plan(plan.study.replace(sites=sites, keys={"study.name": HOSTILE["gamma"]}))
    html = map_page(hostile)
    assert "<img" not in html
    opened = open_page(html, wait=DRAWN)
    listed = opened.page.locator(".rg-list").inner_text()
    assert all(name in listed for name in HOSTILE.values())
    shown(opened, 1)
    opened.page.mouse.move(*opened.page.evaluate(PLACE, "alpha"))
    assert opened.page.locator(".rg-hover").inner_text().startswith("alpha · <script>alert(1)</script>")
    assert opened.page.locator("h1").inner_text() == HOSTILE["gamma"]
    assert opened.page.title() == HOSTILE["gamma"]
    opened.assert_quiet()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read(plan: Plan, open_page: Open, size: tuple[int, int], dark: bool) -> None:
    page = open_page(map_page(plan), wait=DRAWN, size=size, dark=dark).page
    page.evaluate("Rackgrid.page.pin('alpha')")
    for text, ground, words in page.evaluate(CONTRASTS):
        assert contrast(text, ground) >= 4.5, words
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    small = page.evaluate(SIZES)
    assert min(small) >= 11


SAID = {
    "one site without a grid": "one candidate site",
    "nothing delivered": "nothing is in service",
    "no power at all": "all racks that are delivered wait",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_studies_draw_and_say_so(name: str, tmp_path: Any, open_page: Open) -> None:
    odd = handmade_plan(read_study(write_small_study(tmp_path / "odd", files=ODD[name])))
    opened = open_page(map_page(odd), wait=DRAWN)
    for t in range(2):
        assert shown(opened, t).std() > 3
    assert SAID.get(name, "") in opened.page.locator("header").inner_text()
    opened.assert_quiet()


def test_one_period_says_so(plan: Plan, open_page: Open) -> None:
    one = handmade_plan(plan.study.replace(keys={"periods.last": 2026}, **_first_year(plan)))
    opened = open_page(map_page(one), wait=DRAWN)
    assert "one period, 2026" in opened.page.locator("header").inner_text()
    assert shown(opened, 0).std() > 3
    opened.assert_quiet()


def _first_year(plan: Plan) -> dict[str, Any]:
    tables = {name: plan.study.table(name) for name in ("deliveries", "headroom")}
    return {name: table[table["period"].astype(str) == "2026"] for name, table in tables.items()}


def test_two_maps_follow_each_other(plan: Plan, open_page: Open) -> None:
    parts = map_parts(plan)
    html = f"""<!doctype html><link rel="icon" href="data:,"><style>{parts.style}</style>{2 * Atlas().__html__()}
<script>{parts.script}
const facts = {json.dumps(parts.facts)};
window.maps = [...document.querySelectorAll(".rackgrid-map")].map(e => Rackgrid.map(e, facts, {{ title: "h2" }}));
Rackgrid.link(...maps);</script>"""
    opened = open_page(html, wait="window.maps !== undefined")
    page = opened.page
    page.get_by_role("slider").first.focus()
    page.keyboard.press("Home")
    page.locator("canvas").first.focus()
    page.keyboard.press("+")
    assert page.evaluate("maps.map(m => m.period())") == [0, 0]
    first, second = page.evaluate("maps.map(m => m.view())")
    assert first == pytest.approx(second)
    opened.assert_quiet()


def test_print_is_light(plan: Plan, open_page: Open) -> None:
    opened = open_page(map_page(plan), wait=DRAWN, dark=True)
    assert len(opened.page.pdf()) > 10_000
    opened.until("document.documentElement.dataset.theme === undefined")


@pytest.mark.parametrize("size", [(1280, 720), (1400, 900), (390, 844)], ids=str)
@pytest.mark.parametrize("by", ["list", "search"])
def test_a_chosen_site_is_in_sight_and_focused(plan: Plan, open_page: Open, size: tuple[int, int], by: str) -> None:
    page = open_page(map_page(plan), wait=DRAWN, size=size).page
    if by == "list":
        page.locator("[data-site=gamma]").click()
    else:
        page.get_by_label("Search sites").fill("gamma")
        page.keyboard.press("Enter")
    box = page.locator(".rg-panel h3").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= size[1]
    assert page.evaluate("document.activeElement.classList.contains('rg-panel')")
    assert "open from 2026, serves from 2027" in page.locator(".rg-panel").inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS) == "BUTTON button gamma"


def test_sites_at_one_place_can_both_be_hovered_at_every_zoom(tmp_path: Any, open_page: Open) -> None:
    same = handmade_plan(read_study(write_small_study(tmp_path / "same", files=ODD["sites on one point"])))
    opened = open_page(map_page(same), wait=DRAWN)
    page = opened.page
    for presses in (0, 6, 8):
        page.evaluate("Rackgrid.page.pin('alpha')")
        page.evaluate("Rackgrid.page.pin(null)")
        for _ in range(presses):
            view = page.evaluate("Rackgrid.page.view()")
            x, y = page.evaluate(
                "() => { const f = JSON.parse(document.getElementById('rackgrid-facts').textContent);"
                "const s = f.sites[0], p = f.plane;"
                "return [p.west_m + s.x * p.metres_per_unit, p.north_m - s.y * p.metres_per_unit]; }"
            )
            page.evaluate(
                "v => Rackgrid.page.setView(v)", {"x_m": x, "y_m": y, "metres_per_px": view["metres_per_px"] / 1.5}
            )
        shown(opened, 1)
        at, seen = page.evaluate(PLACE, "alpha"), set()
        steps = sorted(itertools.product(range(-150, 151, 15), repeat=2), key=lambda step: math.hypot(*step))
        for dx, dy in steps:
            page.mouse.move(at[0] + dx, at[1] + dy)
            if page.locator(".rg-hover").is_visible():
                seen.add(page.locator(".rg-hover").inner_text().split(" ")[0])
            if {"alpha", "beta"} <= seen:
                break
        else:
            raise AssertionError(f"{presses}: {seen}")
        assert page.locator(".rg-sizes circle").count() > 0
    opened.assert_quiet()
