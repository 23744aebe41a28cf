"""Say before anything is loaded that a limit of memory leaves too little: libraries crash or hang where it strikes."""

from __future__ import annotations

import os
from importlib import import_module

MB = 2**20
LIGHT_MB = 448  # to read and write tables, as measured on Linux, and a little more
HEAVY_MB = {"solve": 960, "map": 960, "report": 960, "compare": 960, "export": 960, "explain": 960, "sweep": 1536}
PER_CORE_MB = 72  # a thread's stack and its arena of memory, of libraries that start one per core
MOST_CORES = 8


def lacking_memory(command: str) -> str:
    """Say what lacks where the limit of this process's address space is below what a command takes, else ""."""
    try:
        resource = import_module("resource")
    except ImportError:  # Windows has no such limit
        return ""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    needed_mb = HEAVY_MB.get(command, LIGHT_MB) + PER_CORE_MB * min(MOST_CORES, os.cpu_count() or 1)
    if limit == resource.RLIM_INFINITY or limit >= needed_mb * MB:
        return ""
    return (
        f"{limit / MB:,.0f} MB of memory are allowed here, and {command} takes {needed_mb:,} MB at least – "
        "raise the limit of memory: ulimit -v unlimited"
    )
