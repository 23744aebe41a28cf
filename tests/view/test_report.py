"""The report: its order, its numbers, text that stays text, and a real browser without any network."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from optimizer import read_study
from optimizer.plan import Plan
from optimizer.view import map_plan, report_tables
from optimizer.view.report import report_page
from tests.browser import Open
from tests.handmade import handmade_plan
from tests.small import RACKS, SITES, STUDY, write_small_study

SCRIPT, FORMULA = "<script>alert(1)</script>", '=HYPERLINK("https://example.org","x")'
HOSTILE = {
    "study.toml": STUDY.replace("Small $x^2$ [bold]study[/bold]", f"</title>{SCRIPT}&amp;"),
    "sites.csv": SITES.replace(",70,", ",30,")
    .replace(",100,", ",20,")
    .replace("Alpha (first)", SCRIPT)
    .replace("Beta", '"' + FORMULA.replace('"', '""') + '"'),
    "racks.csv": RACKS.replace("Broadcom", "<img src=x onerror=alert(1)>"),
}


class Page(HTMLParser):
    """Headings, attributes, and the cells of each table by its caption."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.policy = ""
        self._into: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self._words: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"] or ""
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag in ("th", "td", "caption", "h1", "h2", "h3"):
            self._words = []

    def handle_endtag(self, tag: str) -> None:
        words = "".join(self._words or [])
        if tag in ("th", "td"):
            self._rows[-1].append(words)
        elif tag == "caption":
            self._caption = words
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((tag, words))
        elif tag == "table":
            self.tables[self._caption] = self._rows
            return
        else:
            return
        self._words = None

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    study = read_study(write_small_study(tmp_path / "small", files=HOSTILE))
    drawn = handmade_plan(study, inputs={"study.toml": "ab" * 32}, versions={"rackgrid": "0.1.0"}, digest="cd" * 32)
    cause = ["hall" if kind == "waiting" else "delivery;cost" for kind in drawn.unused["kind"]]
    return replace(drawn, tables={**drawn.tables, "unused": drawn.unused.assign(cause=cause)})


def test_sections_stand_in_order(plan: Plan) -> None:
    page = Page(report_page(plan))
    assert [words for tag, words in page.headings if tag == "h2"] == [
        "In one page", "At a glance", "Summary", "Spending", "Deployment", "Map", "Unused capacity", "Cost", "Sites",
        "Inputs and versions",
    ]  # fmt: skip
    assert [words for tag, words in page.headings if tag == "h1"] == [f"</title>{SCRIPT}&amp;"]
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert dict(page.tags)["html"] == {"lang": "en"}
    assert ["study.toml", "ab" * 32] in page.tables["Files read"]
    assert ["rackgrid", "0.1.0"] in page.tables["Versions"]


