"""Vary the figures of the data dictionaries: the ranges that stand in figures tables beside a study's files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import Fault, Faults, InputError
from ..io.cells import Problem, read_number
from ..io.formats.csvfile import read_csv
from ..io.reader import read_table
from ..io.schema import TABLES, Column, Schema
from ..io.source import Source, nearest
from ..io.table import RawTable
from ..io.wording import listed
from ..study import Study
from .change import change_cells, change_key, number_of
from .draft import Draft
from .selector import Key, Refusal, parse_key, selected
from .shifts import shift_delivery_labels, shift_labels, whole_months

RULES = ("set", "scale", "shift", "replace", "derive")
_COLUMNS = ("figure", "table", "column", "selector", "low", "central", "high", "rule")
_SCHEMA = Schema("figures", tuple(Column(name, "text", required=True) for name in _COLUMNS), ())
_NUMBER = Column("value", "float")


@dataclass(frozen=True)
class Part:
    """One row of a figure: which cells it sets and how; ``place`` is the folder of its table."""

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


def low_high(study: Study) -> pd.DataFrame:
    """Return two cases, low and high, for each figure with a low and a high, all other figures left as they are.

    A figure whose cells the study does not have is left out with a warning. Raises InputError where the study has
    no figures tables.
    """
    frame, left_out = ranges(study)
    for fault in left_out:
        warnings.warn(str(fault), stacklevel=2)
    return frame


def ranges(study: Study) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the cases of ``low_high``, and a warning for each figure that is left out."""
    rows, left_out = [], []
    for name, parts in read_figures(study).items():
        part = next((p for p in parts if math.isfinite(p.low) and math.isfinite(p.high)), None)
        if part is None or any(p.rule == "derive" for p in parts):
            continue
        if any(_selects(study, p) for p in parts):
            rows += [{f"figures.{name}": part.low}, {f"figures.{name}": part.high}]
        else:
            reason = "is left out: the study has none of its cells"
            left_out.append(Fault("figures", reason, None, name, severity="warning"))
    return pd.DataFrame(rows, columns=list(dict.fromkeys(name for row in rows for name in row))), left_out


def change_figure(draft: Draft, key: Key, value: object, figures: Figures) -> None:
    """Give a figure a value, in all cells that it sets.

    Raises Refusal where there is no such figure, it can't take the value, or the study has none of its cells.
    """
    parts = check_figure(key, figures)
    number = number_of(value)
    hits = [_apply(draft, part, number) for part in parts]  # all of them, not only the first that selects any
    if not any(hits):
        raise Refusal("selects nothing: the study has none of its cells", "leave it out")


def check_figure(key: Key, figures: Figures) -> tuple[Part, ...]:
    """Return the rows of the figure that a key names.

    Raises Refusal where there is none, or it can't be varied.
    """
    parts = figures.get(key.column)
    if parts is None:
        raise Refusal("is no figure", nearest(key.column, figures) or f"figures are {listed(list(figures), most=8)}")
    if any(part.rule == "derive" for part in parts):
        raise Refusal("can't be varied: it went into other cells when the data were made", "vary those cells")
    return parts


def read_figures(study: Study) -> Figures:
    """Read the figures tables of a study: beside study.toml, its sites and its grid, or in the grid's folder.

    Raises InputError with every fault of every table, and where there is none.
    """
    source = Source(Faults())
    found: dict[str, list[Part]] = {}
    paths = list(dict.fromkeys(path.resolve() for path in _places(study) if path.is_file()))
    for path in paths:
        text = source.read_text(path, path.name)
        raw = None if text is None else read_csv(text, path.name, _SCHEMA, source.faults)
        for name, part in _parts(raw, path.parent, source.faults) if raw is not None else ():
            found.setdefault(name, []).append(part)
    source.faults.raise_if_any()
    if not paths:
        reason = "there is no figures table beside the study, its sites or its grid"
        cure = "write figures.csv beside study.toml (see studies/README.md), or name the keys to vary"
        raise InputError([Fault("figures", reason, cure=cure)])
    return {name: tuple(parts) for name, parts in found.items()}


