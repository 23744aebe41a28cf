"""The folder of a sweep: taken by one process, plans and ends written whole, and read back where they still are so."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import Fault, InputError, unwritable
from ..io.write import write_text
from ..plan import Plan, read_plan
from ..plan.folder import not_ours
from ..study import Study
from .identity import Digests
from .seal import Damaged, plan_cells, seal_plan, sealed, unsealed
from .shared import TEMPORARY, Shared, write_atomically

FORMAT = 1
LOCK, ABOUT, TABLE, LOG = "sweep.lock", "sweep.json", "cases.parquet", "sweep.log"
_FOLDERS = ("plans", "tables", "ended")
_OURS = {
    "plans": re.compile(r"[0-9a-f]{16}"),
    "tables": re.compile(r"[a-z_]+-[0-9a-f]{12}(\.\w+)?"),
    "ended": re.compile(r"[0-9a-f]{16}\.json"),
}
"""Names in them that a sweep gives."""
_FILES = (TABLE, LOG, "sweep.html", ABOUT)  # sweep.json goes last: it is what lets a folder be cleared
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
        content = unsealed(path, "study", "options", "versions", "base")
    except FileNotFoundError as fault:
        raise InputError([Fault(str(folder), "holds no sweep", cure="name the folder that a sweep wrote")]) from fault
    except Damaged as fault:
        raise InputError([Fault(str(folder), str(fault), cure=_ANEW)]) from fault
    if content.get("format") != FORMAT:
        cure = "read it with the release that wrote it, or --force to start anew"
        raise InputError([Fault(str(path), f"states no format {FORMAT}", cure=cure)])
    return content


def read_end(folder: Path, case: str) -> End | None:
    """Return how a case of a sweep ended without a plan, None where it did not.

    Raises Damaged where that is not what was written.
    """
    try:
        content = unsealed(folder / "ended" / f"{case}.json", "case", "status", "reason")
    except FileNotFoundError:
        return None
    if content["case"] != case:
        raise Damaged(f"{case}.json is that of another case, {content['case']}")
    return End(content["status"], content["reason"])


@contextmanager
def opened(folder: Path, about: Mapping[str, Any], digests: Digests, *, force: bool) -> Iterator[Store]:
    """Give the folder to this process alone, with its sweep.json and without what a killed run left.

    Raises InputError where the folder is another sweep's, in use, or cannot be written.
    """
    try:
        _check(folder, about, force=force)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=0):  # of the system: it ends with the process, however that ends
            _check(folder, about, force=force)  # another process may have been faster
            if force:
                _clear(folder)
            write_atomically(folder / ABOUT, sealed({"format": FORMAT, **about}))
            yield Store(folder, digests)
    except Timeout as fault:
        cure = "wait for that one to end, or name another folder with -o"
        raise InputError([Fault(str(folder), "is being written by another sweep", cure=cure)]) from fault
    except OSError as fault:
        raise unwritable(folder, fault, "choose another place with -o") from fault


def _check(folder: Path, about: Mapping[str, Any], *, force: bool) -> None:
    if faults := faults_of(folder, about, force=force):
        raise InputError(faults)


def _clear(folder: Path) -> None:
    """Remove a sweep, and nothing that is not of it."""
    for name in _FOLDERS:
        if (folder / name).is_symlink():
            raise OSError(errno.EEXIST, f"{name} is a link to elsewhere", str(folder / name))
        kept = {path for part in (folder / name).glob("*") for path in _not_ours(part, _OURS[name])}
        for root, folders, files in os.walk(folder / name, topdown=False):
            for path in (Path(root) / part for part in (*files, *folders)):
                if path.is_dir() and not path.is_symlink():
                    with suppress(OSError):
                        path.rmdir()  # it is empty, but for what is kept
                elif path not in kept:
                    path.unlink()
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


def _not_ours(part: Path, ours: re.Pattern[str]) -> list[Path]:
    """Return the files in a part of a sweep that no sweep wrote."""
    if ours.fullmatch(part.name):
        return [part / name for name in not_ours(part)] if (part / "plan.json").is_file() else []
    return [part, *part.rglob("*")]


class Store:
    """Reads and writes a sweep's folder; only the process that holds the lock has one.

    ``warnings`` name what was damaged or edited since it was written: it is not used.
    """

    def __init__(self, folder: Path, digests: Digests) -> None:
        self.folder = folder
        for part in _FOLDERS:
            (folder / part).mkdir(exist_ok=True)
        for place in (folder, *(folder / part for part in _FOLDERS)):
            for left in place.glob(f"{TEMPORARY}*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        self._shared = Shared(folder / "tables", digests)
        self._damaged: list[Fault] = []

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What was found damaged so far."""
        return (*self._damaged, *self._shared.warnings)

    def cells(self, case: str, study: Study) -> dict[str, Any] | None:
        """Return the cells of a case as they were stored beside its plan, None where no plan is as it was written."""
        try:
            cells = plan_cells(self.folder / "plans" / case)
        except Damaged as fault:
            self._doubt(case, f"plans/{case}", fault)
            return None
        if cells is not None:
            self._shared.study_text(study)  # tables that somebody removed or changed come back
        return cells

    def plan(self, case: str, study: Study) -> Plan:
        """Return the plan of a case that has cells, with ``study`` as its study."""
        return read_plan(self.folder / "plans" / case, study=study)

    def end(self, case: str) -> End | None:
        """Return how a case ended without a plan, None where it did not."""
        try:
            return read_end(self.folder, case)
        except Damaged as fault:
            self._doubt(case, "ended", fault)
            return None

    def _doubt(self, case: str, place: str, fault: Damaged) -> None:
        self.log("damaged", case, str(fault))
        where = str(self.folder / place)
        self._damaged.append(Fault(where, f"{fault}; the case is solved again", severity="warning"))

    def keep_plan(self, case: str, study: Study, files: Mapping[str, str], cells: Mapping[str, Any]) -> None:
        """Write the plan folder of a case and its cells of the table; its study points at shared tables."""
        text = self._shared.study_text(study)
        fresh = Path(tempfile.mkdtemp(dir=self.folder / "plans", prefix=TEMPORARY))
        (fresh / "study").mkdir()
        write_text(text, fresh / "study" / "study.toml")
        for name, content in files.items():
            write_text(content, fresh / name)
        seal_plan(fresh, case, cells)
        fresh.chmod(0o755)
        self._swap(fresh, self.folder / "plans" / case)
        (self.folder / "ended" / f"{case}.json").unlink(missing_ok=True)

    def _swap(self, fresh: Path, place: Path) -> None:
        """Let a whole folder take the place of a damaged one; what others put into that, such as notes, stays."""
        if place.is_dir():
            for other in place.iterdir():
                if not (fresh / other.name).exists():
                    other.replace(fresh / other.name)
            shutil.rmtree(place)
        fresh.replace(place)

    def keep_end(self, case: str, end: End) -> None:
        """Write how a case ended that has no plan."""
        content = {"format": FORMAT, "case": case, "status": end.status, "reason": end.reason}
        write_atomically(self.folder / "ended" / f"{case}.json", sealed(content))

    def log(self, event: str, case: str, *words: str) -> None:
        """Add a line to sweep.log: time, event, case, and what else is to be said."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = " ".join([now, event, case, *words]) + "\n"
        with (self.folder / LOG).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(line)
