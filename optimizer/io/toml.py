"""Read and write TOML, and find the line on which a key stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from optimizer.errors import Fault, shown
from optimizer.io.config import StudyConfig, keys_of

MAX_DEPTH = 20  # no key of ours lies deeper than 3
_SHOWN = 200  # letters of a broken line
MAX_BITS = 1_000  # beyond it no float holds a number, and to print it may take a minute
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEY = re.compile(r"[A-Za-z0-9_.\"' \t-]+")
_LONG_KEY = re.compile(
    r"(?<![A-Za-z0-9_\"'-])(?:[A-Za-z0-9_\"'-]++[ \t]*+\.[ \t]*+){50}"
)  # tomllib takes minutes over thousands of parts
_TOO_DEEP = "holds keys or lists that are nested too deeply"
_FLATTEN = "no key of a study lies deeper than money.asset_life_years.hall"
_TWICE, _KEEP_ONE = "a key or a section stands twice", "keep one of the two"
_ONE_PER_LINE = 'one key = value per line; text in "quotes", lists in [brackets]'
_GROUPED = re.compile(r"=\s*([+-]?\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:\.\d+)?)\s*(?:[#,}\]]|$)")
_ENDS = r"\s*([#,}\]]|$)"
_CURES = {
    rf"=\s*([+-]?)0+(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?){_ENDS}": r"write \1\2, without the 0 before it",
    rf"=\s*([+-]?[\d_]+)\.([eE][+-]?\d+)?{_ENDS}": r"write \1.0\2, with a digit after the point",
    r"[“”„‘’]": 'write straight quotes: "text"',
    r"==": "write a single =",
    r"=\s*[+-]?\d+,\d{3}(,\d{3})*\s*(#|$)": "write digits alone, or 8_400_000, or 8.4e6",
    r"=\s*[+-]?\d+,\d": "write a point for the comma: 0.08",
    r"=\s*[+-]?[\d.]+\s*%": "write a share: 0.08 for 8 %",
    r"=\s*[+-]?\.\d": "write a 0 before the point: 0.08",
    r"=\s*(True|False|TRUE|FALSE|yes|no)\b": "write true or false",
    r'=\s*"[^"]*\\': "write / in a path, or 'single quotes'",
    r"=\s*[+-]?[\d.]+\s*[A-Za-z]\w*\s*(#|$)": 'write a number alone, without its unit; a label in quotes: "2026H1"',
    r"=\s*\{[^}]*$": "write { … } on one line",
    r"=\s*[A-Za-z]": 'write text in "quotes"',
    r"^[\w.-]+\s*(#.*)?$": "write a section in [brackets], a key with = and its value",
}
"""What lines are meant that are often written, by a pattern of theirs, whose groups a cure may hold."""
_SECTIONS = {key.rpartition(".")[0] for key in keys_of(StudyConfig)} - {""}
_TOO_LARGE = "holds a number of hundreds of digits"


def parsed(text: str, name: str) -> dict[str, Any] | Fault:
    """Return the content of a text, or a fault; its line is None where the parser names none."""
    if found := _LONG_KEY.search(text):
        return Fault(name, _TOO_DEEP, text.count("\n", 0, found.start()) + 1, cure=_FLATTEN)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line = int(at[1]) if at and at[1] else None
        lines = text.rstrip().split("\n")
        written = lines[line - 1 if line else 0].strip()[:_SHOWN] if line or len(lines) == 1 else ""
        reason, cure = _in_plain_words(_AT.sub("", message), written)
        return Fault(name, f"is no TOML: {reason}", line, value=written or None, cure=cure)
    except RecursionError:
        return Fault(name, _TOO_DEEP)
    except ValueError as error:
        return Fault(name, _TOO_LARGE if "digits" in str(error) else f"is no TOML: {shown(error)}")
    problem = excess(content)
    return Fault(name, problem) if problem else content


def twice(name: str, line: int, key: str, first: int | None) -> Fault:
    """Return the fault of a key, or a section in brackets, that stands a second time."""
    cure = _KEEP_ONE if first is None else f"{_KEEP_ONE}; the first stands in line {first}"
    return Fault(name, "is no TOML: stands twice", line, key, cure=cure)


def _in_plain_words(message: str, line: str) -> tuple[str, str]:
    """Return reason and cure of what the parser says of a line."""
    if "overwrite" in message or "twice" in message or "Duplicate" in message or "already" in message:
        return _TWICE, _KEEP_ONE
    if "nclosed array" in message:
        return "a list has no end", "close it with ]"
    if grouped := _GROUPED.search(line):
        cure = f"write {re.sub(r'[^0-9.+-]', '_', grouped[1])}"
    else:
        found = (match.expand(cure) for pattern, cure in _CURES.items() if (match := re.search(pattern, line)))
        cure = next(found, _ONE_PER_LINE)
    return shown(message[:1].lower() + message[1:]), cure


def excess(content: object) -> str:
    """Say what is too deep – or in a circle – or too large for any study, else ""."""
    level = [content]
    for _ in range(MAX_DEPTH):
        outer = [v.values() if isinstance(v, Mapping) else v for v in level if isinstance(v, (Mapping, list, tuple))]
        level = [v for values in outer for v in values]
        if any(isinstance(v, int) and v.bit_length() > MAX_BITS for v in level):
            return _TOO_LARGE
        if not level:
            return ""
    return _TOO_DEEP


def value_of(text: str) -> Any:
    """Read a value as it would stand in a file; text that is no TOML value is itself."""
    if _LONG_KEY.search(text):
        return text
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if set(found) == {"value"} else text


def line_of(text: str, dotted: str) -> int | None:
    """Return the line on which a dotted key stands, or that of the nearest section around it."""
    lines = _lines(text)
    parts = dotted.split(".")
    return next((lines[k] for n in range(len(parts), 0, -1) if (k := ".".join(parts[:n])) in lines), None)


@lru_cache(maxsize=4)
def _lines(text: str) -> dict[str, int]:
    """Return the first line of each section and key."""
    section = ""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if is_header(line):
            section = here = plain(re.split("[]#]", line)[0].lstrip(" \t["))
        elif key := key_in(line):
            here = f"{section}.{key}" if section else key
        else:
            continue
        found.setdefault(here, number)
    return found


def is_header(line: str) -> bool:
    """Whether a line begins a section, or is meant to: its name alone, without brackets."""
    return line.lstrip().startswith("[") or line.partition("#")[0].strip() in _SECTIONS


def key_in(line: str) -> str:
    """Return the key that a line sets, or ""."""
    key, equals, _ = line.partition("=")
    return plain(key) if equals and _KEY.fullmatch(key) else ""


def plain(key: str) -> str:
    """Return a dotted key without blanks and quotes."""
    return re.sub(r"[\s\"']", "", key)


def dumps(content: Mapping[str, Any]) -> str:
    """Write sections of keys; None is left out, tables inside a section are written inline.

    Not by tomli-w, which gives such a table a section of its own and each value of a list its own line.
    """
    top = [f"{key} = {written(v)}" for key, v in content.items() if not isinstance(v, Mapping)]
    parts = ["\n".join(top)] if top else []
    for name, section in content.items():
        if isinstance(section, Mapping):
            lines = [f"{key} = {written(v)}" for key, v in section.items() if v is not None]
            parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def written(value: object) -> str:
    """Return a value as TOML holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {written(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
