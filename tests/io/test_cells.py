"""Single cells: what is read, and what each wrong one is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer import InputError, read_study
from tests.small import write_small_study

HEADER = "site,lon,lat,zone,max_mw,peak_pue,committed\n"
DEFAULT = "leave the cell empty for the default (1.3)"
NUMBERS = {
    "0.9": ("is below 1", "write a ratio from 1 to 3, such as 1.3"),
    "NaN": ("is not a number", DEFAULT),
    "inf": ("is not finite", DEFAULT),
    "1e400": ("is not finite", DEFAULT),
    "-": ("is a word for a missing value", DEFAULT),
    "NOT AVAILABLE": ("is a word for a missing value", DEFAULT),
    "2,115.88": ("has thousands separators", "write 2115.88"),
    "2 115": ("has thousands separators", "write 2115"),
    "1,234": ("has a comma: a thousands separator or a decimal comma", "write 1234 or 1.234"),
    "1,25": ("has a decimal comma", "write 1.25"),
    "2.115,88": ("has thousands points and a decimal comma", "write 2115.88"),
    "712, 812": ("holds several numbers", "write one number per cell"),
    "110000/20000": ("holds several numbers", "write one number per cell"),
    "1.2 to 1.3": ("is a range", "write one number"),
    "50%": ("is a percentage", "write 0.5 where a share is meant"),
    "50 MW": ("carries a unit or a letter", "write the number alone; the unit is in the column's name"),
    "#REF!": ("is a spreadsheet's error value", "mend the formula"),
    "1_0": ("is not a number", DEFAULT),
    "١": ("is not a number", DEFAULT),
}


def fault_of(folder: Path, files: dict[str, str]) -> str:
    with pytest.raises(InputError) as caught:
        read_study(write_small_study(folder, files=files))
    (fault,) = caught.value.faults
    return str(fault)


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_wrong_number_is_named_for_what_it_is(cell: str, tmp_path: Path) -> None:
    reason, cure = NUMBERS[cell]
    sites = HEADER + f'alpha,-99,32,z1,60,"{cell}",\n'
    told = fault_of(tmp_path, {"sites.csv": sites})
    assert told == f'sites.csv:2 peak_pue: {cell} {reason} (site "alpha") – {cure}'


@pytest.mark.parametrize(("cell", "value"), [("true", 1), ("YES", 1), ("1", 1), ("False", 0), ("no", 0), ("", 0)])
def test_booleans_are_english_or_digits(cell: str, value: int, tmp_path: Path) -> None:
    sites = HEADER + f"alpha,-99,32,z1,60,,{cell}\n"
    assert bool(read_study(write_small_study(tmp_path, files={"sites.csv": sites})).sites["committed"][0]) == value


@pytest.mark.parametrize("cell", ["VRAI", "ja", "2"])
def test_other_booleans_are_named(cell: str, tmp_path: Path) -> None:
    told = fault_of(tmp_path, {"sites.csv": HEADER + f"alpha,-99,32,z1,60,,{cell}\n"})
    assert told.startswith(f"sites.csv:2 committed: {cell} is neither true nor false")


@pytest.mark.parametrize(
    ("cell", "label"), [("2026", "2026"), ("2026.0", "2026"), ("2026-01-01", "2026"), ("2026H2", "2026H2")]
)
def test_years_are_read_as_spreadsheets_store_them(cell: str, label: str, tmp_path: Path) -> None:
    text = f"sku,period,mw\nA1,{cell},20\n"
    assert read_study(write_small_study(tmp_path, files={"deliveries.csv": text})).deliveries["period"][0] == label


@pytest.mark.parametrize(
    ("cell", "cure"),
    [("2026-04-01", "write 2026Q2"), ("Q3 2026", "write 2026Q3"), ("2026q3", "write 2026Q3"), ("26", "2026Q3")],
)
def test_other_periods_are_named_with_the_label(cell: str, cure: str, tmp_path: Path) -> None:
    told = fault_of(tmp_path, {"deliveries.csv": f"sku,period,mw\nA1,{cell},20\n"})
    assert told.startswith(f"deliveries.csv:2 period: {cell} is ")
    assert told.endswith(cure)


def test_ids_that_look_like_nothing_survive(tmp_path: Path) -> None:
    rows = "".join(f"{site},-99,32,z1,60,,\n" for site in ("NA", "null", "nan", "inf", "007"))
    study = read_study(write_small_study(tmp_path, files={"sites.csv": HEADER + rows}))
    assert study.sites["site"].tolist() == ["007", "NA", "inf", "nan", "null"]


@pytest.mark.parametrize(
    ("id_", "part"),
    [("al pha", "it holds SPACE"), ("alph\u0430", "CYRILLIC SMALL LETTER A"), ("al\u00a0pha", "NO-BREAK SPACE")],
)
def test_ids_that_only_look_right_are_named(id_: str, part: str, tmp_path: Path) -> None:
    assert part in fault_of(tmp_path, {"sites.csv": HEADER + f"{id_},-99,32,z1,60,,\n"})


def test_lines_are_counted_through_quoted_newlines_and_blank_lines(tmp_path: Path) -> None:
    sites = 'site,note,lon,lat,zone,max_mw\nalpha,"two\nlines",-99,32,z1,60\n\n,,,,,\nbeta,,-97,31,z1,-1\n'
    told = fault_of(tmp_path, {"sites.csv": sites})
    assert told.startswith('sites.csv:6 max_mw: -1 is below 0 (site "beta")')


WARNINGS = {
    "magnitude": ("60,1.2,", "20000,1.2,", "sites.csv:2 max_mw: 20000 is above 10,000 MW at one site"),
    "mark": ("70,\n", "9999,\n", "sites.csv:2 interconnection_mw: 9999 looks like a mark"),
    "never powered": ("1.2,70", "1.2,70.5", "sites.csv:2 max_mw: 60 times peak_pue is 72 MW at the fence"),
    "falling ramp": ("2027H2,80", "2027H2,30", "site_ramp.csv:3 interconnection_mw: 30 is less than 70 of 2026"),
    "unknown column": ("note\n", "colour\n", "sites.csv: column colour is kept and not used"),
}


def test_power_that_comes_behind_the_horizon_is_power_that_a_site_gets(tmp_path: Path) -> None:
    sites = "site,lon,lat,zone,max_mw,peak_pue\nalpha,-99,32,z1,60,1.2\n"
    files = {"sites.csv": sites, "site_ramp.csv": "site,period,interconnection_mw\nalpha,2031Q1,72\n"}
    study = read_study(write_small_study(tmp_path, files=files), keys={"files.site_ramp": "site_ramp.csv"})
    assert study.warnings == ()


@pytest.mark.parametrize("name", WARNINGS)
def test_a_doubt_is_told_and_stops_nothing(name: str, tmp_path: Path) -> None:
    old, new, told = WARNINGS[name]
    files = {
        "sites.csv": "site,lon,lat,zone,max_mw,peak_pue,interconnection_mw,note\nalpha,-99,32,z1,60,1.2,70,\n",
        "site_ramp.csv": "site,period,interconnection_mw\nalpha,2026,70\nalpha,2027H2,80\n",
    }
    keys = {"files.site_ramp": "site_ramp.csv"} if name == "falling ramp" else {}
    quiet = read_study(write_small_study(tmp_path / "a", files=files), keys={"files.site_ramp": "site_ramp.csv"})
    assert quiet.warnings == ()
    files = {file: text.replace(old, new) for file, text in files.items()}
    study = read_study(write_small_study(tmp_path / "b", files=files), keys=keys)
    assert any(str(warning).startswith(told) for warning in study.warnings), study.warnings
