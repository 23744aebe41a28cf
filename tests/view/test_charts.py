"""Charts and ledger: what is drawn and listed are the plan's own numbers; odd plans draw too."""

from __future__ import annotations

import itertools
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from optimizer import read_study
from optimizer.io.registers import KINDS, TERMS
from optimizer.plan import Plan
from optimizer.view import cost_waterfall, stack_deployment, unused_ledger
from optimizer.view.palette import AVOIDABLE, CREDIT
from tests.handmade import handmade_plan
from tests.small import RACKS, SITES, STUDY, write_small_study

from .test_map import ODD, pixels

COST = dict.fromkeys(TERMS, 0.0) | {"opening": 2e9, "halls": 14e9, "residual": -5e9, "waiting": 3e9, "idle_power": 4e8}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    scarce = {"sites.csv": SITES.replace(",70,", ",30,").replace(",100,", ",20,")}  # so that racks wait
    study = read_study(write_small_study(tmp_path / "small", files=scarce))
    plain = {term: 1.2 * value for term, value in COST.items()}
    facts = {"cost_usd": {"discounted": COST, "undiscounted": plain}, "objective_usd": sum(COST.values())}
    return handmade_plan(study, **facts)


def heights(ax: Any, word: str) -> dict[str, list[float]]:
    """Heights of the bars of each container whose label begins with the word."""
    return {
        bars.get_label().removeprefix(word).strip(): [b.get_height() for b in bars]
        for bars in ax.containers
        if bars.get_label().startswith(word)
    }


def by_vendor(frame: pd.DataFrame, column: str) -> dict[str, list[float]]:
    table = frame.pivot_table(index="vendor", columns="period", values=column, aggfunc="sum")
    return {str(v): row.tolist() for v, row in table.iterrows()}


def test_bars_are_the_tables_of_the_plan(plan: Plan) -> None:
    top, middle, _ = stack_deployment(plan).axes
    racks = plan.study.racks.set_index("sku")
    waiting = plan.waiting.assign(vendor=plan.waiting["sku"].map(racks["vendor"]))
    waiting["mw"] = waiting["delivered_racks"] * waiting["sku"].map(racks["rack_kw"]) / 1000
    delivered = {v: np.cumsum(row).tolist() for v, row in by_vendor(waiting, "mw").items()}
    serving = by_vendor(plan.assignments, "it_mw_in_service")
    for ax, word, expected in (
        (top, "delivered", delivered),
        (top, "in service", serving),
        (top, "energised", {"": list(plan.facts["energised_mw"].values())}),
        (middle, "waiting", by_vendor(waiting, "waiting_mw")),
    ):
        drawn = heights(ax, word)
        assert drawn.keys() == expected.keys()
        assert all(drawn[vendor] == pytest.approx(expected[vendor]) for vendor in drawn)
        assert any(any(row) for row in drawn.values()), word
    assert (top.get_ylabel(), middle.get_ylabel()) == ("IT MW", "IT MW")


@pytest.mark.parametrize(("least", "chose"), [(0.0, 1.0), (4.0, None), (1e9, 0.0)])
def test_waiting_is_split(plan: Plan, least: float, chose: float | None) -> None:
    unused = {**plan.facts["unused"], "waiting_rack_mw_years": 10.0, "unavoidable_waiting_mw_years": least}
    strip = stack_deployment(replace(plan, facts={**plan.facts, "unused": unused})).axes[2]
    widths = {bars.get_label(): bars[0].get_width() for bars in strip.containers}
    expected = 6.0 if chose is None else 10.0 * chose
    assert widths == pytest.approx({"nothing could avoid": 10.0 - expected, "the plan chose": expected})
    assert strip.get_xlabel() == "IT MW-years"


def test_unknown_split_is_said(plan: Plan) -> None:
    unused = {**plan.facts["unused"], "waiting_rack_mw_years": 10.0, "unavoidable_waiting_mw_years": None}
    strip = stack_deployment(replace(plan, facts={**plan.facts, "unused": unused})).axes[2]
    assert "not known what could be avoided" in strip.get_title(loc="left")


@pytest.mark.parametrize("discounted", [True, False])
def test_waterfall_falls_to_the_total(plan: Plan, discounted: bool) -> None:
    (ax,) = cost_waterfall(plan, discounted=discounted).axes
    *steps, total = [bars[0] for bars in ax.containers]
    scale = 1.0 if discounted else 1.2
    assert [s.get_width() for s in steps] == pytest.approx([2 * scale, 14 * scale, -5 * scale, 3 * scale, 0.4 * scale])
    ends = np.cumsum([s.get_width() for s in steps]).tolist()
    assert [s.get_x() for s in steps] == pytest.approx([0.0, *ends[:-1]])
    assert total.get_width() == pytest.approx(scale * plan.objective_usd / 1e9)
    assert sum(s.get_width() for s in steps) == pytest.approx(total.get_width())
    colours = [s.get_facecolor() for s in steps]
    assert [same(c, CREDIT) for c in colours] == [False, False, True, False, False]
    assert [same(c, AVOIDABLE) for c in colours] == [False, False, False, True, True]
    assert ax.get_xlabel() == "bn USD"