def _places(study: Study) -> Iterator[Path]:
    """Yield where figures tables may lie."""
    if study.folder is None:
        return
    yield study.folder / "figures.csv"
    files = study.config.files
    for given in (files.sites.partition("#")[0], files.grid):
        # a file named on the command line is relative to where it ran
        homes = [home / str(given) for home in (study.folder, Path())] if given else []
        path = next((path for path in homes if path.exists()), None)
        if path is not None:
            yield path.parent / f"{path.stem}-figures.csv"
            yield from sorted([*path.glob("*-figures.csv"), *path.glob("figures.csv")]) if path.is_dir() else ()


def _parts(raw: RawTable, place: Path, faults: Faults) -> Iterator[tuple[str, Part]]:
    """Yield the name and the content of each row that is sound."""
    missing = [name for name in _COLUMNS if name not in raw.cells]
    if missing:
        cure = f"a figures table has the columns {', '.join(_COLUMNS)}"
        faults.add(Fault(raw.file, f"has no column {listed(missing)}", cure=cure))
        return
    for line, *cells in zip(raw.lines, *(raw.cells[name] for name in _COLUMNS), strict=True):
        name, table, column, selector, low, central, high, rule = (str(cell).strip() for cell in cells)
        word, _, words = rule.partition(":")
        if word.strip() not in RULES:
            faults.add(
                Fault(raw.file, f"is none of {', '.join(RULES)}", line, "rule", word, "begin it with one of them")
            )
        elif table not in (*TABLES, "study"):
            cure = nearest(table, (*TABLES, "study"))
            faults.add(Fault(raw.file, "is no table of a study", line, "table", table, cure))
        else:
            numbers = [read_number(text, _NUMBER) if text else math.nan for text in (low, central, high)]
            wrong = next((n for n in numbers if isinstance(n, Problem)), None)
            if wrong is not None:
                faults.add(Fault(raw.file, wrong.reason, line, "low, central, high", cure=wrong.cure))
                continue
            first, middle, last = (math.nan if isinstance(n, Problem) else n for n in numbers)
            yield name, Part(table, column, selector, first, middle, last, word.strip(), words.strip(), place)


def _selects(study: Study, part: Part) -> bool:
    if part.table == "study":
        return True
    try:
        return bool(len(selected(part.key(), study.table, strict=False)))
    except Refusal:
        return False


def _apply(draft: Draft, part: Part, value: float) -> bool:
    """Change the cells of one row of a figure; return whether the study has any of them."""
    if part.table == "study":
        _apply_to_key(draft, part, value)
        return True
    key = part.key("*" if part.rule == "scale" else "+" if part.rule == "shift" else "")
    try:
        rows = selected(key, draft.start, strict=False)
    except Refusal:
        return False
    if part.rule == "set":
        change_cells(draft, key, rows, value)
    elif part.rule == "scale":
        change_cells(draft, key, rows, _factor(part, value))
    elif part.rule == "shift" and part.table == "deliveries":
        shift_delivery_labels(draft, rows, whole_months(value - part.central))
    elif part.rule == "shift":
        shift_labels(draft, part.table, part.column, rows, whole_months(value - part.central))
    elif value != part.central:
        draft.replace(part.table, _other_table(part, value))
    return True


def _apply_to_key(draft: Draft, part: Part, value: float) -> None:
    if part.rule == "scale":
        change_key(draft, part.key("*"), _factor(part, value))
    elif part.rule == "set":
        change_key(draft, part.key(), value)
    else:
        raise Refusal(f"can't be varied: {part.rule} is no rule for a key of study.toml")


def _factor(part: Part, value: float) -> float:
    if not part.central:
        raise Refusal("can't be scaled: its central value is 0")
    return value / part.central


def _other_table(part: Part, value: float) -> pd.DataFrame:
    """Return the table that stands for the low or the high value."""
    values = [v for v in (part.low, part.central, part.high) if math.isfinite(v)]
    if value not in (part.low, part.high):
        raise Refusal("stands for a whole table, of which there are only a few", f"write one of {listed(values)}")
    names = part.words.partition(";")[0].split()
    place = 0 if value == part.low else 1
    if len(names) <= place:
        raise Refusal("names no table for this value", "name the files of low and high in its rule")
    source = Source(Faults())
    table = read_table(part.table, part.place / names[place], names[place], source)
    if table is None or source.faults.errors:
        raise Refusal(f"needs a table that can't be read: {source.faults.errors[0]}")
    return table.frame
