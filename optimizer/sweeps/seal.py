"""Seal what a sweep keeps, so that what was damaged or edited since is noticed and used by nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import said
from ..io.source import bytes_of
from ..io.write import write_text

ROW = "case.json"  # in the plan folder of a case: its cells of the table, and a digest of each file beside it
_SEAL = "sha256"


class Damaged(Exception):
    """Something that a sweep wrote is not what it wrote any more; the text says which file, and how."""


def sealed(content: Mapping[str, Any]) -> str:
    """Return content as JSON that holds a digest of itself."""
    return json.dumps({**content, _SEAL: _digest(content)}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def unsealed(path: Path, *keys: str) -> dict[str, Any]:
    """Return the content of a file that was sealed with these keys.

    Raises FileNotFoundError where it is absent, and Damaged where it is not what was written.
    """
    try:
        content = json.loads(bytes_of(path))
        if content.pop(_SEAL) != _digest(content):
            raise Damaged(f"{path.name} was changed since the sweep wrote it")
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Damaged(f"{path.name} is damaged") from fault
    if not content.keys() >= set(keys):
        raise Damaged(f"{path.name} is another file of the sweep")
    return dict(content)


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def seal_plan(folder: Path, case: str, cells: Mapping[str, Any]) -> None:
    """Seal the files of a plan folder, which are all written, and the cells that its case has in the table."""
    files = {path.relative_to(folder).as_posix(): _of_file(path) for path in folder.rglob("*") if path.is_file()}
    write_text(sealed({"case": case, "files": dict(sorted(files.items())), "cells": dict(cells)}), folder / ROW)


def plan_cells(folder: Path) -> dict[str, Any] | None:
    """Return the cells of the case whose plan folder this is, None where there is no such folder.

    Files that others put there do not matter. Raises Damaged where a file of the plan is not what was written.
    """
    if not folder.is_dir():
        return None
    try:
        content = unsealed(folder / ROW, "case", "files", "cells")
        if content["case"] != folder.name:
            raise Damaged(f"{ROW} is that of another case, {content['case']}")
        for name, digest in content["files"].items():
            if _of_file(folder / name) != digest:
                raise Damaged(f"{name} was changed since the sweep wrote it")
        return dict(content["cells"])
    except FileNotFoundError as fault:
        raise Damaged(f"{Path(fault.filename).relative_to(folder).as_posix()} is missing") from fault
    except OSError as fault:
        raise Damaged(f"cannot be read: {said(fault)}") from fault


def _of_file(path: Path) -> str:
    return hashlib.sha256(bytes_of(path)).hexdigest()
