"""Read a workbook that holds a table, or a whole study: a sheet per table, and a sheet of keys for study.toml."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from optimizer.errors import Fault, Faults, shown
from optimizer.io import toml
from optimizer.io.cells import Unreadable, is_empty
from optimizer.io.figures import SCHEMA as FIGURES_SCHEMA
from optimizer.io.figures import SHEET as FIGURES
from optimizer.io.figures import named_tables, sheet_of
from optimizer.io.formats.book import Book, open_book
from optimizer.io.formats.excel import read_sheet
from optimizer.io.keys import Keys
from optimizer.io.schema import GRID_TABLES, TABLES, Column, Schema, schema
from optimizer.io.settings import read_value
from optimizer.io.source import Source, kind_of, nearest
from optimizer.io.table import RawTable
from optimizer.io.wording import counted, listed

ENDINGS = (".xlsx", ".xlsm")
KEYS, GRID = "study", "grid"
_NEEDED = ("sites", "racks", "deliveries")
_TEXTS = ("study.name", "study.description")
_LISTS = ("policy.force_open", "policy.forbid", "outages", "reference")
_KEY_SHEET = Schema(KEYS, (Column("key", "text", required=True), Column("value", "text", required=True)), ())


def is_book(path: str | Path) -> bool:
    """Whether a path is that of a workbook, by its ending."""
    return Path(path).suffix.lower() in ENDINGS


def book_at(path: Path, name: str, source: Source) -> Book | None:
    """Open the workbook at a path, once for each content; None and a fault where it is none."""
    content = source.read(path, name)
    if content is None:
        return None
    if not content.startswith(b"PK\x03\x04"):
        kind = kind_of(content)
        reason = f"is {kind}, no .xlsx file" if kind else "is no Excel workbook, whatever its name says"
        source.faults.add(Fault(name, reason, cure="open it in Excel and save it as .xlsx, without a password"))
        return None
    return cached_book(content, name, source)


def cached_book(content: bytes, name: str, source: Source) -> Book | None:
    """Return the workbook of a content, opened before or now."""
    digest = source.inputs[name]
    if digest not in source.opened:
        source.opened[digest] = open_book(content, name, source.faults)
    book: Book | None = source.opened[digest]
    return book


def sheet_named(book: Book, name: str) -> str:
    """Return the sheet of this name, else the only one that differs by case, blanks or hyphens alone, else ""."""
    if name in book.sheets:
        return name
    alike = [sheet for sheet in book.sheets if _folded(sheet) == _folded(name)]
    return alike[0] if len(alike) == 1 else ""


def _folded(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def table_in(book: Book, part: str, table: Schema, faults: Faults) -> RawTable | None:
    """Return a table of a workbook: of the sheet ``part``, else of the table's name, else of the only one shown."""
    visible = [sheet for sheet in book.sheets if not book.is_hidden(sheet)]
    sheet = sheet_named(book, part or table.table) or (visible[0] if len(visible) == 1 and not part else "")
    if not sheet:
        example = f"name a sheet: {shown(book.name, 80)}#{shown((visible or book.sheets)[0], 40)}"
        is_study = bool(sheet_named(book, KEYS))
        own = f"add the sheet {table.table}, or name a file in files.{table.table} of the sheet {KEYS}"
        cure = nearest(part or table.table, visible) or (own if is_study and part == table.table else example)
        reason = f'has no sheet "{shown(part or table.table, 40)}"; its sheets are {listed(visible, quoted=True)}'
        faults.add(Fault(book.name, reason, cure=cure))
        return None
    return read_sheet(book, sheet, table, faults)


def is_filled(book: Book, name: str) -> bool:
    """Whether a workbook has a sheet of this name with rows below its header."""
    sheet = sheet_named(book, name)
    names = [c.name for c in schema(name).columns] if name in TABLES else [c.name for c in _KEY_SHEET.columns]
    return bool(sheet) and book.is_filled(sheet, names)


def study_keys(path: Path, name: str, source: Source) -> Keys | None:
    """Read the sheet ``study`` as the keys of study.toml; files not named there are the workbook's own sheets."""
    book = book_at(path, name, source)
    if book is None:
        return None
    if not sheet_named(book, KEYS):
        cure = f"add it with the columns key and value; its sheets are {listed(book.sheets, most=8)}"
        source.faults.add(Fault(name, f'has no sheet "{KEYS}", which holds the keys of study.toml', cure=cure))
        return None
    keys = read_keys(book, KEYS, source.faults)
    _add_files(book, path.name, keys.content)
    if all(sheet_named(book, table) for table in _NEEDED):  # else told with what is missing
        _doubt_other_sheets(book, source.faults)
    return keys


