"""Run one search of one study in a process of its own, so that its time and memory are its own."""

from __future__ import annotations

import multiprocessing
import os
import platform
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from optimizer import __version__, read_study
from optimizer.errors import RackgridError
from tests.benchmarks.embedded import tree_rss_mib
from tests.benchmarks.search.course import Run, Told, thinned
from tests.benchmarks.search.searches import LOADED, SEARCHES, Teller

# A solver looks at its clock between steps; so long past the limit it is ended.
GRACE_S = 15.0
_LOOK_S = 0.2
_PACKAGES = ("highspy", "pyscipopt", "linopy", "numpy", "pyomo")


@dataclass(frozen=True)
class Race:
    """What is to be searched, by what, to which gap and for how long; ``path`` is None for the embedded study."""

    study: str
    seed: int
    search: str
    path: Path | None
    keys: Mapping[str, object]
    gap: float
    limit_s: float


def run(race: Race) -> Run:
    """Run a race to its end, or until it is late: then what it told counts."""
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    process = context.Process(target=_searched, args=(race, tells))
    process.start()
    tells.close()
    told: list[Told] = []
    found: dict[str, Any] = {"sizes": {}, "seconds": {}, "end": ""}
    last, most_mib, looked = time.monotonic() + race.limit_s + GRACE_S, 0.0, 0.0
    while time.monotonic() < last:
        if time.monotonic() > looked + _LOOK_S:
            most_mib, looked = max(most_mib, tree_rss_mib(process.pid or 0)), time.monotonic()
        if not hears.poll(_LOOK_S):
            continue
        try:
            content = hears.recv()
        except EOFError:
            break
        if isinstance(content, tuple):
            told.append(content)
            continue
        if "sizes" in content:  # the study is read
            last = time.monotonic() + race.limit_s + GRACE_S
        found |= content | {"seconds": found["seconds"] | content["seconds"]}
    end = found["end"] or ("ended, being late" if process.is_alive() else "died")
    process.kill()
    process.join()
    return Run(
        race.study, race.seed, race.search, race.gap, race.limit_s, found["sizes"], end, found["seconds"],
        round(most_mib), thinned(told), machine(),
    )  # fmt: skip


def _searched(race: Race, pipe: Connection) -> None:
    """Read the study and search it; tell on the way."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # solvers greet
    lock = threading.Lock()

    def tell(content: object) -> None:
        with lock:  # solvers call from threads of their own
            pipe.send(content)

    for module in LOADED.get(race.search, ()):  # before its clock begins
        import_module(module)
    began = time.monotonic()
    study = read_study(race.path, keys=race.keys)
    sizes = {"sites": len(study.sites), "periods": len(study.horizon)}
    tell({"sizes": sizes, "seconds": {"reading": round(time.monotonic() - began, 3)}})
    began, to = time.monotonic(), Teller(tell, race.limit_s)
    try:
        end = SEARCHES[race.search](study, race.gap, to)
    except RackgridError as fault:
        end = f"{type(fault).__name__}: {fault}".splitlines()[0]
    tell({"end": end, "seconds": {"all": round(time.monotonic() - began, 3)}})


def machine() -> dict[str, str]:
    """Return what times depend on beside the study: versions, cores and processor; and the day."""
    found = {"rackgrid": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"cores": str(os.cpu_count()), "processor": _processor(), "date": date.today().isoformat()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
