"""Worker processes of dask.distributed on this machine: their environment, what they may say, and their end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from multiprocessing import active_children, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path

from ..io.scratch import scratch
from ..modules import safe_environment

_LOGGERS = ("distributed", "distributed.client", "distributed.gc")  # those with a level of their own
_WORKER = "Dask Worker"  # how the names of worker processes begin
_KILL_EVERY_S = 0.02


@contextmanager
def workers_here(workers: int | None, cases: int) -> Iterator[str]:
    """Start worker processes with one thread each, give their scheduler's address, and end them."""
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
    ):
        with _deaf_threads():
            processes = LocalCluster(
                n_workers=0,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # any port: None would be 8787, with a warning where it is taken
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        before = set(active_children())
        try:
            processes.scale(number)
            yield processes.scheduler_address  # by it a client begins before they have come, and can end so
        finally:
            for nanny in processes.workers.values():
                nanny.auto_restart = False
            with _killed(before):
                processes.close()


@contextmanager
def _deaf_threads() -> Iterator[None]:
    """Block signals in threads that begin here, and so in the processes that those start.

    What a terminal sends to all of its programs is for this process alone, which ends the others itself.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # else it begins with the first worker, and unblocks signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _killed(others: Collection[BaseProcess]) -> Iterator[None]:
    """Kill worker processes, also those that are about to begin, except ``others``.

    What they solved has come; an end in order takes seconds on busy cores, and waits for those that begin.
    """
    left = threading.Event()

    def kill() -> None:
        while not left.wait(_KILL_EVERY_S):
            for child in active_children():
                if child not in others and child.name.startswith(_WORKER):
                    child.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield
    finally:
        left.set()
        killer.join()


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
    loggers = [logging.getLogger(name) for name in (*_LOGGERS, "asyncio")]  # the last tells of workers that were ended
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
