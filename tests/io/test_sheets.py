"""A workbook holds what the study holds: every text a text, every digit, and room to type more of it."""

from __future__ import annotations

import dataclasses
import io
import itertools
import math
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from openpyxl.utils.escape import unescape

from optimizer import InputError, Study, read_study
from optimizer.errors import Faults
from optimizer.io.config import StudyConfig, keys_of
from optimizer.io.examples import EXAMPLES
from optimizer.io.formats.book import open_book
from optimizer.io.schema import GRID_TABLES, TABLES, schema
from optimizer.io.sheets import Head, Sheet, workbook_bytes
from optimizer.io.study_sheets import study_sheets
from tests.small import write_small_study

ODD = ['=HYPERLINK("http://x")', "+1", "@x", "-2", "#N/A", "TRUE", "a\nb", "\u00e9\U0001f5fa", "_x0041_", "<r>&</r>"]
FILES = {
    "sites.csv": "site,name,lon,lat,zone,max_mw,peak_pue,committed,vendors,rank\n"
    "00123,=1+1,-99.1,32.000000000000004,z1,60.3,1.3000000000000003,true,MAR-1;AMD,7\n"
    "1E5,+1,-97,31,z1,40,1.1,false,,8\n"
    "MAR-1,@x,-95,33,z2,0.30000000000000004,1.2,false,,9\n",
    "racks.csv": "sku,vendor,rack_kw,pod_racks,note\nA1,AMD,200,10,-2\n1E5,MAR-1,100,10,\n",
    "deliveries.csv": "sku,period,mw\nA1,2026,20\n1E5,2027,123456789.12345679e-6\n",
    "placement.csv": "site,sku,usd_per_rack,allowed\n00123,A1,inf,true\n1E5,A1,0.1,false\n",
}
KEYS = {"files.placement": "placement.csv", "periods.decide_on": "2026-07-01", "policy.force_open": ["00123", "1E5"]}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write_small_study(tmp_path_factory.mktemp("odd"), files=FILES), keys=KEYS)


def sheets_of(study: Study) -> list[Sheet]:
    tables = {name: study.table(name) for name in TABLES}
    return study_sheets(study.config, tables, grid=study.grid if study.has_grid else None)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def book(study: Study) -> Any:
    return opened(workbook_bytes(sheets_of(study)))


def test_every_sheet_is_plain_and_every_column_explained(book: Any) -> None:
    assert book.sheetnames == ["study", *TABLES[:5], "grid", *TABLES[5:]]
    for page in book:
        assert (page.sheet_state, page.freeze_panes, list(page.merged_cells.ranges)) == ("visible", "B2", [])
        assert page.auto_filter.ref == page.dimensions
        for cell in page[1]:
            assert cell.comment.text.strip(), (page.title, cell.value)
            assert cell.font.bold
        if page.title in TABLES:
            typed = [c.name for c in schema(page.title).typed]
            names = [c.value for c in page[1]]
            assert names[: len(typed)] == typed
            fills: dict[str, set[bool]] = {c.fill.fgColor.rgb: set() for c in page[1]}
            for cell in page[1]:
                column = schema(page.title).find(cell.value)
                fills[cell.fill.fgColor.rgb].add(bool(column and column.required))
            assert all(len(required) == 1 for required in fills.values())
    notes = {c.value: c.comment.text for c in book["sites"][1]}
    assert "Unit: MW IT\nRequired\nExample: 200" in notes["max_mw"]
    assert "Default: unlimited" in notes["max_rack_kw"]
    assert notes["rank"]  # a column of the planner's own comes last
    assert list(notes)[-1] == "rank"


