"""Keep a folder to one process at a time, by a lock of the system that ends with the process, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import Fault, InputError


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file, which is made where absent.

    Raises InputError where another process holds it.
    """
    try:
        held = FileLock(file, timeout=0).acquire()
    except Timeout as fault:
        reason = "is being written by another sweep"
        cure = "wait for that one to end, or name another folder with -o"
        raise InputError([Fault(str(file.parent), reason, cure=cure)]) from fault
    with held:
        yield
