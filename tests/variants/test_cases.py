"""Cases: what a key selects, what an operator does to cells and labels, and every fault before the first solve."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.io.schema import TABLES
from optimizer.parameters import Parameters
from optimizer.variants import grid, one_at_a_time
from optimizer.variants.assignments import case_table
from optimizer.variants.cases import Case, made
from tests.small import DELIVERIES, RACKS, SITES, STUDY, write_small_study

PRICES = "zone,period,usd_per_mwh\nz1,2026,50\nz2,2026,40\nz2,2027,60\n"
RAMP = "site,period,interconnection_mw,onsite_mw\nbeta,2025,30,\nbeta,2026Q3,40,5\nbeta,2027,50,\n"
SKUS = RACKS.replace("pod_racks\n", "pod_racks,available_from\n").replace(",10\n", ",10,2026Q3\n")


def small(folder: Path, **files: str) -> Study:
    """The small study with prices by zone and a ramp; ``files`` replaces more of its files."""
    study = STUDY.replace('sites = "sites.csv"', 'sites = "sites.csv"\nsite_ramp = "ramp.csv"')
    texts = {"study.toml": study, "ramp.csv": RAMP, "grid/energy_prices.csv": PRICES}
    return read_study(write_small_study(folder, files=texts | {n.replace("__", "."): t for n, t in files.items()}))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return small(tmp_path)


def case(study: Study, key: str, value: object, **options: bool) -> Study:
    return made(study, pd.DataFrame({key: [value]}), **options)[0].study


def column(study: Study, table: str, name: str) -> dict[str, Any]:
    frame = study.table(table)
    return dict(zip(frame.iloc[:, 0], frame[name], strict=True))


def faults(study: Study, cases: object, **options: bool) -> list[str]:
    with pytest.raises(InputError) as caught:
        made(study, cases, **options)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("selector", "changed"),
    [
        ("", {"alpha", "beta", "gamma"}),
        ("[zone=z1]", {"alpha", "beta"}),
        ("[zone=z1|z2;kind=generic]", {"gamma"}),
        ("[zone=z1, kind=campus, max_mw=40]", {"beta"}),
        ("[site=*a;name=Alpha*]", {"alpha"}),
        ("[committed=false;existing_mw=20]", {"alpha"}),
    ],
)
def test_selector_takes_rows_by_their_own_and_their_zones_columns(
    study: Study, selector: str, changed: set[str]
) -> None:
    leads = column(case(study, f"sites{selector}.hall_lead_years", 0.5), "sites", "hall_lead_years")
    assert {site for site, lead in leads.items() if lead == 0.5} == changed


def test_selectors_see_joined_columns(study: Study) -> None:
    ramp = case(study, "site_ramp[kind=campus;zone=z1].interconnection_mw*", 2).site_ramp
    assert ramp["interconnection_mw"].tolist() == [60, 80, 100]
    mw = case(study, "deliveries[vendor=AMD;period=2027].mw+", 20).deliveries["mw"]
    assert mw.tolist() == [20, 40, 30, 30]


def test_unchanged_tables_are_the_very_same_objects_and_the_base_stays_as_it_was(study: Study) -> None:
    before = {name: study.table(name).copy() for name in TABLES}
    cases = made(study, grid({"sites.peak_pue": [1.2], "deliveries.period+": [0], "policy.max_sites": [2]}))
    same = [name for name in TABLES if cases[0].study.table(name) is study.table(name)]
    assert same == [name for name in TABLES if name != "sites"]
    assert made(study, grid({"sites.peak_pue*": [1]}))[0].study is study
    for name, frame in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(study.table(name)))


def test_replace_keeps_what_a_study_says_when_all_its_tables_are_parsed_anew(tmp_path: Path) -> None:
    sites = SITES.replace("max_mw", "colour,max_mw").replace(",z1,", ",,red,").replace(",z2,", ",z2,blue,")
    base = small(tmp_path, sites__csv=sites.replace(",60,20,20,70", ",60,20,20,7"))
    anew = base.replace(**{name: base.table(name) for name in TABLES if len(base.table(name))})
    kept = base.replace(keys={})
    assert list(kept.warnings) == list(anew.warnings)
    assert any("colour" in str(w) for w in kept.warnings)
    moved = base.zones.assign(zone=["z2", "z1"])
    other = base.replace(zones=moved, sites=base.sites.assign(zone=""))
    assert column(other, "sites", "zone") == {"alpha": "z2", "beta": "z2", "gamma": "z1"}
    assert column(base, "sites", "zone") == {"alpha": "z1", "beta": "z1", "gamma": "z2"}
    assert base.folder == tmp_path == kept.folder


def test_an_empty_price_is_multiplied_as_the_zones_where_that_is_one_number(study: Study) -> None:
    found = column(case(study, "sites[zone=z1].energy_usd_per_mwh*", 1.2), "sites", "energy_usd_per_mwh")
    assert found["alpha"] == found["beta"] == 60
    assert math.isnan(found["gamma"])
    onsite = column(case(study, "sites[zone=z1].onsite_usd_per_mwh+", 5), "sites", "onsite_usd_per_mwh")
    assert onsite["beta"] == 55  # alone has on-site power
    assert faults(study, grid({"sites.energy_usd_per_mwh*": [1.2]})) == [
        "cases:1 sites.energy_usd_per_mwh*: 1.2 meets sites that take the price of zone z2, which is not the same in "
        "every period – vary the zones' price: energy_prices[zone=z2].usd_per_mwh*"
    ]


def test_an_empty_cell_is_what_it_stands_for(study: Study) -> None:
    ramp = case(study, "site_ramp[period=2027].onsite_mw*", 3).site_ramp
    assert ramp["onsite_mw"].tolist()[1:] == [5, 15]  # the empty cell holds the period before
    wide = column(case(study, "sites.interconnection_mw*", 2), "sites", "interconnection_mw")
    assert wide == {"alpha": 140, "beta": 100, "gamma": 200}
    lifted = case(study.replace(keys={"policy.max_sites": None}), "policy.max_sites", 2)
    assert lifted.config.policy.max_sites == 2
    assert case(study, "policy.max_sites", "none").config.policy.max_sites is None
    waiting = case(study, "racks[sku=A1].waiting_usd_per_mw_year*", 2).racks["waiting_usd_per_mw_year"]
    assert waiting[0] == 16e6


@pytest.mark.parametrize("per_year", [1, 2, 4])
@pytest.mark.parametrize("skus", [RACKS, SKUS])
@pytest.mark.parametrize("deliveries", [DELIVERIES, "sku,period,racks\nA1,2026,130\nB1,2026Q4,70\nB1,2027,50\n"])
def test_a_shift_moves_each_periods_delivery_whole(tmp_path: Path, per_year: int, skus: str, deliveries: str) -> None:
    base = small(tmp_path, racks__csv=skus, deliveries__csv=deliveries).replace(
        keys={"periods.per_year": per_year, "periods.last": 2028}
    )
    pods = Parameters.of(base).delivered_pods
    moved = Parameters.of(case(base, "deliveries.period+", 1, drop_late=True)).delivered_pods
    assert moved[:, 0].tolist() == [0, 0]
    assert moved[:, 1:].tolist() == pods[:, :-1].tolist()
    assert moved.sum() > 0


@pytest.mark.parametrize("per_year", [1, 2, 4])
@pytest.mark.parametrize("shift", [-1, 1, 2])
def test_a_shift_moves_standing_values(study: Study, per_year: int, shift: int) -> None:
    base = study.replace(keys={"periods.per_year": per_year, "periods.last": 2029})
    for key, array, row in (
        ("site_ramp.period+", "interconnection_mw", 1),
        ("site_ramp.period+", "onsite_mw", 1),
        ("headroom[zone=z2].period+", "headroom_mw", 1),
    ):
        before = getattr(Parameters.of(base), array)[row]
        after = getattr(Parameters.of(case(base, key, shift)), array)[row]
        middle = slice(shift, None) if shift > 0 else slice(None, shift)
        earlier = slice(None, -shift) if shift > 0 else slice(-shift, None)
        assert after[middle].tolist() == before[earlier].tolist(), key
    late = Parameters.of(case(base, "site_ramp.period+", 4 * per_year))
    assert late.interconnection_mw[1, 0] == 50  # before the first value the site's own


def test_deliveries_outside_the_horizon_are_faults_or_left_out(study: Study) -> None:
    varied = grid({"deliveries[vendor=AMD].period+": [-1, 1]})
    assert faults(study, varied) == [
        "cases:1 deliveries[vendor=AMD].period+: -1 moves deliveries before the first period, 2026: A1 of 2026 – "
        "shift by less, or begin earlier with periods.first",
        "cases:2 deliveries[vendor=AMD].period+: 1 pushes deliveries past the last period, 2027: A1 of 2027 – "
        "leave them out with --drop-late (drop_late=True), or end later with periods.last",
    ]
    left = case(study, "deliveries[vendor=AMD].period+", 1, drop_late=True).deliveries
    assert left[["sku", "period", "mw"]].to_numpy().tolist() == [
        ["A1", "2027", 20],
        ["B1", "2026", 30],
        ["B1", "2027", 30],
    ]
    longer = made(study, pd.DataFrame({"periods.last": ["2028"], "deliveries.period+": [1]}))[0].study
    assert longer.deliveries["period"].tolist() == ["2027", "2028"] * 2


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("sties.peak_pue", 1, '"sties" is no table and no section of study.toml – did you mean "sites"?'),
        ("sites.peakpue", 1, 'sites has no column "peakpue" – did you mean "peak_pue"?'),
        ("policy.max_site", 1, 'is no key of study.toml – did you mean "policy.max_sites"?'),
        ("files.sites", "x.csv", "is the path of a file"),
        ("sites[zon=z1].peak_pue", 1, 'did you mean "zone"?'),
        ("sites[zone=z9].peak_pue", 1, "selects nothing: no row of sites has zone = z9 – values are z1, z2"),
        ("sites[zone=z1|z3].peak_pue", 1, "selects nothing: no row of sites has zone = z3"),
        ("sites[zone=z1;kind=generic].peak_pue", 1, "selects nothing: no row of sites has zone = z1 and kind = g"),
        ("lines.capacity_mw", 1, "selects nothing: lines has no rows"),
        ("sites[zone].peak_pue", 1, '"zone" is no condition'),
        ("sites.peak_pue", "high", "high is not a number, where a number is needed"),
        ("deliveries.period+", "-1:1:1", "-1:1:1 is not a number, where a number is needed – shift by whole periods"),
        ("sites.peak_pue", 0.5, "0.5 is below 1 – write a ratio from 1 to 3"),
        ("sites[site=beta].peak_pue*", 0.5, 'makes peak_pue of sites 0.65, which is below 1 (site "beta")'),
        ("sites.name*", 2, "multiplies name, which is no column of numbers"),
        ("sites[site=alpha].hall_usd_per_mw", 9999999, "looks like a mark for a missing value"),
        ("site_ramp.existing_mw*", 2, "finds nothing to multiply: no selected row of site_ramp has existing_mw"),
        ("policy.max_site_share*", 2, "finds nothing to multiply: the study does not set it – set it: policy"),
        ("policy.max_sites*", 1.5, "makes policy.max_sites 4.5, which is no whole number – set it: policy.max_sites=4"),
        ("policy.max_sites", 2.5, "2.5 is no whole number"),
        ("money.discount_rate", 8, "8 is above 1 – write a share"),
        ("deliveries.period+", 0.5, "0.5 is no whole number of periods"),
        ("deliveries.period*", 2, "multiplies a period"),
        ("deliveries.racks*", 2, "meets rows that give mw and no racks – vary mw"),
        ("figures.lead", 2, "there is no figures table beside the study"),
    ],
)  # fmt: skip
def test_bad_keys_and_values_are_named_with_a_cure(study: Study, key: str, value: object, words: str) -> None:
    found = faults(study, pd.DataFrame({key: [value]}))
    assert len(found) == 1
    assert words in found[0]
    assert "figures" in key or key in found[0]


def test_every_fault_of_every_case_is_told_at_once_and_the_same_fault_once(study: Study) -> None:
    table = pd.DataFrame(
        {
            "policy.max_sites": [2, None] * 10,
            "money.discount_rate": [2.0] * 18 + [None, 0.1],
            "sites[site=beta].max_mw*": [0.1 + n / 1000 for n in range(19)] + [None],
            "racks.rackkw": [1] * 20,
        }
    )
    found = faults(study.replace(sites=study.sites.assign(existing_mw=30)), table)
    assert len(found) == 3
    assert 'racks has no column "rackkw" – did you mean "rack_kw"?' in found[0]
    words = "cases:1 sites[site=beta].max_mw*: 0.1 makes max_mw of sites 4, which is below the existing_mw of 2026, 30"
    assert found[1].startswith(words)
    assert "(cases in rows 1, 2, 3 and 16 more)" in found[1]
    assert found[2].startswith("cases:1 money.discount_rate: 2 is above 1 (cases in rows 1, 2, 3 and 15 more)")


def test_a_fault_of_two_keys_together_names_both(study: Study) -> None:
    table = pd.DataFrame({"periods.last": ["2028"], "deliveries.period+": [-1], "racks.available_from": ["2026"]})
    assert all("deliveries.period+" in fault for fault in faults(study, table))
    clash = pd.DataFrame({"policy.forbid": ['["alpha"]'], "sites[site=alpha].committed": ["true"]})
    assert "is committed in sites" in faults(study, clash)[0]


def test_a_table_of_cases_is_named_by_file_and_line(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text('policy.max_sites,"sites[zone=z1,kind=campus].peak_pue"\n2,\n\n,0.9\n3,1.4\n', encoding="utf-8")
    assert faults(study, case_table(str(file))) == [
        f"{file}:4 sites[zone=z1,kind=campus].peak_pue: 0.9 is below 1 – write a ratio from 1 to 3, such as 1.3"
    ]
    frame = case_table(str(file)).drop(index=1)
    frame.to_parquet(tmp_path / "cases.parquet")
    frame.to_excel(tmp_path / "book.xlsx", sheet_name="some", index=False)
    for name in ("cases.parquet", "book.xlsx#some"):
        found = made(study, case_table(str(tmp_path / name)))
        assert [c.inputs for c in found] == [
            {"policy.max_sites": 2},
            {"policy.max_sites": 3, "sites[zone=z1,kind=campus].peak_pue": 1.4},
        ]


def test_variants_say_what_differs(study: Study) -> None:
    other = study.replace(
        keys={"policy.max_sites": 2, "policy.forbid": ["beta"]}, racks=study.racks.assign(rack_kw=99.0)
    )
    found = made(study, {"first": other, "same": study})
    assert [(c.number, c.inputs.get("name")) for c in found] == [(1, "first"), (2, "same")]
    assert found[0].inputs.keys() - {"name"} == {"policy.max_sites", "policy.forbid", "racks"}
    assert found[0].inputs["policy.forbid"] == "beta"
    again = study.replace(racks=study.racks.assign(rack_kw=99.0))
    assert made(study, [again])[0].inputs == {"racks": found[0].inputs["racks"]}
    assert isinstance(found[0], Case)
    assert faults(study, [study, "x"]) == ["cases:2: is a str, no Study – pass study.replace(…)"]
    assert "there is no case" in faults(study, [])[0]
    assert "is a int, no cases" in faults(study, 3)[0]


def test_an_empty_cell_leaves_the_studys_value(study: Study) -> None:
    found = made(study, one_at_a_time({"policy.max_sites": [1, 2], "money.discount_rate": [0.1]}))
    assert [c.inputs for c in found] == [{"policy.max_sites": 1}, {"policy.max_sites": 2}, {"money.discount_rate": 0.1}]
    assert [c.study.config.policy.max_sites for c in found] == [1, 2, 3]
    assert np.isclose(found[2].study.config.money.discount_rate, 0.1)
