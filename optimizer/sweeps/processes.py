"""Worker processes of dask.distributed on this machine: their environment, what they may say, and their end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..io.scratch import scratch
from ..modules import safe_environment

_LOGGERS = ("distributed", "distributed.client", "distributed.gc")  # those with a level of their own
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # the latter kills on Windows


@contextmanager
def workers_here(workers: int | None, cases: int) -> Iterator[Any]:
    """Start worker processes with one thread each, and end them."""
    from dask import config
    from dask.system import CPU_COUNT
    from distributed import LocalCluster

    number = workers or max(1, min(CPU_COUNT, cases))
    settings: dict[str, object] = {"distributed.deploy.lost-worker-timeout": "1 day"}  # one that ended comes back
    if config.get("distributed.logging-file-config", None) is None:
        silent = {"DASK_DISTRIBUTED__LOGGING": repr(dict.fromkeys(_LOGGERS, "critical"))}
        settings["distributed.nanny.pre-spawn-environ"] = config.get("distributed.nanny.pre-spawn-environ") | silent
    with (
        scratch(Path(tempfile.gettempdir())) as place,
        _without_main(),
        _safe_environment(),
        config.set(settings | {"temporary-directory": str(place)}),
        LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any port: None would be 8787, with a warning where it is taken
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as processes,
    ):
        try:
            yield processes
        finally:
            _end(processes.workers.values())


def _end(nannies: Iterable[Any]) -> None:
    """End worker processes at once: what they solved has come, and an end in order takes seconds on busy cores."""
    for nanny in nannies:
        nanny.auto_restart = False
        with suppress(OSError, TypeError):  # it has ended, or has not begun
            os.kill(nanny.pid, _KILL)


@contextmanager
def _safe_environment() -> Iterator[None]:
    """Let no process that starts import from the current folder: workers inherit the environment.

    Python's tracker of resources, which clears what an ended worker leaves, does it without a word.
    """
    before = dict(os.environ)
    silent = ",".join(filter(None, [before.get("PYTHONWARNINGS"), "ignore:resource_tracker:UserWarning"]))
    os.environ.update(safe_environment() | {"PYTHONWARNINGS": silent})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the caller's script from the workers: they would run it again where it has no guard."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    if "__file__" in kept:
        del main.__file__
    main.__spec__ = None
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what dask logs in this process off the terminal."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
