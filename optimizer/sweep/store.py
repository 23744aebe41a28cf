"""The folder of a sweep: taken by one process, plans and ends written whole, read back when a sweep goes on."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import Fault, InputError
from ..io.write import write_text
from ..plan import Plan, read_plan
from ..plan.folder import digest
from ..plan.plan import TABLES
from ..study import Study
from .identity import Digests
from .lock import locked
from .shared import TEMPORARY, Shared, write_atomically

FORMAT = 1
LOCK, ABOUT, TABLE, LOG = "sweep.lock", "sweep.json", "cases.parquet", "sweep.log"
ROW = "case.json"  # in the plan folder of a case: its cells of the table
_FOLDERS = ("plans", "tables", "ended")
_FILES = (TABLE, LOG, "sweep.html", ABOUT)  # sweep.json goes last: it is what lets a folder be cleared
_OF_PLAN = ("study/study.toml", "sites.geojson", "solve.log", *(f"{name}.csv" for name in TABLES))
_ANEW = "name another folder with -o, or --force to start anew"


@dataclass(frozen=True)
class End:
    """How a case without a plan ended."""

    status: str
    reason: str


def faults_of(folder: Path, about: Mapping[str, Any], *, force: bool) -> list[Fault]:
    """Say why a sweep may not be written to a folder; nothing is changed there."""
    if folder.exists() and not folder.is_dir():
        return [Fault(str(folder), "is a file, and a sweep is a folder", cure="name another place with -o")]
    if not folder.exists() or not any(p.name != LOCK and not p.name.startswith(TEMPORARY) for p in folder.iterdir()):
        return []
    if not (folder / ABOUT).is_file():
        return [Fault(str(folder), "is not empty and holds no sweep", cure="name another folder with -o")]
    return [] if force else _differences(folder, about)


def _differences(folder: Path, about: Mapping[str, Any]) -> list[Fault]:
    try:
        there = read_about(folder)
    except InputError as fault:
        return fault.faults
    found = []
    if there.get("study") != about["study"]:
        found.append(Fault(str(folder), f'holds a sweep of another study ("{there.get("name", "")}")', cure=_ANEW))
    for kind in ("options", "versions"):
        old, new = there.get(kind, {}), about[kind]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                words = f"holds a sweep with another {name}: {_said(old.get(name))} there, {_said(new.get(name))} here"
                found.append(Fault(str(folder), words, cure=_ANEW))
    return found


def _said(value: object) -> str:
    return "none" if value is None else str(value)


def read_about(folder: Path) -> dict[str, Any]:
    """Return the content of sweep.json.

    Raises InputError where the folder holds no sweep that this release can read.
    """
    path = folder / ABOUT
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        cure = "name the folder that a sweep wrote"
        raise InputError([Fault(str(path), f"cannot be read: {fault}", cure=cure)]) from fault
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        cure = "read it with the release that wrote it, or --force to start anew"
        raise InputError([Fault(str(path), f"states no format {FORMAT}", cure=cure)])
    return content


def read_end(folder: Path, case: str) -> End | None:
    """Return how a case of a sweep ended without a plan, None where it did not."""
    try:
        content = json.loads((folder / "ended" / f"{case}.json").read_text(encoding="utf-8"))
        return End(str(content["status"]), str(content["reason"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def opened(folder: Path, about: Mapping[str, Any], digests: Digests, *, force: bool) -> Iterator[Store]:
    """Give the folder to this process alone, with its sweep.json and without what a killed run left.

    Raises InputError where the folder is another sweep's, in use, or cannot be written.
    """
    try:
        _check(folder, about, force=force)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / LOCK):
            _check(folder, about, force=force)  # another process may have been faster
            if force:
                _clear(folder)
            write_atomically(
                folder / ABOUT, json.dumps({"format": FORMAT, **about}, indent=1, ensure_ascii=False) + "\n"
            )
            yield Store(folder, digests)
    except OSError as fault:
        reason = f"cannot be written: {fault.strerror or type(fault).__name__}"
        raise InputError([Fault(str(folder), reason, cure="choose another place with -o")]) from fault


def _check(folder: Path, about: Mapping[str, Any], *, force: bool) -> None:
    if faults := faults_of(folder, about, force=force):
        raise InputError(faults)


def _clear(folder: Path) -> None:
    """Remove a sweep, and nothing that is not of it."""
    for name in _FOLDERS:
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


class Store:
    """Reads and writes a sweep's folder; only the process that holds the lock has one."""

    def __init__(self, folder: Path, digests: Digests) -> None:
        self.folder = folder
        for part in _FOLDERS:
            (folder / part).mkdir(exist_ok=True)
        for place in (folder, *(folder / part for part in _FOLDERS)):
            for left in place.glob(f"{TEMPORARY}*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        self._shared = Shared(folder / "tables", digests)

    def plan(self, case: str, study: Study) -> Plan | None:
        """Return the plan of a case with ``study`` as its study, None where there is none that is whole."""
        folder = self.folder / "plans" / case
        if not folder.is_dir():
            return None
        try:
            plan = read_plan(folder, study=study)
            whole = plan.facts.get("digest") == digest(plan.facts)
            whole = whole and (folder / "study" / "study.toml").is_file()
        except InputError:
            whole = False
        if whole:
            self._shared.study_text(study)  # tables that somebody removed come back
            return plan
        shutil.rmtree(folder)
        return None

    def cells(self, case: str, study: Study) -> dict[str, Any] | None:
        """Return the cells of a case as they were stored beside its plan, None where either is not whole."""
        folder = self.folder / "plans" / case
        try:
            facts = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
            stored = json.loads((folder / ROW).read_text(encoding="utf-8"))
            if stored["digest"] != facts["digest"] or digest(facts) != facts["digest"]:
                return None
            if not all((folder / name).is_file() for name in _OF_PLAN):
                return None
            cells = dict(stored["cells"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        self._shared.study_text(study)
        return cells

    def end(self, case: str) -> End | None:
        """Return how a case ended without a plan, None where it did not."""
        return read_end(self.folder, case)

    def keep_plan(self, case: str, study: Study, files: Mapping[str, str], cells: Mapping[str, Any]) -> None:
        """Write the plan folder of a case and its cells of the table; its study points at shared tables."""
        text = self._shared.study_text(study)
        fresh = Path(tempfile.mkdtemp(dir=self.folder / "plans", prefix=TEMPORARY))
        (fresh / "study").mkdir()
        write_text(text, fresh / "study" / "study.toml")
        for name, content in files.items():
            write_text(content, fresh / name)
        stored = {"digest": json.loads(files["plan.json"])["digest"], "cells": dict(cells)}
        write_text(json.dumps(stored, indent=1, ensure_ascii=False, allow_nan=False) + "\n", fresh / ROW)
        fresh.chmod(0o755)
        fresh.replace(self.folder / "plans" / case)
        (self.folder / "ended" / f"{case}.json").unlink(missing_ok=True)

    def keep_end(self, case: str, end: End) -> None:
        """Write how a case ended that has no plan."""
        content = {"format": FORMAT, "case": case, "status": end.status, "reason": end.reason}
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self.folder / "ended" / f"{case}.json", text)

    def log(self, event: str, case: str, *words: str) -> None:
        """Add a line to sweep.log: time, event, case, and what else is to be said."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = " ".join([now, event, case, *words]) + "\n"
        with (self.folder / LOG).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(line)
