"""Write a file whole or not at all: a fresh one beside it first, then a swap."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from optimizer.errors import Fault, InputError


def write_whole(path: Path, fill: Callable[[Path], object], *, replace: bool = False, cure: str) -> Path:
    """Let ``fill`` write a file that then takes the place of ``path``; ``cure`` says what to do where it is refused.

    Raises InputError where something is there that may not be replaced, or the place cannot be written.
    """
    try:
        check_free(path, replace=replace, cure=cure)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".rackgrid-") as place:
            fresh = Path(place, f"fresh{path.suffix}")
            fill(fresh)
            fresh.replace(path)
    except OSError as fault:
        reason = fault.strerror or str(fault) or type(fault).__name__
        raise InputError([Fault(str(path), f"cannot be written: {reason}", cure=cure)]) from fault
    return path


def check_free(path: Path, *, replace: bool = False, cure: str) -> None:
    """Check that a file may be written at this place.

    Raises InputError where a folder is there, or a file that may not be replaced.
    """
    if path.is_dir():
        raise InputError([Fault(str(path), "is a folder where a file is meant", cure=cure)])
    if (path.is_symlink() or path.exists()) and not replace:
        raise InputError([Fault(str(path), "is there already", cure=cure)])
