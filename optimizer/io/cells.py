"""Read one cell, and where it can't be read say what it is and how to write it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import SupportsFloat, cast

from optimizer.io.periods import parse_label
from optimizer.io.schema import Column

FIRST_YEAR, LAST_YEAR = 1900, 2200
SITE_ID = re.compile(r"[A-Za-z0-9_.-]+")
SWAPPED = "lon and lat look swapped: lon is east-west, lat north-south"
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MISSING = {
    "-", "--", "–", "—", "?", ".", "n/a", "na", "n.a.", "#n/a", "null", "none", "nil", "unknown", "tbd", "tba",
    "not available", "not applicable", "missing", "void",
}  # fmt: skip
_TRUE, _FALSE = {"true", "yes", "1", "1.0"}, {"false", "no", "0", "0.0"}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """Why a cell can't be read, and the cure."""

    reason: str
    cure: str = ""


@dataclass(frozen=True)
class Unreadable(Problem):
    """Stands in a cell for what its format could not give: an error value, a formula without result, no geometry."""

    shown: str | None = None

    def __str__(self) -> str:
        return self.shown or ""


def is_empty(value: object) -> bool:
    """Whether a cell says nothing; NaN written as a word or a literal is no empty cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def read_number(value: object, column: Column) -> float | Problem:
    """Read a number with a decimal point; infinity only where the schema allows it."""
    if isinstance(value, bool):
        return Problem("is true or false where a number is meant")
    if isinstance(value, str):
        text = value.strip()
        if _PLAIN.fullmatch(text):
            number = float(text)
        elif text.lower().lstrip("+-") in ("inf", "infinity"):
            number = -math.inf if text.startswith("-") else math.inf
        else:
            return _diagnosis(text, column)
    else:
        try:
            number = float(cast(SupportsFloat, value))  # what is none raises TypeError below
        except OverflowError:
            return Problem("is too large for a number")
        except (TypeError, ValueError):
            return Problem("is no number")
    if math.isnan(number):
        return Problem("is not a number", _or_empty(column))
    if math.isinf(number) and not (column.infinity and number > 0):
        return Problem("is not finite", _or_empty(column))
    return number


def _or_empty(column: Column) -> str:
    if column.unit == "degrees":
        return "write degrees with a point: -99.8"
    return column.when_empty()


def _without(marks: str) -> Callable[[str], str]:
    return lambda text: "write " + "".join(c for c in text if c not in marks)


def _bare(_: str) -> str:
    return "write the number alone; the unit is in the column's name"


def _percent(text: str) -> str:
    try:
        return f"write {float(text.rstrip('% ')) / 100:.6g} where a share is meant"
    except ValueError:
        return "write 0.5 where a share is meant"


_THOUSANDS, _UNIT = "has thousands separators", "carries a unit or a letter"
_SHAPES: list[tuple[str, str, Callable[[str], str]]] = [
    (r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}", _THOUSANDS, _without(",")),
    (r"[+-]?[1-9]\d{0,2},\d{3}", "has a comma: a thousands separator or a decimal comma",
     lambda t: f"write {t.replace(',', '')} or {t.replace(',', '.')}"),
    (r"[+-]?\d+,\d+([eE][+-]?\d+)?", "has a decimal comma", lambda t: f"write {t.replace(',', '.')}"),
    (r"[+-]?\d{1,3}(\.\d{3})+,\d+", "has thousands points and a decimal comma",
     lambda t: f"write {t.replace('.', '').replace(',', '.')}"),
    (r"[+-]?\d{1,3}(\.\d{3}){2,}", _THOUSANDS, _without(".")),
    (r"[+-]?\d{1,3}([ '’_\u00a0\u202f]\d{3})+(\.\d+)?", _THOUSANDS, _without(" '’_\u00a0\u202f")),
    (r"[+-]?[\d.]+\s*%", "is a percentage", _percent),
    (r"[\d.]+(\s*[,;/|]\s*[\d.]+)+", "holds several numbers", lambda _: "write one number per cell"),
    (r"[\d.]+\s*(-|–|to|\.\.)\s*[\d.]+", "is a range", lambda _: "write one number"),
    (r"[−–]\s*\d+(\.\d+)?", "has a minus that is no hyphen", lambda t: f"write -{t[1:].strip()}"),
    (r"[$€£]\s*[+-]?\d[\d.,]*\s*[A-Za-z]*", _UNIT, _bare),
    (r"[+-]?(\d[\d,]*\.?\d*|\.\d+)\s*[A-Za-z$€£²/°]+", _UNIT, _bare),
    (r"#(REF|VALUE|DIV/0|NAME\?|NULL|NUM|SPILL|CALC)!?\??", "is a spreadsheet's error value",
     lambda _: "mend the formula"),
    (r"=.*", "is a formula", lambda _: "save the table as values"),
]  # fmt: skip
"""Shapes of what is almost a number: pattern, what it is, and how to write it."""


def _diagnosis(text: str, column: Column) -> Problem:
    """Say what a text in a column of numbers is."""
    if text.lower() == "nan":
        return Problem("is not a number", _or_empty(column))
    if text.lower() in _MISSING:
        return Problem("is a word for a missing value", _or_empty(column))
    return almost_a_number(text) or Problem("is not a number", _or_empty(column))


def almost_a_number(text: str) -> Problem | None:
    """Say what a text is that is nearly a number, and how to write it; None for any other."""
    shapes = ((re.fullmatch(p, text, re.ASCII), reason, cure) for p, reason, cure in _SHAPES) if len(text) < 100 else ()
    return next((Problem(reason, cure(text)) for found, reason, cure in shapes if found), None)


def read_bool(value: object, _: Column) -> bool | Problem:
    """Read true/false, yes/no or 1/0 in any case."""
    if isinstance(value, bool):
        return value
    word = spelled(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    return Problem("is neither true nor false", "write true or false")


def read_period(value: object, _: Column) -> str | Problem:
    """Read a period's label; a year stored as a number or as its first day is its label."""
    if isinstance(value, bool):
        return Problem("is no period", "write 2026, 2026H1 or 2026Q3")
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    text = value.isoformat() if isinstance(value, (date, datetime)) else spelled(value)
    if re.fullmatch(r"\d{4}\.0*", text, re.ASCII):
        text = text.partition(".")[0]
    if isinstance(value, date) and (year := _year_shown_as_day(value)):
        return Problem("is a date where a period is meant", f"is it {year} shown as a date? format the cell as Number")
    day = _DATE.fullmatch(text)
    if day and day[2] == day[3] == "01":
        text = day[1]
    elif day and 1 <= int(day[2]) <= 12:
        quarter = (int(day[2]) + 2) // 3
        return Problem("is a date where a period is meant", f"write {day[1]}Q{quarter}")
    try:
        label = parse_label(text)
    except ValueError:
        return Problem("is no period", period_cure(text))
    if not FIRST_YEAR <= label.start // 12 <= LAST_YEAR:
        return Problem(f"is no year from {FIRST_YEAR} to {LAST_YEAR}")
    return str(label)


