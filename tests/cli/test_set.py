"""--set speaks the language of changes: selectors, operators, shifts and figures, in every command that has it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from optimizer import read_study
from optimizer.variants import changed
from tests.small import write_small_study

from .conftest import Run
from .inside import inside

HEADER = "figure,table,column,selector,low,central,high,unit,rule\n"
FIGURES = f"{HEADER}price,sites,hall_usd_per_mw,,5e6,1e7,2e7,USD/MW,scale: x\n"


@pytest.fixture
def call(tmp_path: Path) -> Run:
    write_small_study(tmp_path / "small", files={"figures.csv": FIGURES})
    return inside(tmp_path)


def test_a_plan_holds_the_study_as_it_was_changed(call: Run, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("sku,period,mw\nA1,2026,10\nB1,2027,20\n", encoding="utf-8")
    changes = [
        "sites[site=gamma].max_mw+=500",
        "headroom[zone=z1].headroom_mw*=0.5",
        "racks[vendor=AMD].available_from=2026",
        "deliveries[vendor=Broadcom].period+=1",
        "figures.price=2e7",
        "policy.max_sites=none",
        "money.discount_rate=0.1",
    ]
    arguments = [word for change in changes for word in ("--set", change)]
    done = call("solve", "small", "--deliveries", "few.csv", *arguments, "--drop-late", "--gap", "0.05", "-o", "plan")
    assert done.returncode == 0, done.stderr
    assert call("verify", "plan").returncode == 0
    study = read_study(tmp_path / "plan/study")
    assert study.sites.set_index("site").loc["gamma", ["max_mw", "hall_usd_per_mw"]].tolist() == [580, 2e7]
    assert study.headroom["headroom_mw"].tolist() == [30, 100]
    assert study.deliveries[["sku", "mw"]].to_numpy().tolist() == [["A1", 10]]  # what came in 2027 is past the horizon
    assert (study.config.policy.max_sites, study.config.money.discount_rate) == (None, 0.1)
    told = call("check", "small", "--set", "sites[kind=campus].max_mw*=10", "--strict")
    assert told.returncode == 2
    assert "max_mw" in told.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["sites[site=gama].max_mw+=1"], 'no row of sites has site = gama – did you mean "gamma"?'),
        (["sites.peak_pue=0.9"], "--set sites.peak_pue: 0.9 is below 1"),
        (["figures.prize=1"], '--set figures.prize: is no figure – did you mean "price"?'),
        (["deliveries.period+=1"], "leave them out with --drop-late"),
        (["sites.max_mw*=2", "sites.max_mw*=3"], "--set sites.max_mw*: stands twice – write it once"),
        (["sites.max_mw*="], "--set: sites.max_mw*= is no assignment"),
        (["sites[site=gamma].max_mw-=5"], "is no assignment"),  # a key without the sign would be set to 5
        (["sites.max_mw+=10%"], "--set sites.max_mw+: 10% adds a percentage – multiply: sites.max_mw*=1.1"),
        (["sites.max_mw+=some", "policy.max_site=3"], "--set sites.max_mw+: some is not a number"),
        (["sites.max_mvv*=2"], '--set sites.max_mvv*: sites has no column "max_mvv"'),
        (["sites[site=gama].max_mw+=1", "policy.max_sites=two"], "no row of sites has site = gama"),
        (
            ["deliveries.period+=0.5", "policy.max_site=3"],
            "--set deliveries.period+: 0.5 is no whole number of periods",
        ),
        (["sites=3"], "--set sites: is no key – write sites[COLUMN=VALUE].COLUMN"),
        (
            ["policy.max_sites*=1.1"],
            "--set policy.max_sites*: 1.1 makes policy.max_sites 3.3, which is no whole number",
        ),
        (
            ["sitez.max_mw+=5", "policy.max_site=3"],
            '--set policy.max_site: is no key of this format – did you mean "ma',
        ),
        (["sitez.max_mw+=5", "policy.max_site=3"], '--set sitez.max_mw+: "sitez" is no table and no section'),
    ],
)
def test_what_can_not_be_changed_is_named_as_in_sweeps(call: Run, changes: list[str], words: str) -> None:
    done = call("check", "small", *(word for change in changes for word in ("--set", change)))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_sweep_varies_the_changed_study_and_no_figure_twice(call: Run, tmp_path: Path) -> None:
    arguments = ("sweep", "small", "--vary", "figures.price=5e6", "-o", "out", "--set")
    done = call(*arguments, "figures.price=2e7")
    assert done.returncode == 2
    assert "--set figures.price: is varied by the sweep" in done.stderr
    study = read_study(tmp_path / "small")
    one = changed(study, {"sites[site=alpha].max_mw+": 20, "deliveries.mw*": 2})
    assert one.sites["max_mw"].tolist() == [80, 40, 80]
    pd.testing.assert_series_equal(one.deliveries["mw"], study.deliveries["mw"] * 2)
    assert study.sites["max_mw"].tolist() == [60, 40, 80]
    assert changed(study, {}) is study
