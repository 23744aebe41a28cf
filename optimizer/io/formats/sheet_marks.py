"""Find what a sheet's XML says beside its values: merged cells, hidden rows and columns, formulas without a result."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

_WORTH_A_LOOK = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[ >/]|\shidden=")
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{7,})"')
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
_LAST_ROW = 1_048_576  # of any sheet that Excel opens
_MAX_MERGED = 20_000
_FEW_CELLS = 100_000


@dataclass
class Marks:
    """``merged`` are ranges such as "B3:B5", ``without_result`` cells such as "F14"; rows and columns count from 1."""

    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    without_result: set[tuple[int, int]] = field(default_factory=set)


def excess_in(xml: bytes, size: int) -> str:
    """Say what makes a sheet of a workbook of ``size`` bytes larger than any that was made on purpose, or ""."""
    if any(int(number) > _LAST_ROW for number in _ROW_NUMBER.findall(xml)):
        return f"names a row beyond {_LAST_ROW:,}"
    cells, most = sum(1 for _ in _CELL.finditer(xml)), _FEW_CELLS + size // 4
    if cells > most:
        return f"holds {cells:,} cells, most of them empty; the limit for a file of its size is {most:,}"
    merged = sum(1 for _ in _MERGED.finditer(xml))
    return f"holds {merged:,} merged ranges; the limit is {_MAX_MERGED:,}" if merged > _MAX_MERGED else ""


def marks_of(xml: bytes) -> Marks:
    """Return the marks of a sheet.

    Raises ElementTree.ParseError where the XML is broken.
    """
    marks = Marks()
    if not _WORTH_A_LOOK.search(xml):
        return marks
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(xml), events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
                if element.get("hidden") in ("1", "true"):
                    marks.hidden_rows.append(row)
            elif tag == "c":
                column = _column(element.get("r", ""), column + 1)
        elif tag == "c":
            if _lacks_result(element):
                marks.without_result.add((row, column))
        elif tag == "row":
            element.clear()
        elif tag == "col" and element.get("hidden") in ("1", "true"):
            first, last = int(element.get("min", "1")), int(element.get("max", "1"))
            marks.hidden_columns |= set(range(first, min(last, first + 1000) + 1))
        elif tag == "mergeCell":
            marks.merged.append(element.get("ref", "A1"))
    return marks


def _column(place: str, following: int) -> int:
    """Return the column of a cell such as "F14", the one after the last where the file does not say it."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - 64
    return number or following


def _lacks_result(cell: ElementTree.Element) -> bool:
    parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
    is_blank_text = cell.get("t") == "str" and "v" in parts
    return "f" in parts and not parts.get("v") and "is" not in parts and not is_blank_text
