"""Write sheets as an Excel workbook that keeps every text a text and every digit, the same bytes every time."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from optimizer.errors import Fault, InputError
from optimizer.io.whole import write_whole
from optimizer.io.write import cell_text

LAST_ROW = 1000  # rows down to which validations reach, so that new rows have them too
MORE_ROWS = 200
_MAX_TEXT = 32_767
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
_WHEN = datetime(2000, 1, 1)
_HEAD = {"required": ("1F4E78", "FFFFFF"), "optional": ("DDEBF7", "1F2933"), "people": ("EDEDED", "1F2933")}
_TEXT = "@"
_BOOLEAN = '"TRUE";"TRUE";"FALSE"'  # for programs that take a boolean for a number
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # XlsxWriter escapes them in cells, not in comments


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
    """A column: ``look`` is "required", "optional" or "people", ``is_text`` keeps what is typed below as text.

    ``format`` is Excel's number format; ``adds`` puts a sum of the rows that a filter shows below the table.
    """

    name: str
    comment: str
    look: str = "optional"
    is_text: bool = False
    rule: Rule | None = None
    too_long: str = "shorten the text"
    format: str = ""
    adds: bool = False


@dataclass(frozen=True)
class Cell:
    """A value with a number format of its own, or what a formula gives: programs that calculate nothing show it."""

    value: Any
    format: str = ""
    formula: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table with a header: rows of None, bool, numbers, dates, texts, Cells. ``rules`` adds some by their cells."""

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
    return str(xl_col_to_name(position - 1))


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
    out = io.BytesIO()
    # without temporary files: a full disk is one fault, in one place
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"author": "rackgrid", "created": _WHEN})
    looks = _Looks(book)
    for sheet in sheets:
        if len(sheet.rows) + 2 >= _MAX_ROWS or len(sheet.columns) > _MAX_COLUMNS:
            reason = f"has {len(sheet.rows):,} rows and {len(sheet.columns):,} columns, more than a sheet holds"
            faults.append(Fault(sheet.name, reason, cure="keep the table as a file"))
        else:
            _fill(book.add_worksheet(sheet.name), sheet, looks, faults)
    if faults:
        raise InputError(faults)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of a workbook, each made once; None where a cell looks as all do."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **of: Any) -> Any:
        key = tuple(sorted((name, value) for name, value in of.items() if value))
        if key and key not in self._made:
            self._made[key] = self._book.add_format(dict(key))
        return self._made.get(key)


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter asks for 16, and some need 17."""

    def __format__(self, _spec: str) -> str:
        return cell_text(float(self))


def _fill(page: Any, sheet: Sheet, looks: _Looks, faults: list[Fault]) -> None:
    for position, head in enumerate(sheet.columns):
        _write_head(page, position, head, looks)
        shown = looks(num_format=_TEXT if head.is_text else head.format)
        page.set_column(position, position, _width(sheet, position), shown)
        if head.rule:
            _add_rule(page, f"{letter(position + 1)}2:{letter(position + 1)}{sheet.last_row}", head.rule)
    for where, rule in sheet.rules.items():
        _add_rule(page, where, rule)
    for number, row in enumerate(sheet.rows, 1):
        for position, value in enumerate(row):
            head = sheet.columns[position]
            problem = _write(page, number, position, value, looks, num_format=head.format)
            if problem:
                faults.append(Fault(sheet.name, problem, number + 1, head.name, cure=head.too_long))
    _write_sums(page, sheet, looks)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{_MAX_ROWS}"})  # they are texts on purpose
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_head(page: Any, position: int, head: Head, looks: _Looks) -> None:
    fill, ink = _HEAD[head.look]
    side = "right" if head.format else ""
    _write(page, 0, position, head.name, looks, bold=True, font_color=ink, bg_color=fill, valign="vcenter", align=side)
    lines = sum(1 + len(line) // 48 for line in head.comment.splitlines())
    size = {"author": "rackgrid", "width": 320, "height": 18 * lines + 14}
    page.write_comment(0, position, _NO_XML.sub(" ", _text(head.comment)), size)


def _write_sums(page: Any, sheet: Sheet, looks: _Looks) -> None:
    """Sum columns below an empty row, which keeps the sums out of sorting, filters and pivots."""
    adds = [i for i, head in enumerate(sheet.columns) if head.adds]
    if not adds or not sheet.rows:
        return
    at, last = len(sheet.rows) + 2, len(sheet.rows) + 1
    look = {"bold": True, "top": 1}
    _write(page, at, 0, "total", looks, **look)
    for position in range(1, len(sheet.columns)):
        head, of = sheet.columns[position], letter(position + 1)
        if position in adds:
            found = [_value(row[position]) for row in sheet.rows]
            total = math.fsum(value for value in found if not _is_empty(value))
            cell = Cell(total, head.format, f"SUBTOTAL(9,{of}2:{of}{last})")
            _write(page, at, position, cell, looks, **look)
        else:
            page.write_blank(at, position, None, looks(**look))


def _width(sheet: Sheet, position: int) -> float:
    head = sheet.columns[position]
    shown = (_shown(row[position], head.format) for row in sheet.rows[:500])
    return min(max(len(head.name) + 4, max(map(len, shown), default=0) + 2, 9), 44)


def _shown(cell: Any, style: str) -> str:
    """Return about what a cell shows: grouped digits where it has a number format."""
    value, style = _value(cell), cell.format if isinstance(cell, Cell) and cell.format else style
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and not _is_empty(value)
    if not style or not is_number:
        return cell_text(value)
    return f"{value:,.{len(style.partition('.')[2].rstrip(' %'))}f}"


def _value(cell: Any) -> Any:
    return cell.value if isinstance(cell, Cell) else cell


def _is_empty(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value


def _write(page: Any, row: int, column: int, cell: Any, looks: _Looks, **look: Any) -> str:
    """Put a value into a cell; return what keeps it out, or ""."""
    value = _value(cell)
    if isinstance(cell, Cell):
        look["num_format"] = cell.format or look.get("num_format", "")
    if _is_empty(value):
        return ""
    if isinstance(value, bool):
        page.write_boolean(row, column, value, looks(**look | {"num_format": _BOOLEAN}))
    elif isinstance(value, (int, float)) and math.isfinite(value):
        if isinstance(cell, Cell) and cell.formula:
            page.write_formula(row, column, f"={cell.formula}", looks(**look), _Exact(value))
        else:
            page.write_number(row, column, _Exact(value), looks(**look))
    elif isinstance(value, date):
        page.write_datetime(row, column, value, looks(**look | {"num_format": "yyyy-mm-dd"}))
    else:
        text = _text(str(value))
        if len(text.encode("utf-16-le")) > 2 * _MAX_TEXT:
            return f"holds {len(text):,} characters, more than the {_MAX_TEXT:,} of a cell"
        style = looks(**look | {"num_format": _TEXT, "quote_prefix": text.startswith(("=", "+", "-", "@"))})
        if text.startswith("<r>") and text.endswith("</r>"):  # which XlsxWriter takes for markup
            page.write_rich_string(row, column, text[:1], style, text[1:], style)
        else:
            page.write_string(row, column, text, style)
    return ""


def _text(text: str) -> str:
    """Return text with half a character as \\uHHHH."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _add_rule(page: Any, where: str, rule: Rule) -> None:
    values = {"list": {"source": f"={rule.formula}"}, "custom": {"value": f"={rule.formula}"}}
    between = {"criteria": "between", "minimum": rule.formula, "maximum": rule.upper}
    message = {"error_title": "rackgrid", "error_message": rule.error[:255]} if rule.error else {}
    shown = {"error_type": rule.how} if rule.how else {"show_error": False}
    page.data_validation(where, {"validate": rule.kind, **values.get(rule.kind, between), **message, **shown})
