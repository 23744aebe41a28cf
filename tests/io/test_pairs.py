"""A fault hides no other: two of them anywhere in a study are told in one run, and nothing that follows from either."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import pytest

from optimizer import InputError, read_study
from optimizer.io.pieces import MOST_TOLD
from tests.small import write_small_study

STUDY = """format = 1
[study]
name = "Small"
[periods]
first = 2026
last = 2027
per_year = 1
decide_on = 2026-01-01
[files]
sites = "sites.csv"
site_ramp = "site_ramp.csv"
grid = "grid"
racks = "racks.csv"
deliveries = "deliveries.csv"
[money]
discount_rate = 0.05
residual_value = true
# lives
[unused]
waiting_rack_usd_per_mw_year = 8e6
idle_hall_usd_per_mw_year = 1e5
[objective]
minimise = "lexicographic"
first = "waiting"
[policy]
max_sites = 3
max_zone_share = 0.9
min_site_mw = 5
force_open = [
  "alpha",
]
forbid = ["beta"]
[solve]
gap = 0.01
threads = 1
"""
FILES = {
    "study.toml": STUDY,
    "sites.csv": "site,lon,lat,zone,vendors,max_mw,hall_mw,existing_mw,interconnection_mw,open_usd\n"
    "alpha,-99,32,z1,AMD,60,20,20,90,1e6\nbeta,-97,31,z1,,40,20,0,80,1e6\ngamma,-95,33,,Broadcom,80,20,0,120,1e6\n"
    "delta,-94,33,z2,,80,20,0,120,1e6\n",
    "site_ramp.csv": "site,period,onsite_mw\nalpha,2026,3\ngamma,2027,4\n",
    "racks.csv": "sku,vendor,rack_kw,price_usd,pod_racks\nA1,AMD,200,4e6,10\nB1,Broadcom,100,2e6,10\n",
    "deliveries.csv": "sku,period,racks,mw\nA1,2026,100,\nA1,2027,,20\nB1,2026,,30\nB1,2027,,30\n",
    "grid/grid.toml": 'flow = "transport"\nsecurity = "none"\n',
    "grid/headroom.csv": "zone,period,headroom_mw\nz1,2026,60\nz2,2027,100\n",
    "grid/energy_prices.csv": "zone,period,usd_per_mwh\nz1,2026,60\nz2,2026,50\n",
    "grid/lines.csv": "line,from,to,capacity_mw\nl,z1,z2,5\n",
}
KINDS: dict[str, tuple[str, str, str]] = {
    "no value": ("study.toml", "max_sites = 3", "max_sites = = 3"),
    "no equals sign": ("study.toml", "discount_rate = 0.05", "discount_rate 0.05"),
    "text without quotes": ("study.toml", '"racks.csv"', "racks.csv"),
    "open quote": ("study.toml", '"deliveries.csv"', '"deliveries.csv'),
    "open header": ("study.toml", "[unused]", "[unused"),
    "nameless header": ("study.toml", "[money]", "[]"),
    "no comma in a list": ("study.toml", '  "alpha",\n]', '  "alpha"\n"beta"]'),
    "open list": ("study.toml", '["beta"]', '["beta"'),
    "key twice": ("study.toml", "idle_hall_usd_per_mw_year", "waiting_rack_usd_per_mw_year"),
    "section twice": ("study.toml", "[solve]", "[money]"),
    "unknown key": ("study.toml", "min_site_mw", "min_site_mv"),
    "unknown section": ("study.toml", "[study]", "[stdy]"),
    "wrong type": ("study.toml", "max_zone_share = 0.9", 'max_zone_share = "0.9"'),
    "wrong word": ("study.toml", '"lexicographic"', '"lexical"'),
    "out of range": ("study.toml", "gap = 0.01", "gap = 40"),
    "periods backwards": ("study.toml", "last = 2027", "last = 2020"),
    "no border of periods": ("study.toml", "first = 2026", 'first = "2026Q2"'),
    "no brackets": ("study.toml", "[objective]", "objective"),
    "braces over two lines": (
        "study.toml",
        "residual_value = true\n# lives",
        "asset_life_years = { site = 40,\n  hall = 15 }",
    ),
    "no last period": ("study.toml", "last = 2027", ""),
    "periods per year": ("study.toml", "per_year = 1", "per_year = 3"),
    "no date": ("study.toml", "2026-01-01", '"soon"'),
    "no path": ("study.toml", '"site_ramp.csv"', "3"),
    "unknown site of the policy": ("study.toml", '["beta"]', '["betta"]'),
    "bytes": ("study.toml", '"Small"', '"Sm\udce4ll"'),
    "bad cell": ("sites.csv", "AMD,60,", "AMD,n/a,"),
    "unknown zone": ("sites.csv", "31,z1", "31,z9"),
    "in no zone": ("sites.csv", "-95,33,,", "-65,33,,"),
    "unknown vendor": ("sites.csv", "Broadcom,80", "Broadcomm,80"),
    "more than fits": ("sites.csv", "40,20,0,80", "40,20,41,80"),
    "missing column": ("racks.csv", "rack_kw", "power"),
    "bad price": ("racks.csv", "2e6", "-2e6"),
    "unknown sku": ("deliveries.csv", "B1,2027", "B2,2027"),
    "no period": ("deliveries.csv", "B1,2026", "B1,2026H3"),
    "outside of the periods": ("deliveries.csv", "A1,2027", "A1,2029"),
    "no whole pods": ("deliveries.csv", "A1,2026,100", "A1,2026,105"),
    "neither": ("deliveries.csv", "A1,2027,,20", "A1,2027,,"),
    "site twice": ("sites.csv", "delta,", "ALPHA,"),
    "open cell": ("site_ramp.csv", "gamma,", '"gamma,'),
    "semicolons": ("grid/lines.csv", "line,from,to,capacity_mw", "line;from;to;capacity_mw"),
    "no such file": ("study.toml", '"grid"', '"gird"'),
    "security of the grid": ("grid/grid.toml", '"none"', '"n-1"'),
    "ragged": ("site_ramp.csv", "gamma,2027,4", "gamma,2027,4,5"),
    "unknown site": ("site_ramp.csv", "alpha,2026", "alfa,2026"),
    "key of the grid": ("grid/grid.toml", "security", "safety"),
    "flow of the grid": ("grid/grid.toml", '"transport"', "transport"),
    "negative headroom": ("grid/headroom.csv", "z1,2026,60", "z1,2026,-60"),
    "same start": ("grid/energy_prices.csv", "z2,2026", "z1,2026"),
    "line to nowhere": ("grid/lines.csv", "z1,z2", "z1,z7"),
}
ONE_PLACE = {  # pairs that stand in one line, or where one is about what the other leaves unknown
    ("nameless header", "section twice"),
    ("open list", "unknown site of the policy"),
    ("section twice", "out of range"),
    ("periods backwards", "no last period"),
    ("periods backwards", "outside of the periods"),
    ("no last period", "outside of the periods"),
    ("periods per year", "no whole pods"),
    ("no border of periods", "outside of the periods"),
    ("no border of periods", "no whole pods"),
    ("outside of the periods", "neither"),
    ("unknown zone", "no such file"),
    ("in no zone", "no such file"),
    ("in no zone", "open cell"),
    ("more than fits", "open cell"),
    ("open cell", "unknown site"),
    ("semicolons", "line to nowhere"),
    ("key of the grid", "security of the grid"),
    ("security of the grid", "flow of the grid"),
    *((kind, "no such file") for kind, (name, _, _) in KINDS.items() if name.startswith("grid/")),
}
PAIRS = [pair for pair in combinations(KINDS, 2) if not {pair, pair[::-1]} & ONE_PLACE]
EVERY = int(os.environ.get("RACKGRID_PAIRS", "13"))  # 1: each pair
Places = set[tuple[str, int | None, str]]


def told(folder: Path, *kinds: str) -> tuple[Places, Places]:
    """Return where a study with faults of some kinds has errors and warnings."""
    files = dict(FILES)
    for name, old, new in (KINDS[kind] for kind in kinds):
        assert files[name].count(old) == 1, (kinds, old)
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError) as caught:
        read_study(folder)
    errors, warnings = caught.value.faults, caught.value.warnings
    return {(f.file, f.line, f.column) for f in errors}, {(f.file, f.line, f.column) for f in warnings}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_study(tmp_path_factory.mktemp("pairs"), files=FILES).parent


@pytest.fixture(scope="module")
def alone(folder: Path) -> dict[str, tuple[Places, Places]]:
    found = {kind: told(folder, kind) for kind in KINDS}
    assert {kind: len(errors) for kind, (errors, _) in found.items() if len(errors) != 1} == {"section twice": 3}
    return found


def test_of_two_faults_neither_hides_the_other(folder: Path, alone: dict[str, tuple[Places, Places]]) -> None:
    for one, other in PAIRS[::EVERY]:
        errors, warnings = told(folder, one, other)
        assert errors == alone[one][0] | alone[other][0], (one, other)
        assert warnings <= alone[one][1] | alone[other][1], (one, other)


def test_what_stands_within_broken_braces_is_judged(tmp_path: Path) -> None:
    broken = STUDY.replace("# lives", "asset_life_years = {\n  site = 40,\n  hall = -1,\n}")
    study = write_small_study(tmp_path, files={**FILES, "study.toml": broken})
    with pytest.raises(InputError) as caught:
        read_study(study)
    assert sorted(fault.column for fault in caught.value.faults) == ["", "money.asset_life_years.hall"]


def test_a_dozen_faults_are_told_at_once(folder: Path, alone: dict[str, tuple[Places, Places]]) -> None:
    chosen: list[str] = []
    for kind in KINDS:
        if all({(kind, other), (other, kind)} <= {*PAIRS, *(pair[::-1] for pair in PAIRS)} for other in chosen):
            chosen.append(kind)
    assert len(chosen) > 30
    assert told(folder, *chosen)[0] == set().union(*(alone[kind][0] for kind in chosen))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('{"format": 1,\n "periods": {"first": 2026, "last": 2027},\n "files": {"sites": "sites.csv"}}', 1),
        ("format: 1\nperiods:\n  first: 2026\n  last: 2027\n", 1),
        (STUDY.replace('name = "Small"', 'name = """Small'), 1),
        (STUDY.replace('"sites.csv"', '"""sites.csv'), 1),
        (STUDY.replace("[periods]", "periods"), 1),
        ("= = =\n" * 50, 1),
        ("".join(f"k{i} = =\n" for i in range(50)), MOST_TOLD),
        (STUDY.encode("utf-16").decode("latin-1"), 1),
    ],
)
def test_no_fault_is_made_up_of_what_can_not_be_read(text: str, faults: int, tmp_path: Path) -> None:
    study = write_small_study(tmp_path, files={"study.toml": text, "racks.csv": "sku,vendor,rack_kw\nA1,AMD,-200\n"})
    with pytest.raises(InputError) as caught:
        read_study(study)
    lines = [str(fault) for fault in caught.value.faults]
    ours = [line for line in lines if line.startswith("study.toml") and "is not there" not in line]
    assert len(ours) == faults, lines
    assert [line for line in lines if line.startswith("racks.csv:2 rack_kw: -200 ")], lines
