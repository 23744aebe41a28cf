"""Keep a folder to one process at a time, by a lock of the system that ends with the process, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Fault, InputError


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file, which is made where absent and stays.

    Raises InputError where another process holds it.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _take(handle)
        except OSError as fault:
            reason = "is being written by another sweep"
            cure = "wait for that one to end, or name another folder with -o"
            raise InputError([Fault(str(file.parent), reason, cure=cure)]) from fault
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    """Take the lock or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
