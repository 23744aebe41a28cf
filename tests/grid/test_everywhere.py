"""Tables of a grid are varied, compared and kept in workbooks as all others are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.differences import compare
from optimizer.differences.tables import compare_tables
from optimizer.io.schema import TABLES
from optimizer.io.sheets import workbook_bytes
from optimizer.io.study_sheets import study_sheets
from optimizer.variants.cases import made
from optimizer.variants.differences import differences
from tests.grid.test_checks import N_1, NODAL, ZONAL, study_of

PRICES = {"grid/energy_prices.csv": "zone,period,usd_per_mwh,block\nA,2026,40,\nA,2026,50,peak\n"}


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Study]:
    folder = tmp_path_factory.mktemp("grids")
    nodal = NODAL | {"grid/grid.toml": f'{N_1}outages = ["ac", "ab"]\nreference = ["C"]\n'}
    zonal = ZONAL | PRICES
    return {n: read_study(study_of(folder / n, files)) for n, files in (("zonal", zonal), ("nodal", nodal))}


@pytest.mark.parametrize(
    ("name", "key", "value", "cells"),
    [
        ("zonal", "headroom[zone=B,block=peak].headroom_mw*", 2, [90, 10]),
        ("zonal", "headroom[hours_per_year=1000].headroom_mw+", 2, [90, 7]),
        ("zonal", "upgrades[kind=line].capex_usd*", 0.5, [5e5, 1e6, 1e6]),
        ("zonal", "blocks[block=rest].load_scale", 0.7, [1, 0.7]),
        ("zonal", "lines[line=free].capacity_mw", 30, [50, 50, 50, 30, 20, 0]),
        ("nodal", "generators[gen=g].usd_per_mwh*", 2, [20, 24, 30]),
        ("nodal", "generators.period+", 1, ["", "", "2027"]),
        ("nodal", "loads[name=b].load_mw+", 5, [25, 35]),
    ],
)
def test_cells_of_a_grid_are_varied(
    name: str, key: str, value: float, cells: list[object], studies: dict[str, Study]
) -> None:
    (case,) = made(studies[name], pd.DataFrame({key: [value]}))
    table, column = key.partition("[")[0].partition(".")[0], key.rpartition(".")[2].rstrip("*+")
    assert case.study.table(table)[column].tolist() == cells


def test_a_price_that_depends_on_the_block_is_no_price_of_a_site(studies: dict[str, Study]) -> None:
    with pytest.raises(InputError, match="price of zone A, which is not the same in every period and block"):
        made(studies["zonal"], pd.DataFrame({"sites[site=alpha].energy_usd_per_mwh*": [2]}))


def test_segments_are_compared_in_turn_and_keys_of_the_grid_by_name(studies: dict[str, Study]) -> None:
    nodal = studies["nodal"]
    dearer = nodal.generators.assign(usd_per_mwh=[10.0, 13.0, 30.0])
    other = nodal.replace(generators=dearer, grid={"security": "none", "outages": ["ac"]})
    assert {k: v for k, v in differences(nodal, other).items() if k != "generators"} == {
        "security": "none",
        "outages": "ac",
    }
    found = compare_tables("generators", nodal.generators, other.generators)
    assert found is not None
    assert [(cell.key, cell.a, cell.b) for cell in found.cells] == [(("g", "", ""), 12.0, 13.0)]
    assert compare(studies["zonal"], studies["zonal"]).same


@pytest.mark.parametrize("name", ["zonal", "nodal"])
def test_a_grid_is_the_same_from_a_workbook(name: str, studies: dict[str, Study], tmp_path: Path) -> None:
    study = studies[name]
    tables = {n: study.table(n) for n in TABLES}
    (tmp_path / "book.xlsx").write_bytes(workbook_bytes(study_sheets(study.config, tables, grid=study.grid)))
    again = read_study(tmp_path / "book.xlsx")
    assert again.grid == study.grid
    for table in TABLES:
        pd.testing.assert_frame_equal(again.table(table), study.table(table), obj=table)
