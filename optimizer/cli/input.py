"""Read the study or the plan that a command names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from optimizer.errors import Fault, InputError, shown

from .options import SET

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.study import Study

T = TypeVar("T")


def read(
    study: str | None,
    values: Mapping[str, object],
    files: Mapping[str, str | None],
    *,
    strict: bool = False,
    drop_late: bool = False,
) -> Study:
    """Read a study.toml, a folder with one, a workbook, or the embedded study, with what replaces and changes it.

    Raises InputError with every fault of every file and every change.
    """
    from optimizer.io.embedded import embedded_study
    from optimizer.study import read_study

    from .waiting import told

    path = embedded_study() if study is None else Path(study)
    if path.is_dir() and not any((path / name).exists() for name in ("study.toml", "study.xlsx")):
        raise InputError([Fault(str(path), "holds no study.toml", cure=_cure(path))])
    changes: dict[str, object] = {}
    faults: list[Fault] = []
    if values:  # changes of what the study holds, and keys that its own file could set
        from optimizer.variants.assignments import is_change
        from optimizer.variants.once import key_faults

        changes = {key: value for key, value in values.items() if is_change(key)}
        faults = key_faults(changes, SET)
    keys = {key: value for key, value in values.items() if key not in changes}
    try:
        with told() as tell:
            ready = read_study(path, keys=keys, files=files, strict=strict, tell=tell)
    except InputError as fault:
        behind = _told_of_changes(path, changes, files, drop_late=drop_late) if keys and changes and not faults else []
        raise InputError([*faults, *fault.faults, *behind], fault.warnings) from None
    return _changed(ready, changes, strict=strict, drop_late=drop_late) if changes else ready


def _told_of_changes(
    path: Path, changes: Mapping[str, object], files: Mapping[str, str | None], *, drop_late: bool
) -> list[Fault]:
    """Return what is wrong with changes of a study whose keys that a call sets are wrong too."""
    from optimizer.study import read_study

    try:
        study = read_study(path, files=files)
    except InputError:
        return []  # then nobody knows what they change
    try:
        _changed(study, changes, strict=False, drop_late=drop_late)
    except InputError as fault:
        return fault.faults
    return []


def _changed(study: Study, changes: Mapping[str, object], *, strict: bool, drop_late: bool) -> Study:
    """Return the study changed; raises InputError with every fault, and with doubts where they count as faults."""
    from optimizer.variants import changed

    found = changed(study, changes, drop_late=drop_late, origin=SET)
    if strict and found.warnings:
        raise InputError([replace(doubt, severity="error") for doubt in found.warnings])
    return found


def read_rechecked(folder: str) -> Plan:
    """Read a plan whose every number follows from its study: no other leaves as a picture, a page or a file.

    Raises InputError where the folder is no whole plan or a number of it differs.
    """
    from optimizer.plan import read_plan
    from optimizer.recheck import verify_folder

    plan = read_plan(folder)
    found = verify_folder(plan, Path(folder))
    if not found.ok:
        count = len(found.findings)
        reason = f"does not follow from its study: {count:,} number{'s' if count != 1 else ''} found wrong"
        raise InputError([Fault(folder, reason, cure="rackgrid verify says which; solve again")])
    return plan


def read_each(read: Callable[[str], T], *names: str) -> list[T]:
    """Read studies or plans, each once; faults say of which they are.

    Raises InputError with every fault of all.
    """
    found: dict[str, T] = {}
    faults: list[Fault] = []
    for name in dict.fromkeys(names):
        try:
            found[name] = read(name)
        except InputError as error:
            faults += [_located(fault, name) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return [found[name] for name in names]


def _located(fault: Fault, name: str) -> Fault:
    """Return the fault with the name of the study or plan that it is of."""
    if fault.file.startswith(name):
        return fault
    return replace(fault, file=f"{short(name)}: {fault.file}" if fault.file else short(name))


def short(name: str) -> str:
    """Return the end of a long path: there it says what it is."""
    return shown(name if len(name) <= 80 else f"…{name[-79:]}", 160)


def _cure(folder: Path) -> str:
    """Say which study is perhaps meant."""
    if (folder / "plan.json").is_file():
        return f"name {folder / 'study'}"
    books = sorted(file.name for file in folder.glob("*.xlsx") if not file.name.startswith("~"))
    return f"name the workbook: {folder / books[0]}" if books else "name a study.toml, its folder, or a workbook"
