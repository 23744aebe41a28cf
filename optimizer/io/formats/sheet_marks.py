"""Find what a sheet's XML says beside its values: merged cells, hidden rows, formulas without a stored result."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

_WORTH_A_LOOK = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[ >/]|\shidden=")


@dataclass
class Marks:
    """``merged`` are ranges such as "B3:B5", ``without_result`` cells such as "F14", rows count from 1."""

    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    without_result: set[str] = field(default_factory=set)


def marks_of(xml: bytes) -> Marks:
    """Return the marks of a sheet.

    Raises ElementTree.ParseError where the XML is broken.
    """
    marks = Marks()
    if not _WORTH_A_LOOK.search(xml):
        return marks
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        tag = element.tag.rpartition("}")[2]
        if tag == "c":
            _look_at_cell(element, marks)
        elif tag == "row":
            if element.get("hidden") in ("1", "true"):
                marks.hidden_rows.append(int(element.get("r", "0")))
            element.clear()
        elif tag == "mergeCell":
            marks.merged.append(element.get("ref", "A1"))
    return marks


def _look_at_cell(cell: ElementTree.Element, marks: Marks) -> None:
    parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
    is_blank_text = cell.get("t") == "str" and "v" in parts
    if "f" in parts and not parts.get("v") and "is" not in parts and not is_blank_text:
        marks.without_result.add(cell.get("r", ""))
