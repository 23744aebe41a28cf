"""Read one file of the study as a table: CSV or GeoJSON, told apart by what the file holds."""

from __future__ import annotations

from pathlib import Path

from optimizer.errors import Fault
from optimizer.io.csvfile import read_csv
from optimizer.io.geojson import read_geojson
from optimizer.io.parse import parse
from optimizer.io.schema import schema
from optimizer.io.source import Source
from optimizer.io.table import Table

_LATER = {
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".xlsx": "Excel",
    ".xls": "Excel",
    ".xlsm": "Excel",
    ".ods": "OpenDocument",
    ".gpkg": "GeoPackage",
    ".geoparquet": "GeoParquet",
    ".shp": "a shapefile",
}


def read_table(name: str, path: Path, shown_path: str, source: Source) -> Table | None:
    """Return a table by its name in [files], or None and faults."""
    faults = source.faults
    suffix = Path(shown_path.partition("#")[0]).suffix.lower()
    if suffix in _LATER:
        reason = f"is {_LATER[suffix]}, which this release does not read"
        faults.add(Fault(shown_path, reason, cure="save the table as CSV or GeoJSON"))
        return None
    text = source.read_text(path, shown_path)
    if text is None:
        return None
    is_json = suffix in (".geojson", ".json") or text.lstrip()[:1] == "{"
    read = read_geojson if is_json else read_csv
    raw = read(text, shown_path, schema(name), faults)
    return None if raw is None else parse(raw, schema(name), faults)
