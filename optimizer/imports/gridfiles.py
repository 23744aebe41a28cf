"""A grid as it is imported: its tables, its reference buses and what was dropped or changed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .convention import Floats

MOST_MW = 1e7
"""A limit above it is none: no line table takes it, and no grid carries it."""


@dataclass(frozen=True)
class ImportedGrid:
    """The tables of a grid's folder by the name of their file, and ``notes``, each a line for the planner."""

    tables: dict[str, pd.DataFrame]
    reference: list[str]
    notes: list[str]


def counted(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def limit_cells(limits_mw: Floats) -> list[float | None]:
    """Return limits as cells: empty where there is none."""
    return [None if limit > MOST_MW else float(limit) for limit in limits_mw]


def back_cells(forth_mw: Floats, back_mw: Floats) -> list[float | None]:
    """Return limits in the other direction: an empty cell is the limit of this direction, so none is the most."""
    return [
        None if back == forth or min(back, forth) > MOST_MW else min(float(back), MOST_MW)
        for forth, back in zip(forth_mw, back_mw, strict=True)
    ]


def islands(buses: Sequence[str], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the island of each bus, by the circuits whose ``ends`` (2 × circuits) are positions of buses."""
    links = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(len(buses), len(buses)))
    return np.asarray(connected_components(links, directed=False)[1])


def one_of_each(candidates: Sequence[int], island: NDArray[np.int64]) -> list[int]:
    """Return the first candidate, a position of a bus, of each island."""
    return [*{island[at]: at for at in reversed(candidates)}.values()][::-1]
