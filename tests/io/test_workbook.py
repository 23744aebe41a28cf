"""A whole study in one workbook: its keys, its sheets, and what is wrong with either."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer import InputError, Study, read_study
from optimizer.io.schema import TABLES
from optimizer.io.sheets import workbook_bytes
from optimizer.io.study_sheets import study_sheets
from tests.small import write_small_study

Change = Callable[[Any], object]


def book(folder: Path, change: Change = lambda _: None) -> Path:
    """Write the small study as a workbook and change it."""
    study = read_study(write_small_study(folder / "files"))
    path = folder / "book.xlsx"
    tables = {name: study.table(name) for name in TABLES}
    path.write_bytes(workbook_bytes(study_sheets(study.config, tables, grid=study.grid)))
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def cell(workbook: Any, key: str) -> Any:
    """The cell of a key's value."""
    sheet = workbook["study"]
    return next(row[1] for row in sheet.iter_rows() if row[0].value == key)


def setting(**values: object) -> Change:
    def change(workbook: Any) -> None:
        for key, value in values.items():
            target = cell(workbook, key.replace("__", "."))
            target.value = value
            if isinstance(value, str) and value.startswith("="):
                target.data_type = "f"

    return change


def more(key: str, value: object) -> Change:
    return lambda workbook: workbook["study"].append([key, value])


