"""Read one sheet of an Excel workbook: rows below a header, with every cell that Excel has changed or lost named."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from optimizer.errors import Fault, Faults, shown
from optimizer.io.bounds import MAX_CELLS, MAX_COLUMNS, MAX_RATIO, MAX_ROWS, MAX_UNPACKED, too_large
from optimizer.io.cells import Unreadable
from optimizer.io.formats.sheet_marks import Marks, marks_of
from optimizer.io.schema import Column, Schema
from optimizer.io.table import SHOWN_ROWS, RawTable
from optimizer.io.wording import counted, listed

_HEADER_WITHIN = 30  # rows in which a header is looked for
_AS_TEXT = "format the column as Text and type the ids anew"
Row = tuple[int, Sequence[Any]]


@dataclass
class Book:
    """An open workbook; ``name`` is its path for people."""

    name: str
    content: bytes
    workbook: Any
    _marks: dict[str, Marks] = field(default_factory=dict)

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that hold cells, in their order."""
        return [sheet.title for sheet in self.workbook.worksheets]

    def is_hidden(self, sheet: str) -> bool:
        """Whether Excel does not show the sheet."""
        return bool(self.workbook[sheet].sheet_state != "visible")

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows that hold anything, numbered from 1; cells as openpyxl gives them."""
        page = self.workbook[sheet]
        page.reset_dimensions()  # what a file says of its own size is often wrong
        for number, cells in enumerate(page.iter_rows(), 1):
            if any(_holds(cell) for cell in cells):
                yield number, cells

    def is_filled(self, sheet: str) -> bool:
        """Whether the sheet has a row below its first, a header."""
        try:
            return len(list(islice(self.rows(sheet), 2))) == 2
        except Exception:  # see open_book; read_sheet says what is wrong
            return True

    def marks(self, sheet: str) -> Marks:
        """Return what the sheet merges, hides and leaves without a result."""
        if sheet not in self._marks:
            part = self.workbook[sheet]._worksheet_path  # where in the archive; openpyxl has no public name for it
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                self._marks[sheet] = marks_of(archive.read(part))
        return self._marks[sheet]


def open_book(content: bytes, name: str, faults: Faults) -> Book | None:
    """Open a workbook, or return None and a fault."""
    cure = "open it in Excel and save it as .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            unpacked = sum(part.file_size for part in archive.infolist())
        if not any(n.endswith("workbook.xml") for n in names):
            kind = "an OpenDocument file" if "mimetype" in names else "an archive"
            faults.add(Fault(name, f"is {kind}, no Excel workbook", cure=cure))
            return None
        limit = max(MAX_UNPACKED, MAX_RATIO * len(content))
        if unpacked > limit:
            reason = too_large("bytes once unpacked", unpacked, limit)
            faults.add(Fault(name, reason, cure="delete what the study does not need, or save the table as CSV"))
            return None
        import openpyxl

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that no table needs
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # a damaged archive makes openpyxl raise anything
        faults.add(Fault(name, f"can't be opened as a workbook: {shown(error, 60)}", cure=cure))
        return None
    return Book(name, content, book)


def read_sheet(book: Book, sheet: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Return the cells of a sheet by column, or None and faults where it is no table."""
    name = f"{book.name}#{sheet}"
    if book.is_hidden(sheet):
        faults.add(Fault(name, "is a hidden sheet", cure="unhide it in Excel, or name another sheet"))
        return None
    try:
        rows, marks = list(islice(book.rows(sheet), MAX_ROWS + 1)), book.marks(sheet)
    except Exception as error:  # see open_book
        reason = f"can't be read as a sheet: {shown(error, 60)}"
        faults.add(Fault(name, reason, cure="open the workbook in Excel and save it as .xlsx"))
        return None
    if len(rows) > MAX_ROWS or sum(len(cells) for _, cells in rows) > MAX_CELLS:
        faults.add(Fault(name, f"holds more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells", cure="save it as CSV"))
        return None
    if not rows:
        wanted = ", ".join(c.name for c in schema.columns if c.required)
        faults.add(Fault(name, "is empty", cure=f"the first row names the columns: {wanted}"))
        return None
    header = _header(rows, name, schema, faults)
    return None if header is None else _columns(rows, header, name, schema, marks, faults)


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index + 1))


def _holds(cell: Any) -> bool:
    value = cell.value
    return not (value is None or (isinstance(value, str) and not value.strip()))


