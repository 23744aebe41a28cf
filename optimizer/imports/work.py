"""What the parts of an import of MATPOWER share: the case, what was found wrong, and what is to be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Fault, Faults

from .case import COLUMNS, Case
from .convention import Floats
from .gridfiles import counted

Bools = NDArray[np.bool_]
_WORDS = {"gen": ("generator", "generators"), "branch": ("branch", "branches"), "dcline": ("dcline", "dclines")}


@dataclass
class Work:
    """A case on its way: what it holds, the faults found, and the buses in use by number."""

    case: Case
    faults: Faults
    notes: list[str] = field(default_factory=list)
    places: dict[float, int] = field(default_factory=dict)

    def refuse(self, matrix: str, column: str, bad: Bools, reason: str, cure: str) -> None:
        """Add a fault for the first row that is bad, with the number of others."""
        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        at, lines = int(rows[0]), self.case.matrices[matrix].lines
        more = f", and so {counted(len(rows) - 1, 'more row')}" if len(rows) > 1 else ""
        value = None if column not in COLUMNS[matrix] else f"{self.case.column(matrix, column)[at]:g}"
        self.faults.add(Fault(self.case.file, reason + more, lines[at], f"mpc.{matrix} {column}".strip(), value, cure))

    def tell(self, number: int, one: str, many: str, words: str) -> None:
        """Note what was done to so many, where there are any."""
        if number:
            self.notes.append(f"{counted(number, one, many)} {words}")


def in_use(work: Work, matrix: str, status: str, *ends: str) -> Bools:
    """Say which rows are in service, between buses that are; those left out are told."""
    on: Bools = work.case.column(matrix, status) > 0
    for end in ends:
        on = on & np.isin(work.case.column(matrix, end), [*work.places])
    one, many = _WORDS[matrix]
    work.tell(int((~on).sum()), f"{one} out of service is", f"{many} out of service are", "left out")
    return on


def ids(letter: str, *columns: Floats) -> list[str]:
    """Return an id for every row: the letter, its buses, and the number of the row among those of these buses."""
    seen: Counter[str] = Counter()
    found = []
    for row in zip(*columns, strict=True):
        key = "-".join(f"{bus:.0f}" for bus in row)
        seen[key] += 1
        found.append(f"{letter}{key}-{seen[key]}")
    return found