def errors_of(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_study(path)
    return [str(fault) for fault in caught.value.faults]


def test_keys_are_read_as_spreadsheets_hold_them(tmp_path: Path) -> None:
    change = setting(
        periods__first=datetime.datetime(2026, 1, 1),
        periods__last=2027.0,
        periods__per_year="1",
        periods__decide_on=datetime.date(2026, 7, 1),
        policy__max_sites=3.0,
        policy__force_open="alpha; beta",
        policy__forbid='["gamma"]',
        money__residual_value=True,
        money__asset_life_years__hall=12,
        study__name=2026,
    )
    config = read_study(book(tmp_path, change)).config
    assert (config.periods.first, config.periods.last, config.periods.per_year) == ("2026", "2027", 1)
    assert config.periods.decide_on == datetime.date(2026, 7, 1)
    assert (config.policy.max_sites, config.policy.force_open, config.policy.forbid) == (
        3,
        ("alpha", "beta"),
        ("gamma",),
    )
    assert (config.money.residual_value, config.money.asset_life_years.hall) == (True, 12)
    assert config.study.name == "2026"


def test_texts_in_the_sheet_of_keys_are_read_as_in_every_other_table(tmp_path: Path) -> None:
    words = setting(
        periods__first="2026.0", periods__last="2027-01-01", periods__per_year="1.0", money__residual_value="Yes",
        policy__max_sites="3.0", money__discount_rate="0.05", objective__minimise="COST", format="1.0",
    )  # fmt: skip

    def change(workbook: Any) -> None:
        words(workbook)
        workbook["grid"]["B2"] = "Transport"

    config = read_study(book(tmp_path, change)).config
    sections = {"files", "money"}
    plain = read_study(tmp_path / "files").config
    assert config.model_dump(exclude=sections) == plain.model_dump(exclude=sections)
    assert config.money.residual_value is True


WRONG: dict[str, tuple[Change, str]] = {
    "unknown key": (more("policy.max_sits", 3), 'policy.max_sits: is no key of this format – did you mean "max_sites"?'),
    "key of a file": (more("policy.max_zone_share", 40), "policy.max_zone_share: stands twice – keep one of the two rows"),
    "twice": (more("periods.first", 2026), "periods.first: stands twice – keep one of the two rows"),
    "no key": (more("", 3), ": 3 stands beside no key – write its key in the column key, or delete the row"),
    "section": (more("policy", 3), "policy: is a key and a section at once"),
    "value": (setting(policy__max_sites="many"), 'policy.max_sites: "many" is no whole number'),
    "range": (setting(money__discount_rate=8), "money.discount_rate: 8 is above 1 – write a share from 0 to 1, 0.08 for 8 %"),
    "label": (setting(periods__last="2027H3"), 'periods.last: "2027H3" is no period'),
    "formula": (setting(periods__last="=2026+1"), "periods.last: holds a formula without a stored result"),
    "site": (setting(policy__forbid="alfa"), 'policy.forbid: "alfa" is no site of book.xlsx#sites – did you mean "alpha"?'),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_is_named_by_its_cell(name: str, tmp_path: Path) -> None:
    change, told = WRONG[name]
    (line,) = errors_of(book(tmp_path, change))
    assert line.startswith("book.xlsx#study!B")
    assert told in line


def renamed(old: str, new: str) -> Change:
    return lambda workbook: setattr(workbook[old], "title", new)


SHEETS: dict[str, tuple[Change, str]] = {
    "no keys": (lambda w: w.remove(w["study"]), 'book.xlsx: has no sheet "study", which holds the keys of study.toml'),
    "no sites": (renamed("sites", "site list"), 'book.xlsx: has no sheet "sites"'),
    "no headroom": (lambda w: w.remove(w["headroom"]), "book.xlsx#headroom: there is no such sheet"),
    "blocks": (lambda w: w["blocks"].append(["peak", 100]), "book.xlsx#blocks hours_per_year: add up to 100 h, not to 8,760"),
    "hidden": (lambda w: setattr(w["racks"], "sheet_state", "hidden"), "book.xlsx#racks: is a hidden sheet"),
    "headless": (lambda w: w["study"].delete_rows(1), "book.xlsx#study: the columns key, value are missing"),
    "flow": (lambda w: setattr(w["grid"]["B2"], "value", "ac"), 'book.xlsx#grid!B2 flow: "ac" is none of "none", "transport"'),
    "outages": (lambda w: w["grid"].append(["outages", "l; m"]), 'book.xlsx#grid!B4 outages: "l" is no line of'),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_a_wrong_sheet_is_named(name: str, tmp_path: Path) -> None:
    change, start = SHEETS[name]
    assert any(line.startswith(start) for line in errors_of(book(tmp_path, change)))


def test_sheets_are_found_by_any_spelling_and_others_are_said(tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        workbook["deliveries"].title = "Deliveries "
        workbook["energy_prices"].title = "Energy Prices"
        notes = workbook.create_sheet("delivries 2")
        notes.append(["sku", "period"])
        notes.append(["A1", 2026])

    study = read_study(book(tmp_path, change))
    assert len(study.deliveries) == 4
    assert [str(w) for w in study.warnings if w.file == "book.xlsx"] == [
        'book.xlsx: the sheet "delivries 2" is not used – delivries 2: did you mean "deliveries"?'
    ]


def test_a_sheet_with_a_header_alone_is_no_table(tmp_path: Path) -> None:
    study = read_study(book(tmp_path))
    assert isinstance(study, Study)
    assert len(study.site_ramp) == len(study.placement) == len(study.lines) == 0
    assert (study.config.files.site_ramp, study.config.files.placement) == (None, None)


def test_faults_of_every_sheet_are_told_at_once(tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        workbook["sites"]["A2"] = "al pha"
        workbook["racks"]["C2"] = 20000
        workbook["headroom"]["A2"] = "z9"
        cell(workbook, "policy.max_sites").value = -1

    lines = errors_of(book(tmp_path, change))
    assert [line.partition(" ")[0] for line in lines] == [
        lines[0].partition(" ")[0],
        "book.xlsx#sites!A2",
        "book.xlsx#racks!C2",
        "book.xlsx#headroom!A2",
    ]
    assert lines[0].startswith("book.xlsx#study!B")


def test_a_folder_with_a_workbook_is_a_study(tmp_path: Path) -> None:
    path = book(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()
    path.rename(folder / "study.xlsx")
    assert set(read_study(folder).inputs) == {"study.xlsx"}
