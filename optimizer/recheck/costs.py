"""Check costs.csv: a row for every dollar of every term, recomputed where it falls due."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .columns import Bools, Floats
from .ground import Ground
from .money import Worth, terms
from .report import Finding
from .shapes import COSTS
from .table import MISSING, ROW
from .tolerance import slack

PLACES = ("site", "sku", "line")


def cost_rows(g: Ground) -> list[Finding]:
    """A row for every cost that is not zero, by the site, SKU or line that its term is by, and by no other."""
    table, found = g.tables["costs"], []
    for i in np.flatnonzero(table.number["usd"] == 0.0):
        found.append(Finding(table.file, table.row(int(i)), ROW, "a row", "none"))
    for term, rows, at, usd in _terms(g):
        axes = (*COSTS[term], "period")
        for place in PLACES:
            wrong = (table.keys[place] >= 0) != (place in axes)
            wanted = f"a {place}" if place in axes else "empty"
            found += [
                Finding(table.file, table.row(int(i)), place, table.frame[place].iloc[i], wanted)
                for i in np.flatnonzero(_of(g, term) & wrong)
            ]
        lost = np.abs(usd) > slack("usd", usd)
        lost[tuple(index[rows] for index in at)] = False
        found += [
            Finding(table.file, f"term {term}, {g.label(axes, here)}", ROW, MISSING, float(usd[here]))
            for here in map(tuple, np.argwhere(lost))
        ]
    return found


def cost_usd(g: Ground) -> list[Finding]:
    """Undiscounted money of the row's term where and when it falls due, that of residual and unplaced at the end."""
    return g.tables["costs"].compare_rows("usd", _of_rows(g, "usd", Worth.face(g)), "usd")


def cost_discounted(g: Ground) -> list[Finding]:
    """Discounted money of the row: δ_t usd, for residual and unplaced that of the horizon's end, δ_end usd."""
    worth = Worth.discounted(g)
    return g.tables["costs"].compare_rows("discounted_usd", _of_rows(g, "discounted_usd", worth), "usd")


def _of_rows(g: Ground, column: str, worth: Worth) -> Floats:
    """Return what each row should hold; one that is misplaced keeps what it states."""
    values = g.tables["costs"].number[column].copy()
    for term, rows, at, usd in _terms(g):
        values[rows] = (usd * worth.of(term))[tuple(index[rows] for index in at)]
    return values


def _terms(g: Ground) -> Iterator[tuple[str, Bools, tuple[np.ndarray, ...], Floats]]:
    """Yield each term, its rows that have their place, the positions of all rows over its axes, and its money."""
    keys, usd = g.tables["costs"].keys, terms(g)
    for term, axes in COSTS.items():
        rows = _of(g, term)
        for place in PLACES:
            rows = rows & ((keys[place] >= 0) == (place in axes))
        yield term, rows, tuple(keys[axis] for axis in (*axes, "period")), usd[term]


def _of(g: Ground, term: str) -> Bools:
    """Return which rows are of a term."""
    return np.asarray(g.tables["costs"].keys["term"] == list(COSTS).index(term), dtype=np.bool_)
