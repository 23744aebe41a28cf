"""Read figures tables: beside the files of a study, in the folder of its grid, or on the sheet of a workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Fault, Faults, InputError
from ..io.cells import Problem, Unreadable, read_number
from ..io.figures import COLUMNS, NUMBERS, RULES, SCHEMA, SHEET, named_tables, sheet_of
from ..io.formats.csvfile import read_csv
from ..io.reader import parted, read_table
from ..io.schema import TABLES, Column
from ..io.source import Source, nearest
from ..io.table import RawTable
from ..io.wording import listed
from ..io.workbook import book_at, is_book, sheet_named, table_in
from ..study import Study
from .selector import Key, parse_key

_NUMBER = Column("value", "float")


@dataclass(frozen=True)
class Part:
    """One row of a figure: which cells it sets and how; ``place`` is the folder of its table, or the workbook."""

    table: str
    column: str
    selector: str
    low: float
    central: float
    high: float
    rule: str
    words: str
    place: Path

    def key(self, operator: str = "") -> Key:
        """Return the key of its cells."""
        if self.table == "study":
            return parse_key(self.column + operator)
        return parse_key(f"{self.table}[{self.selector}].{self.column}{operator}")


Figures = dict[str, tuple[Part, ...]]


def read_figures(study: Study) -> Figures:
    """Read the figures tables of a study: beside study.toml, its sites and its grid, in the grid's folder, or a sheet.

    Raises InputError with every fault of every table, and where there is none.
    """
    faults = Faults()
    tables = raw_figures(study, faults)
    found: dict[str, list[Part]] = {}
    files: dict[tuple[str, ...], str] = {}
    for raw, place in tables:
        for name, part in _parts(raw, place, faults):
            first = files.setdefault((name, part.table, part.column, part.selector), raw.file)
            if first != raw.file:  # both would be applied
                reason = f"sets {part.table}.{part.column}, as it does in {first}"
                faults.add(Fault(raw.file, reason, None, "figure", name, "keep one of the two"))
            found.setdefault(name, []).append(part)
    faults.raise_if_any()
    if not tables:
        reason = "there is no figures table beside the study, its sites or its grid, nor a sheet of its workbook"
        cure = f"write figures.csv beside study.toml, or a sheet {SHEET} (studies/README.md), or name the keys to vary"
        raise InputError([Fault("figures", reason, cure=cure)])
    return {name: tuple(parts) for name, parts in found.items()}


def raw_figures(study: Study, faults: Faults) -> list[tuple[RawTable, Path]]:
    """Return the cells of each figures table of a study, with the folder or the workbook that holds it."""
    source = Source(faults)
    found = []
    for path in dict.fromkeys(path.resolve() for path in _places(study) if path.is_file()):
        if is_book(path):
            book = book_at(path, path.name, source)
            sheet = "" if book is None else sheet_named(book, SHEET)
            raw = table_in(book, sheet, SCHEMA, faults) if book is not None and sheet else None
        else:
            text = source.read_text(path, path.name)
            raw = None if text is None else read_csv(text, path.name, SCHEMA, faults)
        if raw is not None:
            found.append((raw, path if is_book(path) else path.parent))
    return found


def _places(study: Study) -> Iterator[Path]:
    """Yield where figures tables may lie."""
    if study.folder is None:
        return
    yield study.folder / "figures.csv"
    files = study.config.files
    # a file named on the command line is relative to where it ran
    for given in (files.sites.partition("#")[0], files.grid):
        homes = [home / str(given) for home in (study.folder, Path())] if given else []
        path = next((path for path in homes if path.exists()), None)
        if path is not None:
            yield path.parent / f"{path.stem}-figures.csv"
            yield from sorted([*path.glob("*-figures.csv"), *path.glob("figures.csv")]) if path.is_dir() else ()
    for name in study.inputs:
        if is_book(file := parted(name)[0]):
            yield from (home / file for home in (study.folder, Path()))


def other_table(part: Part, file: str) -> tuple[pd.DataFrame | None, str]:
    """Return the table that a rule names for a value, from its file or its sheet; None and why where there is none."""
    source = Source(Faults())
    place, name = part.place / file, file
    if is_book(part.place):
        name = f"{part.place.name}#{sheet_of(file)}"
        place = part.place.with_name(name)
    table = read_table(part.table, place, name, source)
    if table is None or source.faults.errors:
        return None, str(source.faults.errors[0])
    return table.frame, ""


def for_sheets(study: Study) -> tuple[pd.DataFrame, dict[str, tuple[str, pd.DataFrame]]]:
    """Return every figure of a study as one table, and by the name of its sheet each table that a figure names."""
    faults = Faults()
    tables = raw_figures(study, faults)
    faults.raise_if_any()
    frame = pd.concat([pd.DataFrame(raw.cells, dtype=object) for raw, _ in tables], ignore_index=True)
    others: dict[str, tuple[str, pd.DataFrame]] = {}
    for parts in read_figures(study).values():
        for part in parts:
            for file in named_tables(f"{part.rule}: {part.words}"):
                table, problem = other_table(part, file)
                if table is None:
                    raise InputError(problem)
                others[sheet_of(file)] = part.table, table
    return frame.assign(**{name: [_number(cell) for cell in frame[name]] for name in NUMBERS}), others


def _parts(raw: RawTable, place: Path, faults: Faults) -> Iterator[tuple[str, Part]]:
    """Yield the name and the content of each row that is sound."""
    missing = [name for name in COLUMNS if name not in raw.cells]
    if missing:
        cure = f"a figures table has the columns {', '.join(COLUMNS)}"
        faults.add(Fault(raw.file, f"has no column {listed(missing)}", cure=cure))
        return
    for line, *cells in zip(raw.lines, *(raw.cells[name] for name in COLUMNS), strict=True):
        row = dict(zip(COLUMNS, cells, strict=True))
        column, value, reason, cure = _fault(row)
        if reason:
            at = f"{raw.letters[column]}{line}" if raw.letters else ""
            faults.add(Fault(raw.file, reason, line, column, value, cure, cell=at))
            continue
        name, table, of, selector, rule = (_text(row[key]) for key in ("figure", "table", "column", "selector", "rule"))
        low, central, high = (_number(row[key]) for key in NUMBERS)
        word, _, words = rule.partition(":")
        yield name, Part(table, of, selector, low, central, high, word.strip(), words.strip(), place)


def _fault(row: dict[str, Any]) -> tuple[str, str | None, str, str]:
    """Return column, value, reason and cure of the first thing wrong in a row, an empty reason where nothing is."""
    for column, cell in row.items():
        if isinstance(cell, Unreadable):
            return column, cell.shown, cell.reason, cell.cure
    word, table = _text(row["rule"]).partition(":")[0].strip(), _text(row["table"])
    if word not in RULES:
        return "rule", word, f"is none of {', '.join(RULES)}", "begin it with one of them"
    if table not in (known := ("study", *TABLES)):
        cure = nearest(table, known) or f"write one of {listed(known, most=12)}"
        return "table", table or None, "is no table of a study", cure
    for column in NUMBERS:
        number = read_number(row[column], _NUMBER) if _text(row[column]) else math.nan
        if isinstance(number, Problem):
            return column, _text(row[column]), number.reason, number.cure
    return "", None, "", ""


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _number(cell: object) -> float:
    number = read_number(cell, _NUMBER) if _text(cell) else math.nan
    return math.nan if isinstance(number, Problem) else number