def _year_shown_as_day(value: date) -> int:
    """Return the year whose number, formatted as a date, is this day of 1905 or 1906; 0 for another day."""
    serial = (date(value.year, value.month, value.day) - date(1899, 12, 30)).days
    return serial if FIRST_YEAR <= serial <= LAST_YEAR else 0


def period_cure(text: str) -> str:
    """Say how to write what is perhaps meant as a period."""
    if len(text) > 40:
        return "write 2026, 2026H1 or 2026Q3"
    text = re.sub(r"^(\d{4})(\.0+|-01-01)$", r"\1", text.strip(), flags=re.ASCII)
    tidy = re.sub(r"[\s_/-]", "", text).upper()
    swapped = re.fullmatch(r"([HQ][1-4])(\d{4})", tidy)
    tidy = swapped[2] + swapped[1] if swapped else tidy
    try:
        return f"write {parse_label(tidy)}"
    except ValueError:
        return "write 2026, 2026H1 or 2026Q3"


def read_text(value: object, column: Column) -> str | Problem:
    """Read text without blanks at its ends; ids are never numbers with a point."""
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, (bool, list, dict)):
        if column.type != "text":
            return Problem("is no text", "write it as text")
        text = spelled(value)
    elif isinstance(value, float) and column.type != "text":
        if not math.isfinite(value):
            return Problem("is not a number and no text either", "write ids as text")
        return Problem("is a number with a decimal point where an id is meant", "store ids as text")
    else:
        text = spelled(value)
    if problem := unstorable(text):
        return problem
    if column.type in ("id", "code"):
        return _id_problem(text, column) or text
    if column.type == "vendors":
        parts = [part.strip() for part in text.split(";")]
        vendors = ";".join(dict.fromkeys(part for part in parts if part))
        return vendors or Problem("names no vendor", "leave the cell empty for all vendors")
    if column.choices and text.lower() not in column.choices:
        return Problem(f"is none of {', '.join(column.choices)}", f"write {' or '.join(column.choices)}")
    return text.lower() if column.choices else text


def spelled(value: object) -> str:
    """Return a value as text, "?" where it is too long or too deep to be one."""
    try:
        return str(value).strip()
    except (ValueError, RecursionError):  # an integer of thousands of digits
        return "?"


def unstorable(text: str) -> Problem | None:
    """Say why a text could not be written to a file and read again, or None."""
    if "\0" in text:
        return Problem("holds a NUL character", "remove it")
    try:
        text.encode()
    except UnicodeEncodeError:
        return Problem("holds half a character", "write it as UTF-8 text")
    return None


def odd_letter(text: str) -> str:
    """Name the first character that no site's id may hold, or ""."""
    odd = next((c for c in text if not SITE_ID.fullmatch(c)), "")
    return unicodedata.name(odd, "a control character") if odd else ""


def _id_problem(text: str, column: Column) -> Problem | None:
    if column.type == "code" and not text.isprintable():
        odd = next(c for c in text if not c.isprintable())
        return Problem(f"is no id: it holds {unicodedata.name(odd, 'a control character')}", "type it anew")
    if len(text) > 200:
        return Problem("is longer than the 200 characters of an id")
    if column.name == "vendor" and ";" in text:
        return Problem("holds ;, which separates vendors", "name one vendor per row")
    return None
