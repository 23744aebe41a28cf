"""The data dictionary holds: what it says of a column is what a study has."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from optimizer import read_study
from optimizer.io.schema import TABLES, Column, keys, schema
from optimizer.io.settings import settings
from tests.small import write_small_study

BARE = {  # required columns alone, so that every other column is at its default
    "sites.csv": "site,lon,lat,zone,max_mw\nalpha,-99,32,z1,60\n",
    "racks.csv": "sku,vendor,rack_kw\nA1,AMD,200\n",
    "deliveries.csv": "sku,period,racks\nA1,2026,10\n",
    "grid/lines.csv": "line,from,to,capacity_mw\nl,z1,z2,5\n",
    "grid/energy_prices.csv": "zone,period,usd_per_mwh\nz1,2026,-4.5\n",
    "placement.csv": "site,sku\nalpha,A1\n",
    "site_ramp.csv": "site,period\nalpha,2026\n",
}


CONTRACT = {  # names are public: add to them, rename none; * marks what a row must have
    "sites": "site* name operator state country kind source geometry lon lat zone committed tenure existing_mw max_mw* "
    "hall_mw=50 halls_per_year=unlimited hall_lead_years=0 open_usd=0 hall_usd_per_mw=0 lease_usd_per_mw_year=0 "
    "fixed_usd_per_mw_year=0 interconnection_mw=unlimited peak_pue=1.3 annual_pue load_factor=1 energy_usd_per_mwh "
    "onsite_mw=0 onsite_usd_per_mwh vendors=all max_rack_kw=unlimited",
    "site_ramp": "site* period* interconnection_mw onsite_mw existing_mw",
    "racks": "sku* vendor* rack_kw* accelerators price_usd pod_racks=1 available_from life_years waiting_usd_per_mw_year "
    "exaflops",
    "deliveries": "sku* period* racks mw",
    "placement": "site* sku* usd_per_rack allowed=true",
    "zones": "zone* name lon lat geometry",
    "blocks": "block* hours_per_year* load_scale=1",
    "headroom": "zone* period* headroom_mw* block",
    "energy_prices": "zone* period* usd_per_mwh* block",
    "lines": "line* from* to* capacity_mw=unlimited capacity_back_mw usd_per_mwh=0 reactance_pu x_base_mva=100 "
    "shift_deg=0 emergency_mw emergency_back_mw",
    "upgrades": "upgrade* kind* target* capacity_mw* capex_usd* lead_years=0 max_count=1 reactance_pu",
    "generators": "gen* zone* p_max_mw* p_min_mw=0 usd_per_mwh* usd_per_mw2h=0 usd_per_hour=0 period block",
    "loads": "zone* load_mw* period block",
}


@pytest.mark.parametrize("table", TABLES)
def test_names_and_defaults_are_those_of_the_contract(table: str) -> None:
    for word in CONTRACT[table].split():
        name, _, default = word.rstrip("*").partition("=")
        column = schema(table)[name]
        assert column.required == word.endswith("*"), name
        assert not default or column.default == default, name


@pytest.mark.parametrize("table", TABLES)
def test_columns_make_sense(table: str) -> None:
    for column in schema(table).columns:
        assert column.meaning, column.name
        assert column.minimum < column.maximum
        assert column.above < column.maximum
        assert column.applied in ("", "reading", "model")
        assert not (column.required and column.default)
        if column.refers_to:
            target, _, key = column.refers_to.partition(".")
            assert schema(target)[key].is_key
        if column.same_as:
            assert schema(table)[column.same_as].is_number


@pytest.mark.parametrize("per_file", [True, False], ids=["files", "absent"])
def test_tables_have_the_types_and_defaults_of_the_dictionary(per_file: bool, tmp_path: Path) -> None:
    path = write_small_study(tmp_path, files=BARE if per_file else {})
    extra = {"placement": "placement.csv", "site_ramp": "site_ramp.csv"} if per_file else {}
    study = read_study(path, keys={f"files.{name}": file for name, file in extra.items()})
    for table in TABLES:
        frame = study.table(table)
        typed = schema(table).typed
        assert list(frame.columns)[: len(typed)] == [c.name for c in typed]
        for column in typed:
            series = frame[column.name]
            if column.dtype == "str":
                assert pd.api.types.is_string_dtype(series), (table, column.name)
                assert not series.isna().any(), (table, column.name)
            else:
                assert str(series.dtype) == column.dtype, (table, column.name)


def test_an_absent_column_and_an_empty_cell_mean_the_default(tmp_path: Path) -> None:
    absent = read_study(write_small_study(tmp_path / "a", files={"sites.csv": BARE["sites.csv"]})).sites
    names = [c.name for c in schema("sites").columns if not c.required and c.name not in ("lon", "lat", "zone")]
    names.remove("geometry")
    cells = f"site,lon,lat,zone,max_mw,{','.join(names)}\nalpha,-99,32,z1,60{',' * len(names)}\n"
    empty = read_study(write_small_study(tmp_path / "b", files={"sites.csv": cells})).sites
    pd.testing.assert_frame_equal(absent, empty)
    row = absent.iloc[0]
    assert (row["peak_pue"], row["annual_pue"], row["hall_mw"], row["load_factor"]) == (1.3, 1.3, 50, 1)
    assert row["halls_per_year"] == row["max_rack_kw"] == math.inf
    assert all(math.isnan(row[n]) for n in ("interconnection_mw", "onsite_mw", "existing_mw", "energy_usd_per_mwh"))


@pytest.mark.parametrize("table", TABLES)
def test_every_number_of_a_table_has_a_band_of_what_is_believed(table: str) -> None:
    for column in (c for c in schema(table).typed if c.is_number and c.unit != "degrees"):
        assert math.isfinite(column.warn_above) or column.maximum == 1, column.name
        assert_band(column)


def test_every_number_among_the_keys_has_a_unit_and_a_band() -> None:
    numbers = {s.key: s for s in settings() if s.is_number and s.key != "format"}
    assert list(keys()) == list(numbers)
    for key, column in keys().items():
        assert column.unit, key
        assert_band(column)
        default = numbers[key].default
        assert not default or column.warn_below <= default <= column.warn_above, key


def assert_band(column: Column) -> None:
    """A limit of what is believed says what to write beyond it."""
    assert (column.warn_below > 0) == bool(column.if_low), column.name
    assert math.isfinite(column.warn_above) == bool(column.if_high), column.name
