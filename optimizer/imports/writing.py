"""Write an imported grid as a folder, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimizer.errors import Fault, InputError, unwritable
from optimizer.io.scratch import clear, swapped
from optimizer.io.toml import dumps
from optimizer.io.write import csv_text, write_text

from .gridfiles import ImportedGrid

TOML = "grid.toml"
_TABLES = ("zones", "lines", "generators", "loads", "blocks")
_ELSEWHERE = "name another place with -o"
_NEEDED = ("zones", "generators")


def write_grid(grid: ImportedGrid, folder: Path, *, force: bool = False) -> Path:
    """Write the files of a grid to ``folder``, with ``force`` in the place of those that an import wrote there.

    Other files of the folder stay. Raises InputError where the place is taken or cannot be written.
    """
    target = claim(folder, force=force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with swapped(target) as fresh:
            if target.exists():
                _keep(target, fresh)
            for name, frame in grid.tables.items():
                if len(frame) or name in _NEEDED:
                    write_text(csv_text(frame), fresh / f"{name}.csv")
            reference = {"reference": grid.reference} if grid.reference else {}
            write_text(dumps({"flow": "dc", "security": "none", **reference}), fresh / TOML)
    except OSError as fault:
        raise unwritable(folder, fault, _ELSEWHERE) from fault
    return folder


def claim(folder: Path, *, force: bool = False) -> Path:
    """Check that a grid may be written at this place; return its absolute path. Raises InputError where it may not."""
    target = Path.cwd() / folder
    try:
        if target.is_symlink() or target.exists():
            if target.is_symlink() or not target.is_dir():
                raise _taken(folder, "is a link or a file where a folder is meant", _ELSEWHERE)
            clear(target.parent)
            if any(target.iterdir()):
                if not (target / TOML).is_file():
                    raise _taken(folder, "is not empty and holds no grid.toml", _ELSEWHERE)
                if not force:
                    raise _taken(folder, "holds a grid already", f"replace it with --force, or {_ELSEWHERE}")
    except OSError as fault:
        raise unwritable(folder, fault, _ELSEWHERE) from fault
    return target


def _taken(folder: Path, reason: str, cure: str) -> InputError:
    return InputError([Fault(str(folder), reason, cure=cure)])


def _keep(old: Path, fresh: Path) -> None:
    """Copy what no import writes: notes, and tables such as upgrades.csv."""
    for entry in old.iterdir():
        if entry.name == TOML or entry.name in {f"{name}.csv" for name in _TABLES}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)
