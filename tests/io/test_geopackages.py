"""GeoPackages as GIS programs leave them: what lies beside the layer of places, and which one is read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas
import pyogrio
import pytest
from shapely import Point

from optimizer import InputError, read_study
from tests.small import STUDY, write_small_study

STYLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, styleName TEXT, styleQML TEXT, useAsDefault BOOLEAN);
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB);
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('qgis_projects', 'attributes', 'qgis_projects');
CREATE TABLE owners (fid INTEGER PRIMARY KEY, owner TEXT);
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('owners', 'attributes', 'owners');
CREATE VIEW unregistered AS SELECT * FROM owners;
"""
VIEW = """
CREATE VIEW large AS SELECT fid, geom, site, max_mw FROM campuses WHERE max_mw > 50;
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('large', 'features', 'large', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('large', 'geom', 'POINT', 4326, 0, 0);
"""


def geopackage(folder: Path, *layers: str, script: str = "") -> Path:
    """Write layers of two sites each, and what the script adds to them; return a study of them."""
    path = write_small_study(folder, files={"study.toml": STUDY.replace("sites.csv", "sites.gpkg")})
    frame = {"site": ["a", "b"], "max_mw": [40.0, 60.0]}
    places = geopandas.GeoDataFrame(frame, geometry=[Point(-99, 32), Point(-97, 31)], crs=4326)
    for layer in layers:
        pyogrio.write_dataframe(places, folder / "sites.gpkg", layer=layer, driver="GPKG")
    with closing(sqlite3.connect(folder / "sites.gpkg")) as database:
        database.executescript(script)
    return path


def fault(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_study(path)
    (found,) = raised.value.faults
    return str(found)


def test_the_only_layer_of_places_is_read(tmp_path: Path) -> None:
    path = geopackage(tmp_path, "campuses", script=f"{STYLES}{VIEW}PRAGMA journal_mode = WAL;")
    assert read_study(path).sites["site"].tolist() == ["a", "b"]


def test_several_layers_of_places_are_named(tmp_path: Path) -> None:
    path = geopackage(tmp_path, "campuses", "parcels", script=STYLES)
    told = 'sites.gpkg: has no layer "sites"; its layers are campuses, parcels – name one: sites.gpkg#campuses'
    assert fault(path) == told
    assert len(read_study(path, keys={"files.sites": "sites.gpkg#parcels"}).sites) == 2


def test_the_layer_of_the_tables_name_is_read_among_several(tmp_path: Path) -> None:
    script = f"{STYLES}DELETE FROM sites WHERE site = 'a';"
    assert read_study(geopackage(tmp_path, "campuses", "sites", script=script)).sites["site"].tolist() == ["b"]


def test_no_layer_of_places_is_told(tmp_path: Path) -> None:
    path = geopackage(
        tmp_path,
        "campuses",
        script=f"{STYLES}DROP TABLE campuses; DELETE FROM gpkg_contents WHERE table_name = 'campuses';",
    )
    assert fault(path).startswith('sites.gpkg: has no layer "sites"; none has places; its tables are layer_styles, ')


def test_a_view_is_no_table_of_places(tmp_path: Path) -> None:
    script = VIEW.replace("VIEW large", "VIEW SITES").replace("'large'", "'sites'")
    told = "sites.gpkg#sites: is a view, not a table of features – save the layer as a table of its own"
    assert fault(geopackage(tmp_path, "campuses", script=script)) == told
