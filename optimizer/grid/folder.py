"""Read a grid, from its folder or a workbook, and refuse by name what this release does not model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.errors import Fault, Faults
from optimizer.io.config import GridConfig
from optimizer.io.keys import Keys, toml_keys, validated
from optimizer.io.parse import empty
from optimizer.io.reader import TABLE_ENDINGS, read_table
from optimizer.io.schema import GRID_TABLES as TABLES
from optimizer.io.schema import schema
from optimizer.io.source import Source, nearest, path_fault
from optimizer.io.table import Table
from optimizer.io.workbook import GRID, book_at, is_book, is_filled, read_keys, sheet_named

MOST_NAMED = 5  # tables that are no part of the grid are told one by one up to so many
_REQUIRED = ("zones", "headroom")
_NODAL = "generators"
_LOOK_LIKE_TABLES = (*TABLE_ENDINGS, ".tsv", ".json", ".xls", ".xlsm", ".ods", ".pq", ".toml")


@dataclass(frozen=True)
class Grid:
    """Tables of a grid that could be read, how power moves between its zones, and where the keys stand that say so."""

    tables: dict[str, Table]
    config: GridConfig
    keys: Keys


def no_grid() -> Grid:
    """Return the grid of a study without one: empty tables, no flow."""
    tables = {name: empty(name, schema(name)) for name in TABLES}
    return Grid(tables, GridConfig(flow="none"), Keys("grid.toml", {}))


def unread_grid() -> Grid:
    """Return the grid of a study that has one of which nothing can be read."""
    return Grid({}, GridConfig(flow="none"), Keys("grid.toml", {}, unread=frozenset({""})))


def read_grid(place: Path, name: str, source: Source) -> Grid:
    """Read what a folder or a workbook holds; every fault is added to the source's."""
    if is_book(place) and not place.is_dir():
        return _read_book(place, name, source)
    name = name.rstrip("/\\") or "/"
    try:
        present = {p.name for p in place.iterdir()}
    except NotADirectoryError:
        cure = "name the folder that holds zones and headroom, or a workbook (.xlsx) with these sheets"
        source.faults.add(Fault(name, "is a file where the grid's folder is meant", cure=cure))
        return unread_grid()
    except (OSError, ValueError) as error:
        fault = path_fault(place, name, error)
        reason = fault.reason.replace("no such file", "no such folder")
        source.faults.add(Fault(name, reason, cure=fault.cure or "name the grid's folder, or leave files.grid out"))
        return unread_grid()
    _name_others(present - _of_figures(place, present), name, source.faults)
    found = {table: _files(table, present) for table in TABLES}
    twice = {table: files for table, files in found.items() if len(files) > 1}
    for files in twice.values():
        fault = Fault(f"{name}/{files[0]}", f"stands beside {' and '.join(files[1:])}", cure="keep one of them")
        source.faults.add(fault)
    chosen = {t: (place / found[t][0], f"{name}/{found[t][0]}") for t in TABLES if len(found[t]) == 1}
    hidden = {t for t in TABLES if t in twice or any(f.lower().startswith(f"{t}.") for f in present)}
    if found[_NODAL]:
        hidden.add("headroom")
    _name_missing({t: f"{name}/{t}.csv" for t in _REQUIRED if t not in hidden}, "there is no such file", source.faults)
    keys = toml_keys(place / "grid.toml", f"{name}/grid.toml", source) if "grid.toml" in present else None
    return _read(chosen, keys or Keys(f"{name}/grid.toml", {}), source)


def _files(table: str, present: set[str]) -> list[str]:
    """Return the files of a folder that hold a table, in the order of the formats."""
    return [table + ending for ending in TABLE_ENDINGS if table + ending in present]


def _of_figures(place: Path, present: set[str]) -> set[str]:
    """Return the figures tables of a folder, which sweeps read, and the files that they name for low and high."""
    figures = {file for file in present if file == "figures.csv" or file.endswith("-figures.csv")}
    aside = Source(Faults())  # no plan depends on them: neither a fault nor an input of the study
    words = " ".join(aside.read_text(place / file, file) or "" for file in figures)
    return figures | (present & set(re.split(r"[\s;,\"]+", words)))


