"""Make the cases of a sweep: validated studies, or every fault at once before any is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from ..errors import Fault, InputError
from ..io.frames import is_missing
from ..study import Study
from .change import change_cells, change_key, plain
from .differences import differences
from .draft import Draft
from .faults import KEYS, Found, blamed, origin_of, refused, told
from .figure_tables import Figures, read_figures
from .figures import change_figure, check_figure
from .selector import Key, Refusal, Rows, parse_key, selected

Inputs = dict[Key, object]


@dataclass(frozen=True, eq=False)
class Case:
    """One case: its place in the design, from 1, the value of each key that it varies, its study, and its doubts."""

    number: int
    inputs: dict[str, object]
    study: Study
    doubts: tuple[Fault, ...] = ()


def made(study: Study, cases: object, *, drop_late: bool = False) -> list[Case]:
    """Return the cases of a study: of a table with a column per key, of a list of studies, or of studies by name.

    ``drop_late`` leaves out deliveries that a shift pushes past the horizon. Raises InputError with every fault of
    every case, and where there is none.
    """
    if isinstance(cases, pd.DataFrame):
        found = _Maker(study, cases, drop_late=drop_late).cases()
    else:
        found = _named(study, cases)
    if not found:
        raise InputError([Fault("cases", "there is no case", cure="give at least one row, or one study")])
    return found


def _named(study: Study, cases: object) -> list[Case]:
    """Return the cases of a list of studies, or of studies by name: their inputs are what differs.

    Raises InputError naming what is no study.
    """
    named = isinstance(cases, Mapping)
    if not named and (isinstance(cases, (str, bytes)) or not isinstance(cases, Sequence)):
        cure = "pass a DataFrame with a column per key, a list of studies, or studies by name"
        raise InputError([Fault("cases", f"is a {type(cases).__name__}, no cases", cure=cure)])
    pairs = list(cast(Mapping[str, Any], cases).items()) if named else [("", s) for s in cast(Sequence[Any], cases)]
    faults = [
        Fault("cases", f"is a {type(other).__name__}, no Study", place, "", str(name) or None, "pass study.replace(…)")
        for place, (name, other) in enumerate(pairs, 1)
        if not isinstance(other, Study)
    ]
    if faults:
        raise InputError(faults)
    return [
        Case(number, ({"name": str(name)} if str(name) else {}) | differences(study, other), other)
        for number, (name, other) in enumerate(pairs, 1)
    ]


class _Maker:
    """Makes the cases of a table; what depends on keys alone is found once."""

    def __init__(self, study: Study, table: pd.DataFrame, *, drop_late: bool) -> None:
        self._study, self._table, self._drop_late = study, table, drop_late
        self._origin = origin_of(table)
        self._faults: list[Fault] = []
        self._figures: Figures = {}
        self._rows: dict[Key, Rows] = {}
        self._keys = self._read_keys()
        self._alone: dict[tuple[Key, str], bool] = {}

    def cases(self) -> list[Case]:
        """Return the cases; raises InputError with every fault."""
        found: list[Found] = []
        cases = []
        for number in range(len(self._table)):
            inputs = self._inputs(number)
            draft = Draft(self._study, self._drop_late)
            made = self._case(draft, number, inputs)
            if isinstance(made, Study):
                stated = {key.text: value for key, value in inputs.items()}
                cases.append(Case(number + 1, stated, made, tuple(draft.doubts)))
            else:
                found += made
        faults = self._faults + told(found, self._origin)
        if faults:
            raise InputError(faults)
        return cases

    def _read_keys(self) -> list[tuple[int, Key]]:
        """Return the keys that are sound and their columns; the others are faults."""
        keys: list[tuple[int, Key]] = []
        for place, name in enumerate(self._table.columns):
            try:
                key = parse_key(str(name))
                if any(key == other for _, other in keys):
                    raise Refusal("stands twice among the keys", "keep one of them")
                if key.is_figure:
                    self._figures = self._figures or read_figures(self._study)
                    check_figure(key, self._figures)
                elif key.table:
                    self._rows[key] = selected(key, self._study.table)
                keys.append((place, key))
            except Refusal as refusal:
                fault = Fault(self._origin.file, refusal.reason, None, str(name), cure=refusal.cure)
                self._faults.append(fault)
            except InputError as error:
                self._faults += [fault for fault in error.faults if fault not in self._faults]
        return keys

    def _inputs(self, number: int) -> Inputs:
        """Return the values of a row, without the empty ones."""
        found: Inputs = {}
        for place, key in self._keys:
            value = plain(self._table.iat[number, place])
            if not (is_missing(value) or (isinstance(value, str) and not value.strip())):
                found[key] = value
        return found

    def _case(self, draft: Draft, number: int, inputs: Inputs) -> Study | list[Found]:
        """Return the study of a case, or what is wrong with it."""
        found: list[Found] = []
        taken: Inputs = {}
        for key in sorted(inputs, key=self._turn):
            try:
                self._change(draft, key, inputs[key])
                taken[key] = inputs[key]
            except Refusal as refusal:
                found.append(refused(number, key, inputs[key], refusal.reason, refusal.cure))
        study, errors = _attempt(draft)
        if any(fault.file == KEYS for fault in errors):  # a wrong key hides what is wrong with the tables
            draft.keys = {}
            errors += [fault for fault in _attempt(draft)[1] if fault not in errors]
        found += [blamed(number, f, taken, self._culprits(f, taken)) for f in errors]
        return study if study is not None and not found else found

    def _turn(self, key: Key) -> tuple[int, int]:
        """Return when a key has its turn: a whole table before its cells, values before labels, racks before others."""
        if not key.table:
            return 0, 0
        if key.is_figure:
            return 1, int(all(part.rule != "replace" for part in self._figures[key.column]))
        is_shift = key.operator == "+" and key.column in ("period", "available_from")
        return 3 if is_shift else 2, int(key.table != "racks")

    def _change(self, draft: Draft, key: Key, value: object) -> None:
        if key.is_figure:
            change_figure(draft, key, value, self._figures)
        elif not key.table:
            change_key(draft, key, value)
        else:
            rows = selected(key, draft.start) if draft.begun else self._rows[key]
            change_cells(draft, key, rows, value)

    def _culprits(self, fault: Fault, inputs: Inputs) -> list[Key]:
        """Return the keys that a fault of a study comes from: by column, else by trying each alone, else all."""
        keys = list(inputs)
        if len(keys) < 2:
            return keys
        table = "" if fault.file == KEYS else fault.file
        cells = [k for k in keys if (k.table, k.column) == (table, fault.column)]
        if cells and not any(k.is_figure for k in keys):
            return cells
        return [key for key in keys if self._fails(key, inputs[key])] or keys

    def _fails(self, key: Key, value: object) -> bool:
        """Whether a value at a key makes no study, all other keys left as they are."""
        known = (key, repr(value))
        if known not in self._alone:
            draft = Draft(self._study, self._drop_late)
            try:
                self._change(draft, key, value)
                draft.study()
                self._alone[known] = False
            except (Refusal, InputError):
                self._alone[known] = True
        return self._alone[known]


def _attempt(draft: Draft) -> tuple[Study | None, list[Fault]]:
    """Return the study of a draft, or None and its faults."""
    try:
        return draft.study(), []
    except InputError as error:
        return None, list(error.faults)
