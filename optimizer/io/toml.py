"""Read and write TOML, and find the line on which a key stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.errors import Fault, Faults, shown

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_SECTION = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")


def load(text: str, name: str, faults: Faults) -> dict[str, Any] | None:
    """Parse text, or None and a fault with its line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line = int(at[1]) if at and at[1] else max(1, len(text.splitlines()))
        reason = _AT.sub("", message)
        cure = 'one key = value per line; text in "quotes", lists in [brackets]'
        faults.add(Fault(name, f"is no TOML: {shown(reason[:1].lower() + reason[1:])}", line, cure=cure))
    except RecursionError:
        faults.add(Fault(name, "is no TOML: it is nested too deeply"))
    except ValueError as error:
        faults.add(Fault(name, f"is no TOML: {shown(error)}"))
    return None


def value_of(text: str) -> Any:
    """Read a value as it would stand in a file; text that is no TOML value is itself."""
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if set(found) == {"value"} else text


def line_of(text: str, dotted: str) -> int | None:
    """Return the line on which a dotted key stands, or that of the nearest section around it."""
    section, best, best_parts = "", None, 0
    wanted = dotted.split(".")
    for number, line in enumerate(text.splitlines(), 1):
        head = _SECTION.match(line)
        if head:
            section = _plain(head[1])
            here = section
        else:
            key = _KEY.match(line)
            if not key:
                continue
            here = f"{section}.{_plain(key[1])}" if section else _plain(key[1])
        parts = here.split(".")
        if len(parts) > best_parts and wanted[: len(parts)] == parts:
            best, best_parts = number, len(parts)
    return best


def _plain(key: str) -> str:
    return re.sub(r"[\s\"']", "", key)


def dumps(content: Mapping[str, Any]) -> str:
    """Write sections of keys; None is left out, tables inside a section are written inline."""
    top = [f"{key} = {_value(v)}" for key, v in content.items() if not isinstance(v, Mapping)]
    parts = ["\n".join(top)] if top else []
    for name, section in content.items():
        if isinstance(section, Mapping):
            lines = [f"{key} = {_value(v)}" for key, v in section.items() if v is not None]
            parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
