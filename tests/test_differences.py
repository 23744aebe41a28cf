"""The comparison of studies: each kind of difference is found where it is, and nothing else.

RACKGRID_CAMPAIGN=1 draws more single cells.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import Study, read_study
from optimizer.differences import Amount, CellChange, Differences, KeyChange, compare

from .small import HEADROOM, SITES, STUDY, write_small_study

NUMBERS = {"sites": "max_mw", "racks": "price_usd", "deliveries": "mw", "headroom": "headroom_mw"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write_small_study(tmp_path_factory.mktemp("small")))


def variant(folder: Path, files: dict[str, str]) -> Study:
    return read_study(write_small_study(folder, files=files))


def total(found: Differences, name: str, of: str = "") -> tuple[str, float, float, float]:
    amount = next(t for t in found.totals if (t.name, t.of) == (name, of))
    return amount.unit, amount.a, amount.b, amount.difference


def upside_down(text: str) -> str:
    head, *rows = text.splitlines()
    return "\n".join([head, *reversed(rows), ""])


def test_spelling_and_order_of_files_are_no_difference(small: Study, tmp_path: Path) -> None:
    files = {
        "study.toml": STUDY.replace("last = 2027", 'last = "2027"\ndecide_on = 2026-01-01').replace(
            '"sites.csv"', '"places.csv"'
        ),
        "places.csv": upside_down(SITES).replace("1e6", "1000000.0"),
        "grid/headroom.csv": upside_down(HEADROOM).replace("z1,2026,", "z1,2026-01-01,").replace("2027", "2027Q1"),
        "deliveries.csv": "mw,period,sku\n10,2027.0,B1\n20,2027,A1\n20,2027-01-01,B1\n30,2026,B1\n20,2026,A1\n",
    }
    found = compare(small, variant(tmp_path, files))
    assert found.keys == ()
    assert found.tables == ()
    assert found.same
    assert all(t.difference == 0 for t in found.totals)


def test_totals_as_computed_by_hand(small: Study) -> None:
    deliveries = small.deliveries.assign(mw=[10.0, 20.0, 30.0, 50.0])
    sites = small.sites[small.sites["site"] != "alpha"].assign(interconnection_mw=[math.nan, 100.0])
    found = compare(small, small.replace(keys={"periods.last": 2028}, sites=sites, deliveries=deliveries))
    assert total(found, "delivered_it_mw") == ("MW IT", 100, 110, 10)
    assert total(found, "delivered_it_mw", "AMD") == ("MW IT", 40, 30, -10)
    assert total(found, "delivered_it_mw", "Broadcom") == ("MW IT", 60, 80, 20)
    assert total(found, "delivered_by_it_mw", "2026") == ("MW IT", 50, 40, -10)
    assert total(found, "delivered_by_it_mw", "2028") == ("MW IT", 100, 110, 10)
    # 200 A1 at 4 M USD and 600 B1 at 2 M USD; then 150 and 800
    assert total(found, "rack_purchase_usd") == ("USD", 2.0e9, 2.2e9, 2e8)
    assert total(found, "sites") == ("sites", 3, 2, -1)
    assert total(found, "ceiling_it_mw") == ("MW IT", 180, 120, -60)
    assert total(found, "firm_power_mw") == ("MW at the fence", 220, 100, -120)
    assert total(found, "unlimited_power_sites") == ("sites", 0, 1, 1)
    assert total(found, "headroom_mw") == ("MW at the fence", 160, 160, 0)
    assert total(found, "opening_usd") == ("USD", 3e6, 2e6, -1e6)
    # halls of 20 MW at 10 M USD per MW: 2 + 2 + 4, then without the 2 of alpha
    assert total(found, "halls_usd") == ("USD", 1.6e9, 1.2e9, -4e8)


def test_rows_and_sums(small: Study) -> None:
    ramp = pd.DataFrame({"site": ["beta"] * 2, "period": ["2026", "2027"], "interconnection_mw": [40.0, 90.0]})
    sites = small.sites[small.sites["site"] != "gamma"].assign(max_mw=[70.0, 40.0])
    found = {t.table: t for t in compare(small, small.replace(sites=sites, site_ramp=ramp)).tables}
    assert list(found) == ["sites", "site_ramp"]
    assert [row.key for row in found["sites"].only_a] == [("gamma",)]
    assert found["sites"].only_b == ()
    assert found["sites"].cells == (CellChange(("alpha",), "max_mw", 60.0, 70.0, False),)
    assert Amount("max_mw", "MW IT", 180.0, 110.0) in found["sites"].sums
    assert "hall_mw" not in [s.name for s in found["sites"].sums]
    assert [(r.key, r.cells["interconnection_mw"]) for r in found["site_ramp"].only_b] == [
        (("beta", "2026"), 40.0),
        (("beta", "2027"), 90.0),
    ]
    assert found["site_ramp"].sums == (Amount("interconnection_mw", "MW at the fence", 0.0, 90.0),)  # the last one


def test_deliveries_of_a_period_add_up(small: Study) -> None:
    more = pd.concat([small.deliveries, pd.DataFrame({"sku": ["A1"], "period": ["2026"], "racks": [50.0]})])
    found = compare(small, small.replace(deliveries=more))
    (table,) = found.tables
    assert [(c.key, c.column, c.b) for c in table.cells] == [(("A1", "2026"), "racks", 50.0)]
    assert table.sums == (Amount("racks", "racks", 0.0, 50.0),)
    assert total(found, "delivered_it_mw", "AMD") == ("MW IT", 40, 50, 10)


def test_keys_and_grid(small: Study) -> None:
    keys = {"policy.max_sites": 2, "policy.force_open": ["beta", "alpha"], "money.asset_life_years.hall": 20}
    found = compare(small, small.replace(keys={**keys, "study.name": "Other"}, flow="transport"))
    assert found.keys == (
        KeyChange("study.name", small.config.study.name, "Other", True),
        KeyChange("money.asset_life_years.hall", 15.0, 20.0),
        KeyChange("policy.max_sites", 3, 2),
        KeyChange("policy.force_open", (), ("alpha", "beta")),
        KeyChange("grid.flow", "none", "transport"),
    )
    assert not found.text_only


def test_study_without_its_grid(small: Study, tmp_path: Path) -> None:
    found = compare(small, variant(tmp_path, {"study.toml": STUDY.replace('grid = "grid"\n', "")}))
    assert found.keys == (KeyChange("grid", "present", "absent"),)
    assert [(t.table, len(t.only_a), t.rows_b) for t in found.tables] == [("zones", 2, 0), ("headroom", 2, 0)]


def test_text_for_people_is_told_apart(small: Study) -> None:
    noted = small.replace(sites=small.sites.assign(note=["seen", "", ""], name="Other", my_column=""))
    found = compare(small, noted)
    (table,) = found.tables
    assert (found.same, found.text_only, table.text_only) == (False, True, True)
    assert [c.column for c in table.cells] == ["name"] * 3
    assert table.columns_b == ("note",)  # an unknown column that nobody fills says nothing
    again = compare(noted, noted.replace(sites=noted.sites.assign(note=["seen twice", "", ""], max_mw=[61, 40, 80])))
    assert [(c.column, c.text_only) for c in again.tables[0].cells] == [("max_mw", False), ("note", True)]
    assert not again.text_only


def test_geometry_by_coordinates(small: Study) -> None:
    from shapely.affinity import translate

    zones = small.zones.assign(geometry=[translate(small.zones["geometry"][0], 0.25), small.zones["geometry"][1]])
    ((cell,),) = [t.cells for t in compare(small, small.replace(zones=zones)).tables]
    assert (cell.key, cell.column, cell.text_only) == (("z1",), "geometry", False)


@settings(max_examples=300 if os.environ.get("RACKGRID_CAMPAIGN") == "1" else 15, deadline=None)
@given(data=st.data())
def test_one_cell_is_found_alone_and_mirrored(small: Study, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(NUMBERS)))
    frame, column = small.table(name).copy(), NUMBERS[name]
    row = data.draw(st.integers(0, len(frame) - 1))
    before = float(frame[column][row])
    after = data.draw(st.floats(20, 9000).filter(lambda value: value != before))
    frame[column] = frame[column].astype(float)
    frame.loc[row, column] = after
    other = small.replace(**{name: frame})
    found, back = compare(small, other), compare(other, small)
    key = tuple(str(frame[k][row]) for k in found.tables[0].key_columns)
    assert found.keys == ()
    assert [(t.table, t.only_a, t.only_b, t.cells) for t in found.tables] == [
        (name, (), (), (CellChange(key, column, before, after, False),))
    ]
    assert back.tables[0].cells == (CellChange(key, column, after, before, False),)
    assert back.totals == tuple(replace(t, a=t.b, b=t.a) for t in found.totals)
