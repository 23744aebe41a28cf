"""Read one file of the study as a table: the format is told by what the file holds, not by its name alone."""

from __future__ import annotations

import re
from pathlib import Path

from optimizer.errors import Fault
from optimizer.io.formats.csvfile import read_csv
from optimizer.io.formats.geojson import read_geojson
from optimizer.io.parse import parse
from optimizer.io.schema import Schema, schema
from optimizer.io.source import Source, decoded, kind_of
from optimizer.io.table import RawTable, Table
from optimizer.io.workbook import ENDINGS, cached_book, table_in

TABLE_ENDINGS = (".csv", ".parquet", ".xlsx", ".geojson", ".gpkg", ".geoparquet", ".shp")
_PART = re.compile(r"(?i)(.+?\.(?:xlsx|xlsm|gpkg))#(.*)", re.DOTALL)
_REFUSED = {
    ".xls": "is an old Excel workbook",
    ".xlsb": "is a binary Excel workbook",
    ".ods": "is an OpenDocument sheet",
    ".tsv": "separates its cells by tabs",
    ".kml": "is KML",
    ".kmz": "is KML",
    ".gdb": "is a file geodatabase",
    ".nc": "is netCDF",
    ".feather": "is Feather",
}


def parted(path: str) -> tuple[str, str]:
    """Return the file and the sheet or layer that a path names: book.xlsx#sheet."""
    found = _PART.fullmatch(path)
    return (found[1], found[2]) if found else (path, "")


def read_table(name: str, path: Path, shown_path: str, source: Source) -> Table | None:
    """Return a table by its name in [files], or None and faults."""
    source.tell(f"reading {shown_path}")
    raw = _read(schema(name), path, shown_path, source)
    if raw is None:
        return None
    source.tell(f"reading {shown_path}: {len(raw.lines):,} rows")
    return parse(raw, schema(name), source.faults)


def _read(table: Schema, path: Path, shown_path: str, source: Source) -> RawTable | None:
    faults = source.faults
    (file, part), file_name = parted(str(path)), parted(shown_path)[0]
    suffix = Path(file_name).suffix.lower()
    if suffix in _REFUSED:
        cure = "save the table as CSV, Parquet or .xlsx, with geometry as GeoJSON or GeoPackage"
        faults.add(Fault(shown_path, f"{_REFUSED[suffix]}, which this release does not read", cure=cure))
        return None
    content = source.read(Path(file), file_name)
    if content is None:
        return None
    if content.startswith(b"PK\x03\x04"):
        book = cached_book(content, file_name, source)
        return None if book is None else table_in(book, part, table, faults)
    if content.startswith(b"PAR1"):
        from optimizer.io.formats.parquet import read_parquet

        return read_parquet(content, shown_path, table, faults)
    if content.startswith(b"SQLite format 3\0"):
        from optimizer.io.formats.vector import read_geopackage

        return read_geopackage(Path(file), file_name, part, table, source)
    if content.startswith(b"\x00\x00\x27\x0a"):
        from optimizer.io.formats.vector import read_shapefile

        return read_shapefile(Path(file), shown_path, table, source)
    if suffix in (*ENDINGS, ".parquet", ".geoparquet", ".pq", ".gpkg", ".shp"):
        kind = kind_of(content)
        what = f"is {kind}, no {suffix} file" if kind else f"is no {suffix} file, whatever its name says"
        cure = "save it anew from the program that made it, without a password"
        faults.add(Fault(shown_path, what if content else "is empty", cure=cure))
        return None
    text = decoded(content, shown_path, faults)
    if text is None:
        return None
    is_json = suffix in (".geojson", ".json") or text.lstrip()[:1] == "{"
    return (read_geojson if is_json else read_csv)(text, shown_path, table, faults)
