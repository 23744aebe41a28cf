"""Apply one value of one key to a case: set, multiply, add or shift."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd

from ..errors import shown
from ..io import toml
from ..io.cells import Problem, read_number, spelled
from ..io.columns import read_column
from ..io.hints import limits_hint
from ..io.marks import marks_in
from ..io.schema import Column, schema
from ..io.source import nearest
from .draft import Draft
from .effective import effective, nothing_there
from .selector import Floats, Key, Refusal, Rows
from .shifts import QUARTER, shift_deliveries, shift_labels, unseen

NONE = "none"  # the word that leaves a key or a cell without a value
_WHOLE = 1e-9  # a product that is so near to a whole number is one
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%", re.ASCII)
_MONTHS = re.compile(r"([+-]?\d{1,4})\s*mo", re.ASCII)
_TWINS = {"mw": "racks", "racks": "mw"}  # of a delivery, of which a row gives exactly one


def number_of(value: object) -> float:
    """Return a value that is a number, or text that is one.

    Raises Refusal for anything else.
    """
    result = read_number(value, Column("value", "float"))
    if isinstance(result, Problem):
        cure = "write a number, of several each: 1,2,3" if "empty" in result.cure else result.cure
        raise Refusal(f"{result.reason}, where a number is needed", cure)
    return result


def shift_of(value: object) -> tuple[int, bool]:
    """Return by how much a value shifts labels, and whether that is in months: ``6mo``, else periods of the study.

    Raises Refusal where it is neither a whole number of periods nor quarters in months.
    """
    cure = "shift by whole periods of the study, or by months, each apart: 1,2 or 3mo,6mo"
    if isinstance(value, str) and (months := _MONTHS.fullmatch(value.strip())):
        if int(months[1]) % QUARTER:
            raise Refusal("is no multiple of 3 months, the shortest label", cure)
        return int(months[1]), True
    try:
        number = number_of(value)
    except Refusal as refusal:
        raise Refusal(refusal.reason, cure) from None
    if not number.is_integer():
        raise Refusal("is no whole number of periods", cure)
    return int(number), False


def change_key(draft: Draft, key: Key, value: object) -> None:
    """Set, multiply or add to a key of study.toml.

    Raises Refusal where it holds no number to work on, or would no longer be whole.
    """
    if not key.operator:
        draft.keys[key.column] = None if _is_none(value) else _as_toml(value)
        return
    number, held = number_of(value), draft.value(key.column)
    if held is None:
        word = "multiply" if key.operator == "*" else "add to"
        raise Refusal(f"finds nothing to {word}: the study does not set it", f"set it: {key.column}=VALUE")
    if isinstance(held, bool) or not isinstance(held, (int, float)):
        raise Refusal(f"can't change {shown(held, 40)}, which is no number", f"set it: {key.column}=VALUE")
    result = _near_whole(held * number if key.operator == "*" else held + number)
    if isinstance(held, int) and not result.is_integer():
        cure = f"set it: {key.column}={math.floor(result)} or {math.ceil(result)}"
        raise Refusal(f"makes {key.column} {result:.10g}, which is no whole number", cure)
    draft.keys[key.column] = _as_toml(result)


def check_value(key: Key, value: object) -> None:
    """Check a value for cells as far as no study is needed.

    Raises Refusal where the value is no number that is needed, or nothing that an operator works on.
    """
    column = _column(key)
    if column.type == "period" and key.operator:
        if key.operator == "*":
            raise Refusal("multiplies a period", f"shift it by periods: {key.text.rstrip('*')}+=1")
        shift_of(value)
    elif column.is_number and key.operator:
        if key.operator == "+" and (percent := _PERCENT.fullmatch(spelled(value))):
            factor = 1 + float(percent[1]) / 100
            raise Refusal("adds a percentage", f"multiply: {key.text[:-1]}*={factor:.10g}")
        number_of(value)
    elif column.is_number:
        _cell(value, column)
    elif key.operator and schema(key.table).find(key.column) is None:
        known = [column.name for column in schema(key.table).columns if column.is_number]
        raise Refusal(f"{key.column} is no column of numbers in {key.table}", nearest(key.column, known))
    elif key.operator:
        word = "multiplies" if key.operator == "*" else "adds to"
        raise Refusal(f"{word} {key.column}, which is no column of numbers", f"set it: {key.text[:-1]}=VALUE")


def change_cells(draft: Draft, key: Key, rows: Rows, value: object) -> None:
    """Set, multiply or add to cells of a table, or shift labels by periods of the study.

    Raises Refusal where the value is no number that is needed, or there is nothing to work on.
    """
    check_value(key, value)
    column = _column(key)
    if column.type == "period" and key.operator:
        _shift(draft, key, rows, value)
    elif column.is_number:
        _change_numbers(draft, key, column, rows, value)
    else:
        _write(draft, key, draft.places(key.table, rows), _text(value))


def _shift(draft: Draft, key: Key, rows: Rows, value: object) -> None:
    """Shift labels; a shift by months that no period of the study shows is doubted.

    Raises Refusal where deliveries would leave the horizon.
    """
    number, in_months = shift_of(value)
    months = number if in_months else number * draft.horizon.labels[0].months
    if key.table == "deliveries":
        shows = shift_deliveries(draft, rows, months, by="start" if in_months else "period")
    else:
        shows = shift_labels(draft, key.table, key.column, rows, months)
    if months and in_months and not shows:
        draft.doubt(key.text, value, *unseen(draft.start(key.table), key, rows, months))


def _column(key: Key) -> Column:
    return schema(key.table).find(key.column) or Column(key.column, "text")


def _change_numbers(draft: Draft, key: Key, column: Column, rows: Rows, value: object) -> None:
    places = draft.places(key.table, rows)
    if not len(places):
        return  # another key of the case leaves these rows out
    if not key.operator:
        _write_numbers(draft, key, column, places, np.full(len(places), _cell(value, column)))
        return
    number = number_of(value)
    held = effective(draft, key, places)
    if np.isnan(held).all():
        raise Refusal(*nothing_there(draft, key, draft.frame(key.table).iloc[places]))
    usable = np.isfinite(held)  # what is unlimited or not there stays so
    result = held[usable] * number if key.operator == "*" else held[usable] + number
    if column.type == "int":
        result = np.array([_near_whole(v) for v in result.tolist()])
    _write_numbers(draft, key, column, places[usable], result)


def _cell(value: object, column: Column) -> float:
    """Return the number that a cell is set to, NaN where that means no limit.

    Raises Refusal where it is none.
    """
    if _is_none(value) or (spelled(value).lower() in ("inf", "infinity") and column.default == "unlimited"):
        return math.nan
    result = read_number(value, column)
    if isinstance(result, Problem):
        raise Refusal(f"{result.reason}, where a number is needed", result.cure)
    for finding in read_column(column, [result], needed=column.required).found:
        raise Refusal(finding.reason, finding.cure)
    return result


def _write_numbers(draft: Draft, key: Key, column: Column, places: Rows, values: Floats) -> None:
    """Write numbers into the cells at these places.

    Raises Refusal for a number that reads as a mark of nothing: it would not be used.
    """
    marks = np.flatnonzero(marks_in(column, values) & ~np.isnan(values))
    if len(marks):
        number = float(values[marks[0]])
        reason = f"makes {column.name} {number:.10g}, which looks like a mark for a missing value"
        raise Refusal(reason, limits_hint(column, number, too_large=True) or "write another number")
    frame = draft.frame(key.table)
    cells = frame[column.name].to_numpy(dtype=float, na_value=math.nan).copy()
    cells[places] = values
    changed = {column.name: cells}
    if key.table == "deliveries" and column.name in _TWINS:
        other = frame[_TWINS[column.name]].to_numpy(dtype=float, na_value=math.nan).copy()
        other[places[~np.isnan(values)]] = math.nan
        changed[_TWINS[column.name]] = other
    draft.put(key.table, frame.assign(**changed))


def _write(draft: Draft, key: Key, places: Rows, value: object) -> None:
    """Write one value into the cells of a column that holds no numbers."""
    frame = draft.frame(key.table)
    cells = frame[key.column].tolist() if key.column in frame else [""] * len(frame)
    for place in places.tolist():
        cells[place] = value
    draft.put(key.table, frame.assign(**{key.column: pd.Series(cells, index=frame.index, dtype=object)}))


def _is_none(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() == NONE


def _text(value: object) -> object:
    """Return a value for a cell that holds no number: no point after a whole number, "" for none."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return value
    return "" if _is_none(value) else spelled(value)


def _near_whole(number: float) -> float:
    whole = round(number) if math.isfinite(number) else number
    return float(whole) if abs(number - whole) <= _WHOLE * max(1.0, abs(number)) else number


def _as_toml(value: object) -> object:
    """Return what study.toml would hold: whole numbers without a point, text as it would be read there."""
    return toml.value_of(value.strip()) if isinstance(value, str) else plain(value)


def plain(value: Any) -> Any:
    """Return a Python value, a whole number without a point."""
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
