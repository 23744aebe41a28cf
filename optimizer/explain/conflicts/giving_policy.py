"""How rules of the planner and deliveries give: columns and rows that let them change at a price."""

from __future__ import annotations

from collections.abc import Callable
from math import floor

import numpy as np

from ...formulation import families as of
from ...resolution import Floats
from .elastic import LEAST, Elastic, Move, Value, number, relative
from .statements import Statement


def max_sites(e: Elastic, _i: int, s: Statement) -> None:
    """One site more counts 1."""
    column = e.draft.column(1.0, float(len(e.wide.p.sites)), whole=True)
    for _, row in e.rows("site_count"):
        e.draft.add(row, column, -1.0)
    (cell,) = s.cells
    start = int(cell.value)

    def told(x: Floats) -> Value:
        return start + round(x[column]) if x[column] > 0.5 else None

    e.moves.append(Move(s, cell, told, lambda to: abs(number(to) - start)))


def ceiling(rule: str) -> Callable[[Elastic, int, Statement], None]:
    """A ceiling on a sum of the programme gives by its figure."""

    def gives(e: Elastic, _i: int, s: Statement) -> None:
        (cell,) = s.cells
        column = e.draft.column(relative(cell))
        for _, row in e.rows(rule):
            e.draft.add(row, column, -1.0)
        e.figure(s, cell, column)

    return gives


def cluster(e: Elastic, i: int, s: Statement) -> None:
    """A cluster asks min(key, what the site can hold): lowering the key is felt by those that can hold less last."""
    (cell,) = s.cells
    key = float(cell.value)
    lower = e.draft.column(relative(cell), key)
    a = e.wide.by_row
    for row in np.flatnonzero(e.wide.owner == i).tolist():
        terms = slice(a.indptr[row], a.indptr[row + 1])
        at, values = a.indices[terms].tolist(), a.data[terms].tolist()
        asked = -min(values)
        if asked <= 0:
            continue
        if asked >= key - LEAST:
            e.draft.add(row, lower, 1.0)
            continue
        less = e.draft.column(0.0, 1.0, whole=True)
        e.draft.add(row, less, asked)
        own = [(c, v if v > 0 else -key) for c, v in zip(at, values, strict=True)]
        e.draft.row([*own, (lower, 1.0), (less, -key)], -key, np.inf)
    e.figure(s, cell, None, lower)


def force_open(e: Elastic, _i: int, s: Statement) -> None:
    """A site that must open gives by its entry."""
    column = e.draft.column(1.0, 1.0, whole=True)
    for _, row in e.rows("forced_open", s.place):
        e.draft.add(row, column, 1.0)
        e.draft.loosen(row, 1.0, np.inf)
    e.switch(s, s.cells[0], column)


def forbid(e: Elastic, _i: int, s: Statement) -> None:
    """A site that may not open gives by its entry."""
    column = e.draft.column(1.0, 1.0, whole=True)
    for _, opened in e.columns(of.OPENED, s.place):
        e.draft.row([(opened, 1.0), (column, -1.0)], -np.inf, 0.0)
    e.switch(s, s.cells[0], column)


def deliveries(e: Elastic, _i: int, s: Statement) -> None:
    """Each row gives by whole pods, as many in each of the periods that it is spread over."""
    p, k = e.wide.p, s.place
    row_of = {t: row for (_, t), row in e.rows("delivery_balance", k)}
    for cell in s.cells:
        if not cell.periods:
            continue
        each = (float(p.pod_mw[k]) if cell.column == "mw" else float(p.pod_racks[k])) * len(cell.periods)
        up = e.draft.column(each * relative(cell), float(e.wide.most.pods[k]), whole=True)
        fewest = floor(float(cell.value) / each + 1e-9)
        down = e.draft.column(each * relative(cell), float(fewest), whole=True)
        for t in cell.periods:
            e.draft.add(row_of[t], up, -1.0)
            e.draft.add(row_of[t], down, 1.0)
        e.figure(s, cell, up, down, each=each, rounding=1e9 if cell.column == "mw" else 1)
