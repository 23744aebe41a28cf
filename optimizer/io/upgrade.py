"""Carry what was written in an older format to the current one: ordered steps, and a folder that keeps a backup."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..errors import Fault, InputError, unwritable
from .scratch import swapped

Read = TypeVar("Read")


@dataclass(frozen=True)
class Step(Generic[Read]):
    """What a format changed, in words: ``carry`` brings what was read in format ``of`` to the next one.

    ``makes`` names tables, and columns or kinds of rows as table.name, that it makes: folders of that format lack them.
    """

    of: int
    words: str
    carry: Callable[[Read], Read]
    makes: tuple[str, ...] = ()


STUDY_STEPS: tuple[Step[dict[str, Any]], ...] = ()
"""Steps of studies, in their order: of the content of study.toml."""
FORMAT = 1 + len(STUDY_STEPS)
"""The format of the studies that this release writes."""


def ahead(steps: Iterable[Step[Read]], found: int) -> list[Step[Read]]:
    """Return the steps from a format to the current one."""
    return [step for step in steps if step.of >= found]


def carried(content: Read, steps: Iterable[Step[Read]], found: int) -> Read:
    """Return what was read in a format as the current one has it."""
    for step in ahead(steps, found):
        content = step.carry(content)
    return content


def current_keys(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a study.toml of an older format in the current one, any other as it is."""
    found, keys = content.get("format"), dict(content)
    if type(found) is int and 1 <= found < FORMAT:
        keys = carried(keys, STUDY_STEPS, found)
        keys["format"] = FORMAT
    return keys


def rewrite(folder: Path, texts: Mapping[str, str], backup: Path) -> None:
    """Put texts into a folder by their paths in it, all or none; ``backup`` becomes the folder as it was.

    Raises InputError where the backup's place is taken, or the disk refuses: the folder stays as it was then.
    """
    if os.path.lexists(backup):
        cure = "it holds the folder of before another upgrade: move it away, then upgrade again"
        raise InputError([Fault(str(backup), "is there already", cure=cure)])
    try:
        with swapped(folder) as fresh:
            shutil.copytree(folder, fresh, symlinks=True, dirs_exist_ok=True)
            for name, text in texts.items():
                (fresh / name).write_bytes(text.encode())
            with swapped(backup) as kept:
                shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
    except OSError as fault:
        reason = OSError(fault.args[0][0][2].rpartition("] ")[2]) if isinstance(fault, shutil.Error) else fault
        raise unwritable(folder, reason, "make room there, and let its folder be written") from fault