@pytest.mark.parametrize("table", TABLES)
def test_cells_are_what_the_table_holds(table: str, study: Study, book: Any) -> None:
    frame, page = study.table(table), book[table]
    heads = [c.value for c in page[1]]
    assert set(heads) == set(map(str, frame.columns))
    assert page.max_row == len(frame) + 1
    for name, cells in zip(heads, page.iter_cols(min_row=2), strict=True):
        for value, cell in zip(frame[name].tolist(), cells, strict=True):
            column = schema(table).find(name)
            if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
                assert cell.value is None
            elif value == math.inf:
                assert cell.value == (None if column and column.default == "unlimited" else "inf")
            elif name == "geometry":
                assert shapely.get_coordinates(shapely.from_wkt(cell.value)).tolist() == (
                    shapely.get_coordinates(value).tolist()
                )
            else:
                assert cell.value == value, (name, cell.coordinate)
                assert isinstance(cell.value, str) == isinstance(value, str)
                assert not isinstance(value, str) or (cell.data_type, cell.number_format) == ("s", "@")
    texts = {h for h in heads if (c := schema(table).find(h)) and not c.is_number and c.type != "bool"}
    spans = [range(d.min, d.max + 1) for d in page.column_dimensions.values() if d.number_format == "@"]
    assert {h for i, h in enumerate(heads, 1) if any(i in span for span in spans)} >= texts  # rows to come too


def test_keys_are_those_of_study_toml(study: Study, book: Any) -> None:
    rows = {row[0].value: row for row in book["study"].iter_rows(min_row=2)}
    every = [k for k in keys_of(StudyConfig) if not k.startswith("files")]
    assert list(rows) == [k for k in every if not any(other.startswith(f"{k}.") for other in every)]
    values = {key: row[1].value for key, row in rows.items()}
    assert (values["periods.first"], values["money.discount_rate"], values["policy.max_sites"]) == (2026, 0.05, 3)
    assert (values["policy.force_open"], values["policy.forbid"], values["solve.time_limit_s"]) == (
        "00123; 1E5",
        None,
        None,
    )
    assert values["money.residual_value"] is False
    day = rows["periods.decide_on"][1]
    assert (day.is_date, day.number_format, day.value.date()) == (True, "yyyy-mm-dd", study.config.periods.decide_on)
    assert rows["unused.idle_hall_usd_per_mw_year"][2].value == "USD/MW/year"
    assert all(row[3].value for row in rows.values())
    assert [[c.value for c in row] for row in book["grid"].iter_rows(min_row=2)] == [
        ["flow", study.flow],
        ["security", "none"],
    ]


def test_validations_point_at_the_cells_they_mean(book: Any) -> None:
    found = {}
    for page in book:
        heads = {c.column_letter: c.value for c in page[1]}
        for rule in page.data_validations.dataValidation:
            where = str(rule.sqref)
            name = heads[where.rstrip("0123456789:").split(":")[0].rstrip("0123456789")]
            assert where.endswith("1000") or page.title in ("study", "grid")
            found[page.title, name] = rule
    lists = {
        ("sites", "vendors"): "racks!$B$2:$B$1000",
        ("racks", "vendor"): "racks!$B$2:$B$1000",
        ("sites", "zone"): "zones!$A$2:$A$1000",
        ("lines", "to"): "zones!$A$2:$A$1000",
        ("deliveries", "sku"): "racks!$A$2:$A$1000",
        ("placement", "site"): "sites!$A$2:$A$1000",
        ("sites", "tenure"): '"own,lease"',
        ("placement", "allowed"): '"TRUE,FALSE"',
    }
    assert {k: (found[k].type, found[k].formula1) for k in lists} == {k: ("list", v) for k, v in lists.items()}
    assert not found["sites", "vendors"].showErrorMessage
    pue = found["sites", "peak_pue"]
    assert (pue.type, pue.formula1, pue.formula2, pue.showErrorMessage) == ("decimal", "1", "3", True)
    assert pue.error == "A number from 1 to 3 (MW/MW IT)."
    assert found["racks", "pod_racks"].type == "whole"
    assert found["sites", "hall_mw"].formula1.endswith(
        "2>0,K2<=100000)".replace("K", letter_of(book, "sites", "hall_mw"))
    )
    assert found["placement", "usd_per_rack"].formula1.startswith('OR(C2="inf",')
    numbers = {(t, c.name) for t in TABLES for c in schema(t).typed if c.is_number}
    assert numbers <= set(found)
    assert [str(r.sqref) for r in book["study"].data_validations.dataValidation] == ["B7", "B10", "B20", "B21", "B35"]


def letter_of(book: Any, sheet: str, name: str) -> str:
    return next(str(c.column_letter) for c in book[sheet][1] if c.value == name)


