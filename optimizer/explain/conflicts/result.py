"""A conflict and its repairs as they are told: typed, as JSON, as text and in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from .edits import AWAY
from .statements import Group
from .words import figure

# So many statements of a conflict are told as text; files hold the others.
MOST_TOLD = 20
ENOUGH = "these alone rule out every plan; without any one of them, and nothing else asked, there is one"


_GONE = {
    "force_open": "take it out of the list", "forbid": "take it out of the list", "committed": "make it false",
    "vendors": "let in every vendor", "allowed": "allow the pair", "usd_per_rack": "allow the pair",
}  # fmt: skip
"""What a person does where something is taken away, by column."""


@dataclass(frozen=True)
class Told:
    """A statement: its file, line and column, the lines of all its rows, its value, id, and what it says.

    ``line`` is None where no line of a file says it; then ``value`` is "default", or a call has set it.
    """

    file: str
    line: int | None
    lines: tuple[int, ...]
    column: str
    value: Any
    id: str
    text: str

    @property
    def where(self) -> str:
        """File, line and column."""
        return f"{self.file}{'' if self.line is None else f':{self.line}'}{f' {self.column}' if self.column else ''}"

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True)
class Change:
    """One cell or key that changes: from what to what; ``to`` is "taken away" where it goes."""

    file: str
    line: int | None
    column: str
    id: str
    start: Any
    to: Any
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        facts = {"file": self.file, "line": self.line, "column": self.column, "id": self.id}
        return {**facts, "from": self.start, "to": self.to, "unit": self.unit}

    def __str__(self) -> str:
        where = f"{self.file}{'' if self.line is None else f':{self.line}'} {self.column}".rstrip()
        whose = f" of {self.id}" if self.id else ""
        if self.to == AWAY:
            return f"{where}{whose}: {_GONE[self.column]}"
        return f"{where}{whose}: {figure(self.start)} → {figure(self.to)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Repair:
    """Changes that make the study feasible, which was solved again; ``measure`` as the bound below it, no unit."""

    changes: tuple[Change, ...]
    group: Group
    measure: float
    bound: float

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        changes = [change.as_json() for change in self.changes]
        return {"changes": changes, "group": self.group, "measure": self.measure, "bound": self.bound}


@dataclass(frozen=True)
class Conflict:
    """Why a study has no plan, and what would let it have one.

    ``statements``, all others taken away, have no plan; where ``irreducible``, without any one of them they have one,
    else that is not settled of the ``unsettled``. ``others`` is how many conflicts share no statement with this one or
    each other. ``status`` is "feasible" where the study has a plan; then there is nothing else to tell.
    """

    status: Literal["infeasible", "feasible"]
    statements: tuple[Told, ...] = ()
    unsettled: tuple[Told, ...] = ()
    others: int = 0
    repairs: tuple[Repair, ...] = ()

    @property
    def irreducible(self) -> bool:
        """Whether each statement is known to be needed."""
        return not self.unsettled

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        return {
            "status": self.status,
            "conflict": [{**vars(s), "lines": list(s.lines)} for s in self.statements],
            "irreducible": self.irreducible,
            "unsettled": [{"file": s.file, "column": s.column, "id": s.id} for s in self.unsettled],
            "others": self.others,
            "repairs": [repair.as_json() for repair in self.repairs],
        }

    @property
    def lines(self) -> list[str]:
        """The conflict and its repairs, a line each, as a person reads them."""
        if self.status == "feasible":
            return ["a plan exists"]
        told = [str(s) for s in self.statements[:MOST_TOLD]]
        more = len(self.statements) - len(told)
        told += [f"and {more} more; --json tells all"] if more > 0 else []
        if self.irreducible:
            told.append(ENOUGH)
        else:
            least = f"whether {len(self.unsettled)} of them are needed is not settled: time was over"
            told.append(f"these alone rule out every plan; {least}")
        if self.others:
            several = "conflicts" if self.others > 1 else "conflict"
            told.append(f"and {self.others} more {several} beside this one, of other statements")
        for number, repair in enumerate(self.repairs, 1):
            told.append(f"repair {number}: {'; '.join(str(change) for change in repair.changes)}")
        return told if self.repairs else [*told, "no repair was found"]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self.lines)
        return f"<p>{escape(self.status)}</p><ul>{items}</ul>"