def same(colour: Any, name: str) -> bool:
    return "#{:02X}{:02X}{:02X}".format(*(round(255 * part) for part in colour[:3])) == name


def test_ledger_adds_up_to_the_plan(plan: Plan) -> None:
    ledger = unused_ledger(plan)
    sums = ledger.groupby("kind")["mw_years"].sum()
    for kind, key in ((kind.name, kind.total) for kind in KINDS.values() if kind.total):
        assert sums.get(kind, 0.0) == pytest.approx(plan.facts["unused"][key])
    assert ledger["usd"].sum() == pytest.approx(plan.unused["usd"].sum())
    assert ledger["usd"].is_monotonic_decreasing
    assert set(ledger.loc[ledger["site"] == "gamma", "site_kind"]) == {"GENERIC"}
    assert set(ledger.loc[ledger["site"] == "beta", "site_kind"]) == {"real"}
    racks = ledger[ledger["sku"] != ""]
    assert set(zip(racks["sku"], racks["vendor"], strict=True)) <= {("A1", "AMD"), ("B1", "Broadcom")}
    assert len(racks)


ONE_PERIOD = {
    "study.toml": STUDY.replace("last = 2027", "last = 2026"),
    "deliveries.csv": "sku,period,mw\nA1,2026,20\n",
}
MANY = {"study.toml": STUDY.replace("last = 2027", "last = 2029\nper_year = 4")}
NAMES = {"racks.csv": RACKS.replace("Broadcom", "_ $x^$ 芯片 <b>")}


@pytest.mark.parametrize(
    "files", [*ODD.values(), ONE_PERIOD, MANY, NAMES], ids=[*ODD.keys(), "one period", "16 periods", "odd names"]
)
def test_odd_plans_draw(files: dict[str, str], tmp_path: Path) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "odd", files=files)))
    nothing = dict.fromkeys(TERMS, 0.0)
    free = replace(plan, facts={**plan.facts, "cost_usd": {"discounted": nothing, "undiscounted": nothing}})
    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        for figure in (stack_deployment(plan), cost_waterfall(plan), cost_waterfall(free, discounted=False)):
            assert pixels(figure).std() > 3
    assert "every term is zero" in " ".join(texts(cost_waterfall(free)))
    assert len(unused_ledger(plan)) == len(plan.unused)


def texts(figure: Figure) -> Iterator[str]:
    for ax in figure.axes:
        yield ax.get_title(loc="left")
        yield from (t.get_text() for t in ax.texts)


def test_no_heading_is_wider_than_the_picture(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.view.charts.waits_by_rule", lambda _: True)
    unused = {**plan.facts["unused"], "waiting_rack_mw_years": 10_816.4, "unavoidable_waiting_mw_years": 10_483.2}
    figure = stack_deployment(replace(plan, facts={**plan.facts, "unused": unused}))
    figure.canvas.draw()
    titles = [ax._left_title for ax in figure.axes]
    assert "by rules or by choice 0.333 (orange)" in titles[-1].get_text()
    boxes = [title.get_window_extent() for title in titles]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert not any(a.overlaps(b) for a, b in itertools.combinations([*boxes, *(ax.bbox for ax in figure.axes)], 2))


def test_all_racks_waiting_and_none(tmp_path: Path) -> None:
    none = handmade_plan(read_study(write_small_study(tmp_path / "none", files=ODD["nothing delivered"])))
    assert "No rack waits" in " ".join(texts(stack_deployment(none)))
    assert "Waiting over the horizon: none" in " ".join(texts(stack_deployment(none)))
    stuck = handmade_plan(read_study(write_small_study(tmp_path / "stuck", files=ODD["no power at all"])))
    top = stack_deployment(stuck).axes[0]
    assert not np.any(list(heights(top, "in service").values()))


def test_notebooks_show_a_small_table(plan: Plan) -> None:
    shown = plan._repr_html_()
    assert "Small $x^2$ [bold]study[/bold]" in shown
    assert len(shown) < 2000
    config = plan.study.config
    hostile = config.model_copy(update={"study": config.study.model_copy(update={"name": "<script>alert(1)</script>"})})
    assert "<script" not in replace(plan, study=replace(plan.study, config=hostile))._repr_html_()


def test_import_is_light() -> None:
    code = "import sys, optimizer.view; print(*sorted({'matplotlib', 'pandas', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == []
