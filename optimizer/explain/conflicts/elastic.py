"""A model in which statements give at a price, and what a point of it says that they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from ...formulation import families as of
from ...resolution import Floats
from .draft import Draft
from .statements import Cell, Doors, Statement
from .wide import Wide

# Figures are told to so many parts of a MW, MW-year or kW.
PER_MW = 10
# A change below this is none.
LEAST = 1e-6
Value = float | int | str | None


@dataclass(frozen=True)
class Move:
    """A change of one cell: what it becomes at a point, None where it stays; its measure follows from ``measure``."""

    statement: Statement
    cell: Cell
    told: Callable[[Floats], Value]
    measure: Callable[[Value], float]


@dataclass
class Elastic:
    """A wide model in which some statements give at a price, and the moves that this allows."""

    wide: Wide
    draft: Draft
    doors: Doors
    moves: list[Move]

    def rows(self, name: str, place: int | None = None) -> list[tuple[tuple[int, ...], int]]:
        """Return indices and rows of a rule, of one place or of all."""
        found = []
        for at, row in self.wide.rows.get(name, {}).items():
            index = at if isinstance(at, tuple) else () if at is None else (at,)
            if place is None or index[0] == place:
                found.append((index, row))
        return found

    def columns(self, family: of.Family, place: int) -> list[tuple[tuple[Any, ...], int]]:
        """Return indices and columns of a family at a place of its first axis."""
        return [(at, c) for at, c in self.wide.columns.of(family).items() if at[0] == place]

    def figure(
        self, statement: Statement, cell: Cell, up: int | None, down: int | None = None, *, each: float = 1.0,
        rounding: float = PER_MW,
    ) -> None:  # fmt: skip
        """Add a move of a figure by what two columns say, in pieces of ``each``, rounded to the safe side."""
        start = float(cell.value)

        def told(x: Floats) -> Value:
            change = (x[up] if up is not None else 0.0) - (x[down] if down is not None else 0.0)
            if abs(change) * each < LEAST:
                return None
            return rounded(start + each * change, up=change > 0, per=rounding)

        self.moves.append(Move(statement, cell, told, lambda to: abs(number(to) - start) / max(abs(start), 1.0)))

    def switch(self, statement: Statement, cell: Cell, column: int) -> None:
        """Add a move that takes a cell away, which counts 1."""
        self.moves.append(Move(statement, cell, lambda x: "taken away" if x[column] > 0.5 else None, lambda _: 1.0))


def number(value: Value) -> float:
    """Return a figure that a cell becomes, 0 where it becomes none."""
    return float(value) if isinstance(value, (int, float)) else 0.0


def rounded(value: float, *, up: bool, per: float = PER_MW) -> float:
    """Return a figure in whole parts of a unit, on the side that leaves more room."""
    parts = ceil(value * per - 1e-5) if up else floor(value * per + 1e-5)
    return round(parts / per, 9) + 0.0


def relative(cell: Cell) -> float:
    """Return what a change of 1 measures."""
    return 1.0 / max(abs(float(cell.value)), 1.0)