def _text(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def _header(rows: list[Row], name: str, schema: Schema, faults: Faults) -> int | None:
    """Return the position of the header among the rows: the first; a header further down is a fault."""
    known = set(schema.names)
    for position, (number, cells) in enumerate(rows[:_HEADER_WITHIN]):
        if known & {_text(cell) for cell in cells}:
            if position == 0:
                return 0
            above = rows[0][0] if position == 1 else f"{rows[0][0]} to {rows[position - 1][0]}"
            reason = f"has its header in row {number}, below other text"
            rows_above = f"row{'s' * (position > 1)} {above}"
            faults.add(Fault(name, reason, rows[0][0], cure=f"delete {rows_above}, so that the header comes first"))
            return None
    return 0


def _columns(rows: list[Row], header: int, name: str, schema: Schema, marks: Marks, faults: Faults) -> RawTable | None:
    line, heads = rows[header]
    body = rows[header + 1 :]
    width = max(len(cells) for _, cells in rows)
    names = [_text(cell) for cell in heads] + [""] * (width - len(heads))
    used = [i for i in range(width) if names[i] or any(i < len(cells) and _holds(cells[i]) for _, cells in body)]
    if not set(names) & set(schema.names):
        used = [i for i in used if names[i]]  # no header of this table: its columns are told as missing
    if not _is_sound(names, used, line, name, faults) or _is_merged(marks, line, name, faults):
        return None
    if marks.hidden_rows:
        hidden = marks.hidden_rows
        rows_are = f"{counted(hidden, 'row', 'rows')} {listed(hidden, most=SHOWN_ROWS)} {counted(hidden, 'is', 'are')}"
        reason = f"{rows_are} hidden and read like the others"
        faults.add(Fault(name, reason, cure="delete what is not meant", severity="warning"))
    letters = {names[i]: _letter(i) for i in used}
    cells: dict[str, Any] = {}
    for i in used:
        column = schema.find(names[i])
        values = [(number, row[i] if i < len(row) else None) for number, row in body]
        cells[names[i]] = [_value(cell, column, f"{_letter(i)}{number}", marks) for number, cell in values]
    return RawTable(schema.table, name, cells, [number for number, _ in body], "row", letters=letters)


def _is_sound(names: list[str], used: list[int], line: int, name: str, faults: Faults) -> bool:
    if len(used) > MAX_COLUMNS:
        faults.add(
            Fault(name, too_large("columns", len(used), MAX_COLUMNS), cure="delete what the study does not need")
        )
        return False
    sound = True
    for i in used:
        at = f"{_letter(i)}{line}"
        if not names[i]:
            faults.add(Fault(name, "the column has no name", line, cure="name it, or delete its cells", cell=at))
            sound = False
        elif names[i] in (names[k] for k in used if k < i):
            faults.add(Fault(name, "stands twice in the header", line, names[i], cure="delete or rename one", cell=at))
            sound = False
    return sound


def _is_merged(marks: Marks, header: int, name: str, faults: Faults) -> bool:
    """Name the merged cells of the table; those above its header are told with it."""
    merged = [m for m in marks.merged if int(re.findall(r"\d+", m)[-1]) >= header]
    if merged:
        first = merged[0].partition(":")[0]
        reason = f"cells are merged ({listed(merged, most=SHOWN_ROWS)}), so that all but the first are empty"
        line = int(re.sub(r"\D", "", first))
        faults.add(Fault(name, reason, line, cure="unmerge them and fill in each cell", cell=first))
    return bool(merged)


def _value(cell: Any, column: Column | None, at: str, marks: Marks) -> Any:
    """Return what a cell holds, or what keeps it from being read."""
    value = None if cell is None else cell.value
    if value is None:
        if at in marks.without_result:
            return Unreadable(
                "holds a formula without a stored result", "open the workbook in Excel and save it, or paste the values"
            )
        return None
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        value = unescape(value)
    if cell.data_type == "e":
        return Unreadable("is a spreadsheet's error value", "mend the formula", str(value))
    if column is None or column.type not in ("id", "code", "vendors"):
        return _plain(value, column)
    if isinstance(value, (datetime, date, time, timedelta)):
        return Unreadable("is a date where an id is meant: Excel has changed it", _AS_TEXT, _day(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Unreadable(
            "is stored as a number where an id is meant: zeros before it and exponents are lost", _AS_TEXT, f"{value}"
        )
    return value


def _plain(value: Any, column: Column | None) -> Any:
    if isinstance(value, (datetime, date, time, timedelta)) and column is not None and column.is_number:
        return Unreadable(
            "is a date where a number is meant", "format the column as Number and type it anew", _day(value)
        )
    return value


def _day(value: Any) -> str:
    text = str(value)
    return text.removesuffix(" 00:00:00")
