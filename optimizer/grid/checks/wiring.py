"""The AC circuits of a grid under DC flow, those that can be bought among them, as checks look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.grid.checks.lines import LEAST_PU, reactances
from optimizer.io.checks.context import Context
from optimizer.io.table import Table
from optimizer.network import Circuits

_READ = ("from", "to", "reactance_pu", "x_base_mva", "shift_deg", "capacity_mw", "capacity_back_mw")


@dataclass(frozen=True)
class Piece:
    """A circuit, or so many alike that an upgrade adds: its row, and the row of its line in lines.csv."""

    table: Table
    row: int
    line: int
    x_pu: float
    mw: float
    count: int = 1

    @property
    def name(self) -> str:
        """Id of the line, or of the upgrade."""
        return self.table.key(self.row)

    @property
    def is_bought(self) -> bool:
        """Whether an upgrade adds it."""
        return self.table.name == "upgrades"


@dataclass(frozen=True, eq=False)
class Wiring:
    """Lines with a reactance, corridors among them, and what can be bought; ``most_mw`` is the larger of both ways.

    ``start`` and ``end`` are buses by row of lines.csv; ``free_links`` are lines without a reactance and a limit.
    """

    n_buses: int
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    lines: list[Piece]
    bought: list[Piece]
    free_links: list[str]

    @property
    def standing(self) -> list[Piece]:
        """Lines that are no corridor."""
        return [piece for piece in self.lines if piece.mw > 0]

    def circuits(self, pieces: Sequence[Piece], counts: Sequence[int] | None = None) -> Circuits:
        """Return pieces as a network, one of each, or so many of each as one."""
        table = self.lines[0].table
        base, shift = table.numbers("x_base_mva"), np.radians(table.numbers("shift_deg"))
        at = np.array([piece.line for piece in pieces], dtype=np.int64)
        per_rad = base[at] / np.array([piece.x_pu for piece in pieces]) * np.array(counts or 1.0)
        return Circuits(self.n_buses, self.start[at], self.end[at], per_rad, shift[at])


def wiring_of(context: Context) -> Wiring | None:
    """Return the AC circuits of a grid; None where flow is not DC, there are none, or a table is not read whole."""
    zones, lines, upgrades = context.whole("zones"), context.whole("lines"), context.tables.get("upgrades")
    if zones is None or lines is None or upgrades is None or not context.flows("dc"):
        return None
    if any(column in _READ for _, column in lines.unread_cells) or upgrades.unread_cells or upgrades.missing:
        return None
    bus_at = {zone: i for i, zone in enumerate(dict.fromkeys(zones.texts("zone")))}
    start, end = (np.array([bus_at.get(zone, -1) for zone in lines.texts(n)], dtype=np.int64) for n in ("from", "to"))
    x, most_mw = reactances(lines), np.maximum(lines.numbers("capacity_mw"), lines.numbers("capacity_back_mw"))
    rows = np.flatnonzero(~np.isnan(x) & (np.abs(x) >= LEAST_PU) & (start >= 0) & (end >= 0) & (start != end)).tolist()
    own = [Piece(lines, row, row, float(x[row]), float(most_mw[row])) for row in rows]
    names = lines.texts("line")
    free = [names[row] for row in np.flatnonzero(np.isnan(x) & np.isinf(most_mw)).tolist()]
    bought = _bought(upgrades, {names[row]: piece for row, piece in zip(rows, own, strict=True)})
    return Wiring(len(bus_at), start, end, own, bought, free) if own else None


def _bought(upgrades: Table, line_of: dict[str, Piece]) -> list[Piece]:
    """Return the circuits that can be bought, of a reactance that is given or scaled from that of their line."""
    own, mw = upgrades.numbers("reactance_pu"), upgrades.numbers("capacity_mw")
    kinds = zip(upgrades.texts("kind"), upgrades.texts("target"), upgrades.numbers("max_count"), strict=True)
    found = []
    for row, (kind, target, count) in enumerate(kinds):
        if kind == "line" and count >= 1 and (line := line_of.get(target)) is not None:
            capacity = float(line.table.numbers("capacity_mw")[line.row])
            x = float(own[row]) if not np.isnan(own[row]) else line.x_pu * capacity / float(mw[row])
            if np.isfinite(x) and abs(x) >= LEAST_PU:
                found.append(Piece(upgrades, row, line.row, x, float(mw[row]), int(count)))
    return found
