"""Where the files of a study lie: [files] of study.toml, and what a call puts in its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.errors import Fault, Faults, InputError
from optimizer.io.config import USUAL, Files
from optimizer.io.embedded import has_rules_for_sites
from optimizer.io.keys import Keys
from optimizer.io.source import nearest, path_fault

KNOWN = tuple(Files.model_fields)
REQUIRED = tuple(name for name, field in Files.model_fields.items() if field.is_required())


def study_file(path: str | Path) -> tuple[Path, str]:
    """Return the study.toml or workbook that a path means – itself, or that of the folder – and its name for people.

    Raises InputError where the path leads nowhere, or to rules from which a study is yet to be written.
    """
    try:
        file = Path(path)
        if file.is_dir():
            file = next((f for f in (file / "study.toml", file / "study.xlsx") if f.is_file()), file / "study.toml")
        is_rules, name = has_rules_for_sites(file), file.name if file.is_file() else str(file)
    except (OSError, ValueError) as error:
        raise InputError([path_fault(Path("study.toml"), str(path), error)]) from None
    if is_rules:
        cure = "write the study first: rackgrid init DIR --counties, then name DIR"
        raise InputError([Fault(str(file), "has rules in the place of its sites", cure=cure)])
    return file, name


def replaced(keys: Keys, files: Mapping[str, str | None], faults: Faults) -> Keys:
    """Return the keys with paths replaced; None leaves an optional file out."""
    content = dict(_given(keys))
    for name, given in files.items():
        if name not in KNOWN:
            faults.add(Fault("files", "is no file of a study", None, name, cure=nearest(name, KNOWN)))
        elif given is None and name in REQUIRED:
            faults.add(Fault("files", "can't be left out", None, name, cure="name a file"))
        elif given is None:
            content.pop(name, None)
        elif not str(given).strip():
            faults.add(Fault("files", "is empty", None, name, cure="name a file"))
        else:
            content[name] = str(given)
    if files:
        keys.content["files"] = content
    return keys


def located(keys: Keys, folder: Path, files: Mapping[str, str | None]) -> dict[str, tuple[Path, str] | None]:
    """Return the path of each file and its name for people, None where the study may have it but nobody knows where.

    Paths of study.toml are relative to its folder, those of ``files`` to the working directory. Where a path has a
    fault, the file is what it seems to say, else that of the usual name, if it is there.
    """
    given = _given(keys)
    found: dict[str, tuple[Path, str] | None] = {}
    for name in KNOWN:
        path = given.get(name)
        if files.get(name) is not None:
            found[name] = Path(str(path)), str(path)
        elif keys.knows(f"files.{name}"):
            if path:
                found[name] = folder / path, path
        elif name not in files:
            there = [p for p in (path, USUAL[name]) if isinstance(p, str) and p and _is_there(folder / p)]
            found[name] = (folder / there[0], there[0]) if there else None
    return found


def at_their_keys(keys: Keys, files: Mapping[str, str | None], faults: Faults) -> None:
    """Tell of a file that is not there at the key of [files] that names it."""
    named = {str(path): name for name, path in _given(keys).items()}
    for i, fault in enumerate(faults.errors):
        name = named.get(fault.file)
        if name is not None and name not in files and fault.reason.startswith("there is no such"):
            faults.errors[i] = keys.fault(f"files.{name}", "is not there", value=fault.file, cure=fault.cure)


def _given(keys: Keys) -> dict[str, Any]:
    section = keys.content.get("files")
    return section if isinstance(section, dict) else {}


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