def _name_others(present: set[str], name: str, faults: Faults) -> None:
    """Name what looks like a table of a grid and is not read: an error where the spelling alone hides it."""
    known = [*(t + e for t in TABLES for e in TABLE_ENDINGS), "grid.toml"]
    stems = {*TABLES, "grid"}
    unused = []
    for file in sorted(f for f in present - set(known) if not f.startswith((".", "~"))):
        stem, ending = Path(file).stem, Path(file).suffix
        if file.lower() in known:
            reason = "is not read: its name is not in lower case"
            faults.add(Fault(f"{name}/{file}", reason, cure=f"write {file.lower()}"))
        elif stem.lower() in stems and ending.lower() in _LOOK_LIKE_TABLES:
            cure = f"save it as {stem.lower()}.csv, or as Parquet, .xlsx, GeoJSON or GeoPackage"
            faults.add(Fault(f"{name}/{file}", f"is not read: {ending} is no format of a grid's table", cure=cure))
        elif ending.lower() in _LOOK_LIKE_TABLES:
            unused.append(file)
    if len(unused) > MOST_NAMED:
        more = f"and {len(unused) - 1:,} more tables are no files of a grid and are not used"
        faults.add(Fault(f"{name}/{unused[0]}", more, cure="keep them in a folder of their own", severity="warning"))
        return
    for file in unused:
        cure = nearest(file, known)
        faults.add(Fault(f"{name}/{file}", "is no file of a grid and is not used", cure=cure, severity="warning"))


def _name_missing(wanted: Mapping[str, str], reason: str, faults: Faults) -> None:
    for table, name in wanted.items():
        columns = [c.name for c in schema(table).columns if c.required]
        cure = f"a grid needs it, with the column{'s' * (len(columns) > 1)} {', '.join(columns)}"
        faults.add(Fault(name, reason, cure=cure))


def _read_book(path: Path, name: str, source: Source) -> Grid:
    """Read the sheets of a workbook as the files of a folder are read; a blank sheet counts as none."""
    book = book_at(path, name, source)
    if book is None:
        return unread_grid()
    sheets = {t: f"#{sheet_named(book, t)}" for t in TABLES if is_filled(book, t)}
    needed = [t for t in _REQUIRED if t not in sheets and not (t == "headroom" and _NODAL in sheets)]
    _name_missing({t: f"{name}#{t}" for t in needed}, "there is no such sheet", source.faults)
    keys = read_keys(book, GRID, source.faults) if is_filled(book, GRID) else Keys(f"{name}#{GRID}", {})
    return _read({t: (path.with_name(path.name + s), name + s) for t, s in sheets.items()}, keys, source)


def _read(places: Mapping[str, tuple[Path, str]], keys: Keys, source: Source) -> Grid:
    """Read the tables that are there; the lines and the keys say how power moves."""
    tables: dict[str, Table] = {}
    for table in TABLES:
        if table in places:
            read = read_table(table, *places[table], source)
            if read is not None:
                tables[table] = read
        elif table not in _REQUIRED or (table == "headroom" and _NODAL in places):
            tables[table] = empty(table, schema(table))
    return grid_of(tables, places["lines"][1] if "lines" in places else None, keys, source.faults)


def grid_of(tables: dict[str, Table], lines_file: str | None, keys: Keys, faults: Faults) -> Grid:
    """Return a grid whose keys say how power moves, else whether it has lines; ``lines_file`` is None without any.

    Every fault of the keys is added, and a doubt of lines that are not used.
    """
    lines = tables.get("lines")
    flowing = lines_file if lines is None or len(lines.frame) else None
    config, keys = validated(keys, GridConfig, faults)
    if config.flow == "none" and flowing:
        reason, cure = (
            f'is not used: {keys.file.rpartition("/")[2]} says flow = "none"',
            'write flow = "transport" to use it',
        )
        faults.add(Fault(flowing, reason, cure=cure, severity="warning"))
    default = "transport" if flowing else "none"
    return Grid(tables, config if config.flow else config.model_copy(update={"flow": default}), keys)