def test_nothing_comes_from_elsewhere(plan: Plan) -> None:
    text = report_page(plan)
    page = Page(text)
    for tag, attributes in page.tags:
        for name in ("src", "href", "action", "data", "poster", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    assert "@import" not in text
    assert not re.search(r"url\((?!#|\"?data:|'?data:)", text)
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline'; img" in page.policy
    assert "script-src 'unsafe" not in page.policy
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_text_stays_text(plan: Plan) -> None:
    text = report_page(plan)
    assert SCRIPT not in text
    assert "<img" not in text
    page = Page(text)
    names = [row[1] for row in page.tables["Real sites at the end of 2027"][1:]]
    assert sorted(names) == sorted([SCRIPT, FORMULA])
    assert not [name for tag, attributes in page.tags for name in attributes if name.startswith("on")]


def test_tables_hold_the_plan(plan: Plan) -> None:
    page = Page(report_page(plan))
    ledger = page.tables["Every row, undiscounted, what costs most first"]
    beside = ["Site or rack", "Name, operator, kind", "Is", "Vendor", "Period", "Kind"]
    assert ledger[0] == [*beside, "MW", "MW-years", "M USD", "Cause"]
    assert len(ledger) - 1 == len(plan.unused)
    assert sum(float(row[7].replace(",", "")) for row in ledger[1:]) == pytest.approx(
        plan.unused["mw_years"].sum(), abs=0.05 * len(ledger)
    )
    assert {row[9] for row in ledger[1:]} == {"hall", "delivery, cost"}
    assert {tuple(row[1:3]) for row in ledger[1:] if row[0] == "gamma"} == {("GENERIC gamma, generic", "GENERIC")}
    assert {row[1] for row in ledger[1:] if row[0] in ("A1", "B1")} <= {""}
    power = {row[0]: row[1:] for row in page.tables["Power by period, IT MW"]}
    assert power["delivered"] == ["50.0", "100.0"]
    generic = page.tables["GENERIC sites, no projects, at the end of 2027"]
    assert [row[0] for row in generic[1:]] == ["gamma"]
    per_gw = page.tables["Cost per GW by vendor"]
    assert [row[-2:] for row in per_gw[1:]] == [["33.3", "none"], ["50.0", "none"]]  # 2 bn USD for 60 and 40 MW


def test_the_same_text_each_time(plan: Plan) -> None:
    assert report_page(plan) == report_page(plan)


def test_published_range_stands_beside_broadcom(tmp_path: Path) -> None:
    drawn = handmade_plan(read_study(write_small_study(tmp_path / "small")))
    rows = {row[0]: row for row in Page(report_page(drawn)).tables["Cost per GW by vendor"]}
    assert rows["Broadcom"][-2:] == ["33.3", "35–50"]
    assert rows["AMD"][-1] == "none"


def test_long_ledgers_end_in_a_sum(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_tables, "MOST_ROWS", 2)
    text = report_page(plan)
    assert len(Page(text).tables["Every row, undiscounted, what costs most first"]) == 3
    assert f"The other {len(plan.unused) - 2:,} rows hold" in text


NO_GRID = STUDY.replace('grid = "grid"\n', "")
ODD = {
    "has one period, 2026": {
        "study.toml": STUDY.replace("last = 2027", "last = 2026"),
        "deliveries.csv": "sku,period,mw\nA1,2026,20\n",
    },
    "has one site": {"study.toml": NO_GRID, "sites.csv": "\n".join(SITES.splitlines()[:2])},
    "All racks wait": {"sites.csv": SITES.replace(",70,", ",0,").replace(",50,", ",0,").replace(",100,", ",0,")},
    "Nothing is delivered": {"deliveries.csv": "sku,period,mw\nA1,2026,0\n"},
}


@pytest.mark.parametrize(("words", "files"), ODD.items(), ids=ODD.keys())
def test_odd_plans_are_told_in_words(words: str, files: dict[str, str], tmp_path: Path, open_page: Open) -> None:
    drawn = handmade_plan(read_study(write_small_study(tmp_path / "odd", files=files)))
    text = report_page(drawn)
    assert words in text
    opened = open_page(text)
    opened.assert_quiet()
    assert spread(opened.page.screenshot()) > 3


def test_notebooks_show_the_map_in_a_frame(plan: Plan) -> None:
    shown = map_plan(plan)
    page = Page(shown._repr_html_())
    assert [tag for tag, _ in page.tags] == ["iframe"]
    assert page.tags[0][1]["srcdoc"] == shown.html
    assert "iframe" not in repr(shown)


def spread(png: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(png)).convert("L")).std())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "narrow"])
def test_browser_shows_every_section(plan: Plan, open_page: Open, size: tuple[int, int], dark: bool) -> None:
    opened = open_page(report_page(plan), size=size, dark=dark)
    opened.assert_quiet()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for key in ("why", "summary", "deployment", "map", "unused", "cost", "sites", "inputs"):
        opened.page.evaluate(f"document.getElementById('{key}').scrollIntoView()")
        assert spread(opened.page.screenshot()) > 3, key
    opened.assert_quiet()


@pytest.mark.parametrize("width", [1200, 390])
def test_no_column_is_out_of_sight(plan: Plan, open_page: Open, width: int) -> None:
    page = open_page(report_page(plan, all_sites=True), size=(width, 800)).page
    cut = """() => [...document.querySelectorAll(".scroll:has(table)")]
      .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute("aria-label"))"""
    assert page.evaluate(cut) == []
    page.evaluate("() => { document.querySelector('.scroll tbody tr').hidden = true; }")
    assert page.evaluate("() => document.querySelector('.scroll tbody tr').getBoundingClientRect().height") == 0


def column(page: object, caption: str, index: int) -> list[str]:
    script = """([caption, index]) => [...document.querySelectorAll("table")]
      .find((t) => t.caption.textContent === caption).tBodies[0].querySelectorAll("tr:not([hidden])").values()
      .map((row) => row.cells[index].textContent).toArray()"""
    return page.evaluate(script, [caption, index])  # type: ignore[attr-defined, no-any-return]


