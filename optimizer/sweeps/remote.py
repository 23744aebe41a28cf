"""What runs on a worker: it holds the base once, its solvers between cases, and touches no file of the sweep."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..solver.again import Known
from ..study import Study
from .attempt import IDLE_S, Job, Outcome, Resolvers, attempt, worker_name
from .identity import versions

_MOST_RUNS = 4  # of sweeps whose client vanished something is left; no more than this


@dataclass(frozen=True)
class _Held:
    study: Study
    resolvers: Resolvers


_HELD: dict[str, _Held] = {}
_STOPPED: set[str] = set()  # kept: a case of a stopped run may still be on its way here
_busy: list[str] = []
_LOCK = threading.Lock()


def packed(study: Study, known: Known | None) -> bytes:
    """Return base study and what is known of it in one piece, so that one's tables stay the other's."""
    return pickle.dumps((study, known), protocol=pickle.HIGHEST_PROTOCOL)


def change(study: Study, base: Study) -> dict[str, Any]:
    """Return the fields in which a study is not the very object that its base has."""
    return {
        f.name: getattr(study, f.name) for f in fields(Study) if getattr(study, f.name) is not getattr(base, f.name)
    }


def same(base: bytes) -> bytes:
    """Return the base: a task of its own, so that the scheduler brings it to each worker once, and again."""
    return base


def solve_there(case: str, changed: Mapping[str, Any], base: bytes, run: str, expected: Mapping[str, str]) -> Outcome:
    """Solve a case of a run on a worker, by the base it holds."""
    if differing := difference(expected, versions()):
        return Outcome(case, "failed", f"the worker has {differing}", worker=worker_name())
    _busy.append(run)
    try:
        held = _held(run, base)
        return attempt(Job(case, replace(held.study, **changed)), held.resolvers, lambda: run in _STOPPED)
    finally:
        _busy.remove(run)


def _held(run: str, base: bytes) -> _Held:
    with _LOCK:
        if run not in _HELD:
            while len(_HELD) >= _MOST_RUNS:
                _HELD.pop(next(iter(_HELD))).resolvers.close()
            study, known = pickle.loads(base)
            _HELD[run] = _Held(study, Resolvers(known, idle_s=IDLE_S))
        return _HELD[run]


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Say which versions another process has that are not the ones here, "" where all are the same."""
    names = [name for name in here if here[name] != there.get(name)]
    return ", ".join(f"{name} {there.get(name, 'missing')} instead of {here[name]}" for name in names)


def stop_there(run: str) -> None:
    """Stop what a worker solves of a run, now and later."""
    _STOPPED.add(run)


def busy_there(run: str) -> bool:
    """Whether a worker is at a case of a run."""
    return run in _busy


def end_there(run: str) -> None:
    """Forget a run on a worker, and end its solvers."""
    held = _HELD.pop(run, None)
    if held is not None:
        held.resolvers.close()
