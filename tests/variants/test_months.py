"""Shifts by months: labels of any length move to the quarter, and a shift that no period shows is doubted."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_study, solve
from optimizer.parameters import Parameters
from optimizer.variants import changed
from optimizer.variants.assignments import assigned
from optimizer.variants.cases import made
from tests.small import DELIVERIES, STUDY, write_small_study

ROBUST = Path(__file__).parents[1] / "conformance" / "robust"
RAMP = "site,period,interconnection_mw,existing_mw\nbeta,2025,30,4\nbeta,2026H2,40,\n"


def small(folder: Path, *, per_year: int = 1, deliveries: str = DELIVERIES) -> Study:
    text = STUDY.replace('sites = "sites.csv"', 'sites = "sites.csv"\nsite_ramp = "ramp.csv"')
    study = read_study(
        write_small_study(folder, files={"study.toml": text, "ramp.csv": RAMP, "deliveries.csv": deliveries})
    )
    return study.replace(keys={"periods.per_year": per_year, "periods.last": 2029})


@pytest.mark.parametrize("name", ["10-months-in-years", "11-months-in-quarters"])
def test_each_scenario_has_its_answer(name: str) -> None:
    study = read_study(ROBUST / name)
    answers = {s["name"]: s for s in json.loads((ROBUST / name / "answer.json").read_text("utf-8"))["scenarios"]}
    for scenario in tomllib.loads((ROBUST / name / "scenarios.toml").read_text("utf-8"))["scenario"]:
        plan = solve(changed(study, assigned(scenario["changes"], "changes")))
        answer = answers[scenario["name"]]
        assert plan.objective_usd == pytest.approx(answer["foresight_usd"] - answer["late_usd"], abs=1.0)


def test_a_label_keeps_its_length_or_takes_the_longest_that_fits() -> None:
    shifted = changed(read_study(ROBUST / "10-months-in-years"), {"deliveries.period+": "6mo"})
    assert shifted.deliveries["period"].tolist() == ["2027H2", "2028H1", "2027Q4", "2028Q1"]
    assert changed(shifted, {"deliveries.period+": "12mo"}, drop_late=True).deliveries["period"].tolist() == [
        "2028H2",
        "2028Q4",
    ]
    back = changed(shifted, {"deliveries.period+": "-6mo"})
    assert back.deliveries["period"].tolist() == ["2027H1", "2027H2", "2027Q2", "2027Q3"]


@pytest.mark.parametrize(("per_year", "months"), [(1, 12), (2, 6), (2, 18), (4, 3), (4, 9)])
def test_months_of_whole_periods_are_periods(tmp_path: Path, per_year: int, months: int) -> None:
    study = small(tmp_path, per_year=per_year, deliveries="sku,period,racks\nA1,2026,130\nB1,2026Q4,70\nB1,2027,50\n")
    for key in ("deliveries.period+", "site_ramp.period+"):
        by_months = Parameters.of(changed(study, {key: f"{months}mo"}))
        by_periods = Parameters.of(changed(study, {key: months * per_year // 12}))
        assert by_months.delivered_pods.tolist() == by_periods.delivered_pods.tolist()
        assert by_months.interconnection_mw.tolist() == by_periods.interconnection_mw.tolist()


def test_a_long_label_is_spread_before_its_parts_move(tmp_path: Path) -> None:
    study = small(tmp_path, per_year=2, deliveries="sku,period,mw\nA1,2026,20\n")
    shifted = changed(study, {"deliveries.period+": "3mo"}).deliveries
    assert shifted[["period", "mw"]].to_numpy().tolist() == [["2026Q2", 10.0], ["2026Q4", 10.0]]


def test_a_ramp_moves_every_column_of_its_rows(tmp_path: Path) -> None:
    ramp = changed(small(tmp_path), {"site_ramp[site=beta].period+": "6mo"}).site_ramp
    assert ramp[["period", "interconnection_mw", "existing_mw"]].fillna(0).to_numpy().tolist() == [
        ["2025H2", 30.0, 4.0],
        ["2027H1", 40.0, 0.0],
    ]


def test_what_is_no_shift_is_refused_before_any_solve(tmp_path: Path) -> None:
    study = small(tmp_path)
    cure = " – shift by whole periods of the study, or by months, each apart: 1,2 or 3mo,6mo"
    wanted = {
        "4mo": "is no multiple of 3 months, the shortest label",
        "1.5mo": "carries a unit or a letter, where a number is needed",
        "0.5": "is no whole number of periods",
    }
    for value, reason in wanted.items():
        with pytest.raises(InputError) as caught:
            changed(study, {"site_ramp.period+": value}, origin="--set")
        assert [str(fault) for fault in caught.value.faults] == [f"--set site_ramp.period+: {value} {reason}{cure}"]
    for key, months, word in (("deliveries", "-12mo", "before the first"), ("deliveries", "60mo", "past the last")):
        with pytest.raises(InputError, match=word):
            changed(study, {f"{key}.period+": months})
    with pytest.raises(InputError, match="alpha"):
        changed(study, {"site_ramp[site=alpha].period+": "6mo"})


def test_a_shift_that_no_period_shows_is_doubted(tmp_path: Path) -> None:
    study = small(tmp_path)
    doubts = changed(study, {"deliveries[sku=A1].period+": "6mo"}, origin="--set").warnings
    assert [str(doubt) for doubt in doubts if "deliveries" in doubt.column] == [
        "--set deliveries[sku=A1].period+: 6mo changes no period of the study: every row begins in the same one as "
        "before: A1 2026, A1 2027 – set periods.per_year = 2 to see it"
    ]
    outside = changed(study, {"site_ramp[period=2025].period+": "-12mo"}).warnings
    assert [doubt.column for doubt in outside if doubt.file == "changes"] == ["site_ramp[period=2025].period+"]
    quarters = small(tmp_path / "quarters", per_year=4)
    for key, value in (("deliveries.period+", "0"), ("deliveries.period+", "12mo")):
        assert not [doubt for doubt in changed(study, {key: value}).warnings if doubt.file == "changes"]
    assert not [d for d in changed(quarters, {"deliveries.period+": "3mo"}).warnings if d.file == "changes"]
    cases = made(study, pd.DataFrame({"deliveries.period+": ["0", "6mo", "12mo"]}))
    assert [len(case.doubts) for case in cases] == [0, 1, 0]
