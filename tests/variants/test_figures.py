"""Figures: the ranges of the data dictionaries, found beside a study's files and entered by their rules."""

from __future__ import annotations

import pickle
import re
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.io.embedded import embedded_study
from optimizer.io.schema import TABLES
from optimizer.io.sheets import workbook_bytes
from optimizer.io.starter import write_starter
from optimizer.io.study_sheets import figure_sheets, study_sheets
from optimizer.io.write import csv_text
from optimizer.parameters import Parameters
from optimizer.variants import low_high
from optimizer.variants.cases import made
from optimizer.variants.figure_tables import for_sheets, read_figures
from tests.small import STUDY, write_small_study

HEADER = "figure,table,column,selector,low,central,high,unit,rule"
FIGURES = f"""{HEADER}
slip,deliveries,period,,0,0,1,years,shift: what falls behind the horizon is left out
price,sites,hall_usd_per_mw,kind=campus,5e6,1e7,2e7,USD/MW,scale: all campuses
room,headroom,headroom_mw,,0.05,0.1,0.15,share,replace: low.csv high.csv
lead,site_ramp,period,kind=generic,1,2,2.5,years,shift: by the site's row
lead,sites,hall_lead_years,kind=generic,1,2,2.5,years,set: halls too
rate,study,money.discount_rate,,0.03,0.05,0.1,1/year,set: nominal
gone,sites,peak_pue,kind=islanded,1.1,1.2,1.3,ratio,set: nobody
made,sites,max_mw,,1,2,3,MW,derive: elsewhere
fixed,sites,load_factor,,,1,,share,set: no range
"""
RAMP = "site,period,interconnection_mw\ngamma,2026,10\ngamma,2027,60\n"
HEADROOM = "zone,period,headroom_mw\nz1,2026,{0}\nz2,2026,{0}\n"


@cache
def embedded() -> Study:
    return read_study(embedded_study())


@pytest.fixture
def study(tmp_path: Path) -> Study:
    texts = {
        "study.toml": STUDY.replace('sites = "sites.csv"', 'sites = "sites.csv"\nsite_ramp = "ramp.csv"'),
        "ramp.csv": RAMP,
        "grid-figures.csv": FIGURES,
        "low.csv": HEADROOM.format(5),
        "high.csv": HEADROOM.format(500),
    }
    return read_study(write_small_study(tmp_path, files=texts))


def value(study: Study, name: str, number: object) -> Study:
    return made(study, pd.DataFrame({f"figures.{name}": [number]}))[0].study


def numbers_of(study: Study) -> bytes:
    """All that a model sees of a study: a figure that leaves it alone moves nothing."""
    return pickle.dumps(Parameters.of(study))


def test_every_figure_of_the_embedded_study_makes_valid_cases() -> None:
    study, table = embedded(), low_high(embedded())
    parts = read_figures(study)
    ranged = [n for n, p in parts.items() if pd.notna(p[0].low) and pd.notna(p[0].high) and p[0].rule != "derive"]
    assert {name.removeprefix("figures.") for name in table} == set(ranged)
    assert len(table) == 2 * len(ranged) == 94
    assert (table.notna().sum(axis=1) == 1).all()
    base = numbers_of(study)
    unmoved = [name for case in made(study, table) if numbers_of(case.study) == base for name in case.inputs]
    assert unmoved == ["figures.delivery_delay", "figures.campus_delay", "figures.fast_ramp_delay"]


def test_a_lead_moves_power_and_halls_together_by_years() -> None:
    base, late = Parameters.of(embedded()), Parameters.of(value(embedded(), "lead_ercot", 4))
    ercot = [s for s, site in enumerate(base.sites) if re.match(r"generic-p6[0-57]-", site)]
    others = [s for s in range(len(base.sites)) if s not in ercot]
    assert ercot
    assert late.interconnection_mw[ercot, 1:].tolist() == base.interconnection_mw[ercot, :-1].tolist()
    assert late.first_hall[ercot].tolist() == [t + 1 for t in base.first_hall[ercot]]
    assert late.interconnection_mw[others].tolist() == base.interconnection_mw[others].tolist()


def test_rules_do_what_they_say(study: Study) -> None:
    late = value(study, "slip", 1).deliveries
    assert late[["sku", "period"]].to_numpy().tolist() == [["A1", "2027"], ["B1", "2027"]]
    assert late["mw"].tolist() == [20, 30]
    assert value(study, "price", 2e7).sites["hall_usd_per_mw"].tolist() == [2e7, 2e7, 1e7]
    assert value(study, "room", 0.15).headroom["headroom_mw"].tolist() == [500, 500]
    assert value(study, "room", 0.1) is study
    lead = value(study, "lead", 2.5)
    assert lead.site_ramp["period"].tolist() == ["2026H2", "2027H2"]
    assert lead.sites["hall_lead_years"].tolist() == [0, 0, 2.5]
    assert value(study, "rate", 0.07).config.money.discount_rate == 0.07  # any number, not only low and high


