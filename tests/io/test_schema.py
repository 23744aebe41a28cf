"""The data dictionary holds: what it says of a column is what a study has."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from optimizer import read_study
from optimizer.io.schema import TABLES, schema
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
