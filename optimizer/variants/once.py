"""Change a study once: cells by selector, operators, shifts, figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import PurePath

import pandas as pd

from ..errors import Fault
from ..io.schema import TABLES
from ..study import Study
from .cases import made
from .change import check_value
from .faults import Origin, as_text
from .selector import Key, Refusal, parse_key


def changed(study: Study, changes: Mapping[str, object], *, drop_late: bool = False, origin: str = "changes") -> Study:
    """Return the study with a value at each key, as a case of a sweep has it.

    A key ends in ``*`` to multiply and in ``+`` to add or shift: ``{"sites[site=abilene].max_mw+": 500}``.
    ``drop_late`` leaves out deliveries that a shift pushes past the horizon. Raises InputError with every fault, at
    ``origin`` and the key.
    """
    if not changes:
        return study
    table = pd.DataFrame({key: pd.Series([value], dtype=object) for key, value in changes.items()})
    case = made(study, Origin(origin).of(table), drop_late=drop_late)[0]
    doubts = (dataclasses.replace(doubt, file=origin) for doubt in case.doubts)
    return dataclasses.replace(case.study, warnings=(*_doubts(study, case.study), *doubts))


def key_faults(changes: Mapping[str, object], origin: str) -> list[Fault]:
    """Return what is wrong with changes whatever the study is."""
    faults = []
    for text, value in changes.items():
        key: Key | None = None
        try:
            key = parse_key(text)
            if key.table in TABLES:
                check_value(key, value)
        except Refusal as refusal:
            held = as_text(value) if key else None
            faults.append(Fault(origin, refusal.reason, None, text, held, refusal.cure))
    return faults


def _doubts(before: Study, after: Study) -> tuple[Fault, ...]:
    """Return the doubts of the files that no change touched, and those that the changed study brings."""
    touched = [name for name in TABLES if before.table(name) is not after.table(name)]
    kept = [fault for fault in before.warnings if not any(_is_of(fault, name, before) for name in touched)]
    said = {(fault.column, fault.value, fault.reason) for fault in kept}
    return (*kept, *(fault for fault in after.warnings if (fault.column, fault.value, fault.reason) not in said))


def _is_of(fault: Fault, table: str, study: Study) -> bool:
    """Whether a fault is told at the file of a table."""
    named = getattr(study.config.files, table, None)
    return fault.file == named or fault.file.endswith(f"#{table}") or PurePath(fault.file).stem == table