def _add_files(book: Book, file: str, content: dict[str, Any]) -> None:
    """Let tables be read from the workbook's own sheets where the keys name no file."""
    files = content.setdefault("files", {})
    if not isinstance(files, dict):
        return
    for table in ("sites", "site_ramp", "racks", "deliveries", "placement"):
        if table not in files and (table in _NEEDED or is_filled(book, table)):
            files[table] = f"{file}#{sheet_named(book, table) or table}"
    if "grid" not in files and any(is_filled(book, table) for table in GRID_TABLES):
        files["grid"] = file


def _doubt_other_sheets(book: Book, faults: Faults) -> None:
    known = {_folded(name) for name in (KEYS, GRID, *TABLES)}
    known |= {FIGURES, *_alternatives(book)}
    others = [s for s in book.sheets if _folded(s) not in known and not book.is_hidden(s) and book.is_filled(s, (s,))]
    if others:
        hints = [f"{shown(s, 30)}: {h}" for s in others[:5] if (h := nearest(s, (KEYS, GRID, *TABLES)))]
        names = f"{counted(others, 'the sheet', 'the sheets')} {listed(others, quoted=True)}"
        reason = f"{names} {counted(others, 'is', 'are')} not used"
        faults.add(Fault(book.name, reason, cure="; ".join(hints), severity="warning"))


def _alternatives(book: Book) -> set[str]:
    """Return the folded names of the sheets that a figure may put in the place of a table."""
    raw = read_sheet(book, sheet, FIGURES_SCHEMA, Faults()) if (sheet := sheet_named(book, FIGURES)) else None
    rules = raw.cells.get("rule", ()) if raw is not None else ()
    return {_folded(sheet_of(file)) for rule in rules for file in named_tables(str(rule))}


def read_keys(book: Book, sheet: str, faults: Faults) -> Keys:
    """Read a sheet with the columns key and value, as far as it is one."""
    raw = read_sheet(book, sheet_named(book, sheet), _KEY_SHEET, faults)
    file = f"{book.name}#{sheet}"
    if raw is None:
        return Keys(file, {}, unread=frozenset({""}))
    missing = [column for column in ("key", "value") if column not in raw.cells]
    if missing:
        names = f"{counted(missing, 'the column', 'the columns')} {listed(missing)}"
        reason = f"{names} {counted(missing, 'is', 'are')} missing"
        faults.add(Fault(file, reason, cure="a sheet of keys has the columns key and value"))
        return Keys(file, {}, unread=frozenset({""}))
    content: dict[str, Any] = {}
    cells: dict[str, tuple[int, str]] = {}
    unread: set[str] = set()
    for line, key, value in zip(raw.lines, raw.cells["key"], raw.cells["value"], strict=True):
        dotted = "" if key is None else str(key).strip()
        at = f"{raw.letters['value']}{line}"
        problem = _put(content, cells, dotted, value)
        if problem:
            unread.add(dotted)
            faults.add(Fault(file, problem[0], line, dotted, problem[2], problem[1], cell=at))
        cells.setdefault(dotted, (line, at))
    return Keys(file, content, cells=cells, unread=frozenset(unread))


def _put(content: dict[str, Any], seen: Iterable[str], dotted: str, value: Any) -> tuple[str, str, str | None] | None:
    """Put a value at its key; return reason, cure and value where it can't be."""
    if isinstance(value, Unreadable):
        return value.reason, value.cure, value.shown
    if is_empty(value):
        return None
    if not dotted:
        return "stands beside no key", "write its key in the column key, or delete the row", str(value)
    if dotted in seen:
        return "stands twice", "keep one of the two rows", None
    table: Any = content
    for part in dotted.split(".")[:-1]:
        table = table.setdefault(part, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict) or isinstance(table.get(dotted.rpartition(".")[2]), dict):
        return "is a key and a section at once", "write the keys of a section as section.key", None
    table[dotted.rpartition(".")[2]] = _as_toml(dotted, value)
    return None


def _as_toml(dotted: str, value: Any) -> Any:
    """Return what study.toml would hold: whole numbers, days, lists of ids."""
    if isinstance(value, datetime) and value == datetime(value.year, value.month, value.day):
        value = value.date()
    if dotted in _TEXTS or dotted.startswith("files."):
        return str(value) if dotted in _TEXTS else value
    if isinstance(value, str) and dotted in _LISTS and not value.lstrip().startswith("["):
        return [part.strip() for part in value.replace(",", ";").split(";") if part.strip()]
    return read_value(dotted, toml.value_of(value.strip()) if isinstance(value, str) else value)