def test_tables_sort_and_filter_by_keyboard(plan: Plan, open_page: Open) -> None:
    page = open_page(report_page(plan)).page
    caption = "Every row, undiscounted, what costs most first"
    table = page.locator("table", has=page.locator("caption", has_text=caption))
    head = table.locator("thead th").nth(7)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    years = [float(cell.replace(",", "")) for cell in column(page, caption, 7)]
    assert years == sorted(years)
    assert len(years) == len(plan.unused)
    table.locator("thead th").nth(0).locator("button").click()
    assert head.get_attribute("aria-sort") is None
    assert column(page, caption, 0) == sorted(column(page, caption, 0), key=str.lower)

    page.get_by_label(f"Filter {caption}").fill("gamma")
    assert set(column(page, caption, 0)) == {"gamma"}
    page.get_by_label(f"Filter {caption}").fill("")
    page.get_by_label("Filter by Period").select_option("2027")
    assert set(column(page, caption, 4)) == {"2027"}
    count = len(column(page, caption, 4))
    assert page.locator(".tools output").first.text_content() == f"{count} of {len(plan.unused)} rows"


def contrast(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    def light(colour: tuple[int, ...]) -> float:
        parts = [c / 255 for c in colour[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out(plan: Plan, open_page: Open, dark: bool) -> None:
    page = open_page(report_page(plan), dark=dark).page
    script = """() => Object.fromEntries(["ink", "soft", "link", "loud", "page", "band", "loudfill"].map((name) => {
      const box = document.createElement("i");
      box.style.color = `var(--${name})`;
      document.body.append(box);
      return [name, getComputedStyle(box).color.match(/\\d+/g).map(Number)];
    }))"""
    colour = {name: tuple(value) for name, value in page.evaluate(script).items()}
    for ink in ("ink", "soft", "link"):
        assert min(contrast(colour[ink], colour["page"]), contrast(colour[ink], colour["band"])) >= 4.5, ink
    assert contrast(colour["loud"], colour["loudfill"]) >= 4.5


def test_first_two_pages_stand_alone_in_print(plan: Plan, open_page: Open) -> None:
    page = open_page(report_page(plan)).page
    page.emulate_media(media="print")
    for wide, high in ((273, 186), (255, 192)):  # mm within the margins of A4 and Letter
        page.set_viewport_size({"width": round(wide * 96 / 25.4), "height": 800})
        why = page.evaluate("document.querySelector('[aria-labelledby=why]').getBoundingClientRect().bottom + scrollY")
        front = page.evaluate("document.querySelector('.front').getBoundingClientRect().height")
        assert max(why, front) <= high * 96 / 25.4
        assert page.evaluate("document.querySelector('.front').scrollWidth") <= round(wide * 96 / 25.4)
    breaks = "getComputedStyle(document.querySelector('[aria-labelledby=front]')).breakAfter"
    assert page.evaluate(breaks) == "page"


def test_spending_is_told(plan: Plan) -> None:
    page = Page(report_page(plan))
    years = next(rows for caption, rows in page.tables.items() if caption.startswith("Spending by year"))
    assert years[0] == ["Term", "2026", "2027", "all years"]
    assert years[-1][0] == "total"
    sites = next(rows for caption, rows in page.tables.items() if caption.startswith("Spending by site"))
    assert sites[0][:2] == ["Site", "Name, operator, kind"]
    assert ["gamma GENERIC", "GENERIC gamma, generic"] in [row[:2] for row in sites[1:]]
    assert sites[-1][:2] == ["total", ""]


def test_the_largest_sites_say_what_they_are(tmp_path: Path) -> None:
    files = {"sites.csv": SITES.replace("name,kind", "name,operator,kind").replace("),", "),Acme & Co,")}
    files["sites.csv"] = files["sites.csv"].replace("Beta,", "Beta,,").replace("gamma,generic", "gamma,,generic")
    page = Page(report_page(handmade_plan(read_study(write_small_study(tmp_path / "small", files=files)))))
    largest = next(rows for caption, rows in page.tables.items() if "largest sites" in caption)
    assert largest[0][:2] == ["Site", "Name, operator, kind"]
    assert sorted(row[:2] for row in largest[1:]) == [
        ["alpha", "Alpha (first), Acme & Co, campus"],
        ["beta", "Beta, campus"],
        ["gamma GENERIC", "GENERIC gamma, generic"],
    ]


def test_causes_are_told(plan: Plan) -> None:
    text = report_page(plan)
    assert "the halls built have too little empty for one more pod" in text
    assert "<dt>zone</dt>" not in text  # causes that do not occur are not explained


def test_closed_generic_sites_are_counted_or_listed(plan: Plan) -> None:
    closed = plan.sites.assign(open=plan.sites["open"] & (plan.sites["site"] != "gamma"))
    less = replace(plan, tables={**plan.tables, "sites": closed})
    caption = "GENERIC sites, no projects, at the end of 2027"
    assert caption not in Page(report_page(less)).tables
    assert "1 GENERIC site that the plan leaves closed" in report_page(less)
    assert caption in Page(report_page(less, all_sites=True)).tables
