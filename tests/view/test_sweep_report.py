"""The page of a sweep: the pictures that fit its design, every case, text that stays text, in a browser too."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer.plan import Plan
from optimizer.view import sweep_page
from optimizer.view.sweep_frames import inputs_of
from optimizer.view.sweep_report import design
from tests.browser import Open

from .sweep_frames import HEADROOM, Made, samples
from .test_report import SCRIPT, Page


def headings(cases: pd.DataFrame, base: pd.DataFrame, plan: Plan) -> list[str]:
    page = Page(sweep_page(cases, base, inputs_of(cases), plan, title="A sweep"))
    return [words for tag, words in page.headings if tag == "h2"]


def test_page_has_the_pictures_that_fit(
    made: Made, alone: pd.DataFrame, grid: pd.DataFrame, ceilings: pd.DataFrame, base: pd.DataFrame, plan: Plan
) -> None:
    ends = ["How often each site opens", "Cases"]
    assert headings(alone, base, plan) == ["Summary", "What each input changes", *ends]
    assert headings(grid, base, plan) == ["Summary", "Cost over two inputs", *ends]
    assert headings(ceilings, base, plan) == ["Summary", "Cost against unused capacity", *ends]
    drawn = ["Cost against each input", "Spending over the samples"]
    assert headings(samples(made, 9), base, plan) == ["Summary", *drawn, *ends]
    assert headings(samples(made, 7), base, plan) == ["Summary", *ends]
    assert design(grid, inputs_of(grid)).words == "a full grid of 3 × 2 values, 6 cases"
    assert design(alone, inputs_of(alone)).words == "6 cases with one of 3 inputs at a time"


def test_page_lists_every_case(alone: pd.DataFrame, base: pd.DataFrame, plan: Plan) -> None:
    text = sweep_page(alone, base, inputs_of(alone), plan, title="A sweep")
    assert text == sweep_page(alone.copy(), base.copy(), inputs_of(alone), plan, title="A sweep")
    page = Page(text)
    head, own, *rows = page.tables["Every case"]
    assert (own[0], [row[0] for row in rows]) == ("base", ["1", "2", "3", "4", "5", "6"])
    assert head[1:3] == ["headroom: headroom (MW) ×", "policy: max sites"]
    assert rows[0][1:5] == ["0.8", "base", "base", "optimal"]
    assert page.tables["Cases without a plan"][1] == ["4", "policy: max sites 1", "infeasible", "too little power"]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert [link for link in links if link and not link.startswith("#")] == [
        "plans/0000000000000000/", *(f"plans/{n:016x}/" for n in (1, 2, 3, 5, 6))
    ]  # fmt: skip
    assert all((a.get("src") or "data:").startswith("data:") for _, a in page.tags)
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def hostile(alone: pd.DataFrame) -> pd.DataFrame:
    named = alone.rename(columns={HEADROOM: f"sites[zone={SCRIPT}].x", "objective.minimise": '"><img src=x>.y*'})
    named["reason"] = f"</table>{SCRIPT}"
    named["plan"] = ["javascript:alert(1)", "plans/../..", "//evil.example", 'plans/a" onclick="x', "plans/ab", ""]
    return named


def test_text_stays_text(alone: pd.DataFrame, base: pd.DataFrame, plan: Plan) -> None:
    cases = hostile(alone)
    text = sweep_page(cases, base, inputs_of(cases), plan, title=f"</title>{SCRIPT}")
    assert SCRIPT not in text
    assert "<img src=x" not in text
    links = [a["href"] for tag, a in Page(text).tags if tag == "a" and not (a["href"] or "#").startswith("#")]
    assert links == ["plans/0000000000000000/", "plans/ab/"]


@pytest.mark.parametrize("size", [(1280, 800), (390, 800)])
@pytest.mark.parametrize("dark", [False, True])
def test_page_in_a_browser(
    size: tuple[int, int], dark: bool, alone: pd.DataFrame, base: pd.DataFrame, plan: Plan, open_page: Open
) -> None:
    cases = hostile(alone)
    opened = open_page(sweep_page(cases, base, inputs_of(cases), plan, title=f"</title>{SCRIPT}"), size=size, dark=dark)
    opened.assert_quiet()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert opened.page.evaluate("[...document.images].every((i) => i.complete && i.naturalWidth > 0)")
    table = opened.page.locator("#cases ~ .scroll table")
    cells = "(t) => [...t.tBodies[0].rows].map((r) => r.cells[1].textContent)"
    numbers = "(t) => [...t.tBodies[0].rows].map((r) => r.cells[0].textContent)"
    assert table.evaluate(numbers) == ["1", "2", "3", "4", "5", "6"]
    table.locator("th button").first.click()
    assert table.evaluate(numbers) == ["6", "5", "4", "3", "2", "1"]
    table.locator("th button").nth(1).click()
    assert table.evaluate(cells) == ["1.2", "1", "0.8", "base", "base", "base"]
    assert table.evaluate("(t) => t.tHead.rows[1].cells[0].textContent") == "base"  # however the cases are sorted
    opened.assert_quiet()
