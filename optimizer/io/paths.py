"""Where the files of a study lie: [files] of study.toml, and what a call puts in its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimizer.errors import Fault, Faults, InputError
from optimizer.io.config import Files
from optimizer.io.keys import Keys
from optimizer.io.source import nearest, path_fault

KNOWN = tuple(Files.model_fields)
REQUIRED = tuple(name for name, field in Files.model_fields.items() if field.is_required())


def study_file(path: str | Path) -> tuple[Path, str]:
    """Return the study.toml or workbook that a path means – itself, or that of the folder – and its name for people.

    Raises InputError where the path leads nowhere.
    """
    try:
        file = Path(path)
        if file.is_dir():
            file = next((f for f in (file / "study.toml", file / "study.xlsx") if f.is_file()), file / "study.toml")
        return file, file.name if file.is_file() else str(file)
    except (OSError, ValueError) as error:
        raise InputError([path_fault(Path("study.toml"), str(path), error)]) from None


def replaced(keys: Keys, files: Mapping[str, str | None], faults: Faults) -> Keys:
    """Return the keys with paths replaced; None leaves an optional file out."""
    section = keys.content.get("files")
    content = dict(section) if isinstance(section, dict) else {}
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


def located(keys: Keys, folder: Path, files: Mapping[str, str | None]) -> dict[str, tuple[Path, str]]:
    """Return the path of each file and its name for people; what is no text has a fault of its own.

    Paths of study.toml are relative to its folder, those of ``files`` to the working directory.
    """
    section = keys.content.get("files")
    found: dict[str, tuple[Path, str]] = {}
    for name, path in section.items() if isinstance(section, dict) else ():
        if name in KNOWN and isinstance(path, str) and path:
            found[name] = (Path(path) if files.get(name) is not None else folder / path, path)
    return found
