"""Write a file whole or not at all: a fresh one beside it first, then a swap; no file of the user's is lost by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from optimizer.errors import Fault, InputError, unwritable

from .scratch import scratch
from .source import MADE_UP, is_made_up

Replace = Literal["nothing", "own", "any"]
"""What may be replaced: nothing; a page or picture that this tool wrote; any file. Never a link, a device or a file of
a study or a plan."""
GENERATOR = '<meta name="generator" content="rackgrid">'
"""The mark of a page of this tool; a picture's stands beside the keyword Software, a printed page's is its page's."""
_HEAD_BYTES = 4096
_SCHEMAS = tuple(b'{\n "$schema": "http' + home for home in (b"://json-schema.org/", b"s://datapackage.org/"))
_PICTURE = re.compile(rb"^\x89PNG\r\n.*Software\0rackgrid", re.DOTALL)


def write_whole(
    path: Path, fill: Callable[[Path], object], *, replace: Replace = "nothing", cure: str, if_any: str = ""
) -> Path:
    """Let ``fill`` write a file that then takes the place of ``path``; cures are those of ``check_free``.

    Raises InputError where something is there that may not be replaced, or the place cannot be written.
    """
    check_free(path, replace=replace, cure=cure, if_any=if_any)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch(path.parent) as place:
            fresh = place / f"fresh{path.suffix}"
            fill(fresh)
            fresh.replace(path)
    except OSError as fault:
        raise unwritable(path, fault, cure) from fault
    return path


def check_free(path: Path, *, replace: Replace = "nothing", cure: str, if_any: str = "") -> None:
    """Check that a file may be written at this place; ``cure`` says what to do where it may not.

    ``if_any`` is the cure where ``replace="any"`` would let it. Raises InputError where something is there that may
    not be replaced, or the system does not let it be seen.
    """
    try:
        if reason := _taken(path, replace):
            helps = if_any and not _taken(path, "any")
            raise InputError([Fault(str(path), reason, cure=if_any if helps else cure)])
    except OSError as fault:
        raise unwritable(path, fault, cure) from fault


def _taken(path: Path, replace: Replace) -> str:
    """Say what stands at a place and may not be replaced, else ""."""
    if path.is_symlink():
        return "is a link, which is never replaced"
    if path.is_dir():
        return "is a folder where a file is meant"
    if not path.exists():
        return ""
    if is_made_up(path):
        return MADE_UP
    if not path.is_file():
        return "is a pipe or a device where a file is meant"
    if replace == "nothing":
        return "is there already"
    if replace == "any" and _is_input(path):
        return "is a file of a study or a plan, which is never replaced"
    return "is there already, and rackgrid did not write it" if replace == "own" and not is_own(path) else ""


def _is_input(path: Path) -> bool:
    """Whether a file is one of the study or of the plan in its folder."""
    toml, plan = path.with_name("study.toml"), path.with_name("plan.json")
    named = toml.is_file() and path.name in toml.read_text(encoding="utf-8", errors="replace")
    return named or path in (toml, plan) or (plan.is_file() and path.suffix in (".csv", ".geojson", ".log"))


def is_own(path: Path) -> bool:
    """Whether a file is a page, a picture, a printed page or a schema that this tool wrote."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"%PDF-"):
        page = path.with_suffix(".html")
        return page.is_file() and is_own(page)
    return GENERATOR.encode() in head or head.startswith(_SCHEMAS) or bool(_PICTURE.match(head))
