"""Workbooks, Parquet, GeoParquet and GeoPackage damaged at random or made to hurt: a study or named faults, soon."""

from __future__ import annotations

import io
import json
import random
import re
import sqlite3
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyarrow import parquet

from optimizer import InputError, read_study
from optimizer.io.schema import TABLES
from optimizer.io.sheets import workbook_bytes
from optimizer.io.study_sheets import study_sheets
from tests.io.mutations import CELLS, FILES
from tests.small import write_small_study

Way = Callable[[bytes, random.Random], bytes]
SITES = {"site": ["alpha", "beta", "gamma"], "zone": ["z1", "z1", "z2"], "max_mw": [60.0, 40.0, 80.0]}
PLACES = [shapely.Point(-99, 32), shapely.Point(-97, 31), shapely.box(-95, 33, -94, 33.5)]
KINDS = ("n", "s", "b", "e", "str", "inlineStr", "d", "x", "")
ODD = ("", "0", "1e400", "nan", "46023", "-1", "99", "#REF!", "2026-01-01", "true", "x", "7" * 5000)
ARRAYS = (
    pa.array([None, 1, 2]),
    pa.array([float("nan"), float("inf"), 1e300]),
    pa.array([True, None, False]),
    pa.array([[1], [], None]),
    pa.array([{"a": 1}, None, {"a": None}]),
    pa.array([b"\xff", b"", None]),
    pa.array(["alpha", "", "\x1b[31m"]),
    pa.array([0, 1, 2], pa.timestamp("ns")),
    pa.array([0, 1, None], pa.date32()),
    pa.array(["z1", "z1", None]).dictionary_encode(),
    pa.nulls(3),
)
STORED = ("NULL", "9e999", "-1", "''", "'1e5'", "x'00ff'", "'\x1b[31m'", "'z1'", "2026.5", "char(0)")


def lines_of(path: Path, **arguments: Any) -> list[str]:
    """Read a study; return its doubts as shown, or its faults and doubts."""
    try:
        return [str(warning) for warning in read_study(path, **arguments).warnings]
    except InputError as error:
        return [str(fault) for fault in (*error.faults, *error.warnings)] if error.faults else ["no fault\n"]


def spoilt_bytes(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 30)]
            case 2:
                data[at:at] = data[max(0, at - chance.randint(1, 60)) : at]
            case 3:
                data[at : at + 8] = bytes(8)
            case _ if chance.random() < 0.2:
                del data[at:]
    return bytes(data)


def spoilt_part(content: bytes, chance: random.Random) -> bytes:
    """Damage the bytes of one part of an archive, or leave it out."""
    return _with_parts(content, chance, lambda _: True, lambda part: spoilt_bytes(part, chance))


def spoilt_cell(content: bytes, chance: random.Random) -> bytes:
    """Write something else into cells of one sheet."""

    def cell(_: re.Match[bytes]) -> bytes:
        kind, value = chance.choice(KINDS), chance.choice((*ODD, *CELLS))
        text = value.replace("&", "").replace("<", "").replace("\0", "")
        inner = f"<is><t>{text}</t></is>" if kind == "inlineStr" else f"<v>{text}</v>"
        formula = "<f>1+1</f>" if chance.random() < 0.1 else ""
        return f"{chance.choice(('', ' t=' + chr(34) + kind + chr(34)))}>{formula}{inner}</c>".encode()

    def change(part: bytes) -> bytes:
        found = list(re.finditer(rb'( t="\w+")?>(<v>[^<]*</v>|<is>.*?</is>)</c>', part))
        for match in sorted(chance.sample(found, min(len(found), 3)), key=lambda m: -m.start()):
            part = part[: match.start()] + cell(match) + part[match.end() :]
        return part

    return _with_parts(content, chance, lambda name: "worksheets/" in name, change)


