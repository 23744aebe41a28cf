"""A plan as layers of a map: every row of its tables in its place, text as text, each field with its unit."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from optimizer.io.write import cell_text
from optimizer.plan import read_plan
from optimizer.study import read_study
from tests.handmade import handmade_plan
from tests.small import RACKS, SITES, STUDY, write_small_study

from .conftest import Run
from .inside import inside

SCRIPT, LINK = "<script>alert(1)</script>", '=HYPERLINK(""http://x"")'


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan with lines between its zones, names that other programs could run, and vendors alike but for case."""
    files = {
        "sites.csv": SITES.replace("Alpha (first)", SCRIPT).replace(",Beta,", f',"{LINK}",').replace("0,50,", "0,,"),
        "racks.csv": RACKS.replace("Broadcom", "a-m d"),
        "grid/lines.csv": "line,from,to,capacity_mw,capacity_back_mw\\nx,z2,z1,50,0\\n".replace("\\n", "\n"),
    }
    study = read_study(write_small_study(tmp_path / "small", files=files))
    made = handmade_plan(study)
    flows = made.tables["flows"].assign(flow_mw=[12.5, 1 / 3], loading=[0.25, 1 / 150])
    unused = made.unused.assign(cause="zone;hall")
    object.__setattr__(made, "tables", {**made.tables, "flows": flows, "unused": unused})
    return made.to_folder(tmp_path / "plan.v1")


def exported(call: Run, plan: Path, ending: str) -> Path:
    done = call("export", plan, "--to", ending)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{plan}.{ending}\n")
    return Path(done.stdout.strip())


def texts(frame: pd.DataFrame) -> list[list[str]]:
    return [[cell_text(value) for value in row] for row in frame.astype(object).to_numpy().tolist()]


def by_period(plan: Path, table: str, period: str) -> pd.DataFrame:
    frame = read_plan(plan).tables[table]
    return frame[frame["period"] == period]


@pytest.mark.parametrize("period", ["2026", "2027"])
def test_layers_hold_what_the_plan_folder_holds(call: Run, plan: Path, period: str) -> None:
    path = exported(call, plan, "gpkg")
    for layer, table in (("{}", "sites"), ("zones {}", "zones"), ("lines {}", "flows")):
        expected = by_period(plan, table, period)
        found = pyogrio.read_dataframe(path, layer=layer.format(period))
        assert found.crs == "EPSG:4326"
        assert found.geometry.notna().all()
        assert texts(found[list(expected.columns)]) == texts(expected)


def test_sites_have_names_vendors_and_what_is_unused(call: Run, plan: Path) -> None:
    path = exported(call, plan, "gpkg")
    assert pyogrio.list_layers(path).tolist() == [
        ["2026", "Point"],
        ["2027", "Point"],
        ["zones 2026", "MultiPolygon"],
        ["zones 2027", "MultiPolygon"],
        ["lines 2026", "LineString"],
        ["lines 2027", "LineString"],
    ]
    alpha, beta, gamma = gpd.read_file(path, layer="2027").to_dict("records")
    assert (alpha["name"], beta["name"], gamma["kind"]) == (SCRIPT, LINK.replace('""', '"'), "generic")
    assert [(s["geometry"].x, s["geometry"].y) for s in (alpha, beta, gamma)] == [(-99, 32), (-97, 31), (-95, 33)]
    assert sum(s["it_mw_amd"] for s in (alpha, beta, gamma)) == 40.0
    assert sum(s["it_mw_a_m_d"] for s in (alpha, beta, gamma)) == 60.0
    assert alpha["opened"] is False
    assert set(gpd.read_file(path, layer="2026")["opened"]) == {True}
    assert beta["interconnection_mw"] != beta["interconnection_mw"], "unlimited is empty"
    unused = by_period(plan, "unused", "2027").set_index(["kind", "site"])
    assert alpha["idle_power_mw_years"] == unused.loc[("idle_power", "alpha"), "mw_years"]
    assert (alpha["idle_power_cause"], beta["idle_power_cause"]) == ("zone;hall", "")
    line = gpd.read_file(path, layer="lines 2027").iloc[0]
    assert (line["from"], line["to"], line["loading_share"]) == ("z2", "z1", 1 / 150)
    assert line.geometry.coords[0] > line.geometry.coords[1], "z2 lies east of z1"


