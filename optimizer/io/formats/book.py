"""Open an Excel workbook, within bounds: its sheets, their rows, and what their XML says beside the values."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from optimizer.errors import Fault, Faults, shown
from optimizer.io.bounds import MAX_CELLS, MAX_RATIO, MAX_UNPACKED, too_large
from optimizer.io.formats.sheet_marks import Marks, excess_in, marks_of

_MAX_PART = 5_000_000  # bytes of styles, names and the like, which no table needs
_STRINGS = "xl/sharedStrings.xml"
_PARTS = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_OTHER_PARTS = re.compile(r"(?:xl/[^/]+\.xml|\[Content_Types\]\.xml|(?:xl/)?_rels/[^/]+|docProps/[^/]+)", re.IGNORECASE)
_LEAN = "delete what the study does not need, or save the table as CSV"
_SAVE = "open it in Excel and save it as .xlsx"
Row = tuple[int, Sequence[Any]]


class TooManyCells(Exception):
    """A sheet goes on and on."""


@dataclass
class Book:
    """An open workbook; ``name`` is its path for people."""

    name: str
    content: bytes
    workbook: Any
    _looked_at: dict[str, tuple[str, Marks]] = field(default_factory=dict)

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that hold cells, in their order."""
        return [sheet.title for sheet in self.workbook.worksheets]

    def is_hidden(self, sheet: str) -> bool:
        """Whether Excel does not show the sheet."""
        return bool(self.workbook[sheet].sheet_state != "visible")

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows that hold anything, numbered from 1; cells as openpyxl gives them.

        Raises TooManyCells where they never seem to end.
        """
        page = self.workbook[sheet]
        page.reset_dimensions()  # what a file says of its own size is often wrong
        count = 0
        for number, cells in enumerate(page.iter_rows(), 1):
            count += len(cells)
            if count > MAX_CELLS:
                raise TooManyCells(f"holds more than {MAX_CELLS:,} cells")
            if any(holds(cell) for cell in cells):
                yield number, cells

    def is_filled(self, sheet: str, names: Collection[str]) -> bool:
        """Whether the sheet has more than a header, a first row with any of these names of columns."""
        if self.excess(sheet):
            return True
        try:
            first = list(islice(self.rows(sheet), 2))
        except Exception:  # see open_book; who reads the sheet says what is wrong
            return True
        return len(first) == 2 or any(not set(names) & {text_of(cell) for cell in cells} for _, cells in first)

    def excess(self, sheet: str) -> str:
        """Say what makes the sheet larger than any that was made on purpose, or ""."""
        return self._look_at(sheet)[0]

    def marks(self, sheet: str) -> Marks:
        """Return what the sheet merges, hides and leaves without a result."""
        return self._look_at(sheet)[1]

    def _look_at(self, sheet: str) -> tuple[str, Marks]:
        if sheet not in self._looked_at:
            part = self.workbook[sheet]._worksheet_path  # where in the archive; openpyxl has no public name for it
            try:
                with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                    xml = archive.read(part)
                excess = excess_in(xml, len(self.content))
                self._looked_at[sheet] = (excess, Marks() if excess else marks_of(xml))
            except Exception as error:  # see open_book
                self._looked_at[sheet] = (f"can't be read as a sheet: {shown(error, 60)}", Marks())
        return self._looked_at[sheet]


def open_book(content: bytes, name: str, faults: Faults) -> Book | None:
    """Open a workbook, or return None and a fault."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
        if not any(n.endswith("workbook.xml") for n in parts):
            kind = "an OpenDocument file" if "mimetype" in parts else "an archive"
            faults.add(Fault(name, f"is {kind}, no Excel workbook", cure=_SAVE))
            return None
        if excess := _excess(parts, len(content)):
            faults.add(Fault(name, excess, cure=_LEAN))
            return None
        import openpyxl

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that no table needs
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        _mend_strings(book, content)
    except Exception as error:  # a damaged archive makes openpyxl raise anything
        faults.add(Fault(name, f"can't be opened as a workbook: {shown(error, 60)}", cure=_SAVE))
        return None
    if not book.worksheets:
        reason = "has no sheet that can be read: it holds charts alone, or is a Strict Open XML workbook"
        faults.add(Fault(name, reason, cure="save it in Excel as Excel Workbook (.xlsx)"))
        return None
    return Book(name, content, book)


def _mend_strings(book: Any, content: bytes) -> None:
    """Put back the x005F_ by which Excel says that an underscore begins no escape: openpyxl drops it.

    Without it the text _x0041_ would be read as A.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(_STRINGS) if _STRINGS in archive.namelist() else b""
    if b"_x005F_" in xml and book.worksheets:
        from openpyxl.cell.text import Text
        from openpyxl.xml.functions import fromstring

        book.worksheets[0]._shared_strings[:] = [Text.from_tree(node).content for node in fromstring(xml)]


def _excess(parts: dict[str, int], size: int) -> str:
    """Say what unpacks to more than any workbook that was made on purpose, or ""."""
    tables = sum(n for part, n in parts.items() if _PARTS.fullmatch(part))
    others = max(
        (n for part, n in parts.items() if _OTHER_PARTS.fullmatch(part) and not _PARTS.fullmatch(part)), default=0
    )
    limit = max(MAX_UNPACKED, MAX_RATIO * size)
    if tables > limit:
        return too_large("bytes once unpacked", tables, limit)
    return too_large("bytes of styles or names", others, _MAX_PART) if others > _MAX_PART else ""


def holds(cell: Any) -> bool:
    """Whether a cell says anything."""
    value = cell.value
    return not (value is None or (isinstance(value, str) and not value.strip()))


def text_of(cell: Any) -> str:
    """Return a cell of a header as text."""
    return "" if cell.value is None else str(cell.value).strip()
