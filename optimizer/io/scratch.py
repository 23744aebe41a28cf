"""Scratch folders beside what is written, named by their process: the next run clears what a killed one left."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from ..signals import SIGNALS

_HOST = re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:20] or "host"
_NAME = re.compile(r"\.rackgrid-(?P<host>[A-Za-z0-9]+)-(?P<pid>\d+)-")
_FOREIGN_S = 24 * 3600.0  # of another machine's process nothing is known but the age of what it left
NEW, OLD, PARTS = "new", "old", "parts"


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Give a folder in ``parent`` for files on their way to their places; it vanishes at the end, whatever happens.

    What lies in its folder ``old`` goes back to its place in ``parent`` where nothing has taken that. What killed
    processes left in ``parent`` is cleared first, by the same rule. Raises OSError.
    """
    clear(parent)
    place = Path(tempfile.mkdtemp(dir=parent, prefix=f".rackgrid-{_HOST}-{os.getpid()}-"))
    with SIGNALS.cleared(partial(_clear, place)):
        yield place


@contextmanager
def swapped(target: Path) -> Iterator[Path]:
    """Give a fresh folder that takes the target's place at the end, or vanishes on any error. Raises OSError."""
    with scratch(target.parent) as place:
        fresh = place / NEW
        fresh.mkdir()
        yield fresh
        if target.exists():
            (place / OLD).mkdir()
            target.replace(place / OLD / target.name)  # it comes back from there unless the fresh one takes its place
        fresh.replace(target)


def clear(parent: Path) -> None:
    """Remove the scratch folders of processes that live no more."""
    for place in sorted(parent.glob(".rackgrid-*")):
        name = _NAME.match(place.name)
        if name and place.is_dir() and not place.is_symlink() and _is_dead(place, name["host"], int(name["pid"])):
            _clear(place)


def _is_dead(place: Path, host: str, pid: int) -> bool:
    if host != _HOST or sys.platform == "win32":
        return time.time() - place.stat().st_mtime > _FOREIGN_S
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _clear(place: Path) -> None:
    """Undo what was begun: parts moved up before the last one, and what was set aside; then remove the folder."""
    with suppress(OSError):
        left = {part.name for part in (place / NEW).iterdir()} if (place / NEW).is_dir() else set()
        moved = (place / PARTS).read_text(encoding="utf-8").split("\n") if (place / PARTS).is_file() else []
        for name in {*moved} - left if left else ():
            part = place.parent / name
            shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink(missing_ok=True)
        for aside in (place / OLD).iterdir() if (place / OLD).is_dir() else ():
            if not (place.parent / aside.name).exists():
                aside.replace(place.parent / aside.name)
    shutil.rmtree(place, ignore_errors=True)
