"""Every format of the contract: the same study reads as the same tables and gives the same plan."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest

from optimizer import Plan, Study, read_study, solve
from optimizer.grid.folder import TABLES as GRID_TABLES
from optimizer.io.schema import TABLES, schema
from optimizer.io.sheets import workbook_bytes
from optimizer.io.study_sheets import study_sheets
from optimizer.study import SITE_TABLES

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "studies/openai-26gw"
CONFORMANCE = ROOT / "tests/conformance"
STUDIES = [EMBEDDED, CONFORMANCE / "micro/08-wheeling-and-labels", CONFORMANCE / "tiny/05", CONFORMANCE / "tiny/14"]
Write = Callable[[pd.DataFrame, Path], str]


def plain(study: Study, name: str) -> pd.DataFrame:
    """A table as a planner's own tools hold it: numbers, texts, an empty cell where a default is unlimited."""
    frame = study.table(name)
    changed = {
        c.name: frame[c.name].where(frame[c.name] != float("inf"))
        for c in schema(name).typed
        if c.default == "unlimited"
    }
    return frame.assign(**changed)


def csv(frame: pd.DataFrame, path: Path) -> str:
    frame.to_csv(path.with_suffix(".csv"), index=False)
    return f"{path.stem}.csv"


def parquet(frame: pd.DataFrame, path: Path) -> str:
    frame.to_parquet(path.with_suffix(".parquet"), index=False)
    return f"{path.stem}.parquet"


def excel(frame: pd.DataFrame, path: Path) -> str:
    frame.to_excel(path.with_suffix(".xlsx"), sheet_name="Sheet 1", index=False)
    return f"{path.stem}.xlsx#Sheet 1" if path.parent.name != "grid" else f"{path.stem}.xlsx"


def spatial(frame: pd.DataFrame) -> geopandas.GeoDataFrame | None:
    """A table of sites or zones with its places as geometry; None for the others."""
    if "geometry" in frame:
        return geopandas.GeoDataFrame(frame, geometry="geometry", crs=4326) if frame["geometry"].notna().all() else None
    if "lon" not in frame:
        return None
    points = geopandas.points_from_xy(frame["lon"], frame["lat"], crs=4326)
    return geopandas.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points)


def geojson(frame: pd.DataFrame, path: Path) -> str:
    places = spatial(frame)
    if places is None:
        return csv(frame.drop(columns="geometry", errors="ignore"), path)
    path.with_suffix(".geojson").write_text(places.to_json(drop_id=True), encoding="utf-8")
    return f"{path.stem}.geojson"


def geopackage(frame: pd.DataFrame, path: Path) -> str:
    places = spatial(frame)
    if places is None:
        return parquet(frame.drop(columns="geometry", errors="ignore"), path)
    places.to_file(path.with_suffix(".gpkg"), layer="of its own name")
    return f"{path.stem}.gpkg"


def geoparquet(frame: pd.DataFrame, path: Path) -> str:
    places = spatial(frame)
    if places is None:
        return excel(frame.drop(columns="geometry", errors="ignore"), path)
    places.to_parquet(path.with_suffix(".geoparquet"), index=False)
    return f"{path.stem}.geoparquet"


def written(study: Study, folder: Path, write: Write) -> Path:
    """Write a study with each table in one format; return its study.toml."""
    study.write(folder)
    keys: dict[str, str] = {}
    for name in study.own_tables:
        (folder / f"{name}.csv").unlink()
        keys[name] = write(plain(study, name), folder / name)
    for name in GRID_TABLES if study.has_grid else ():
        was = [p for p in (folder / "grid").glob(f"{name}.*") if p.suffix != ".toml"]
        for path in was:
            path.unlink()
            frame = plain(study, name)
            if name == "zones" and write in (csv, parquet, excel):
                frame = pd.DataFrame(
                    frame.assign(geometry=geopandas.GeoSeries(frame["geometry"]).to_wkt(rounding_precision=-1))
                )
            write(frame, folder / "grid" / name)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    for name, path in keys.items():
        text = text.replace(f'"{name}.csv"', json.dumps(path))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


def workbook(study: Study, folder: Path) -> Path:
    """Write a study as one workbook."""
    tables = {name: study.table(name) for name in TABLES}
    sheets = study_sheets(study.config, tables, grid=study.grid if study.has_grid else None)
    folder.mkdir()
    (folder / "my study.xlsx").write_bytes(workbook_bytes(sheets))
    return folder / "my study.xlsx"


def same_tables(a: Study, b: Study) -> None:
    for name in TABLES:
        left, right = a.table(name), b.table(name)
        pd.testing.assert_frame_equal(left, right, check_exact=True, obj=name)
    exclude: dict[str, Any] = {"files": True}
    assert a.config.model_dump(exclude=exclude) == b.config.model_dump(exclude=exclude)
    assert (a.has_grid, a.grid, a.horizon) == (b.has_grid, b.grid, b.horizon)


@pytest.mark.parametrize("write", [csv, parquet, excel, geojson, geopackage, geoparquet], ids=lambda w: w.__name__)
@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.name)
def test_a_study_reads_the_same_from_every_format(path: Path, write: Write, tmp_path: Path) -> None:
    study = read_study(path)
    again = read_study(written(study, tmp_path / "a", write))
    same_tables(study, again)
    assert [w for w in again.warnings if "kept and not used" in w.reason] == []


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.name)
def test_a_study_reads_the_same_from_one_workbook(path: Path, tmp_path: Path) -> None:
    study = read_study(path)
    again = read_study(workbook(study, tmp_path / "book"))
    same_tables(study, again)
    assert set(again.inputs) == {"my study.xlsx"}


def bytes_of(plan: Plan, folder: Path) -> dict[str, bytes]:
    """The files of a plan folder, without the input hashes, the seconds and the log."""
    plan.to_folder(folder)
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    facts = json.loads(found.pop("plan.json"))
    found["plan.json"] = json.dumps({k: v for k, v in facts.items() if k not in ("inputs", "seconds")}).encode()
    del found["solve.log"]
    return found


@pytest.mark.parametrize("path", STUDIES[1:], ids=lambda p: p.name)
def test_every_format_gives_the_same_plan_byte_for_byte(path: Path, tmp_path: Path) -> None:
    study = read_study(path)
    first = bytes_of(solve(study), tmp_path / "first")
    paths = [workbook(study, tmp_path / "book"), written(study, tmp_path / "mixed", geoparquet)]
    for number, other in enumerate(paths):
        assert bytes_of(solve(read_study(other)), tmp_path / str(number)) == first


def test_a_grid_may_be_a_workbook(tmp_path: Path) -> None:
    study = read_study(EMBEDDED)
    study.write(tmp_path / "a")
    shutil.rmtree(tmp_path / "a/grid")
    workbook(study, tmp_path / "book")
    (tmp_path / "book/my study.xlsx").rename(tmp_path / "a/grid.xlsx")
    same_tables(study, read_study(tmp_path / "a", keys={"files.grid": "grid.xlsx"}))
    assert set(SITE_TABLES) | set(GRID_TABLES) == set(TABLES)
