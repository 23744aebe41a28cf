"""Read what varies: assignments as they are typed, and tables of cases from files."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..errors import Fault, Faults, InputError
from ..io.cells import Problem, Unreadable, read_number
from ..io.formats.csvfile import read_csv
from ..io.formats.parquet import read_parquet
from ..io.reader import parted
from ..io.schema import TABLES, Column, Schema
from ..io.source import Source, decoded
from ..io.table import RawTable
from ..io.workbook import cached_book, table_in
from .change import NONE
from .faults import Origin
from .selector import FIGURES

OPTION = "--vary"
EXAMPLE = "--vary 'policy.max_sites=20,30,40'"
_ASSIGNMENT = re.compile(r"\s*([^\[\]=*+,]+(?:\[[^\]]*\])?[^\[\]=*+,]*?)\s*(?<![-/])([*+]?)=(.*)", re.DOTALL)
_TEXTS = ("study", "files")  # sections in which none is a word like others
_CASES = Schema("cases", (), ())
_NUMBER = Column("value", "float")


def varied(assignments: Sequence[str]) -> dict[str, list[object]]:
    """Read ``KEY=V1,V2``, ``KEY*=V1,V2`` and ``KEY+=V1,V2``; the operator goes to the end of the key.

    Raises InputError naming every assignment that is none.
    """
    found: dict[str, list[object]] = {}
    faults = []
    for text in assignments:
        match = _ASSIGNMENT.fullmatch(text)
        values = [value.strip() for value in _split(match[3])] if match else []
        if match is None or not any(values):
            faults.append(Fault(OPTION, "is no assignment of values", value=text, cure=f"write {EXAMPLE}"))
            continue
        key = match[1].strip() + match[2]
        if not all(values):
            faults.append(Fault(OPTION, "has an empty value", None, key, match[3], "take out a comma"))
        elif key in found:
            faults.append(Fault(OPTION, "stands twice", None, key, cure=f"give all its values at once: {key}=1,2,3"))
        else:
            found[key] = [_typed(value) for value in values]
    if faults:
        raise InputError(faults)
    return found


def assigned(assignments: Sequence[str], option: str) -> dict[str, object]:
    """Read ``KEY=VALUE``, ``KEY*=VALUE`` and ``KEY+=VALUE``, each with one value; the operator ends the key.

    The value of a key of study.toml that is set stays text, which the study reads like its own file; of two, the last
    holds. Raises InputError naming every assignment that is none, and every change that stands twice.
    """
    found: dict[str, object] = {}
    faults = []
    for text in assignments:
        match = _ASSIGNMENT.fullmatch(text)
        if match is None or not match[3].strip():
            cure = f"write {option} money.discount_rate=0.1 or {option} 'sites[site=abilene].max_mw+=500'"
            faults.append(Fault(option, "is no assignment", value=text, cure=cure))
            continue
        key, value = match[1].strip() + match[2], match[3].strip()
        if is_change(key) and key in found:
            faults.append(Fault(option, "stands twice", None, key, cure="write it once"))
        if not is_change(key) and value.lower() == NONE and key.partition(".")[0] not in _TEXTS:
            found[key] = None
        else:
            found[key] = _typed(value) if is_change(key) else value
    if faults:
        raise InputError(faults)
    return found


def is_change(key: str) -> bool:
    """Whether a key changes what a study holds: it multiplies or adds, or names cells of a table or a figure."""
    first = re.split(r"[\[.]", key, maxsplit=1)[0].strip()
    return key[-1:] in ("*", "+") or "[" in key or first in (*TABLES, FIGURES)


def bounds(values: Mapping[str, Sequence[object]]) -> dict[str, tuple[float, float]]:
    """Return the range of each key: its two values, the lower one first.

    Raises InputError naming every key that gives other than two numbers.
    """
    found: dict[str, tuple[float, float]] = {}
    faults = []
    for key, several in values.items():
        numbers = [float(v) for v in several if isinstance(v, (int, float))]
        if len(several) == len(numbers) == 2 and numbers[0] < numbers[1]:
            found[key] = (numbers[0], numbers[1])
        else:
            shown = ",".join(str(v) for v in several)
            cure = f"give the low and the high end: {key}=0.8,1.2"
            faults.append(Fault(OPTION, "is no range to draw samples from", None, key, shown, cure))
    if faults:
        raise InputError(faults)
    return found


def case_table(path: str) -> pd.DataFrame:
    """Read a table of cases whose header holds the keys: CSV, Parquet, or one sheet, ``book.xlsx#sheet``.

    Empty cells leave the study's value. Raises InputError where it is no table.
    """
    source = Source(Faults())
    raw = _raw(path, source)
    if raw is None or source.faults.errors:
        raise InputError(source.faults.errors, source.faults.warnings)
    faults = []
    columns: dict[str, list[object]] = {}
    for name, cells in raw.cells.items():
        values = list(cells)
        for line, cell in zip(raw.lines, values, strict=True):
            if isinstance(cell, Unreadable):
                faults.append(Fault(path, cell.reason, line, name, cell.shown, cell.cure))
        columns[name] = [_typed(value) if isinstance(value, str) else value for value in values]
    if not raw.lines:
        faults.append(Fault(path, "holds no case", cure="write a row per case below the header"))
    if faults:
        raise InputError(faults)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return Origin(path, list(raw.lines), raw.unit).of(frame)


def _raw(path: str, source: Source) -> RawTable | None:
    file, part = parted(path)
    content = source.read(Path(file), file)
    if content is None:
        return None
    if content.startswith(b"PK\x03\x04"):
        book = cached_book(content, file, source)
        return None if book is None else table_in(book, part, _CASES, source.faults)
    if content.startswith(b"PAR1"):
        return read_parquet(content, path, _CASES, source.faults)
    text = decoded(content, path, source.faults)
    return None if text is None else read_csv(text, path, _CASES, source.faults)


def _split(text: str) -> list[str]:
    """Part values at commas, those inside of brackets and quotes excepted."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += (letter in "[{") - (letter in "]}") if not quote else 0
        if letter == "," and not quote and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _typed(text: str) -> object:
    """Return a number where the text is one as it would be written again, None where it is empty, else the text."""
    if not text.strip():
        return None
    number = read_number(text, _NUMBER)
    if isinstance(number, Problem) or not math.isfinite(number) or re.match(r"[+-]?0\d", text.strip()):
        return text.strip()
    return int(number) if number.is_integer() and re.fullmatch(r"[+-]?\d+", text.strip()) else number