def test_fields_say_their_unit(call: Run, plan: Path) -> None:
    with closing(sqlite3.connect(exported(call, plan, "gpkg"))) as base:
        rows = base.execute("SELECT table_name, column_name, title, description FROM gpkg_data_columns").fetchall()
        layers = base.execute("SELECT table_name, identifier, last_change FROM gpkg_contents").fetchall()
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = {(t, r[1]) for t, _, _ in layers for r in base.execute(f'PRAGMA table_info("{t}")')}
    known = {(layer, column): (title, meaning) for layer, column, title, meaning in rows}
    assert stored - known.keys() == {(layer, name) for layer, _, _ in layers for name in ("fid", "geom")}
    assert known["2026", "peak_mw"] == ("peak_mw [MW at the fence]", "Draw of the racks in service at peak.")
    assert known["2026", "it_mw_a_m_d"][1] == "Power of the racks of a-m d in service in the period."
    assert known["zones 2027", "headroom_used_share"][0].endswith("[share]")
    assert layers[0] == ("2026", "Sites, 2026", "2000-01-01T00:00:00.000Z")


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_file_is_replaced_with_force_alone_and_by_the_same_bytes(call: Run, plan: Path, ending: str) -> None:
    path = exported(call, plan, ending)
    before = path.read_bytes()
    refused = call("export", plan, "--to", ending)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is there already – replace a file with --force" in refused.stderr
    assert call("export", plan, "--to", ending, "--force").returncode == 0
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == sorted(["plan.v1", f"plan.v1.{ending}", "small"])


def test_geojson_holds_every_site_and_period(call: Run, plan: Path) -> None:
    content = json.loads(exported(call, plan, "geojson").read_text(encoding="utf-8"))
    rows = [feature["properties"] for feature in content["features"]]
    expected = read_plan(plan).sites
    assert texts(pd.DataFrame(rows)[list(expected.columns)]) == texts(expected)
    assert rows[0]["name"] == SCRIPT
    assert rows[0]["idle_power_cause"] == "zone;hall"
    assert rows[2]["interconnection_mw"] is None
    assert content["features"][5]["geometry"] == {"type": "Point", "coordinates": [-95.0, 33.0]}


def test_zones_without_a_place_leave_sites_alone(call: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "plan")
    grid = tmp_path / "plan" / "study" / "grid"
    (grid / "zones.geojson").unlink()
    (grid / "zones.csv").write_text("zone,name\nz1,\nz2,\n", encoding="utf-8")
    path = exported(call, tmp_path / "plan", "gpkg")
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["2026", "2027"]


def test_a_study_without_a_grid_exports_its_sites(call: Run, tmp_path: Path) -> None:
    toml = STUDY.replace('grid = "grid"\n', "")
    study = read_study(write_small_study(tmp_path / "small", files={"study.toml": toml}))
    handmade_plan(study).to_folder(tmp_path / "plan")
    assert len(pyogrio.list_layers(exported(call, tmp_path / "plan", "gpkg"))) == 2


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_tables_that_do_not_fit_the_study_are_told_at_once(call: Run, plan: Path, ending: str) -> None:
    for name, old, new in (("sites", "alpha,", "omega,"), ("flows", "flow_mw", "flow")):
        table = plan / f"{name}.csv"
        table.write_text(table.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = call("export", plan, "--to", ending)
    assert (done.returncode, done.stdout) == (2, "")
    assert "sites.csv: names a site that its study lacks" in done.stderr
    assert "flows.csv: has no column flow_mw" in done.stderr
    assert not Path(f"{plan}.{ending}").exists()
