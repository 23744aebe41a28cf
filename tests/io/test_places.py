"""GeoJSON and zones: numbers of features, CRS, parcels, and which zone serves a site."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from optimizer import InputError, Study, read_study
from tests.small import write_small_study

HEADER = "site,lon,lat,zone,max_mw,interconnection_mw\n"


def features(*geometries: object, properties: dict[str, object] | None = None, **members: object) -> str:
    rows = [
        {"type": "Feature", "properties": {"site": f"s{i}", "max_mw": 60, **(properties or {})}, "geometry": g}
        for i, g in enumerate(geometries, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows, **members})


def point(x: float, y: float, *z: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [x, y, *z]}


def read(folder: Path, sites: str, **files: str) -> Study:
    path = write_small_study(folder, files={"sites.geojson": sites, **files})
    return read_study(path, keys={"files.sites": "sites.geojson"})


def faults(folder: Path, sites: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, sites)
    return [str(fault) for fault in caught.value.faults]


def test_a_parcel_is_stood_for_by_a_point_inside_it(tmp_path: Path) -> None:
    c_shape = [[-99, 31], [-97, 31], [-97, 31.1], [-98.9, 31.1], [-98.9, 32.9], [-97, 32.9], [-97, 33], [-99, 33]]
    ring = [[*xy, 7.0] for xy in [*c_shape, c_shape[0]]]
    study = read(tmp_path, features({"type": "Polygon", "coordinates": [ring]}, point(-93, 31, 0.0)))
    lon, lat = study.sites.loc[0, ["lon", "lat"]]
    assert lon < -98.9 or lat < 31.1 or lat > 32.9
    assert study.sites["zone"].tolist() == ["z1", "z2"]


def test_a_stated_crs_is_converted(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    study = read(tmp_path, features(point(-11020629.5, 3763310.6), crs=crs))
    assert study.sites.loc[0, "lon"] == pytest.approx(-99, abs=1e-6)
    assert study.sites.loc[0, "lat"] == pytest.approx(32, abs=1e-6)


WRONG: dict[str, tuple[str, str]] = {
    "null": (features(None), "sites.geojson:1 geometry: there is no place"),
    "empty": (features(point(-99, 32), {"type": "Point", "coordinates": []}), ":2 geometry: is an empty Point"),
    "line": (features({"type": "LineString", "coordinates": [[-99, 32], [-98, 32]]}), "is a LineString"),
    "text": (features({"type": "Point", "coordinates": ["a", 1]}), "has coordinates that make no geometry"),
    "NaN": (features(point(float("nan"), 32)), "has coordinates that are not finite"),
    "swapped": (features(point(32, -99)), "lon and lat look swapped"),
    "metres": (features(point(-11020629.5, 3763310.6)), "state its CRS – GeoJSON in a crs member"),
    "crs": (features(point(-99, 32), crs={"type": "name", "properties": {"name": "EPSG:9"}}), "EPSG:9 is no CRS"),
    "number": (features(point(-99, 32), properties={"max_mw": float("inf")}), ":1 max_mw: inf is not finite"),
    "twice": (features(point(-99, 32)).replace('"max_mw"', '"max_mw": 6, "max_mw"'), 'has the key "max_mw" twice'),
    "no rows": (features(), "sites.geojson: has no rows"),
    "topology": ('{"type": "Topology"}', "is a Topology (TopoJSON), no FeatureCollection"),
    "huge": (features(point(-99, 32)).replace("60", "9" * 5000), "sites.geojson: is no JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_feature_is_named_by_its_number(name: str, tmp_path: Path) -> None:
    sites, told = WRONG[name]
    (line,) = faults(tmp_path, sites)
    assert told in line


def joined(folder: Path, rows: str, zones: list[dict[str, Any]] | None = None, **keys: object) -> Study:
    files = {"sites.csv": HEADER + rows}
    if zones is not None:
        content = [{"type": "Feature", **zone} for zone in zones]
        files["grid/zones.geojson"] = json.dumps({"type": "FeatureCollection", "features": content})
    return read_study(write_small_study(folder, files=files), keys=keys)


def test_a_site_on_a_shared_border_gets_the_same_zone_for_every_order_of_zones(tmp_path: Path) -> None:
    boxes = [("z2", -96), ("z1", -100)]
    for seed in range(4):
        random.Random(seed).shuffle(boxes)
        zones = []
        for zone, west in boxes:
            ring = [[west, 30], [west + 4, 30], [west + 4, 34], [west, 34], [west, 30]]
            zones.append({"properties": {"zone": zone}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
        study = joined(tmp_path / str(seed), "alpha,-96,32,,60,\n", zones)
        assert study.sites["zone"].tolist() == ["z1"]
        assert [str(w) for w in study.warnings] == [
            'sites.csv:2 zone: lies in 2 zones, z1, z2; the first is taken (site "alpha") – name its zone'
        ]


def test_the_nearest_bus_is_nearest_on_the_globe(tmp_path: Path) -> None:
    zones = [
        {"properties": {"zone": "z1"}, "geometry": point(-100, 60)},
        {"properties": {"zone": "z2"}, "geometry": point(-104, 63)},  # nearer in degrees alone
    ]
    study = joined(tmp_path, "alpha,-106,60,,60,\nbeta,179.9,60,,60,\n", zones)
    assert study.sites["zone"].tolist() == ["z1", "z2"]


def test_outside_of_all_zones_is_a_fault_unless_the_site_is_islanded(tmp_path: Path) -> None:
    study = joined(tmp_path / "a", "alpha,-80,32,,60,0\nbeta,-97,31,,60,\n")
    assert study.sites["zone"].tolist() == ["", "z1"]
    with pytest.raises(InputError, match=r"sites.csv:2 zone: is in no zone: no polygon of grid/zones.geojson holds it"):
        joined(tmp_path / "b", "alpha,-80,32,,60,\nbeta,-97,31,,60,\n")
    with pytest.raises(InputError, match="0 of 2 sites lie in a zone – lon and lat swapped"):
        joined(tmp_path / "c", "alpha,-80,32,,60,\nbeta,-81,31,,60,\n")


def test_without_a_grid_a_zone_binds_nothing(tmp_path: Path) -> None:
    path = write_small_study(tmp_path, files={"sites.csv": HEADER + "alpha,-99,32,nowhere,60,\n"})
    study = read_study(path, files={"grid": None})
    assert (study.has_grid, study.flow, study.sites["zone"].tolist()) == (False, "none", ["nowhere"])
    assert all(len(study.table(name)) == 0 for name in ("zones", "headroom", "energy_prices", "lines"))
