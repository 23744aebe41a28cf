"""Read the folder of a grid, and refuse by name what this release does not model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimizer.errors import Fault, Faults
from optimizer.io import toml
from optimizer.io.config import GridConfig
from optimizer.io.keys import Keys, validated
from optimizer.io.parse import empty
from optimizer.io.reader import read_table
from optimizer.io.schema import schema
from optimizer.io.source import Source, nearest, path_fault
from optimizer.io.table import Table

TABLES = ("zones", "headroom", "energy_prices", "lines")
_REQUIRED = ("zones", "headroom")
_LATER = ("blocks", "upgrades", "generators", "loads")
_ENDINGS = (".csv", ".geojson")
_TABLE_ENDINGS = ("csv", "tsv", "json", "geojson", "parquet", "geoparquet", "gpkg", "shp", "xlsx", "xls", "toml")


@dataclass(frozen=True)
class Grid:
    """Tables of a grid that could be read, and how power moves between its zones."""

    tables: dict[str, Table]
    flow: str


def no_grid() -> Grid:
    """Return the grid of a study without one: empty tables, no flow."""
    return Grid({name: empty(name, schema(name)) for name in TABLES}, "none")


def read_grid(folder: Path, name: str, source: Source) -> Grid:
    """Read what the folder holds; every fault is added to the source's."""
    name = name.rstrip("/\\") or "/"
    try:
        present = {p.name for p in folder.iterdir()}
    except NotADirectoryError:
        source.faults.add(Fault(name, "is a file where the grid's folder is meant"))
        return Grid({}, "none")
    except (OSError, ValueError) as error:
        fault = path_fault(folder, name, error)
        reason = fault.reason.replace("file", "folder")
        source.faults.add(Fault(name, reason, cure=fault.cure or "name the grid's folder, or leave files.grid out"))
        return Grid({}, "none")
    _refuse(present, name, source.faults)
    _name_others(present, name, source.faults)
    tables: dict[str, Table] = {}
    for table in TABLES:
        read = _read(table, folder, name, present, source)
        if read is not None:
            tables[table] = read
    has_lines = any(f"lines{ending}" in present for ending in _ENDINGS)
    return Grid(tables, _flow(folder, name, present, has_lines, source))


def _refuse(present: set[str], name: str, faults: Faults) -> None:
    for table in _LATER:
        for ending in _ENDINGS:
            if table + ending in present:
                cure = "take it out of the grid's folder"
                faults.add(Fault(f"{name}/{table}{ending}", "can't be modelled by this release", cure=cure))


def _name_others(present: set[str], name: str, faults: Faults) -> None:
    """Name what looks like a table of a grid and is not read: an error where the spelling alone hides it."""
    known = [*(t + e for t in (*TABLES, *_LATER) for e in _ENDINGS), "grid.toml"]
    stems = {file.rpartition(".")[0] for file in known}
    for file in sorted(f for f in present - set(known) if not f.startswith((".", "~"))):
        stem, _, ending = file.rpartition(".")
        if file.lower() in known:
            faults.add(
                Fault(f"{name}/{file}", "is not read: its name is not in lower case", cure=f"write {file.lower()}")
            )
        elif stem.lower() in stems and ending.lower() in _TABLE_ENDINGS:
            faults.add(Fault(f"{name}/{file}", "is not read: grid tables are CSV or GeoJSON", cure=f"write {stem}.csv"))
        elif ending.lower() in _TABLE_ENDINGS:
            cure = nearest(file, known)
            faults.add(Fault(f"{name}/{file}", "is no file of a grid and is not used", cure=cure, severity="warning"))


def _read(table: str, folder: Path, name: str, present: set[str], source: Source) -> Table | None:
    files = [table + ending for ending in _ENDINGS if table + ending in present]
    if len(files) == 2:
        fault = Fault(f"{name}/{files[0]}", f"stands beside {files[1]}", cure="keep one of the two")
        source.faults.add(fault)
        return None
    if files:
        return read_table(table, folder / files[0], f"{name}/{files[0]}", source)
    if table not in _REQUIRED:
        return empty(table, schema(table))
    hidden = any(f.lower().startswith(f"{table}.") for f in present)  # under a name that has a fault of its own
    if not hidden and not (table == "headroom" and "generators.csv" in present):
        columns = [c.name for c in schema(table).columns if c.required]
        cure = f"a grid needs it, with the column{'s' * (len(columns) > 1)} {', '.join(columns)}"
        source.faults.add(Fault(f"{name}/{table}.csv", "there is no such file", cure=cure))
    return None


def _flow(folder: Path, name: str, present: set[str], has_lines: bool, source: Source) -> str:
    """Return how power moves: as grid.toml says, else by whether there are lines."""
    default = "transport" if has_lines else "none"
    if "grid.toml" not in present:
        return default
    shown_path = f"{name}/grid.toml"
    text = source.read_text(folder / "grid.toml", shown_path)
    content = None if text is None else toml.load(text, shown_path, source.faults)
    if content is None or text is None:
        return default
    keys = Keys(shown_path, content, text)
    refused = "can't be modelled by this release"
    if content.get("flow") == "dc":
        source.faults.add(keys.fault("flow", refused, value="dc", cure='write "transport" or "none"'))
    if content.get("security") == "n-1":
        source.faults.add(keys.fault("security", refused, value="n-1", cure='write "none"'))
    config = validated(keys, GridConfig, source.faults)
    if config is None:
        return default
    if config.flow == "none" and has_lines:
        reason = 'is not used: grid.toml says flow = "none"'
        cure = 'write flow = "transport" to use it'
        source.faults.add(Fault(f"{name}/lines.csv", reason, cure=cure, severity="warning"))
    return config.flow or default