def _with_parts(
    content: bytes, chance: random.Random, is_meant: Callable[[str], bool], change: Callable[[bytes], bytes]
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        chosen = chance.choice([name for name in names if is_meant(name)])
        for name in names:
            part = old.read(name)
            new.writestr(name, change(part) if name == chosen else part)
    return out.getvalue()


def spoilt_column(content: bytes, chance: random.Random) -> bytes:
    """Give a column of Parquet another type, or its metadata another value."""
    table = parquet.read_table(io.BytesIO(content))
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice([*table.column_names, "committed", "vendors", "lon"])
        column = chance.choice(ARRAYS)
        at = table.column_names.index(name) if name in table.column_names else table.num_columns
        table = table.add_column(at, name, column) if chance.random() < 0.2 else _replaced(table, at, name, column)
    return _parquet(table)


def _replaced(table: pa.Table, at: int, name: str, column: pa.Array) -> pa.Table:
    return table.append_column(name, column) if at == table.num_columns else table.set_column(at, name, column)


def spoilt_metadata(content: bytes, chance: random.Random) -> bytes:
    table = parquet.read_table(io.BytesIO(content))
    found = json.loads(table.schema.metadata[b"geo"])
    inner = chance.choice([found, found["columns"], found["columns"]["geometry"]])
    inner[chance.choice(list(inner))] = chance.choice([None, 7, "x", [], {}, "WKB", "geometry", "site", {"a": 1}])
    return _parquet(table.replace_schema_metadata({b"geo": json.dumps(found).encode()}))


def spoilt_row(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """Write something else into a table of a database."""
    path = folder / "spoilt.gpkg"
    path.write_bytes(content)
    base = sqlite3.connect(path)
    names = [n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        base.execute(f'DROP TRIGGER "{name}"')
    table = chance.choice(["sites", "sites", "sites", "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"])
    column = chance.choice([row[1] for row in base.execute(f"PRAGMA table_info({table})")])
    value = chance.choice(STORED)
    try:
        base.execute(f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT max(rowid) FROM {table})")
        base.commit()
    except sqlite3.Error:
        pass
    base.close()
    return path.read_bytes()


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


@cache
def sound(name: str) -> bytes:
    """Return sites as a sound file of a format."""
    out = io.BytesIO()
    frame = geopandas.GeoDataFrame(SITES, geometry=PLACES, crs="EPSG:4326")
    if name == "sites.gpkg":
        pyogrio.write_dataframe(frame, out, layer="sites", driver="GPKG")
        return out.getvalue()
    if name == "sites.geoparquet":
        frame.to_parquet(out)
        return out.getvalue()
    return _parquet(pa.table({**SITES, "lon": [-99.0, -97.0, -95.0], "lat": [32.0, 31.0, 33.0]}))


WAYS: dict[str, tuple[Way, ...]] = {
    "sites.parquet": (spoilt_bytes, spoilt_column),
    "sites.geoparquet": (spoilt_bytes, spoilt_column, spoilt_metadata),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    study = read_study(write_small_study(tmp_path_factory.mktemp("sound"), files=FILES))
    tables = {name: study.table(name) for name in TABLES}
    return workbook_bytes(study_sheets(study.config, tables, grid=study.grid))


def check_sites(folder: Path, name: str, seed: int) -> None:
    chance = random.Random(seed)
    study, file = write_small_study(folder), folder / name
    if name == "sites.gpkg":
        spoilt = chance.choice((spoilt_bytes, spoilt_bytes, lambda c, r: spoilt_row(c, r, folder)))
    else:
        spoilt = chance.choice(WAYS[name])
    file.write_bytes(spoilt(sound(name), chance))
    check(lines_of(study, files={"sites": file}), seed)


def check_book(folder: Path, content: bytes, seed: int) -> None:
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    path = folder / "book.xlsx"
    path.write_bytes(chance.choice((spoilt_bytes, spoilt_part, spoilt_cell, spoilt_cell))(content, chance))
    check(lines_of(path), seed)


def check(lines: list[str], seed: int) -> None:
    assert all(line.isprintable() and len(line) < 600 for line in lines), (seed, lines)


@pytest.mark.parametrize("name", ["sites.parquet", "sites.geoparquet", "sites.gpkg"])
def test_damaged_sites_are_read_or_named(name: str, tmp_path: Path) -> None:
    for seed in range(10):
        check_sites(tmp_path / str(seed), name, seed)


def test_damaged_workbooks_are_read_or_named(book: bytes, tmp_path: Path) -> None:
    for seed in range(16):
        check_book(tmp_path / str(seed), book, seed)


def _rows_of(*rows: tuple[object, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "sites"
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _sheet(old: bytes, new: bytes) -> bytes:
    """Return a workbook of one site with a text of its sheet replaced."""

    def change(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new, 1)

    header = ("site", "lon", "lat", "zone", "max_mw")
    content = _rows_of(header, ("alpha", -99, 32, "z1", 60))
    return _with_parts(content, random.Random(0), lambda name: name.endswith("sheet1.xml"), change)


def _entities() -> bytes:
    """Return a sheet whose one text is a thousand million letters, by entities in entities."""
    more = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 9))
    cell = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a8;</t></is></c></row>'
    content = _sheet(b"<sheetData>", cell)
    head = f"<!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>{more}]>".encode()
    return _with_parts(content, random.Random(0), lambda name: name.endswith("sheet1.xml"), lambda part: head + part)


def _zeros(letters: int) -> bytes:
    """Return a workbook with a part that unpacks to so many bytes."""
    out = io.BytesIO(_rows_of(("site",)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", bytes(letters))
    return out.getvalue()


def _understated() -> bytes:
    """Return a workbook whose sheet is said to be small and unpacks to 20 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(_rows_of(("site",)))) as old:
            for name in old.namelist():
                part = old.read(name)
                archive.writestr(name, part + b" " * 20_000_000 * name.endswith("sheet1.xml"))
        archive.getinfo("xl/worksheets/sheet1.xml").file_size = 900
    return out.getvalue()


def _deflated(content: bytes) -> bytes:
    """Return an archive packed as tightly as Excel packs it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return out.getvalue()


def _wide() -> bytes:
    """Return a workbook of 400 rows whose only cell stands in the last column."""
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(3, 403))
    return _sheet(b"</sheetData>", rows + b"</sheetData>")


def _styles() -> bytes:
    """Return a workbook of a million formats of cells."""
    content = _rows_of(("site",))
    return _with_parts(
        content,
        random.Random(0),
        lambda name: name.endswith("styles.xml"),
        lambda part: part.replace(b"</cellXfs>", b"<xf/>" * 1_200_000 + b"</cellXfs>", 1),
    )


def _long() -> bytes:
    """Return a Parquet of a text of 200,000 letters in 2,000 rows, stored once."""
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, "int32"), pa.array(["a" * 200_000]))
    return _parquet(pa.table({"site": words}))


def _places(shape: bytes, *, crs: object = None, geo: bytes = b"") -> pa.Table:
    """Return a table with a geometry, and metadata that says so."""
    table = pa.table({"site": ["a"], "max_mw": [60.0], "geometry": pa.array([shape])})
    facts = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": crs}}}
    return table.replace_schema_metadata({b"geo": geo or json.dumps(facts).encode()})


def _endless() -> bytes:
    """Return a GeoPackage whose layer is a view that never ends."""
    base = sqlite3.connect(":memory:")
    base.deserialize(sound("sites.gpkg"))
    (layer,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
    base.execute(f'ALTER TABLE "{layer}" RENAME TO kept')
    base.execute(
        f'CREATE VIEW "{layer}" AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n'
    )
    base.commit()
    return base.serialize()


def _same(rows: int) -> bytes:
    return _parquet(pa.table({"site": pa.array(["a"] * rows).dictionary_encode(), "max_mw": pa.nulls(rows, "float64")}))


def _in_each_other(depth: int) -> bytes:
    """Return a GeoPackage whose one shape is a collection in a collection, and so on."""
    out = io.BytesIO()
    frame = geopandas.GeoDataFrame({"site": ["a"]}, geometry=[shapely.Point(0, 0)], crs="EPSG:4326")
    pyogrio.write_dataframe(frame, out, layer="sites", driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"})
    base = sqlite3.connect(":memory:")
    base.deserialize(out.getvalue())
    shape = b"GP\0\1\xe6\x10\0\0" + b"\1\7\0\0\0\1\0\0\0" * depth
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    base.execute("UPDATE sites SET geom = ?", (shape,))
    base.commit()
    return base.serialize()


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "entities in entities": ("sites.xlsx", _entities, "sites.xlsx#sites: can't be read as a sheet"),
    "a part of 70 MB of zeros": ("sites.xlsx", lambda: _zeros(70_000_000), "bytes once unpacked; the limit is"),
    "a part that understates its size": ("sites.xlsx", _understated, "can't be"),
    "the last row of Excel": (
        "sites.xlsx",
        lambda: _sheet(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
        "sites.xlsx#sites!A1048576 site: 1 is stored as a number",
    ),
    "the last column of Excel": (
        "sites.xlsx",
        lambda: _sheet(b"</sheetData>", b'<row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'),
        "sites.xlsx#sites!XFD1: the column has no name",
    ),
    "a row beyond Excel": (
        "sites.xlsx",
        lambda: _sheet(b"</sheetData>", b'<row r="1000000000"><c r="A1000000000"><v>1</v></c></row></sheetData>'),
        "sites.xlsx#sites: names a row beyond 1,048,576",
    ),
    "rows that reach the last column": ("sites.xlsx", _wide, "sites.xlsx#sites: holds more than 5,000,000 cells"),
    "a million empty cells": (
        "sites.xlsx",
        lambda: _deflated(_sheet(b"</row>", b"<c/>" * 1_000_000 + b"</row>")),
        "most of them empty",
    ),
    "ten million styles": ("sites.xlsx", _styles, "bytes of styles or names; the limit is"),
    "a number of 5,000 digits": ("sites.xlsx", lambda: _sheet(b"<v>60</v>", b"<v>" + b"9" * 5_000 + b"</v>"), "digits"),
    "two million rows of one value": ("sites.parquet", lambda: _same(2_000_000), "holds 2,000,000 rows; the limit is"),
    "a long text that repeats": ("sites.parquet", _long, "characters; the limit is"),
    "WKB in WKB": ("sites.parquet", lambda: _parquet(_places(b"\1\7\0\0\0\1\0\0\0" * 60_000)), "is nested too deeply"),
    "text for WKB": ("sites.parquet", lambda: _parquet(_places(b"x")), "is no geometry"),
    "a CRS that is none": ("sites.parquet", lambda: _parquet(_places(b"x", crs={"a": 1})), "is no CRS from which"),
    "metadata in metadata": (
        "sites.parquet",
        lambda: _parquet(_places(b"x", geo=b"[" * 200_000)),
        "can't be read as Parquet",
    ),
    "a view without end": ("sites.gpkg", _endless, "is a view, not a table"),
    "a Parquet cut short": ("sites.parquet", lambda: _same(9)[:-40], "can't be read as Parquet"),
    "collections in collections": ("sites.gpkg", lambda: _in_each_other(100_000), "can't be read as a layer"),
    "a database cut short": ("sites.gpkg", lambda: sound("sites.gpkg")[:20_000], "can't be read as a GeoPackage"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_small_file_grows_large(name: str, tmp_path: Path) -> None:
    file, make, told = BOMBS[name]
    study = write_small_study(tmp_path)
    (tmp_path / file).write_bytes(make())
    start = time.perf_counter()
    lines = lines_of(study, files={"sites": tmp_path / file})
    assert time.perf_counter() - start < 8
    assert told in "\n".join(lines)
    check(lines, 0)


def test_a_key_of_thousands_of_parts_in_a_sheet_is_named(tmp_path: Path) -> None:
    book, path = openpyxl.Workbook(), tmp_path / "book.xlsx"
    book.active.title = "study"
    for row in (("key", "value"), ("format", 1), ("a." * 10_000 + "b", 1)):
        book.active.append(row)
    book.save(path)
    check(lines_of(path), 0)
