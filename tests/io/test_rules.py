"""Rules and deliveries that do not mean what they seem to are told before any solve, with both numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer import InputError, read_study
from optimizer.limits import readings
from optimizer.parameters import Parameters
from tests.small import STUDY, write_small_study

NO_GRID = STUDY.replace('grid = "grid"\n', "")
SITES = "site,lon,lat,zone,max_mw\na,-99,32,z1,60\nb,-97,31,z1,60\nc,-95,33,z2,80\n"


def a_study(folder: Path, *, rules: str = "", sites: str = SITES, deliveries: str | None = None) -> Path:
    """Write the small study without a grid, with other rules, sites and deliveries."""
    files = {"study.toml": NO_GRID.replace("max_sites = 3\n", rules), "sites.csv": sites}
    return write_small_study(folder, files=files | ({} if deliveries is None else {"deliveries.csv": deliveries}))


def told(path: Path) -> list[str]:
    """Return the warnings of a study, or its errors where it has some."""
    try:
        return [str(w) for w in read_study(path).warnings]
    except InputError as error:
        return [str(f) for f in error.faults]


# deliveries


def test_rounding_to_whole_pods_is_told_by_sku_and_period(tmp_path: Path) -> None:
    mw = "sku,period,mw\nA1,2026,2.6\nA1,2027,3.1\nB1,2026,3\n"  # pods of 2 MW and 1 MW
    study = read_study(a_study(tmp_path, deliveries=mw))
    assert readings(study, Parameters.of(study)) == [
        "A1: rounded to whole pods of 2 MW: 2026 2.6 to 2 MW, 2027 3.1 to 4 MW"
    ]
    assert not study.warnings


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        ("A1,2026,0.9", ["2 mw: 0.9"]),
        ("A1,2026,4\nA1,2027,0.4", ["3 mw: 0.4"]),
        ("A1,2027,0.4\nA1,2026,0.5", ["2 mw: 0.4", "3 mw: 0.5"]),
        ("A1,2026,0.9\nA1,2027,0.9", []),  # a pod comes of both
        ("A1,2026,1.2\nA1,2027,0.9", []),  # 0.1 MW of the last are rounded off
    ],
)
def test_a_delivery_that_vanishes_is_doubted(rows: str, lost: list[str], tmp_path: Path) -> None:
    path = a_study(tmp_path, deliveries=f"sku,period,mw\n{rows}\nB1,2026,3\n")
    doubts = told(path)
    assert [d.partition(" leaves no rack")[0] for d in doubts] == [f"deliveries.csv:{line}" for line in lost]
    assert all("less than half a pod of 10 racks, 2 MW" in d for d in doubts)
    if lost:
        with pytest.raises(InputError, match="leaves no rack"):
            read_study(path, strict=True)


def test_labels_that_come_in_one_period_are_told_and_not_doubted(tmp_path: Path) -> None:
    rows = "".join(f"{sku},{year}H{half},10\n" for sku in ("A1", "B1") for year in (2026, 2027) for half in (1, 2))
    study = read_study(a_study(tmp_path, deliveries=f"sku,period,mw\n{rows}"), strict=True)
    assert readings(study, Parameters.of(study)) == [
        "A1, B1: what comes within a period serves in it: 2026H1 and 2026H2 in 2026, 2027H1 and 2027H2 in 2027"
    ]
    by_halves = study.replace(keys={"periods.per_year": 2})
    assert not readings(by_halves, Parameters.of(by_halves))


# shares of zones


@pytest.mark.parametrize(
    ("zones", "doubt"),
    [
        ("north,north,south", ""),
        (",,", "study.toml:23 policy.max_zone_share: binds nothing: no site states a zone"),
        ("north,,south", "sites.csv:3 zone: is empty: policy.max_zone_share binds the sites that state a zone"),
        ("north,North,south", 'sites.csv:3 zone: North differs from "north" in line 2 only by case'),
    ],
)
def test_a_share_of_zones_without_a_grid(zones: str, doubt: str, tmp_path: Path) -> None:
    north, middle, south = zones.split(",")
    sites = f"site,lon,lat,zone,max_mw\na,-99,32,{north},60\nb,-97,31,{middle},60\nc,-95,33,{south},80\n"
    lines = told(a_study(tmp_path, rules="max_zone_share = 0.7\n", sites=sites))
    assert len(lines) == bool(doubt)
    assert all(line.startswith(doubt) for line in lines), lines


# rules against each other


@pytest.mark.parametrize(
    ("rules", "doubt"),
    [
        ("max_site_share = 0.3333\n", "policy.max_site_share: 0.3333 lets no rack into service in 2027, where 100 MW could be: 3 sites × 0.3333 = 0.9999, below 1 – write at least 0.3334"),
        ("max_sites = 2\nmax_site_share = 0.4\n", "policy.max_site_share: 0.4 lets no rack into service in 2027, where 100 MW could be: 2 sites (max_sites) × 0.4 = 0.8, below 1 – write at least 0.5"),
        ("max_zone_share = 0.4\n", "policy.max_zone_share: 0.4 lets no rack into service in 2027, where 100 MW could be: 2 zones × 0.4 = 0.8, below 1 – write at least 0.5"),
        ("max_zone_share = 0.6\nmax_site_share = 0.35\n", "policy.max_site_share: 0.35 lets no rack into service in 2027, where 100 MW could be: by the shares sites and zones hold at most 0.95 of all IT MW, below 1"),
        ('forbid = ["c"]\nmax_site_share = 0.4\n', "policy.max_site_share: 0.4 lets no rack into service in 2027, where 100 MW could be: 2 sites × 0.4 = 0.8, below 1"),
        ("max_site_share = 0.4\nmin_site_mw = 45\n", "policy.max_site_share: 0.4 lets no rack into service in 2027, where 100 MW could be: max_site_share 0.4 with min_site_mw 45"),
        ('force_open = ["a", "b"]\nmax_sites = 1\n', "policy.max_sites: 1 is less than the 2 sites that are committed or in force_open (a, b): no plan exists"),
        ('forbid = ["a", "b", "c"]\n', 'policy.forbid: ["a", "b", "c"] closes every site that could hold racks'),
        ("max_new_mw_per_year = 30\n", "policy.max_new_mw_per_year: 30.0 is less than any hall, 50 MW: none is ever built"),
        ("max_sites = 2\nmax_site_share = 0.5\n", ""),
        ("max_zone_share = 0.5\nmax_site_share = 0.5\n", ""),
        ("max_site_share = 0.333333333\n", ""),  # a third
        ("max_site_share = 0.3333333\n", "policy.max_site_share: 0.3333333 lets no rack into service in 2027, where 100 MW could be: 3 sites × 0.3333333 = 0.9999999, below 1"),
        ("max_sites = 1\n", ""),
    ],
)  # fmt: skip
def test_rules_that_keep_racks_out_together_are_doubted(rules: str, doubt: str, tmp_path: Path) -> None:
    lines = told(a_study(tmp_path, rules=rules))
    assert len(lines) == bool(doubt), lines
    assert all(doubt in line for line in lines), lines


def test_shares_that_let_less_into_service_are_doubted_with_both_numbers(tmp_path: Path) -> None:
    sites = (
        SITES.replace("z1,60", "z1,60,50,5").replace("\n", ",,\n", 1).replace("max_mw,,", "max_mw,hall_mw,existing_mw")
    )
    sites = sites.replace("b,-97,31,z1,60,50,5", "b,-97,31,z1,10,5,0").replace("z2,80", "z2,10,5,0")
    (doubt,) = told(a_study(tmp_path, rules="max_site_share = 0.6\n", sites=sites))
    assert "policy.max_site_share: 0.6 lets at most 50 MW into service in 2027, where 75 MW could be" in doubt


# halls that stand already


def test_a_ramp_below_what_a_site_has_is_doubted_with_both_numbers(tmp_path: Path) -> None:
    keys = NO_GRID.replace('"sites.csv"', '"sites.csv"\nsite_ramp = "ramp.csv"')
    ramp = "site,period,existing_mw,interconnection_mw\na,2026,,\na,2027,10,50\nb,2026,10,50\nb,2027,20,60\n"
    sites = "site,lon,lat,max_mw,existing_mw,interconnection_mw\na,-99,32,60,20,90\nb,-97,31,60,20,90\n"
    lines = told(write_small_study(tmp_path, files={"study.toml": keys, "sites.csv": sites, "ramp.csv": ramp}))
    cure = "of sites.csv; the column is cumulative (site"
    assert [line for line in lines if "ramp.csv" in line] == [
        f'ramp.csv:3 interconnection_mw: 50 is less than 90 {cure} "a", period "2027") – write the sum so far, not what is added',
        f'ramp.csv:3 existing_mw: 10 is less than 20 {cure} "a", period "2027") – write the sum so far, not what is added',
        f'ramp.csv:4 existing_mw: 10 is less than 20 {cure} "b", period "2026") – write the sum so far, not what is added',
    ]


def test_more_halls_than_the_site_holds_are_a_fault_however_many(tmp_path: Path) -> None:
    sites = "site,lon,lat,max_mw,existing_mw\na,-99,32,60,20000\n"
    lines = told(a_study(tmp_path, sites=sites))
    assert lines == [
        'sites.csv:2 max_mw: 60 is below the existing_mw of 2026, 20000 (site "a") – raise max_mw or lower existing_mw'
    ]


def test_existing_halls_that_differ_from_the_ceiling_by_rounding_are_at_it(tmp_path: Path) -> None:
    assert told(a_study(tmp_path, sites="site,lon,lat,max_mw,existing_mw\na,-99,32,60,60.0000001\n")) == []


def test_racks_that_may_stand_nowhere_are_doubted_once_for_each_sku(tmp_path: Path) -> None:
    sites = "site,lon,lat,max_mw,vendors,max_rack_kw\na,-99,32,60,AMD,\nb,-97,31,60,,150\n"  # A1 has 200 kW, B1 100
    keys = NO_GRID.replace('"sites.csv"', '"sites.csv"\nplacement = "placement.csv"')
    files = {"study.toml": keys, "sites.csv": sites, "placement.csv": "site,sku,allowed\na,A1,false\nb,B1,true\n"}
    assert told(write_small_study(tmp_path, files=files)) == [
        "racks.csv:2 sku: may stand at no site, by their vendors and max_rack_kw and by placement"
        ' (sku "A1") – let a site take it, else all its racks wait'
    ]


@pytest.mark.parametrize(("day", "doubts"), [("2027-12-31", 0), ("2028-01-01", 1)])
def test_a_decision_after_the_last_period_is_doubted(day: str, doubts: int, tmp_path: Path) -> None:
    study = read_study(a_study(tmp_path), keys={"periods.decide_on": day})
    found = [str(w) for w in study.warnings if "lies after the last period, 2027: nothing is ever built" in str(w)]
    assert len(found) == doubts


@pytest.mark.parametrize(
    ("last", "per_year", "told"),
    [("2055", 1, ""), ("2056", 1, '"2056" makes a horizon of 31 years'), ("2127", 1, '"2127" makes a horizon of 102 years'),
     ("2056H1", 2, '"2056H1" makes a horizon of 30.5 years')],
)  # fmt: skip
def test_a_horizon_longer_than_anyone_plans_is_doubted(last: str, per_year: int, told: str, tmp_path: Path) -> None:
    study = read_study(a_study(tmp_path), keys={"periods.last": last, "periods.per_year": per_year})
    cure = "longer than 30 – write the last year for which racks, sites and power are known"
    found = [str(w) for w in study.warnings if "horizon" in str(w)]
    assert found == ([f"--set periods.last: {told}, {cure}"] if told else [])
