"""What may be wrong with a grid is one line: file, line, column, value, reason and cure, before anything is solved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from optimizer import InputError, Study, read_study
from tests.small import write_small_study

CONFORMANCE = Path(__file__).parents[1] / "conformance"
SITE = "site,lon,lat,zone,max_mw,interconnection_mw,onsite_mw,energy_usd_per_mwh\n"
SITES = f"{SITE}alpha,-99,32,A,50,70,,\nbeta,-97,31,B,50,0,,\n"
ZONES = "zone,name\nA,a\nB,b\nC,c\n"
HEADROOM = "zone,period,headroom_mw,block\nA,2026,90,\nB,2026,5,peak\n"
BLOCKS = "block,hours_per_year,load_scale\npeak,1000,1\nrest,7760,0.8\n"
LINE = "line,from,to,capacity_mw,capacity_back_mw,reactance_pu,shift_deg,emergency_mw,emergency_back_mw\n"
LINES = f"{LINE}ab,A,B,50,40,0.1,,60,50\nac,A,C,50,,0.1,1,,\ncb,C,B,50,,0.2,,,\nlink,A,B,20,,,,,\nfree,A,B,,,,,,\n"
LINES += "way,A,C,0,0,0.1,,,\n"
UPGRADE = "upgrade,kind,target,capacity_mw,capex_usd,reactance_pu\n"
UPGRADES = f"{UPGRADE}u,line,ab,10,1e6,\nv,zone,B,10,1e6,\nw,site,beta,10,1e6,\n"
GEN = "gen,zone,period,block,usd_per_mwh,p_max_mw,p_min_mw,usd_per_mw2h\n"
GENERATORS = f"{GEN}g,A,,,10,50,5,\ng,A,,,12,50,,\nh,B,2026,,30,40,,0.1\n"
ZONAL = {
    "sites.csv": SITES, "grid/zones.csv": ZONES, "grid/headroom.csv": HEADROOM, "grid/blocks.csv": BLOCKS,
    "grid/lines.csv": LINES, "grid/upgrades.csv": UPGRADES, "grid/grid.toml": 'flow = "dc"\n',
}  # fmt: skip
NODAL = {name: text for name, text in ZONAL.items() if name not in ("grid/headroom.csv", "grid/upgrades.csv")}
NODAL |= {"grid/generators.csv": GENERATORS, "grid/loads.csv": "zone,load_mw,block\nB,20,\nB,30,peak\n"}
N_1 = 'flow = "dc"\nsecurity = "n-1"\n'
BOTH = {"grid/headroom.csv": HEADROOM}
FREE = {"grid/lines.csv": f"{LINE}ab,A,B,,,0.2,,,\nseries,A,B,,,-0.1,,,\nac,A,C,50,,0.1,,,\n"}


def study_of(folder: Path, files: dict[str, str]) -> Path:
    """Write a study with a grid of buses whose zones have no geometry."""
    path = write_small_study(folder, files=files)
    (folder / "grid/zones.geojson").unlink()
    if "grid/headroom.csv" not in files:
        (folder / "grid/headroom.csv").unlink()
    return path


def upgrade(row: str) -> dict[str, str]:
    return {"grid/upgrades.csv": f"{UPGRADE}{row}\n"}


def line(row: str) -> dict[str, str]:
    return {"grid/lines.csv": f"{LINES}{row}\n"}


def gens(*rows: str) -> dict[str, str]:
    return {"grid/generators.csv": GEN + "".join(f"{row}\n" for row in rows)}


FAULTS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "zone twice": (ZONAL, {"grid/zones.csv": f"{ZONES}A,again\n"}, "zones.csv:5 zone: A stands twice: also in line 2"),
    "line twice": (ZONAL, line("ab,B,C,5,,0.3,,,"), "lines.csv:8 line: ab stands twice: also in line 2"),
    "upgrade of nothing": (ZONAL, upgrade("u,line,,5,1e6,"), "upgrades.csv:2 target: is empty"),
    "zones without places": (ZONAL, {"sites.csv": SITES.replace(",A,", ",,")}, "sites.csv:2 zone: is in no zone: grid/zones.csv has no geometry"),
    "hours": (ZONAL, {"grid/blocks.csv": BLOCKS.replace("7760", "7759.9")}, "blocks.csv hours_per_year: add up to 8,759.9 h, not to 8,760"),
    "block twice": (ZONAL, {"grid/blocks.csv": BLOCKS.replace("rest", "Peak")}, 'blocks.csv:3 block: Peak differs from "peak" in line 2'),
    "no such block": (ZONAL, {"grid/headroom.csv": HEADROOM.replace("peak", "paek")}, 'headroom.csv:3 block: paek is no block of grid/blocks.csv'),
    "no blocks": (ZONAL, {"grid/blocks.csv": "block,hours_per_year\n"}, "headroom.csv:3 block: peak is no block: there is no blocks.csv"),
    "same day": (ZONAL, {"grid/headroom.csv": f"{HEADROOM}A,2026H1,3,\n"}, 'headroom.csv:4 period: 2026H1 starts on the same day as "2026" in line 2'),
    "same key": (NODAL, {"grid/loads.csv": "zone,load_mw,block\nB,20,\nB,30,\n"}, "loads.csv:3 period: stands twice for one zone: also in line 2"),
    "no reactance": (ZONAL, line("x,B,C,5,,0,,,"), "lines.csv:8 reactance_pu: 0 leaves the flow open"),
    "hardly a reactance": (ZONAL, line("x,B,C,5,,-1e-300,,,"), "lines.csv:8 reactance_pu: -1e-300 leaves the flow open"),
    "shift of a link": (ZONAL, line("x,B,C,5,,,3,,"), "lines.csv:8 shift_deg: 3 is the shift of a line without a reactance_pu"),
    "line nearly": (ZONAL, upgrade("u,line,linc,5,1e6,"), 'upgrades.csv:2 target: linc is no line of grid/lines.csv (upgrade "u") – did you mean "link"?'),
    "zone unknown": (ZONAL, upgrade("u,zone,D,5,1e6,"), "upgrades.csv:2 target: D is no zone of grid/zones.csv"),
    "site unknown": (ZONAL, upgrade("u,site,alfa,5,1e6,"), 'upgrades.csv:2 target: alfa is no site of sites.csv (upgrade "u") – did you mean "alpha"?'),
    "reactance of a zone": (ZONAL, upgrade("u,zone,A,5,1e6,0.1"), "upgrades.csv:2 reactance_pu: 0.1 is of no AC circuit: the upgrade is of a zone"),
    "reactance of a site": (ZONAL, upgrade("u,site,beta,5,1e6,0.1"), "upgrades.csv:2 reactance_pu: 0.1 is of no AC circuit: the upgrade is of a site"),
    "reactance of a link": (ZONAL, upgrade("u,line,link,5,1e6,0.1"), "upgrades.csv:2 reactance_pu: 0.1 is of no AC circuit: the upgrade is of a line without"),
    "no reactance bought": (ZONAL, upgrade("u,line,ab,5,1e6,0"), "upgrades.csv:2 reactance_pu: 0 leaves the flow open"),
    "corridor": (ZONAL, upgrade("u,line,way,5,1e6,"), 'upgrades.csv:2 reactance_pu: is needed: line "way" has no capacity'),
    "unlimited circuit": (ZONAL, line("x,B,C,,,0.1,,,") | upgrade("u,line,x,5,1e6,"), 'upgrades.csv:2 reactance_pu: is needed: line "x" is unlimited'),
    "unlimited link": (ZONAL, upgrade("u,line,free,5,1e6,"), "upgrades.csv:2 target: free is a link without a limit: it takes no upgrade"),
    "unlimited site": (ZONAL, {"sites.csv": SITES.replace(",0,,", ",,,")}, "upgrades.csv:4 target: beta has no limit of interconnection_mw"),
    "site of no zone": (ZONAL, {"sites.csv": SITES.replace(",B,", ",,")}, "upgrades.csv:4 target: beta is a site without a zone"),
    "upgrade with n-1": (ZONAL, {"grid/grid.toml": N_1}, 'upgrades.csv:2 target: ab adds an AC circuit, which this release can\'t plan together with security = "n-1"'),
    "n-1 of transport": (ZONAL, {"grid/grid.toml": 'security = "n-1"\n'}, 'grid.toml:1 security: "n-1" asks for flow = "dc"'),
    "outage unknown": (NODAL, {"grid/grid.toml": f'{N_1}outages = ["abc"]\n'}, 'grid.toml:3 outages: "abc" is no line of grid/lines.csv'),
    "outage of a link": (NODAL, {"grid/grid.toml": f'{N_1}outages = ["link"]\n'}, 'grid.toml:3 outages: "link" is a link, without a reactance_pu'),
    "outage of a corridor": (NODAL, {"grid/grid.toml": f'{N_1}outages = ["way"]\n'}, 'grid.toml:3 outages: "way" is a corridor without capacity'),
    "reference unknown": (ZONAL, {"grid/grid.toml": 'flow = "dc"\nreference = ["D"]\n'}, 'grid.toml:2 reference: "D" is no zone of grid/zones.csv'),
    "two references": (ZONAL, {"grid/grid.toml": 'flow = "dc"\nreference = ["C", "A"]\n'}, 'grid.toml:2 reference: "A" is in the island of "C"'),
    "no list": (ZONAL, {"grid/grid.toml": 'flow = "dc"\nreference = "A"\n'}, 'grid.toml:2 reference: "A" is no list of zone ids'),
    "no bound": (ZONAL, FREE | upgrade("u,line,ab,5,1e6,0.3"), 'upgrades.csv:2 target: ab adds a circuit between buses that any angle can lie between: without a limit, "series"'),
    "no bound for a link": (ZONAL, {"grid/lines.csv": f"{LINE}free,A,B,,,,,,\nac,A,C,50,,0.1,,,\nbc,B,C,,,0.1,,,\n"} | upgrade("u,line,bc,5,1e6,0.3"), 'upgrades.csv:2 target: bc adds a circuit between buses that any angle can lie between: without a limit, "free"'),
    "cancelled": (ZONAL, line("x,B,A,5,,-0.075,,,"), 'lines.csv:8 reactance_pu: -0.075 cancels out with "ab", "ac", "cb": no flow on them is determined'),
    "cancelled nearly": (NODAL, line("x,B,A,5,,-0.0750000001,,,") | {"grid/grid.toml": N_1}, 'lines.csv:8 reactance_pu: -0.0750000001 cancels out with "ab", "ac", "cb": no flow on them is determined'),
    "cancelled around a loop": (NODAL, {"grid/lines.csv": f"{LINE}ab,A,B,50,,0.1,,,\nbc,B,C,50,,0.2,,,\nac,A,C,50,,-0.3,,,\n"}, 'lines.csv:4 reactance_pu: -0.3 cancels out with "ab", "bc": no flow'),
    "cancelled after an outage": (NODAL, line("x,B,A,5,,-0.3,,,") | {"grid/grid.toml": f'{N_1}outages = ["ac", "ab"]\n'}, 'lines.csv:8 reactance_pu: -0.3 cancels out with "ac", "cb": once "ab" is out no flow'),
    "cancelled when bought": (ZONAL, upgrade("u,line,ab,5,1e6,-0.075"), 'upgrades.csv:2 reactance_pu: -0.075 cancels out with "ab", "ac", "cb": once bought (1 of u) no flow'),
    "headroom too": (NODAL, BOTH, "headroom.csv: stands beside grid/generators.csv, which takes its place"),
    "loads alone": (ZONAL, {"grid/loads.csv": "zone,load_mw\nA,5\n"}, "loads.csv: is of a nodal grid alone, and there is no generators.csv"),
    "no generators": (NODAL, gens() | {"grid/loads.csv": "zone,load_mw\n"}, "generators.csv: has no rows, and there is no headroom.csv"),
    "nodal headroom": (NODAL, upgrade("v,zone,B,10,1e6,"), "upgrades.csv:2 kind: zone has no headroom to add to"),
    "on-site price": (NODAL, {"sites.csv": SITES.replace(",0,,", ",0,5,")}, "sites.csv:3 onsite_usd_per_mwh: is empty, and the site has on-site power"),
    "gen nearly": (NODAL, gens("g,A,,,10,50,,", "G,A,,,10,50,,"), 'generators.csv:3 gen: G differs from "g" in line 2'),
    "two buses": (NODAL, gens("g,A,,,10,50,,", "g,B,2027,,10,50,,"), 'generators.csv:3 zone: B is another bus than "A" in line 2'),
    "labels of a day": (NODAL, gens("g,A,2026,,10,50,,", "g,A,2026Q1,,12,5,,"), 'generators.csv:3 period: 2026Q1 starts on the same day as "2026"'),
    "later p_min": (NODAL, gens("g,A,,,10,50,,", "g,A,,,12,50,5,"), "generators.csv:3 p_min_mw: 5 is of a segment that is not the first"),
    "p_min above": (NODAL, gens("g,A,,,10,50,60,"), "generators.csv:2 p_min_mw: 60 is above p_max_mw, 50"),
    "negative width": (NODAL, gens("g,A,,,10,50,,", "g,A,,,12,-5,,"), "generators.csv:3 p_max_mw: -5 is a negative width"),
    "concave": (NODAL, gens("g,A,,,10,50,,-0.1"), "generators.csv:2 usd_per_mw2h: -0.1 is below 0: the cost is not convex"),
    "price falls": (NODAL, gens("g,A,,,10,50,,", "g,A,,,9.99,5,,"), "generators.csv:3 usd_per_mwh: 9.99 falls from 10 at the end of the segment before: the cost is not"),
    "curve falls": (NODAL, gens("g,A,,,10,50,,0.1", "g,A,,,19.999,5,,"), "generators.csv:3 usd_per_mwh: 19.999 falls from 20 at the end of the segment before: the"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_grid_is_one_line(name: str, tmp_path: Path) -> None:
    files, change, expected = FAULTS[name]
    with pytest.raises(InputError) as caught:
        read_study(study_of(tmp_path, files | change))
    lines = [str(fault) for fault in caught.value.faults]
    assert len(lines) == 1, "\n".join(lines)
    assert lines[0].removeprefix("grid/").startswith(expected)


WARNINGS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "no peak": (ZONAL, {"grid/blocks.csv": BLOCKS.replace(",1\n", ",0.9\n")}, "blocks.csv load_scale: is 1 in no block"),
    "transport": (ZONAL, {"grid/grid.toml": ""}, "lines.csv reactance_pu: is not used for 4 lines: flow is transport"),
    "negative": (ZONAL, line("x,B,C,5,,-0.3,,,"), "lines.csv:8 reactance_pu: -0.3 is below 0"),
    "negative bought": (ZONAL, upgrade("u,line,ab,5,1e6,-0.1"), "upgrades.csv:2 reactance_pu: -0.1 is below 0"),
    "emergency": (ZONAL, line("x,B,C,5,,0.3,,4,"), "lines.csv:8 emergency_mw: 4 is below capacity_mw, 5"),
    "emergency back": (ZONAL, line("x,B,C,5,9,0.3,,6,7"), "lines.csv:8 emergency_back_mw: 7 is below capacity_back_mw, 9"),
    "identical": (ZONAL, line("x,B,C,50,,0.2,,,"), 'lines.csv:8 line: x is the same circuit as "cb" in line 4'),
    "isolated": (ZONAL, {"grid/zones.csv": f"{ZONES}D,d\n"}, "zones.csv:5 zone: D has no line"),
    "outages": (ZONAL, {"grid/grid.toml": 'flow = "dc"\noutages = ["ab"]\n'}, 'grid.toml:2 outages: is not used: security is "none"'),
    "prices": (NODAL, {"grid/energy_prices.csv": "zone,period,usd_per_mwh\nA,2026,40\n"}, "energy_prices.csv: is not used: in a nodal grid"),
    "price of a site": (NODAL, {"sites.csv": SITES.replace("70,,", "70,,40")}, "sites.csv:2 energy_usd_per_mwh: 40 is not used: in a nodal grid"),
    "hull": (NODAL, gens("g,A,,,10,50,,", "g,A,,,9.995,5,,"), "generators.csv:3 usd_per_mwh: 9.995 falls from 10 at the end of the segment before, by"),
    "radial": (
        NODAL,
        {"grid/grid.toml": N_1, "grid/lines.csv": f"{LINE}ac,A,C,50,,0.1,,,\nca,C,A,50,,0.2,,,\nbc,B,C,5,,0.1,,,\n"},
        'grid.toml:2 security: "n-1" does not cover the circuit bc, whose outage splits the grid: behind it lies the site beta',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNINGS)
def test_a_doubt_of_a_grid_is_one_line(name: str, tmp_path: Path) -> None:
    files, change, expected = WARNINGS[name]
    lines = [str(w).removeprefix("grid/") for w in read_study(study_of(tmp_path, files | change)).warnings]
    assert [told for told in lines if "more than the site ever gets" not in told] == [
        next((told for told in lines if told.startswith(expected)), expected)
    ]


@pytest.mark.parametrize("files", [ZONAL, NODAL], ids=["zonal", "nodal"])
def test_a_right_grid_is_not_doubted_and_reads_the_same_again(files: dict[str, str], tmp_path: Path) -> None:
    keys = f'{N_1 if files is NODAL else files["grid/grid.toml"]}reference = ["B"]\n'
    study = read_study(study_of(tmp_path / "a", files | {"grid/grid.toml": keys}), strict=False)
    assert [str(w) for w in study.warnings if "more than the site ever gets" not in str(w)] == []
    study.write(tmp_path / "b")
    again = read_study(tmp_path / "b")
    assert again.grid == study.grid
    assert all(again.table(name).equals(study.table(name)) for name in ("blocks", "lines", "upgrades", "generators"))


def test_power_that_upgrades_may_bring_counts_in_every_filter(tmp_path: Path) -> None:
    def doubts(study: Study) -> list[str]:
        return [re.split(r": | \(", str(w))[0] for w in study.warnings if w.column in ("max_mw", "policy.forbid")]

    study = read_study(study_of(tmp_path, ZONAL))
    assert doubts(study) == ["sites.csv:3 max_mw"]  # 10 MW of the 65 that it asks
    larger = study.replace(upgrades=study.upgrades.assign(capacity_mw=65.0))
    assert doubts(larger) == []
    rules = {"policy.forbid": ["alpha"]}
    assert doubts(larger.replace(keys=rules)) == []
    assert doubts(larger.replace(keys=rules, upgrades=larger.upgrades.assign(lead_years=9.0))) == ["keys policy.forbid"]


@pytest.mark.parametrize("folder", sorted(CONFORMANCE.glob("grid/*/")), ids=lambda p: p.name)
def test_conformance_is_read_as_its_answer_says(folder: Path) -> None:
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    if answer["status"] == "refused":
        with pytest.raises(InputError) as caught:
            read_study(folder)
        (fault,) = caught.value.faults
        told = str(fault)
    else:
        told = "\n".join(str(w) for w in read_study(folder).warnings)
    if answer["status"] != "infeasible":  # which the search finds
        assert all(re.search(pattern, told) for pattern in answer.get("says", []))
    assert not any(re.search(pattern, told) for pattern in answer.get("says_not", []))