def test_a_figure_changes_a_table_before_its_cells_are_changed(study: Study) -> None:
    table = pd.DataFrame({"headroom[zone=z1].headroom_mw*": [2], "figures.room": [0.15]})
    assert made(study, table)[0].study.headroom["headroom_mw"].tolist() == [1000, 500]


def test_a_figure_without_cells_is_left_out_with_a_warning(study: Study) -> None:
    with pytest.warns(UserWarning, match="figures gone: is left out: the study has none of its cells"):
        table = low_high(study)
    assert list(table) == [f"figures.{name}" for name in ("slip", "price", "room", "lead", "rate")]


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("leed", 1, 'is no figure – did you mean "lead"?'),
        ("made", 1, "can't be varied"),
        ("gone", 1.2, "selects nothing"),
        ("room", 0.12, "0.12 stands for a whole table, of which there are only a few – write one of 0.05, 0.1, 0.15"),
        ("lead", "late", "late is not a number"),
        ("rate", 3, "makes money.discount_rate 3, which is above 1"),
    ],
)
def test_what_a_figure_can_not_be_is_refused(study: Study, name: str, number: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        value(study, name, number)
    assert words in str(caught.value)
    assert f"figures.{name}" in str(caught.value)


def test_a_copy_of_the_embedded_study_has_its_figures_too(tmp_path: Path) -> None:
    copy = read_study(write_starter(tmp_path / "mine"))
    pd.testing.assert_frame_equal(low_high(copy), low_high(embedded()))
    low = [value(study, "headroom_share", 0.05).headroom for study in (copy, embedded())]
    pd.testing.assert_frame_equal(*low)


def workbook(study: Study, path: Path) -> Path:
    sheets = study_sheets(study.config, {name: study.table(name) for name in TABLES}, grid=study.grid)
    path.write_bytes(workbook_bytes([*sheets, *figure_sheets(*for_sheets(study))]))
    return path


def test_a_workbook_has_its_figures_on_a_sheet(study: Study, tmp_path: Path) -> None:
    read = read_study(workbook(study, tmp_path / "mine.xlsx"))
    assert not [doubt for doubt in read.warnings if "sheet" in str(doubt)]
    with pytest.warns(UserWarning, match="figures gone: is left out"):
        table = low_high(read)
    assert list(table) == [f"figures.{name}" for name in ("slip", "price", "room", "lead", "rate")]
    for name, number in (("slip", 1), ("price", 2e7), ("room", 0.15), ("lead", 2.5)):
        for changed in ("deliveries", "sites", "headroom", "site_ramp"):
            ours, theirs = (value(each, name, number).table(changed) for each in (read, study))
            assert csv_text(ours.drop(columns="geometry", errors="ignore")) == csv_text(theirs[list(ours)])


def test_faults_of_a_sheet_of_figures_are_told_by_cell(study: Study, tmp_path: Path) -> None:
    path = workbook(study, tmp_path / "mine.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["figures"]
    letters = {cell.value: cell.column_letter for cell in page[1]}
    page[f"{letters['rule']}2"], page[f"{letters['low']}3"], page[f"{letters['table']}5"] = "guess", "few", "sitez"
    book.remove(book["low"])
    book.save(path)
    with pytest.raises(InputError) as caught:
        low_high(read_study(path))
    cells = [f"{letters[name]}{row}" for name, row in (("rule", 2), ("low", 3), ("table", 5))]
    assert [(f.file, f.cell) for f in caught.value.faults] == [("mine.xlsx#figures", cell) for cell in cells]
    page[f"{letters['rule']}2"], page[f"{letters['low']}3"], page[f"{letters['table']}5"] = "set: x", 1, "site_ramp"
    book.save(path)
    with pytest.raises(InputError, match=r"needs a table that can't be read: mine\.xlsx: has no sheet"):
        value(read_study(path), "room", 0.05)


def test_a_figure_that_two_tables_set_is_refused(study: Study, tmp_path: Path) -> None:
    (tmp_path / "figures.csv").write_text(FIGURES, encoding="utf-8")
    with pytest.raises(InputError, match=r"price sets sites.hall_usd_per_mw, as it does in .* – keep one of the two"):
        low_high(study)


def test_faults_of_figures_tables_are_told_by_line(study: Study, tmp_path: Path) -> None:
    rows = "a,sitez,max_mw,,1,2,3,MW,set: x\nb,sites,max_mw,,low,2,3,MW,set: x\nc,sites,max_mw,,1,2,3,MW,guess: x\n"
    rows += "d,,policy.max_sites,,1,2,3,sites,set: x\n"
    (tmp_path / "figures.csv").write_text(f"{HEADER}\n{rows}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        low_high(study)
    assert [(f.file, f.line) for f in caught.value.faults] == [("figures.csv", line) for line in (2, 3, 4, 5)]
    assert "5 table: is no table of a study – write one of study, sites, site_ramp, racks" in str(caught.value)
    with pytest.raises(InputError, match="there is no figures table"):
        low_high(Study.from_tables(
            keys={"periods": {"first": 2026, "last": 2027}},
            sites=study.sites, racks=study.racks, deliveries=study.deliveries,
        ))  # fmt: skip
