"""Say what this computer lacks where an error of Python or of a library means just that."""

from __future__ import annotations

import errno
import sys

_MEMORY = ("cannot allocate memory", "failed to map segment", "out of memory", "can't start new thread", "bad_alloc")


def lack(fault: BaseException) -> str | None:
    """Return what lacks, with its cure, or None where a fault tells of nothing like it."""
    words = str(fault).lower()
    if isinstance(fault, MemoryError) or getattr(fault, "errno", 0) == errno.ENOMEM or any(m in words for m in _MEMORY):
        return "memory is not enough; end other programs, or raise the limit that ulimit -v shows"
    if sys.flags.optimize > 1:
        return "Python runs with -OO, which takes away texts that Pyomo reads; set PYTHONOPTIMIZE to 1, or leave it out"
    return None
