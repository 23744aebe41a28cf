"""Read one sheet of an Excel workbook: rows below a header, with every cell that Excel has changed or lost named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_COLUMNS, MAX_ROWS, too_large
from optimizer.io.cells import Unreadable
from optimizer.io.formats.book import Book, Row, TooManyCells, holds, text_of
from optimizer.io.formats.sheet_marks import Marks
from optimizer.io.schema import Column, Schema
from optimizer.io.table import SHOWN_ROWS, RawTable, told
from optimizer.io.wording import counted, listed

_HEADER_WITHIN = 30  # rows in which a header is looked for
_AS_TEXT = "format the column as Text and type the ids anew"
_SAVE = "open the workbook in Excel and save it as .xlsx"


def read_sheet(book: Book, sheet: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Return the cells of a sheet by column, or None and faults where it is no table."""
    name = f"{book.name}#{sheet}"
    with told(faults):
        if book.is_hidden(sheet):
            raise InputError([Fault(name, "is a hidden sheet", cure="unhide it in Excel, or name another sheet")])
        rows, problem = _rows(book, sheet)
        if problem:
            raise InputError([Fault(name, problem, cure=_SAVE)])
        if not rows:
            wanted = ", ".join(c.name for c in schema.columns if c.required)
            raise InputError([Fault(name, "is empty", cure=f"the first row names the columns: {wanted}")])
        _refuse_low_header(rows, name, set(schema.names))
        return _columns(rows, name, schema, book.marks(sheet), faults)


def _rows(book: Book, sheet: str) -> tuple[list[Row], str]:
    """Return the rows of a sheet, or why it can't be read."""
    if excess := book.excess(sheet):
        return [], excess
    try:
        rows = list(islice(book.rows(sheet), MAX_ROWS + 1))
    except TooManyCells as error:
        return [], str(error)
    except Exception as error:  # a damaged sheet makes openpyxl raise anything
        return [], f"can't be read as a sheet: {shown(error, 60)}"
    return (rows, "") if len(rows) <= MAX_ROWS else ([], f"holds more than {MAX_ROWS:,} rows")


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index + 1))


def _refuse_low_header(rows: list[Row], name: str, known: set[str]) -> None:
    """Refuse a sheet whose header is not its first row."""
    for position, (number, cells) in enumerate(rows[:_HEADER_WITHIN]):
        if known & {text_of(cell) for cell in cells}:
            if position:
                above = rows[0][0] if position == 1 else f"{rows[0][0]} to {rows[position - 1][0]}"
                cure = f"delete row{'s' * (position > 1)} {above}, so that the header comes first"
                reason = f"has its header in row {number}, below other text"
                raise InputError([Fault(name, reason, rows[0][0], cure=cure)])
            return


def _columns(rows: list[Row], name: str, schema: Schema, marks: Marks, faults: Faults) -> RawTable:
    (line, heads), *body = rows
    width = max(len(cells) for _, cells in rows)
    names = [text_of(cell) for cell in heads] + [""] * (width - len(heads))
    used = [i for i in range(width) if names[i] or any(i < len(cells) and holds(cells[i]) for _, cells in body)]
    if not set(names) & set(schema.names):
        used = [i for i in used if names[i]]  # no header of this table: its columns are told as missing
    _refuse_odd_names(names, used, line, name)
    _refuse_merged(marks, used, line, name)
    _doubt_hidden("row", [row for row in marks.hidden_rows if row > line], name, faults)
    _doubt_hidden("column", [_letter(i) for i in used if i + 1 in marks.hidden_columns], name, faults)
    letters = {names[i]: _letter(i) for i in used}
    cells: dict[str, Any] = {}
    for i in used:
        column = schema.find(names[i])
        values = [(number, row[i] if i < len(row) else None) for number, row in body]
        cells[names[i]] = [_value(cell, column, (number, i + 1) in marks.without_result) for number, cell in values]
    return RawTable(schema.table, name, cells, [number for number, _ in body], "row", letters=letters)


def _doubt_hidden(what: str, hidden: Sequence[object], name: str, faults: Faults) -> None:
    """Say which rows or columns are read though Excel does not show them."""
    if hidden:
        are = f"{counted(hidden, what, f'{what}s')} {listed(hidden, most=SHOWN_ROWS)} {counted(hidden, 'is', 'are')}"
        reason = f"{are} hidden and read like the others"
        faults.add(Fault(name, reason, cure="delete what is not meant, or unhide it", severity="warning"))


def _refuse_odd_names(names: list[str], used: list[int], line: int, name: str) -> None:
    if len(used) > MAX_COLUMNS:
        cure = "delete what the study does not need"
        raise InputError([Fault(name, too_large("columns", len(used), MAX_COLUMNS), cure=cure)])
    found = []
    for i in used:
        at = f"{_letter(i)}{line}"
        if not names[i]:
            found.append(Fault(name, "the column has no name", line, cure="name it, or delete its cells", cell=at))
        elif names[i] in (names[k] for k in used if k < i):
            cure = "delete or rename one"
            found.append(Fault(name, "stands twice in the header", line, names[i], cure=cure, cell=at))
    if found:
        raise InputError(found)


def _refuse_merged(marks: Marks, used: Sequence[int], header: int, name: str) -> None:
    """Refuse merged cells of the table; those above its header are told with it, those beside it do no harm."""
    from openpyxl.utils import range_boundaries

    merged = []
    for place in marks.merged:
        left, top, right, bottom = range_boundaries(place)
        if bottom >= header and any(left <= i + 1 <= right for i in used):
            merged.append((place, top))
    if merged:
        places = [place for place, _ in merged]
        reason = f"cells are merged ({listed(places, most=SHOWN_ROWS)}), so that all but the first are empty"
        cell = places[0].partition(":")[0]
        raise InputError([Fault(name, reason, merged[0][1], cure="unmerge them and fill in each cell", cell=cell)])


def _value(cell: Any, column: Column | None, lacks_result: bool) -> Any:
    """Return what a cell holds, or what keeps it from being read."""
    value = None if cell is None else cell.value
    if value is None:
        cure = "open the workbook in Excel and save it, or paste the values"
        return Unreadable("holds a formula without a stored result", cure) if lacks_result else None
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        value = unescape(value)
    if cell.data_type == "e":
        return Unreadable("is a spreadsheet's error value", "mend the formula", str(value))
    is_day = isinstance(value, (datetime, date, time, timedelta))
    day = str(value).removesuffix(" 00:00:00") if is_day else ""
    if column is None or column.type not in ("id", "code", "vendors"):
        cure = "format the column as Number and type it anew"
        is_wrong = is_day and column is not None and column.is_number
        return Unreadable("is a date where a number is meant", cure, day) if is_wrong else value
    if is_day:
        return Unreadable("is a date where an id is meant: Excel has changed it", _AS_TEXT, day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        reason = "is stored as a number where an id is meant: zeros before it and exponents are lost"
        return Unreadable(reason, _AS_TEXT, f"{value}")
    return value
