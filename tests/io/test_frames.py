"""Tables from DataFrames: the types that pandas and geopandas bring, and faults by row."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import InputError, Study
from tests.small import DELIVERIES, HEADROOM, RACKS, SITES

KEYS = {"periods": {"first": 2026, "last": 2027}}
ZONES = pd.DataFrame({"zone": ["z1", "z2"]})
LINES = pd.DataFrame({"line": ["l"], "from": ["z1"], "to": ["z2"], "capacity_mw": [3]})


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


def study(keys: Any = None, **tables: Any) -> Study:
    given = {"sites": table(SITES), "racks": table(RACKS), "deliveries": table(DELIVERIES), **tables}
    return Study.from_tables(keys=KEYS if keys is None else keys, **given)


def sites(**columns: Any) -> dict[str, pd.DataFrame]:
    return {"sites": table(SITES).assign(**columns)}


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "NaN": (sites(max_mw=[60, np.nan, 80]), ['sites:2 max_mw: is empty (site "beta") – write the true value in MW IT']),
    "infinity": (sites(max_mw=[60, np.inf, 80]), ['sites:2 max_mw: inf is not finite (site "beta") – write the true value in MW IT']),
    "thousands of digits": (sites(max_mw=pd.Series([10**5000, 60, 60], dtype=object)), ["sites:1 max_mw", "too large"]),
    "booleans": (sites(max_mw=[True, 60, 60]), ["sites:1 max_mw: true is true or false where a number is meant"]),
    "days": (sites(max_mw=pd.to_datetime(["2026"] * 3)), ["sites:1 max_mw: 2026-01-01 00:00:00 is no number"]),
    "ids as floats": (sites(site=[1.0, 2.0, 3.0]), ["sites:1 site: 1.0 is a number with a decimal point"]),
    "twice": (sites(site=["a", "A", "b"]), ['sites:2 site: A differs from "a" in row 1']),
    "NUL": (sites(name="a\0b"), ["sites:1 name: a\\x00b holds a NUL character (site"]),
    "no frame": ({"sites": [1]}, ["sites: is a list, no DataFrame"]),
    "no sites": ({"sites": None}, ["sites: is missing – pass a DataFrame"]),
    "no rows": ({"sites": table(SITES).iloc[:0]}, ["sites: has no rows"]),
    "column twice": ({"sites": pd.concat([table(SITES)] * 2, axis=1)}, ["stands twice", "and so do 11"]),
    "no headroom": ({"zones": ZONES}, ["headroom: is missing – a grid needs zones and headroom"]),
    "block": ({"zones": ZONES, "headroom": table(HEADROOM).assign(block="b")}, ["headroom:1 block: b is no block: there is no blocks.csv"]),
    "flow": ({"zones": ZONES, "headroom": table(HEADROOM), "flow": "ac"}, ['grid flow: "ac" is none of "none", "transport" or "dc"']),
    "zone": ({"zones": ZONES.iloc[:1], "headroom": table(HEADROOM)}, ["sites:3 zone: z2 is no zone of zones"]),
    "label": ({"deliveries": table(DELIVERIES).assign(period=date(2026, 7, 1))}, [":1 period", "write 2026Q3"]),
    "keys": ({"keys": "abc"}, ["keys: is a str, no mapping"]),
    "key": ({"keys": {**KEYS, "policy": {"max_sits": 3}}}, ['keys policy.max_sits: is no key', 'did you mean']),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_of_a_frame_is_named_by_table_and_row(name: str) -> None:
    given, parts = WRONG[name]
    with pytest.raises(InputError) as caught:
        study(**given)
    lines = [str(fault) for fault in caught.value.faults]
    assert all(part in "\n".join(lines) for part in parts), lines
    assert len(lines) <= 3


RIGHT: dict[str, dict[str, Any]] = {
    "nullable": sites(max_mw=pd.array([60, 40, 80], dtype="Int64"), committed=pd.array([None] * 3, dtype="boolean")),
    "small floats": sites(max_mw=np.array([60, 40, 80], dtype="float32"), zone=pd.Categorical(["z1", "z1", "z2"])),
    "unlimited": sites(max_rack_kw=np.inf, halls_per_year=[np.nan, np.inf, np.inf]),
    "objects": sites(max_mw=pd.Series([60, "40", 80.0], dtype=object), vendors=[None, np.nan, ""]),
    "days": {"deliveries": table(DELIVERIES).assign(period=pd.to_datetime(["2026", "2027"] * 2))},
    "periods": {"deliveries": table(DELIVERIES).assign(period=pd.PeriodIndex(["2026", "2027"] * 2, freq="Y"))},
    "keys of numpy": {"keys": {"periods.first": np.int64(2026), "periods": {"last": np.int32(2027)}}},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_pandas_brings_is_read(name: str) -> None:
    plain, other = study(), study(**RIGHT[name])
    pd.testing.assert_frame_equal(plain.sites, other.sites)
    pd.testing.assert_frame_equal(plain.deliveries, other.deliveries)
    assert plain.horizon == other.horizon


def test_a_geodataframe_is_converted_from_its_crs() -> None:
    import geopandas

    plain = table(SITES)
    points = geopandas.points_from_xy(plain["lon"], plain["lat"], crs=4326)
    frame = geopandas.GeoDataFrame(plain.drop(columns=["lon", "lat"]), geometry=points)
    pd.testing.assert_frame_equal(study(sites=frame).sites, study().sites)
    metres = study(sites=frame.rename_geometry("place").to_crs(3857)).sites
    np.testing.assert_allclose(metres[["lon", "lat"]], study().sites[["lon", "lat"]], atol=1e-9)


def test_lines_that_do_not_flow_are_said() -> None:
    made = study(zones=ZONES, headroom=table(HEADROOM), lines=LINES, flow="none")
    assert any(str(w).startswith('lines: is not used: grid says flow = "none"') for w in made.warnings)
    assert study(zones=ZONES, headroom=table(HEADROOM), lines=LINES).flow == "transport"
