"""Pictures of a sweep: what is drawn are the table's numbers; odd tables draw too; keys and values are readable."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from optimizer.plan import Plan
from optimizer.view import (
    cost_waterfall,
    fan,
    heat_map,
    one_input,
    pareto,
    site_frequency,
    site_frequency_table,
    sweep_page,
    tornado,
)
from optimizer.view.sweep_frames import inputs_of
from optimizer.view.sweep_programme import programmes, told
from optimizer.view.sweep_words import readable, step_of, valued

from .sweep_frames import EPSILON, HEADROOM, SITES, Made, samples
from .test_map import pixels


def words(figure: Figure) -> str:
    return " | ".join(found.get_text() for found in figure.findobj(Text))


def bars(figure: Figure) -> list[Any]:
    return [bar for container in figure.axes[0].containers for bar in container]


def test_tornado_shows_changes_and_what_the_gap_hides(plan: Plan, alone: pd.DataFrame, base: pd.DataFrame) -> None:
    figure = tornado(alone, base)
    unit = 1e6 if plan.objective_usd < 1e10 else 1e9
    changes = [bar.get_width() * unit / plan.objective_usd for bar in bars(figure)]
    assert changes == pytest.approx([0.3, -0.2, 0.1, -0.005])  # by swing; without a plan there is no bar
    assert [bool(bar.get_hatch()) for bar in bars(figure)] == [False, False, False, True]
    told = words(figure)
    for part in ("×0.8:", "×1.2:", "1: infeasible", "cost:", "headroom: headroom (MW)", "within the gap"):
        assert part in told
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["objective: minimise", "policy: max sites", "headroom: headroom (MW)"]


GW = {"delivered_gw": 30.0, "placed_gw": 30.0, "delivered_gw_AMD_2026": 20.0, "delivered_gw_AMD_2027": 10.0}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"delivered_gw": 24.0, "placed_gw": 24.0, "delivered_gw_AMD_2027": 4.0}, "24.0 of 30.0 GW"),  # dropped
        ({"delivered_gw": 36.0, "placed_gw": 36.0, "delivered_gw_AMD_2027": 16.0}, "36.0 of 30.0 GW"),
        ({"placed_gw": 21.0}, "21.0 of 30.0 GW"),  # racks that still wait at the end
        ({"delivered_gw": 36.0, "delivered_gw_AMD_2027": 16.0}, "30.0 GW, 36.0 delivered"),
        ({"delivered_gw_AMD_2026": 5.0, "delivered_gw_AMD_2027": 25.0}, "30.0 GW, later"),
        ({"delivered_gw_AMD_2026": 25.0, "delivered_gw_AMD_2027": 5.0}, "30.0 GW, earlier"),
        ({"delivered_gw_AMD_2026": 15.0, "delivered_gw_Intel_2026": 5.0}, "30.0 GW, by other vendors"),
        ({"spend_2027_usd": np.nan}, "30.0 GW in other periods"),
        ({"delivered_gw": 30.01, "placed_gw": 30.01, "delivered_gw_AMD_2026": 20.01}, ""),  # whole pods round so much
        ({"delivered_gw": 24.0, "placed_gw": 24.0, "status": "infeasible"}, ""),
    ],
)
def test_other_programme_than_the_base_is_told(
    made: Made, base: pd.DataFrame, changed: dict[str, object], words: str
) -> None:
    intel = {"delivered_gw_Intel_2026": 0.0, "delivered_gw_Intel_2027": 0.0}
    cases = made([{SITES: 1}, {SITES: 2}], [0.5, 1.2]).assign(**GW, **intel)
    own = base.assign(**GW, **intel)
    assert programmes(cases, own) == ["", ""]
    assert told(cases, own) == ""
    for name, value in changed.items():
        cases[name] = [value, cases[name][1]]
    assert programmes(cases, own) == [words, ""]
    assert programmes(cases, base) == ["", ""]  # a table that says no GW
    assert ("no saving" in told(cases, own)) == bool(words)


def test_a_smaller_programme_is_no_saving_in_any_picture(made: Made, base: pd.DataFrame) -> None:
    own = base.assign(**GW)
    slip, hall = "deliveries[sku=*].period+", "sites.hall_usd_per_mw*"
    inputs = [{slip: 1}, {slip: 2}, {hall: 2.0}, {slip: 1, hall: 2.0}]
    less = GW | {"delivered_gw": 20.0, "placed_gw": 20.0, "delivered_gw_AMD_2027": 0.0}
    cases = made(inputs, [0.6, 0.5, 1.2, 0.8])
    for name in GW:
        cases[name] = [less[name], less[name], GW[name], less[name]]
    quarters = {f"spend_{year}_usd": f"spend_{year}Q1_usd" for year in (2026, 2027)}
    cases, own = cases.rename(columns=quarters), own.rename(columns=quarters)
    figure = tornado(cases, own)
    assert [bar.get_hatch() for bar in bars(figure)] == ["....", "....", None]
    for picture in (figure, one_input(cases, own, slip), heat_map(cases, slip, hall, base=own)):
        assert "A smaller or later programme is no saving: compare per GW" in words(picture)
        assert "† " in words(picture) or "†" in words(picture)
        assert "shift in quarters" in words(picture)
    rate = own["objective_usd"][0] * 0.5 / 20 / 1e6
    assert f"† 20.0 of 30.0 GW, {rate:,.2f} per GW" in words(figure)
    assert "+2 quarters:" in words(figure)
    page = sweep_page(cases, own, [slip, hall], None, title="Slip")
    assert "3 cases place 20.0 GW where the base places 30.0" in page
    assert page.count("20.0 of 30.0 GW</td>") == 3
    assert "1, 2" not in page
    assert "+1 quarter, +2 quarters" in page


def test_a_full_circle_claims_nothing(plan: Plan, alone: pd.DataFrame, base: pd.DataFrame) -> None:
    told_below = words(site_frequency(alone, plan))
    for part in ("Every case starts from the base's plan", "A full circle claims nothing", "pale: open in the base"):
        assert part in " ".join(told_below.split())
    assert "100 %" not in told_below  # of sites of the base, which every case keeps where it may
    page = sweep_page(alone, base, inputs_of(alone), plan, title="x")
    assert page.index("A full circle claims nothing") > page.index('id="sites"')


def test_ceilings_are_labelled_in_the_unit_of_the_axis(made: Made, base: pd.DataFrame) -> None:
    cases = made([{EPSILON: v} for v in (20_000.0, 30_000.0, 1_000_000.0)], [1.4, 1.2, 1.1])
    cases["unused_mw_years"] = [20_000.0, 29_900.0, 55_000.0]
    own = base.assign(unused_mw_years=70_000.0)
    figure = pareto(cases, own)
    assert {"ε 20", "ε 30", "ε not reached"} <= {text.get_text() for text in figure.axes[0].texts}
    assert "GW-years" in words(figure)


def test_tornado_of_forty_inputs_shows_the_widest(made: Made, base: pd.DataFrame) -> None:
    inputs = [{f"figures.f{n}": value} for n in range(40) for value in (1.0, 2.0)]
    figure = tornado(made(inputs, [1 - n / 100 if low else 1.0 for n in range(40) for low in (1, 0)]), base, most=5)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [f"f{n}" for n in (39, 38, 37, 36, 35)]
    assert "35 more inputs change less" in words(figure)


def test_front_is_what_nothing_beats(ceilings: pd.DataFrame, base: pd.DataFrame) -> None:
    figure = pareto(ceilings, base)
    top, below = figure.axes
    told = words(figure)
    assert "ε 50: infeasible" in told
    assert "base" in told
    assert len(below.containers) == 0  # the base costs least and leaves least unused
    dear = base.assign(objective_usd=base["objective_usd"] * 2, money_usd=base["money_usd"] * 2)
    top, below = pareto(ceilings, dear, quantity="objective_usd").axes
    steps = next(line for line in top.lines if line.get_drawstyle() == "steps-post")
    assert steps.get_xdata() == pytest.approx([100.0, 120.0, 140.0])
    costs = ceilings["objective_usd"]
    rates = [(dear["objective_usd"][0] - costs[1]) / 20, (costs[1] - costs[3]) / 20]
    unit, named = (1e6, "M USD") if max(rates) < 1e10 else (1e9, "bn USD")
    assert (top.get_ylabel(), below.get_ylabel()) == (named, f"{named} per\nMW-year avoided")
    assert [bar[0].get_height() * unit for bar in below.containers] == pytest.approx(rates)
    drawn = {t.get_text() for t in top.texts}
    assert {"ε 120", "ε 140", "base"} <= drawn
    assert "ε 130" not in drawn


def test_heat_map_fills_cells(grid: pd.DataFrame) -> None:
    figure = heat_map(grid, HEADROOM, SITES)
    cells = figure.axes[0].patches
    assert len(cells) == 6
    assert sum(bool(cell.get_hatch()) for cell in cells) == 2
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["×0.8", "×1", "×1.2"]
    assert {"infeasible", "failed"} <= {text.get_text() for text in figure.axes[0].texts}
    text = grid.assign(**{SITES: ["few", "many"] * 3})
    labels = heat_map(text, HEADROOM, SITES).axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["few", "many"]


def test_sites_are_counted_over_cases_with_a_plan(plan: Plan, grid: pd.DataFrame) -> None:
    strange = grid.assign(opened=[f"{row};elsewhere" if row else "" for row in grid["opened"]])
    table = site_frequency_table(strange, plan).set_index("site")
    has = strange["opened"] != ""
    for site in plan.study.sites["site"]:
        share = sum(site in row.split(";") for row in strange["opened"][has]) / has.sum()
        assert table.loc[site, "share"] == pytest.approx(share)
    assert (table.loc["elsewhere", "kind"], table.loc["elsewhere", "share"]) == ("", 1.0)
    assert table.loc["gamma", "kind"] == "GENERIC"
    told = words(site_frequency(strange, plan))
    assert f"over {has.sum()} cases with a plan" in told
    assert "GENERIC site: not a project" in told
    assert "Beta 50 %" in told
    assert "1 sites of the cases are not in the base" in told


def test_fan_holds_the_cases(made: Made, base: pd.DataFrame) -> None:
    cases = samples(made, 40)
    figure = fan(cases, base)
    total = cases["spend_2026_usd"] + cases["spend_2027_usd"]
    unit = 1e6 if total.max() < 1e10 else 1e9
    median, own = figure.axes[0].lines
    assert median.get_ydata()[-1] * unit == pytest.approx(total.median())
    assert own.get_ydata()[-1] * unit == pytest.approx(base["spend_2026_usd"][0] + base["spend_2027_usd"][0])
    single = fan(cases.drop(columns="spend_2027_usd"), base)
    assert sum(bar.get_height() for bar in single.axes[0].patches) == 40


def test_curve_has_gaps(alone: pd.DataFrame, base: pd.DataFrame) -> None:
    figure = one_input(alone, base, HEADROOM)
    (gaps,) = figure.axes[0].collections
    lengths = [np.ptp(path.vertices[:, 1]) for path in gaps.get_paths()]
    unit = 1e6 if alone["objective_usd"].max() < 1e10 else 1e9
    assert lengths == pytest.approx([0.01 * v / unit for v in alone["objective_usd"][:3]])
    assert "no plan: infeasible" in words(one_input(alone, base, SITES))
    assert "do not vary" in words(one_input(alone, base, "nothing"))


def odd_table(name: str, made: Made, alone: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.DataFrame({"number": [], "case": [], "status": []})
    tables: dict[str, Callable[[], pd.DataFrame]] = {
        "empty": lambda: alone.head(0),
        "failed": lambda: alone.assign(status="failed", objective_usd=np.nan),
        "no numbers": lambda: alone.assign(objective_usd=np.nan, bound_usd=np.nan, money_usd=np.nan, gap=np.nan),
        "no bounds": lambda: alone.assign(bound_usd=np.nan, gap=np.nan),
        "one case": lambda: alone.head(1),
        "gains": lambda: alone.assign(objective_usd=-alone["objective_usd"], money_usd=-alone["money_usd"]),
        "few columns": lambda: alone[["number", "case", HEADROOM, SITES, "status"]],
        "many samples": lambda: samples(made, 300),
        "strange name": lambda: alone.rename(columns={HEADROOM: "x[_ $y^$=<b>].芯片*"}),
        "nothing": lambda: nothing,
    }
    return tables[name]()


ODD = (
    "empty", "failed", "no numbers", "no bounds", "one case", "gains", "few columns", "many samples", "strange name",
    "nothing",
)  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_tables_draw(name: str, made: Made, alone: pd.DataFrame, base: pd.DataFrame, plan: Plan) -> None:
    cases = odd_table(name, made, alone)
    first, second = [*inputs_of(cases), "a", "b"][:2]
    without = (base.head(0), base.assign(status="infeasible", objective_usd=np.nan)) if len(cases) == 1 else ()
    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        for own in (base, *without):
            for figure in (
                tornado(cases, own),
                tornado(cases, own, quantity="unused_mw_years"),
                pareto(cases, own),
                one_input(cases, own, first),
                fan(cases, own),
            ):
                assert pixels(figure).std() > 3
        for figure in (heat_map(cases, first, second), site_frequency(cases, plan)):
            assert pixels(figure).std() > 3
        assert "Every case" in sweep_page(cases, base, inputs_of(cases), None, title="odd")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sites[zone=p61].energy_usd_per_mwh*", "sites zone p61: energy (USD per MWh)"),
        ("sites[zone=p61,kind=generic].open_usd", "sites zone p61, kind generic: open (USD)"),
        ("policy.max_unused_mw_years", "policy: max unused (MW-years)"),
        ("figures.lead_ercot", "lead ercot"),
        ("name", "name"),
    ],
)
def test_keys_are_readable(key: str, said: str) -> None:
    assert readable(key) == said


def test_values_are_readable() -> None:
    assert [valued("a.b*", 0.8), valued("a.b+", 2), valued("a.b+", -1), valued("a.b", 8.4e6)] == [
        "×0.8", "+2", "−1", "8,400,000"
    ]  # fmt: skip
    assert [valued("a.b", True), valued("a.b", "text"), valued("a.b", 0.0)] == ["True", "text", "0"]


def test_notebook_shows_pictures_without_a_backend(alone: pd.DataFrame, base: pd.DataFrame, plan: Plan) -> None:
    for figure in (tornado(alone, base), cost_waterfall(plan)):
        assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("slips", "ramps", "step"),
    [
        ([0, 1], [2, 0], "half-year"),
        (["0", "6mo"], ["-3mo", "0"], "month"),
        (["0", "6mo"], [1, 0], "period"),
        (["1", "6mo"], ["0", "3mo"], "period"),
    ],
)
def test_shifts_say_what_they_count(slips: list[object], ramps: list[object], step: str) -> None:
    shifts = {"deliveries.period+": slips, "site_ramp.period+": ramps}
    assert step_of(pd.DataFrame(shifts | {"spend_2026H1_usd": [1.0, 1.0], "spend_2026H2_usd": [1.0, 1.0]})) == step
