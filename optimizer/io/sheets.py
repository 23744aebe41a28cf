"""Write sheets as an Excel workbook that keeps every text a text and every digit, the same bytes every time."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from optimizer.errors import Fault, InputError
from optimizer.io.whole import write_whole
from optimizer.io.write import cell_text

LAST_ROW = 1000  # rows down to which validations reach, so that new rows have them too
MORE_ROWS = 200
_MAX_TEXT = 32_767
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
_WHEN = datetime(2000, 1, 1)
_HEAD = {"required": ("1F4E78", "FFFFFF"), "optional": ("DDEBF7", "1F2933"), "people": ("EDEDED", "1F2933")}
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Rule:
    """What may be typed into cells; ``kind`` is Excel's: list, decimal, whole or custom.

    ``how`` is "stop" (nothing else is taken), "warning" (Excel asks) or "" (a drop-down that takes anything).
    """

    kind: str
    formula: str
    upper: str | None = None
    error: str = ""
    how: str = "stop"


@dataclass(frozen=True)
class Head:
    """A column: ``look`` is "required", "optional" or "people", ``is_text`` keeps what is typed below as text."""

    name: str
    comment: str
    look: str = "optional"
    is_text: bool = False
    rule: Rule | None = None
    too_long: str = "shorten the text"


@dataclass(frozen=True)
class Sheet:
    """A table with a header: rows of None, bool, numbers, dates and texts. ``rules`` adds some by their cells."""

    name: str
    columns: Sequence[Head]
    rows: Sequence[Sequence[Any]]
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def last_row(self) -> int:
        """The row down to which a planner may fill in more and finds formats and rules."""
        return max(LAST_ROW, len(self.rows) + 1 + MORE_ROWS)


def letter(position: int) -> str:
    """Return the letters of a column counted from 1."""
    return str(get_column_letter(position))


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a table as Python values."""
    return list(zip(*(frame.iloc[:, i].tolist() for i in range(frame.shape[1])), strict=True))


def write_workbook(sheets: Sequence[Sheet], path: Path, *, cure: str) -> Path:
    """Write a workbook, whole or not at all, and return its path; ``cure`` says what to do where it is refused.

    Raises InputError where something is there that may not be replaced, or the place cannot be written.
    """
    return write_whole(path, lambda fresh: fresh.write_bytes(workbook_bytes(sheets)), cure=cure)


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook as a file.

    Raises InputError naming sheet and row of what Excel cannot hold.
    """
    faults: list[Fault] = []
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "rackgrid"
    book.properties.created = book.properties.modified = _WHEN
    for sheet in sheets:
        if len(sheet.rows) >= _MAX_ROWS or len(sheet.columns) > _MAX_COLUMNS:
            reason = f"has {len(sheet.rows):,} rows and {len(sheet.columns):,} columns, more than a sheet holds"
            faults.append(Fault(sheet.name, reason, cure="keep the table as a file"))
        else:
            _fill(book.create_sheet(sheet.name), sheet, faults)
    if faults:
        raise InputError(faults)
    raw = io.BytesIO()
    archive = zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED)
    writer = ExcelWriter(book, archive)
    writer.write_worksheet = lambda page: _write_page(page, writer, archive)
    writer.save()
    return _timeless(raw.getvalue())


def _write_page(page: Any, writer: Any, archive: zipfile.ZipFile) -> None:
    """Write a sheet in memory, where openpyxl takes a temporary file: a full disk is then one fault, in one place."""
    out = io.BytesIO()
    part = WorksheetWriter(page, out=out)
    part.write()
    page._rels = part._rels
    archive.writestr(page.path[1:], out.getvalue())
    writer.manifest.append(page)


def _timeless(content: bytes) -> bytes:
    """Give every part of the archive one date, and quieten Excel about numbers that are texts on purpose."""
    quiet = (
        b'<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors><legacyDrawing '
    )
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, date_time=_WHEN.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            data = old.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                data = data.replace(b"<legacyDrawing ", quiet)
            new.writestr(entry, data)
    return out.getvalue()


def _fill(page: Any, sheet: Sheet, faults: list[Fault]) -> None:
    for position, head in enumerate(sheet.columns, 1):
        _write_head(page.cell(1, position), head)
        _format_column(page, sheet, position)
        if head.rule:
            _add_rule(page, f"{letter(position)}2:{letter(position)}{sheet.last_row}", head.rule)
    for where, rule in sheet.rules.items():
        _add_rule(page, where, rule)
    for number, row in enumerate(sheet.rows, 2):
        for position, value in enumerate(row, 1):
            problem = _write(page.cell(number, position), value)
            if problem:
                head = sheet.columns[position - 1]
                faults.append(Fault(sheet.name, problem, number, head.name, cure=head.too_long))
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{letter(len(sheet.columns))}{len(sheet.rows) + 1}"


def _write_head(cell: Any, head: Head) -> None:
    fill, ink = _HEAD[head.look]
    _write(cell, head.name)
    cell.font = Font(name="Calibri", size=11, bold=True, color=ink)
    cell.fill = PatternFill("solid", fgColor=fill)
    cell.alignment = Alignment(vertical="center")
    lines = sum(1 + len(line) // 48 for line in head.comment.splitlines())
    cell.comment = Comment(escaped(head.comment), "rackgrid", width=320, height=18 * lines + 14)


def _format_column(page: Any, sheet: Sheet, position: int) -> None:
    """Set width and format of a whole column, rows to come included."""
    column = page.column_dimensions[letter(position)]
    index = position - 1
    longest = max((len(cell_text(row[index])) for row in sheet.rows[:500]), default=0)
    column.width = min(max(len(sheet.columns[index].name) + 4, longest + 2, 9), 44)
    if sheet.columns[index].is_text:
        column.number_format = "@"


def _write(cell: Any, value: Any) -> str:
    """Put a value into a cell; return what keeps it out, or ""."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        cell.value = value
    elif isinstance(value, (int, float)) and math.isfinite(value):
        cell.value, cell.data_type = cell_text(value), "n"  # as text: openpyxl itself keeps 16 digits of 17
    elif isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    else:
        text = escaped(str(value))
        if len(text.encode("utf-16-le")) > 2 * _MAX_TEXT:
            return f"holds {len(text):,} characters, more than the {_MAX_TEXT:,} of a cell"
        cell.value = text
        cell.data_type = "s"  # never a formula or an error value
        cell.number_format = "@"
        cell._style.quotePrefix = int(text.startswith(("=", "+", "-", "@")))  # openpyxl has no public setter
    return ""


def escaped(text: str) -> str:
    """Return text with what XML cannot hold as _xHHHH_, the escape of the file format; half a character as \\uHHHH."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _UNWRITABLE.sub(lambda m: f"_x{ord(m[0]):04X}_", whole)


def _add_rule(page: Any, where: str, rule: Rule) -> None:
    page.add_data_validation(
        DataValidation(
            sqref=where,
            type=rule.kind,
            formula1=rule.formula,
            formula2=rule.upper,
            allow_blank=True,
            showErrorMessage=bool(rule.how),
            errorStyle=rule.how or None,
            errorTitle="rackgrid",
            error=rule.error[:255] or None,
        )
    )