@pytest.mark.parametrize("text", [*ODD, "a\x01b\r\nc\x0b\ufffe", "half \ud83d"])
def test_a_text_stays_a_text(text: str) -> None:
    content = workbook_bytes([Sheet("s", [Head("h", "c")], [[text]])])
    cell = opened(content)["s"]["A2"]
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", text[0] in "=+-@")
    book = open_book(content, "book.xlsx", Faults())
    assert book
    ((_, _), (_, (read,))) = book.rows("s")
    assert unescape(read.value) == text.encode("utf-8", "backslashreplace").decode()


def test_shapes_and_numbers_keep_every_digit(study: Study) -> None:
    rng = random.Random(7)
    values = [
        0.1 + 0.2,
        1e-17,
        5e-324,
        1.7976931348623157e308,
        2**53 + 2,
        -0.5,
        *(rng.uniform(-180, 180) for _ in range(300)),
    ]
    page = opened(workbook_bytes([Sheet("s", [Head("h", "c")], [[v] for v in values])]))["s"]
    assert [float(row[0].value) for row in page.iter_rows(min_row=2)] == values
    shape = shapely.LineString(list(itertools.pairwise(values[6:])))
    zones = study.zones.assign(geometry=[shape] * len(study.zones))
    wkt = sheets_of(dataclasses.replace(study, zones=zones))[7].rows[0][2]
    assert shapely.get_coordinates(shapely.from_wkt(wkt)).tolist() == shapely.get_coordinates(shape).tolist()


def test_what_no_cell_holds_is_named_with_the_cure(study: Study) -> None:
    long = shapely.LineString([(k / 7, k / 9) for k in range(1000)])
    zones = study.zones.assign(geometry=[None, long])
    with pytest.raises(InputError) as caught:
        workbook_bytes(sheets_of(dataclasses.replace(study, zones=zones)))
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith("zones:3 geometry: holds ")
    assert "keep zones as GeoJSON and name it in files.grid" in str(caught.value)


def test_same_study_same_bytes(study: Study) -> None:
    content = workbook_bytes(sheets_of(study))
    assert workbook_bytes(sheets_of(study)) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_a_study_without_a_grid_has_its_sheets_empty(tmp_path: Path) -> None:
    files = {"sites.csv": "site,lon,lat,max_mw\na,-99,32,60\n"}
    book = opened(workbook_bytes(sheets_of(read_study(write_small_study(tmp_path, files=files), files={"grid": None}))))
    assert "grid" not in book.sheetnames
    assert {t for t in TABLES if book[t].max_row > 1} == {"sites", "racks", "deliveries"}


def test_every_column_has_an_example_that_reads(tmp_path: Path) -> None:
    rows = {name: dict(cells) for name, cells in EXAMPLES.items()}
    for table in TABLES:
        assert [n for n in rows[table] if not schema(table).find(n)] == []
        assert [c.name for c in (*schema(table).typed, *schema(table).people) if not rows[table].get(c.name)] == []
    for table, gone in (("sites", "geometry"), ("deliveries", "mw"), ("zones", "geometry")):
        del rows[table][gone]
    rows["sites"]["vendors"] = rows["racks"]["vendor"]
    del rows["upgrades"]["reactance_pu"]  # of a zone
    texts = {name: f"{','.join(row)}\n" + ",".join(f'"{v}"' for v in row.values()) + "\n" for name, row in rows.items()}
    texts["zones"] += '"south"' + "," * (len(rows["zones"]) - 1) + "\n"
    texts["blocks"] += '"rest","7300","1"' + "," * (len(rows["blocks"]) - 3) + "\n"
    nodal, zonal = ("generators", "loads"), ("headroom", "energy_prices", "upgrades")
    for name, without in (("zonal", nodal), ("nodal", zonal)):
        files = {"grid/grid.toml": 'flow = "dc"\n'}
        files |= {f"{'grid/' * (n in GRID_TABLES)}{n}.csv": text for n, text in texts.items() if n not in without}
        write_small_study(tmp_path / name, files=files)
        (tmp_path / name / "grid/zones.geojson").unlink()
        if name == "nodal":
            (tmp_path / name / "grid/headroom.csv").unlink()
        paths = {"files.site_ramp": "site_ramp.csv", "files.placement": "placement.csv"}
        told = [str(w) for w in read_study(tmp_path / name, keys=paths).warnings]
        assert [w for w in told if name == "zonal" or "in a nodal grid" not in w] == []
