"""Arrays of a variant from those of its base: only the rows that read a changed number are written anew.

Each rule is asked once which parameters its rows read. A variant with the same sets keeps the base's columns and the
rows of every rule that reads nothing it changes; costs and bounds are written anew always.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from ..formulation.families import FAMILIES
from ..formulation.notation import declare
from ..formulation.rules import RULES
from ..formulation.sets import filtered
from ..parameters import Parameters
from ..study import Study
from .matrix import Compiled, Layout, Writer, assembled, used


class Template:
    """The base's rows, rule by rule; ``reads`` are the numbers that they read, as class and field."""

    def __init__(self, study: Study) -> None:
        p = Parameters.of(study)
        self._program, self._numbers = declare(p), _numbers(p)
        self._writer = Writer(self._program)
        self._sets_read: set[str] = set()
        self._reach = _reach(watched(p, self._sets_read))
        self.reads: dict[str, set[str]] = {rule.name: set() for rule in RULES}
        twins = {rule: replace(self._program, p=watched(p, self.reads[rule.name])) for rule in RULES}
        self._rows = {rule.name: self._writer.rule(twin, rule) for rule, twin in twins.items()}
        objectives = self._writer.objectives(self._program, study)
        self._layout = Layout.of(self._writer.variables, used(objectives, self._rows))

    def compiled(self, study: Study, p: Parameters) -> Compiled | None:
        """Return a variant's arrays, None where its sets or columns differ from the base's.

        Raises InfeasibleError where the variant's own numbers contradict a rule.
        """
        numbers = _numbers(p)
        changed = {name for name in numbers if not _same(numbers[name], self._numbers[name])}
        if changed & self._sets_read and _reach(p) != self._reach:
            return None
        program = replace(self._program, p=p)
        same = {name: rows for name, rows in self._rows.items() if not changed & self.reads[name]}
        rows = {rule.name: same.get(rule.name) or self._writer.rule(program, rule) for rule in RULES}
        objectives = self._writer.objectives(program, study)
        if (self._layout.column[used(objectives, rows)] < 0).any():
            return None
        return assembled(p, self._layout, objectives, rows, order="C")


def _reach(p: Parameters) -> Any:
    """Return the sets and the indices of all variables."""
    sets = filtered(p)
    return sets, [family.index(sets, p) for family in FAMILIES]


def watched(p: Parameters, seen: set[str]) -> Parameters:
    """Return a twin that notes each of its fields, and of its policy's, that is read, by what it computes too."""
    twin: Parameters = _watched(replace(p, policy=_watched(p.policy, seen)), seen)
    return twin


def _watched(thing: Any, seen: set[str]) -> Any:
    kind: Any = type(thing)
    names = set(vars(thing))

    def read(twin: Any, name: str) -> Any:
        if name in names:
            seen.add(f"{kind.__name__}.{name}")
        return kind.__getattribute__(twin, name)

    twin: Any = object.__new__(type(kind)("Watched", (kind,), {"__getattribute__": read, "__module__": __name__}))
    twin.__dict__.update(vars(thing))
    return twin


def _numbers(p: Parameters) -> dict[str, Any]:
    """Return every number that rows may read, by the names that ``watched`` notes; of the policy each key."""
    own = {f"{type(p).__name__}.{of.name}": getattr(p, of.name) for of in fields(p) if of.name != "policy"}
    return own | {f"{type(p.policy).__name__}.{key}": value for key, value in vars(p.policy).items()}


def _same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if is_dataclass(a):
        return all(_same(getattr(a, of.name), getattr(b, of.name)) for of in fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    return bool(a == b)
