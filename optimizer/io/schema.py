"""Load the data dictionary: what every table's columns are called, hold and default to."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from optimizer.io.registers import register

GRID_TABLES = (
    "zones", "blocks", "headroom", "energy_prices", "lines", "upgrades", "generators", "loads",
)  # fmt: skip
"""Tables of a grid's folder."""
TABLES = ("sites", "site_ramp", "racks", "deliveries", "placement", *GRID_TABLES)
PLAN_TABLES = (
    "assignments", "sites", "power", "waiting", "zones", "flows", "unused", "upgrades", "costs", "binding", "dispatch",
    "base", "committed",
)  # fmt: skip
"""Tables of a plan's folder; their schemas are named plan/assignments and so on, since a study has sites too."""
NODAL_TABLES = ("dispatch", "base")
"""Tables that only the plan of a nodal grid has rows of, and a file for."""
REPLAN_TABLES = ("committed",)
"""Tables that only a plan that keeps to an earlier one has rows of, and a file for."""
SOME_TABLES = (*NODAL_TABLES, *REPLAN_TABLES)
"""Tables of some plans alone."""
_REGISTERS = ("terms", "statuses")
_PLACES = {"zones": ("lon", "lat"), "sites": ("geometry",)}
"""Columns that reading turns into those that a table has."""
_PATTERN = re.compile("<(.+?)>")
SWEEP_TABLES = ("cases",)
HEADROOM_TABLES = ("headroom",)
"""Tables of a sweep's folder, named sweep/cases: a column of theirs may stand for many, such as spend_<period>_usd."""

EXPLAIN_TABLES = ("values", "sooner", "limits", "costs", "alternatives", "sites")
"""Tables of answers about a plan, named explain/values and so on."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as its row in the schema file says it.

    ``applied`` says who fills an empty cell: "reading" (the table holds the default) or "model" (the table
    says not stated: NaN or empty text). Numbers above ``warn_above``, or above 0 and below ``warn_below``, are
    doubted; ``if_high`` and ``if_low`` say what was perhaps meant. ``adds``: its rows may be summed. ``title`` names
    it over a picture. ``example`` may stand in a key that is absent by default. A ``quiet`` column that says nothing in
    any row is left out of files.
    """

    name: str
    type: str = "text"
    key: str = ""
    unit: str = ""
    required: bool = False
    default: str = ""
    applied: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    above: float = -math.inf
    warn_below: float = 0.0
    warn_above: float = math.inf
    if_low: str = ""
    if_high: str = ""
    infinity: bool = False
    adds: bool = False
    refers_to: str = ""
    quiet: bool = False
    title: str = ""
    example: str = ""
    meaning: str = ""

    @property
    def is_number(self) -> bool:
        """Whether cells are read as numbers."""
        return self.type in ("float", "int")

    @property
    def is_key(self) -> bool:
        """Whether the column takes part in the order of rows."""
        return bool(self.key)

    @property
    def choices(self) -> tuple[str, ...]:
        """Words that a column of choices may hold: those listed, or those of a register."""
        named, _, words = self.type.partition(":")
        if named != "choice":
            return ()
        return (
            tuple(next(iter(row.values())) for row in register(words))
            if words in _REGISTERS
            else tuple(words.split("|"))
        )

    @property
    def what(self) -> str:
        """Say what a cell holds, for a cure."""
        if self.type == "period":
            return "a period: 2026, 2026H1 or 2026Q3"
        return "an id" if self.type in ("id", "code") else "a value"

    @property
    def fill(self) -> float | str | bool | None:
        """What the table holds for an empty cell; None where that is another column's value."""
        default = self.default if self.applied == "reading" else ""
        if default.startswith("= "):
            return None
        if self.is_number:
            return {"unlimited": math.inf, "": math.nan}.get(default) or float(default)
        if self.type == "bool":
            return default == "true"
        return default

    @property
    def same_as(self) -> str:
        """The column whose value stands for an empty cell, or ""."""
        return self.default[2:] if self.applied == "reading" and self.default.startswith("= ") else ""

    @property
    def dtype(self) -> str:
        """Type of the column in a table: "float64", "int64", "bool", "str" or "object"."""
        if self.type == "int" and (self.required or (self.fill is not None and math.isfinite(float(self.fill)))):
            return "int64"
        return {"float": "float64", "int": "float64", "bool": "bool", "geometry": "object"}.get(self.type, "str")

    def names(self, of: Mapping[str, Sequence[str]]) -> list[str]:
        """Return the names that the column stands for; ``of`` says what takes the place of a word in <>."""
        parts = _PATTERN.split(self.name)  # what stands as it is, and words, in turn
        choices = (of[part] if at % 2 else [part] for at, part in enumerate(parts))
        return ["".join(name) for name in product(*choices)]

    def when_empty(self) -> str:
        """Say what to write where no value is known, for a cure."""
        if self.required:
            return f"write the true value in {self.unit}" if self.unit else "write the true value"
        return f"leave the cell empty for the default ({self.default})" if self.default else "leave the cell empty"


@dataclass(frozen=True)
class Schema:
    """The columns of one table."""

    table: str
    columns: tuple[Column, ...]
    people: tuple[Column, ...]

    def find(self, name: str) -> Column | None:
        """Return the column of this name, those for people included."""
        return next((c for c in (*self.columns, *self.people) if c.name == name), None)

    def __getitem__(self, name: str) -> Column:
        """Return the column of this name.

        Raises KeyError where the table has none.
        """
        column = self.find(name)
        if column is None:
            raise KeyError(name)
        return column

    @property
    def names(self) -> list[str]:
        """Names of the columns that the contract gives a meaning."""
        return [c.name for c in self.columns]

    @property
    def typed(self) -> list[Column]:
        """The columns that a table of a Study always has."""
        return [c for c in self.columns if c.name not in _PLACES.get(self.table, ())]

    @property
    def order(self) -> list[str]:
        """Columns by which rows are sorted."""
        return [c.name for c in self.columns if c.is_key]

    @property
    def unique(self) -> list[str]:
        """Columns that together may stand only once; empty where rows add up."""
        return [c.name for c in self.columns if c.key == "yes"]

    @property
    def in_turn(self) -> bool:
        """Whether rows of one key stand in the order of the file, which has a meaning."""
        return any(c.key == "group" for c in self.columns)


def _columns(name: str) -> tuple[Column, ...]:
    return tuple(_column({key: value for key, value in row.items() if value}) for row in register(name))


def _column(row: Mapping[str, str]) -> Column:
    """Return the column of a row; what a dictionary leaves out is as a cell left empty."""
    limits = ("minimum", "maximum", "above", "warn_below", "warn_above")
    values: dict[str, Any] = {name: float(text) if name in limits else text for name, text in row.items()}
    values |= {name: values.get(name) == "yes" for name in ("required", "infinity", "adds", "quiet")}
    return Column(name=values.pop("column"), **values)


@cache
def schema(table: str) -> Schema:
    """Return the schema of a table by its name in [files] or a grid's folder, or of what comes out: "plan/sites"."""
    columns = _columns(table)
    if "/" in table:
        return Schema(table, columns, ())
    known = {c.name for c in columns}
    return Schema(table, columns, tuple(c for c in _columns("people") if c.name not in known))


@cache
def keys() -> Mapping[str, Column]:
    """Return the numbers among the keys of study.toml, dotted: their units, and what of them is doubted."""
    return {column.name: column for column in _columns("settings")}
