"""Files as planners have them: each kind of fault is answered by one line that names it and its cure."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pandas as pd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from optimizer import InputError, Study, read_study
from tests.small import DELIVERIES, RACKS, SITES, STUDY, write_small_study

HEADER = "site,lon,lat,zone,max_mw\n"
EUROPE = {  # lon and lat fit both ways round
    "grid/zones.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"zone": zone},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[w, 45], [w + 8, 45], [w + 8, 55], [w, 55], [w, 45]]],
                    },
                }
                for zone, w in (("z1", 0), ("z2", 8))
            ],
        }
    )
}


def told(path: Path, **keys: object) -> tuple[list[str], list[str]]:
    """Errors and warnings of a study, as lines."""
    try:
        return [], [str(w) for w in read_study(path, keys=keys).warnings]
    except InputError as error:
        return [str(f) for f in error.faults], [str(w) for w in error.warnings]


def of_sites(folder: Path, text: str, **files: str) -> tuple[list[str], list[str]]:
    return told(write_small_study(folder, files={"sites.csv": text, **files}))


def rows(count: int, row: Callable[[int], str]) -> str:
    return "".join(row(i) + "\n" for i in range(count))


# 1 – a few rows of a long file are swapped


def test_a_few_swapped_rows_are_named_and_not_the_whole_file(tmp_path: Path) -> None:
    swapped = (7, 90)
    places = [(46 + i % 8 + 0.5, 1 + i % 6 + 0.5) if i in swapped else (1 + i % 14, 46 + i % 8) for i in range(200)]
    text = HEADER + "".join(f"s{i},{lon},{lat},,60\n" for i, (lon, lat) in enumerate(places))
    errors, _ = of_sites(tmp_path / "a", text, **EUROPE)
    assert [e.partition(" ")[0] for e in errors] == ["sites.csv:9", "sites.csv:92"]
    assert all("lon and lat look swapped" in e for e in errors)
    named = text.replace(",,60", ",z1,60")  # the zone is stated, so that the plan alone would not show it
    errors, _ = of_sites(tmp_path / "b", named, **EUROPE)
    assert [e.partition(" ")[0] for e in errors] == ["sites.csv:9", "sites.csv:92"]
    path = write_small_study(tmp_path / "c", files={"sites.csv": text})
    study = read_study(path, files={"grid": None})
    (doubt,) = [w for w in study.warnings if w.line == 9]
    assert "among them with lon and lat swapped" in str(doubt)
    assert {w.line for w in study.warnings} == {9, 92}


def test_rows_that_fit_only_when_swapped_are_one_line_with_a_count(tmp_path: Path) -> None:
    text = HEADER + rows(60, lambda i: f"s{i},{30 + i % 3},-{95 + i % 4},z1,60" if i % 6 == 0 else f"s{i},-98,32,z1,60")
    errors, _ = of_sites(tmp_path, text)
    assert errors == [
        'sites.csv:2 lat: -95 is below -90 (lines 2 "s0", 8 "s6", 14 "s12" and 7 more) – '
        "lon and lat look swapped: lon is east-west, lat north-south"
    ]


# 3 – every point is the other way round


@pytest.mark.parametrize("state_zone", [False, True])
def test_no_site_in_any_zone_is_one_statement(state_zone: bool, tmp_path: Path) -> None:
    zone = "z1" if state_zone else ""
    errors, warnings = of_sites(
        tmp_path, HEADER + rows(214, lambda i: f"s{i},{46 + i % 8}.5,{1 + i % 6}.5,{zone},60"), **EUROPE
    )
    where = "lie in the zone that they name" if state_zone else "lie in a zone"
    assert len(errors) == 1
    assert f"0 of 214 sites {where} – lon and lat swapped?" in errors[0]
    assert warnings == []


def test_a_wrong_crs_is_one_statement(tmp_path: Path) -> None:
    points = geopandas.points_from_xy([-99 + i / 100 for i in range(50)], [32] * 50)
    frame = geopandas.GeoDataFrame({"site": [f"s{i}" for i in range(50)], "max_mw": 60.0}, geometry=points)
    path = write_small_study(tmp_path)
    frame.set_crs(3857).to_file(tmp_path / "sites.gpkg")  # degrees that call themselves metres
    errors, warnings = told(path, **{"files.sites": "sites.gpkg"})
    assert (len(errors), warnings) == (1, [])
    assert "sites.gpkg zone: 0 of 50 sites lie in a zone" in errors[0]
    assert "CRS" in errors[0]
    text = frame.set_crs(4326).to_crs(3857).set_crs(4326, allow_override=True).to_json()  # metres that state no CRS
    (tmp_path / "sites.geojson").write_text(text, encoding="utf-8")
    errors, _ = told(path, **{"files.sites": "sites.geojson"})
    assert len(errors) == 1
    assert '(features 1 "s0", 2 "s1", 3 "s2" and 47 more) – state its CRS' in errors[0]


# 4, 5 – dialects

DIALECTS = {
    "semicolons": (SITES.replace(",", ";"), "sites.csv:1: separates its cells by semicolons – save it as CSV with commas"),
    "tabs": (SITES.replace(",", "\t"), "sites.csv:1: separates its cells by tabs"),
    "french": ("site,lon,lat,zone,max_mw,committed\na,-99,32,z1,60,VRAI\n", "sites.csv:2 committed: VRAI is neither true nor"),
    "german": ("site,lon,lat,zone,max_mw,committed\na,-99,32,z1,60,ja\n", "sites.csv:2 committed: ja is neither true nor"),
    "decimal comma": (HEADER + 'a,"-99,01512",32,z1,60\n', "sites.csv:2 lon: -99,01512 has a decimal comma (site"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_named(name: str, tmp_path: Path) -> None:
    text, start = DIALECTS[name]
    errors, _ = of_sites(tmp_path, text)
    assert len(errors) == 1
    assert errors[0].startswith(start)


def test_what_spreadsheets_leave_behind_is_read(tmp_path: Path) -> None:
    plain = read_study(write_small_study(tmp_path / "a"))
    odd = "\ufeff" + SITES.replace("\n", ",\r\n") + ",,,,,,,,,,,,\r\n\r\n"
    path = write_small_study(tmp_path / "b")
    (tmp_path / "b/sites.csv").write_bytes(odd.encode())
    study = read_study(path)
    pd.testing.assert_frame_equal(plain.sites, study.sites)
    assert study.warnings == plain.warnings


# 7, 8 – Excel


def book(folder: Path, table: str, change: Callable[[Any], object]) -> dict[str, object]:
    """Write a table of the small study as a sheet, change it, and return the key that names it."""
    text = {"sites": SITES, "deliveries": DELIVERIES, "racks": RACKS}[table]
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Sites"
    for line in text.splitlines():
        sheet.append(
            [float(c) if c.replace(".", "").replace("e", "").lstrip("-").isdigit() else c for c in line.split(",")]
        )
    change(sheet)
    workbook.save(folder / "book.xlsx")
    return {f"files.{table}": "book.xlsx#Sites"}


def put(cell: str, value: object, number_format: str = "General") -> Callable[[Any], object]:
    def change(sheet: Any) -> None:
        sheet[cell] = value
        sheet[cell].number_format = number_format

    return change


def as_error(sheet: Any) -> None:
    sheet["G2"] = "#REF!"
    sheet["G2"].data_type = "e"


def hide(sheet: Any) -> None:
    sheet.parent.create_sheet("Other")
    sheet.sheet_state = "hidden"


DATE = datetime.datetime(2026, 3, 1)
EXCEL = {
    "title": (lambda s: s.insert_rows(1, 2) or put("A1", "Candidate sites")(s), "#Sites:1: has its header in row 3, below other text"),
    "merged": (lambda s: s.merge_cells("F2:F3"), "#Sites!F2: cells are merged (F2:F3)"),
    "hidden": (hide, "#Sites: is a hidden sheet"),
    "formula": (put("G3", "=20+20"), "#Sites!G3 max_mw: holds a formula without a stored result (site \"beta\")"),
    "error": (as_error, "#Sites!G2 max_mw: #REF! is a spreadsheet's error value (site \"alpha\") – mend the formula"),
    "id as a number": (put("A3", 123, "00000"), "#Sites!A3 site: 123 is stored as a number where an id is meant"),
    "id with an exponent": (put("A3", 100000.0, "0.00E+00"), "#Sites!A3 site: 100000"),
    "id as a date": (put("A3", DATE, "mmm-d"), "#Sites!A3 site: 2026-03-01 is a date where an id is meant"),
    "number as a date": (put("G3", DATE, "yyyy-mm-dd"), "#Sites!G3 max_mw: 2026-03-01 is a date where a number is meant"),
    "decimal comma": (put("G3", "40,5"), "#Sites!G3 max_mw: 40,5 has a decimal comma (site \"beta\") – write 40.5"),
    "header twice": (put("B1", "site"), "#Sites!B1 site: stands twice in the header"),
    "no header": (put("M3", 7), "#Sites!M1: the column has no name"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCEL)
def test_what_excel_does_to_a_table_is_named_by_its_cell(name: str, tmp_path: Path) -> None:
    change, start = EXCEL[name]
    path = write_small_study(tmp_path)
    errors, _ = told(path, **book(tmp_path, "sites", change))
    assert len(errors) == 1, errors
    assert errors[0].startswith(f"book.xlsx{start}")
    assert " – " in errors[0]


def test_years_are_read_however_excel_stores_them(tmp_path: Path) -> None:
    plain = read_study(write_small_study(tmp_path))

    def change(sheet: Any) -> None:
        sheet["B2"], sheet["B3"], sheet["B4"], sheet["B5"] = 2026, datetime.date(2027, 1, 1), "2026", 2027.0

    study = read_study(tmp_path, keys=book(tmp_path, "deliveries", change))
    pd.testing.assert_frame_equal(plain.deliveries, study.deliveries)


def test_hidden_rows_are_read_and_said(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)

    def change(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    errors, warnings = told(path, **book(tmp_path, "sites", change))
    assert errors == []
    assert any(w.startswith("book.xlsx#Sites: row 3 is hidden and read like the others") for w in warnings)


# 9, 10 – ids

TWINS = {
    "alpha": "stands twice",
    "ALPHA": "only by case",
    "аlpha": "it holds CYRILLIC",
    "al\u00a0pha": "it holds NO-BREAK SPACE",
}


@pytest.mark.parametrize("twin", TWINS)
def test_ids_that_look_alike_are_named_in_every_format(twin: str, tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    frame = pd.read_csv(tmp_path / "sites.csv")
    frame["site"] = ["alpha", twin, "gamma"]
    frame.to_parquet(tmp_path / "sites.parquet")
    frame.to_excel(tmp_path / "sites.xlsx", index=False)
    for file, where in (("sites.parquet", "sites.parquet:2"), ("sites.xlsx", "sites.xlsx#Sheet1!A3")):
        errors, _ = told(path, **{"files.sites": file})
        assert len(errors) == 1
        assert errors[0].startswith(where)
        assert TWINS[twin] in errors[0]


def test_ids_that_look_like_nothing_survive_in_every_format(tmp_path: Path) -> None:
    names = ["NA", "null", "nan", "inf", "None", "007"]
    path = write_small_study(tmp_path)
    frame = pd.DataFrame({"site": names, "lon": -99.0, "lat": 32.0, "zone": "z1", "max_mw": 60.0, "name": "NA"})
    frame.to_parquet(tmp_path / "s.parquet")
    frame.to_excel(tmp_path / "s.xlsx", index=False)
    points = geopandas.points_from_xy(frame["lon"], frame["lat"], crs=4326)
    geopandas.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points).to_file(tmp_path / "s.gpkg")
    for file in ("s.parquet", "s.xlsx", "s.gpkg"):
        study = read_study(path, keys={"files.sites": file})
        assert sorted(study.sites["site"]) == sorted(names)
        assert set(study.sites["name"]) == {"NA"}


# 11, 12, 13 – geometry


def layer(folder: Path, *shapes: object, crs: int | None = 4326) -> dict[str, object]:
    frame = {"site": [f"s{i}" for i in range(len(shapes))], "max_mw": 60.0}
    geopandas.GeoDataFrame(frame, geometry=list(shapes), crs=crs).to_file(folder / "sites.gpkg", layer="sites")
    return {"files.sites": "sites.gpkg"}


def test_shapes_of_a_geopackage_are_read_or_named(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    c_shape = Polygon(
        [(-99, 31), (-97, 31), (-97, 31.1), (-98.9, 31.1), (-98.9, 32.9), (-97, 32.9), (-97, 33), (-99, 33)]
    )
    two = MultiPolygon([box(-99, 32, -98.9, 32.1), box(-98, 32, -97, 33)])
    study = read_study(path, keys=layer(tmp_path, Point(-99, 32, 7), c_shape, two))
    lon, lat = study.sites.loc[1, ["lon", "lat"]]
    assert c_shape.contains(Point(lon, lat))
    assert study.sites["zone"].tolist() == ["z1"] * 3
    (tmp_path / "sites.gpkg").unlink()
    errors, _ = told(path, **layer(tmp_path, Point(-99, 32), Point(), None))
    assert [e.partition(" (")[0] for e in errors] == [
        "sites.gpkg:2 geometry: is an empty Point",
        "sites.gpkg:3 geometry: there is no place",
    ]


def test_a_text_in_a_number_column_of_a_geopackage_is_named(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    keys = layer(tmp_path, Point(-99, 32), Point(-97, 31))
    with closing(sqlite3.connect(tmp_path / "sites.gpkg")) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE sites SET max_mw = '6 0 MW' WHERE site = 's1'")
        database.commit()
    errors, _ = told(path, **keys)
    assert len(errors) == 1
    assert errors[0].startswith('sites.gpkg:2 max_mw: 6 0 MW is not a number (site "s1")')


def test_slivers_coasts_and_far_buses_are_said(tmp_path: Path) -> None:
    inside, coast, far = "a,-99,32,,60\n", "b,-100.1,32,,60\n", "c,-104,32,,60\n"
    errors, warnings = of_sites(tmp_path / "a", HEADER + inside + coast)
    assert errors == []
    assert any("sites.csv:3 zone: lies in no zone; the nearest zone, z1, 9 km away, is taken" in w for w in warnings)
    errors, _ = of_sites(tmp_path / "b", HEADER + inside + far)
    assert len(errors) == 1
    assert errors[0].startswith("sites.csv:3 zone: is in no zone")
    buses = {"grid/zones.csv": "zone,geometry\nz1,POINT (-99 32)\nz2,POINT (-93 32)\n"}
    path = write_small_study(tmp_path / "c", files={"sites.csv": HEADER + inside + far, **buses})
    (tmp_path / "c/grid/zones.geojson").unlink()
    errors, warnings = told(path)
    assert errors == []
    assert any("sites.csv:3 zone: the nearest bus, z1, 471 km away, is taken" in w for w in warnings)


def test_a_site_that_lies_in_another_zone_than_it_says_is_doubted(tmp_path: Path) -> None:
    errors, warnings = of_sites(tmp_path, HEADER + "a,-99,32,z2,60\nb,-98,32,z1,60\n")
    assert errors == []
    assert any("sites.csv:2 zone: z2 is stated, but the site lies in z1" in w for w in warnings)


def test_a_shapefile_states_its_crs_or_is_refused(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    points = geopandas.points_from_xy([-99, -97], [32, 31], crs=4326)
    frame = geopandas.GeoDataFrame({"site": ["a", "b"], "max_mw": [60.0, 40.0]}, geometry=points).to_crs(3857)
    frame.to_file(tmp_path / "s.shp")
    study = read_study(path, keys={"files.sites": "s.shp"})
    assert study.sites["lon"].round(6).tolist() == [-99, -97]
    assert {"s.shp", "s.dbf", "s.prj"} <= set(study.inputs)
    (tmp_path / "s.prj").unlink()
    errors, _ = told(path, **{"files.sites": "s.shp"})
    assert errors == [
        "s.shp: has no s.prj beside it, which states its CRS – put it beside the .shp, or save it as GeoPackage or GeoJSON"
    ]
    frame.rename(columns={"max_mw": "interconne"}).to_file(tmp_path / "t.shp")
    errors, _ = told(path, **{"files.sites": "t.shp"})
    assert errors[0] == "t.shp interconne: is interconnection_mw, cut by the shapefile – save it as GeoPackage"


# 14, 15, 16 – numbers

RAMP = "site,period,interconnection_mw\n"


def with_ramp(folder: Path, ramp: str) -> tuple[list[str], list[str]]:
    return told(write_small_study(folder, files={"ramp.csv": RAMP + ramp}), **{"files.site_ramp": "ramp.csv"})


def test_increments_are_doubted_with_both_numbers(tmp_path: Path) -> None:
    errors, warnings = with_ramp(tmp_path, "alpha,2026,70\nalpha,2027,30\nbeta,2026,50\nbeta,2027,60\n")
    assert errors == []
    assert any(w.startswith("ramp.csv:3 interconnection_mw: 30 is less than 70 of 2026") for w in warnings)


MARKS = {
    "9999": "interconnection_mw", "-999": "energy_usd_per_mwh", "1e20": "max_rack_kw", "999999": "hall_usd_per_mw",
}  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_for_nothing_is_said_and_never_used(mark: str, tmp_path: Path) -> None:
    column = MARKS[mark]
    header = f"site,lon,lat,zone,max_mw,{column}\n"
    blank = read_study(write_small_study(tmp_path / "a", files={"sites.csv": header + "a,-99,32,z1,60,\n"}))
    path = write_small_study(tmp_path / "b", files={"sites.csv": header + f"a,-99,32,z1,60,{mark}\n"})
    study = read_study(path)
    pd.testing.assert_frame_equal(study.sites, blank.sites)
    (doubt,) = [str(w) for w in study.warnings if w.column == column]
    assert f"sites.csv:2 {column}: {mark} looks like a mark" in doubt
    with pytest.raises(InputError, match="looks like a mark"):
        read_study(path, strict=True)


def test_a_mark_without_a_default_is_a_fault(tmp_path: Path) -> None:
    errors, _ = of_sites(tmp_path, HEADER + "a,-99,32,z1,9999\n")
    assert len(errors) == 1
    assert "is not used as a number" in errors[0]


def test_negative_prices_and_zeros_are_numbers(tmp_path: Path) -> None:
    text = "site,lon,lat,zone,max_mw,energy_usd_per_mwh,interconnection_mw\na,-99,32,z1,60,-1,0\n"
    study = read_study(write_small_study(tmp_path, files={"sites.csv": text}))
    assert study.sites.loc[0, ["energy_usd_per_mwh", "interconnection_mw"]].tolist() == [-1, 0]


def test_nan_is_told_apart_from_null_in_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = write_small_study(tmp_path)
    columns = {
        "site": ["a", "b"],
        "lon": [-99.0, -98.0],
        "lat": [32.0, 32.0],
        "zone": ["z1", "z1"],
        "max_mw": [60.0, 40.0],
    }
    table = pa.table({**columns, "interconnection_mw": pa.array([None, float("nan")], from_pandas=False)})
    parquet.write_table(table, tmp_path / "s.parquet")
    errors, _ = told(path, **{"files.sites": "s.parquet"})
    assert len(errors) == 1
    assert errors[0].startswith('s.parquet:2 interconnection_mw: nan is not a number (site "b")')


# One mistake, one line: another unit

UNITS = {
    "kW": ("max_mw", lambda i: 60_000 + 2_000 * i, "is above 100,000", "write MW, not kW"),
    "some kW": ("max_mw", lambda i: 20_000 + i, "is above 10,000 MW at one site", "write MW, not kW"),
    "GW": ("max_mw", lambda _: 0.06, "is less than one hall of 50 MW", "write max_mw in MW, not GW"),
    "W": ("max_rack_kw", lambda _: 120_000, "is above 5,000 kW", "write the kW of one rack, not W"),
    "percent": ("load_factor", lambda _: 80, "is above 1", "write a share from 0 to 1, 0.9 for 90 %"),
    "PUE in percent": ("peak_pue", lambda _: 130, "is above 3", "write a ratio from 1 to 3, 1.3 for 130 %"),
    "USD per kWh": ("energy_usd_per_mwh", lambda _: 0.045, "is below 10 USD/MWh", "not USD or cents per kWh"),
    "million USD": ("hall_usd_per_mw", lambda _: 12.7, "is below 500,000 USD/MW IT", "not per kW or in million USD"),
    "cents per kWh": ("energy_usd_per_mwh", lambda _: 7.7, "is below 10 USD/MWh", "not USD or cents per kWh"),
    "USD per GWh": ("energy_usd_per_mwh", lambda _: 90_000, "is above 1,000 USD/MWh", "not cents or USD per GWh"),
    "negative": ("energy_usd_per_mwh", lambda _: -90_000, "is below -1,000 USD/MWh", "not cents or USD per GWh"),
    "below zero": ("lease_usd_per_mw_year", lambda _: -2e6, "is below 0", ""),
    "halls per GW": ("hall_usd_per_mw", lambda _: 1.1e9, "is above 100,000,000 USD/MW IT", "not per GW"),
    "leases per GW": ("lease_usd_per_mw_year", lambda _: 2e9, "is above 50,000,000 USD/MW IT/year", "not per GW"),
    "upkeep per kW": ("fixed_usd_per_mw_year", lambda _: 300, "is below 5,000 USD/MW IT/year", "not per kW"),
    "share of percent": ("load_factor", lambda _: 0.008, "is below 0.1", "write a share, 0.8 for 80 %"),
    "months": ("hall_lead_years", lambda _: 30, "is above 8 years", "write years, not months"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNITS)
def test_a_column_in_another_unit_is_one_line_with_a_count(name: str, tmp_path: Path) -> None:
    column, value, reason, cure = UNITS[name]
    header = HEADER if column == "max_mw" else HEADER.replace("\n", f",{column}\n")
    ceiling = "" if column == "max_mw" else ",60"
    text = header + rows(50, lambda i: f"s{i},-99,32,z1{ceiling},{value(i)}")
    errors, warnings = of_sites(tmp_path, text)
    (line,) = [*errors, *warnings]
    assert reason in line
    assert cure in line
    assert " more)" in line


OTHERS = {  # file, header, row, what is doubted
    "life in months": ("racks.csv", "sku,vendor,rack_kw,life_years", "A1,AMD,200,60", "racks.csv:2 life_years: 60 is above 30 years"),
    "a price in thousands": ("racks.csv", "sku,vendor,rack_kw,price_usd", "A1,AMD,200,30000", "price_usd: 30000 is below 100,000 USD/rack"),
    "kW of an accelerator": ("racks.csv", "sku,vendor,rack_kw", "A1,AMD,1.8", "rack_kw: 1.8 is below 5 kW"),
    "ten million racks": ("deliveries.csv", "sku,period,racks", "A1,2026,10000000", "racks: 10000000 is above 1,000,000 racks"),
    "racks of 100 GW": ("deliveries.csv", "sku,period,racks", "A1,2026,500000", "racks: 500000 racks are 100,000 MW, above 50,000 MW"),
    "freight in millions": ("placement.csv", "site,sku,usd_per_rack", "alpha,A1,0.4", "usd_per_rack: 0.4 is below 10 USD/rack"),
    "a line's price": ("grid/lines.csv", "line,from,to,capacity_mw,usd_per_mwh", "l,z1,z2,5,5000", "usd_per_mwh: 5000 is above 200 USD/MWh"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_figure_that_is_off_by_a_factor_is_doubted_in_every_table(name: str, tmp_path: Path) -> None:
    file, header, row, doubt = OTHERS[name]
    more = f"B1,Broadcom,100{',' * (header.count(',') - 2)}\n" if file == "racks.csv" else ""
    path = write_small_study(tmp_path, files={file: f"{header}\n{row}\n{more}"})
    errors, warnings = told(path, **({"files.placement": file} if file == "placement.csv" else {}))
    assert not errors
    assert any(doubt in w and " – write " in w for w in warnings), warnings


@pytest.mark.parametrize(
    ("file", "header", "row", "doubted"),
    [
        ("grid/lines.csv", "line,from,to,capacity_mw", "l,z1,z2,500000", ["capacity_mw"]),
        ("grid/lines.csv", "line,from,to,capacity_mw,capacity_back_mw", "l,z1,z2,500000,", ["capacity_mw"]),
        ("grid/lines.csv", "line,from,to,capacity_mw,capacity_back_mw", "l,z1,z2,5,500000", ["capacity_back_mw"]),
        ("grid/lines.csv", "line,from,to,capacity_mw,capacity_back_mw", "l,z1,z2,400000,500000",
         ["capacity_mw", "capacity_back_mw"]),
        ("sites.csv", "site,lon,lat,zone,max_mw,peak_pue", "alpha,-99,32,z1,60,2.5", ["peak_pue"]),
    ],
)  # fmt: skip
def test_a_cell_that_takes_another_column_s_value_is_not_doubted_beside_it(
    file: str, header: str, row: str, doubted: list[str], tmp_path: Path
) -> None:
    errors, warnings = told(write_small_study(tmp_path, files={file: f"{header}\n{row}\n"}))
    assert not errors
    assert [w.split()[1].rstrip(":") for w in warnings if " is above " in w] == doubted


@pytest.mark.parametrize(
    ("key", "value", "doubt"),
    [
        ("money.discount_rate", 0.8, "0.8 is above 0.3 – write 0.08 for 8 %"),
        ("money.asset_life_years.hall", 180, "180 is above 60 years – write years, not months"),
        ("unused.waiting_rack_usd_per_mw_year", 8400, "8400 is below 20,000 USD/MW/year – write USD per MW"),
        ("unused.aged_after_years", 24, "24 is above 10 years – write years, not months"),
        ("policy.max_new_mw_per_year", 9e6, "9000000 is above 100,000 MW/year – write MW, not kW"),
        ("solve.gap", 1.0, "1 is above 0.2 – write a share, 0.01 for 1 %"),
    ],
)
def test_a_key_that_is_off_by_a_factor_is_doubted(key: str, value: float, doubt: str, tmp_path: Path) -> None:
    errors, warnings = told(write_small_study(tmp_path), **{key: value})
    assert not errors
    assert [w for w in warnings if f"{key}: {doubt}" in w], warnings


# 17 – parallel lines; 18 – netCDF; 22 – formats; 23 – size


def test_parallel_lines_are_both_kept(tmp_path: Path) -> None:
    lines = "line,from,to,capacity_mw\nl1,z1,z2,50\nl2,z2,z1,50\n"
    study = read_study(write_small_study(tmp_path, files={"grid/lines.csv": lines}))
    assert study.lines["line"].tolist() == ["l1", "l2"]


FOREIGN = {
    "netCDF": (b"\x89HDF\r\n\x1a\n" + bytes(range(256)), "x.csv: is HDF5 or netCDF, which this release does not read"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + bytes(500), "x.xlsx: is an old or encrypted Excel workbook, no .xlsx file"),
    "archive": (b"PK\x03\x04 but nothing else", "x.xlsx: can't be opened as a workbook"),
    "Parquet": (b"PAR1" + bytes(200) + b"PAR1", "x.parquet: can't be read as Parquet"),
    "database": (b"SQLite format 3\0" + bytes(4096), "x.gpkg: can't be read as a GeoPackage"),
    "text": (b"site,lon\n", "x.gpkg: is no .gpkg file, whatever its name says"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_or_damaged_file_is_one_line(name: str, tmp_path: Path) -> None:
    content, start = FOREIGN[name]
    path = write_small_study(tmp_path)
    file = start.partition(":")[0]
    (tmp_path / file).write_bytes(content)
    errors, _ = told(path, **{"files.sites": file})
    assert len(errors) == 1, errors
    assert errors[0].startswith(start)


@pytest.mark.parametrize(("number", "cure"), [(0, "write format = 1"), (2, "install a newer rackgrid")])
def test_another_format_number_is_refused_with_what_to_do(number: int, cure: str, tmp_path: Path) -> None:
    errors, _ = told(
        write_small_study(tmp_path, files={"study.toml": STUDY.replace("format = 1", f"format = {number}")})
    )
    assert any(cure in e for e in errors)


def test_too_many_cells_are_refused_with_the_limit(tmp_path: Path) -> None:
    text = "site,lon,lat,zone,max_mw" + "".join(f",c{i}" for i in range(995)) + "\n" + ("a" + "," * 999 + "\n") * 10_001
    errors, _ = of_sites(tmp_path, text)
    assert errors == [
        "sites.csv: holds 10,001,000 cells; the limit is 5,000,000 – leave out what the study does not need"
    ]


def test_a_strict_reading_takes_doubts_for_faults(tmp_path: Path) -> None:
    path = write_small_study(tmp_path, files={"sites.csv": SITES.replace("site,name", "site,nmae")})
    assert isinstance(read_study(path), Study)
    with pytest.raises(InputError, match="column nmae is kept and not used"):
        read_study(path, strict=True)
