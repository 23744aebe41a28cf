"""Checks of unused.csv and costs.csv: a row for every MW of a kind and every dollar of a term, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .columns import Bools, Floats, Ints
from .ground import Ground
from .money import terms, unused_mw, unused_usd, worth
from .report import Finding
from .shapes import COSTS, NOBODYS
from .table import MISSING, ROW, Table
from .tolerance import slack

NOTHING_MW = 1e-6
"""Rows of unused.csv stand only where there is more than this."""


@dataclass(frozen=True)
class _Part:
    """Rows of one kind or term and its ``amount`` over what it is by and the period.

    Of its ``rows`` those are ``full`` that state all that it is by, and ``placed`` those that state nothing else.
    """

    table: Table
    word: str
    name: str
    amount: Floats
    rows: Bools
    full: Bools
    placed: Bools

    def at(self, rows: Bools) -> tuple[Ints, ...]:
        """Return the positions of rows in ``amount``."""
        return tuple(self.table.keys[axis][rows] for axis in (*COSTS[self.name], "period"))

    def missing(self, g: Ground, wanted: Bools) -> list[Finding]:
        """Find where a row is wanted and none has its place."""
        wanted[self.at(self.placed)] = False
        axes, amount = (*COSTS[self.name], "period"), self.amount
        rows = {at: f"{self.word} {self.name}, {g.label(axes, at)}" for at in map(tuple, np.argwhere(wanted))}
        return [Finding(self.table.file, row, ROW, MISSING, float(amount[at])) for at, row in rows.items()]


def _of_nobody(g: Ground, term: str) -> np.bool_:
    """Whether a term by sites may be of none: where zones and lines can be upgraded, where sites are gone."""
    if term == "change":
        return np.bool_(
            g.commitment is not None and bool(g.commitment.gone_racks.any() or g.commitment.gone_pieces.any())
        )
    return np.bool_(term in NOBODYS and any(kind != "site" for kind in g.p.upgrade_kind))


def _parts(g: Ground, table: Table, amounts: Mapping[str, Floats]) -> Iterator[_Part]:
    """Yield the parts of a table, kind by kind or term by term in the order of its rows."""
    word, *others = table.keys
    stated = {place: table.keys[place] >= 0 for place in others if place != "period"}
    for i, name in enumerate(g.p.ids[word]):
        rows = np.asarray(table.keys[word] == i, dtype=np.bool_)
        needed = () if _of_nobody(g, name) else COSTS[name]
        full = rows & np.all([stated[place] for place in needed], axis=0)
        more = np.any([stated[place] for place in stated if place not in COSTS[name]], axis=0)
        yield _Part(table, word, name, amounts[name], rows, full, full & ~more)


# unused.csv -------------------------------------------------------------------------------------------------------
def unused_rows(g: Ground) -> list[Finding]:
    """A row for every unused MW: kind by kind, only where mw > 1e-6, with site or sku as the kind has it."""
    table, found = g.tables["unused"], []
    for part in _parts(g, table, unused_mw(g)):
        axis, wrong = ("site", "sku") if COSTS[part.name] == ("site",) else ("sku", "site")
        for i in np.flatnonzero(part.rows & ~part.placed).tolist():
            column = wrong if part.full[i] else axis
            found.append(Finding(table.file, table.row(i), column, table.frame[wrong].iloc[i], f"a {axis}"))
        found += part.missing(g, part.amount > 2 * NOTHING_MW)
        found += _of_nothing(table, part.placed & (table.number["mw"] <= NOTHING_MW))
    return found


def unused_amount(g: Ground) -> list[Finding]:
    """Unused MW by kind: waiting w p, aged a p, unplaced w_T p, idle_hall in IT MW, idle_power in fence MW."""
    return _compare_unused(g, "mw", unused_mw(g), "mw")


def unused_mw_years(g: Ground) -> list[Finding]:
    """MW-years: mw · L_t, 0 for unplaced."""
    years = {kind: mw * (0.0 if kind == "unplaced" else g.p.length_years) for kind, mw in unused_mw(g).items()}
    return _compare_unused(g, "mw_years", years, "mw")


def unused_price(g: Ground) -> list[Finding]:
    """Undiscounted money at the kind's own price: price · mw · L_t, for unplaced price · mw."""
    return _compare_unused(g, "usd", unused_usd(g), "usd")


def _compare_unused(g: Ground, column: str, amounts: Mapping[str, Floats], unit: str) -> list[Finding]:
    """Compare each row with the amount of its kind; a row without a place has none."""
    table = g.tables["unused"]
    values = np.full(len(table.frame), np.nan)
    for part in _parts(g, table, amounts):
        values[part.full] = part.amount[part.at(part.full)]
    return table.compare_rows(column, values, unit)


# costs.csv --------------------------------------------------------------------------------------------------------
def cost_rows(g: Ground) -> list[Finding]:
    """A row for every cost that is not zero, by the site, SKU or line that its term is by, and by no other.

    Upgrades of zones and lines are of no site.
    """
    table = g.tables["costs"]
    found = _of_nothing(table, table.number["usd"] == 0.0)
    for part in _parts(g, table, terms(g)):
        for place in ("site", "sku", "line"):
            by = place in COSTS[part.name]
            wrong = part.rows & ((table.keys[place] >= 0) != by) & ~(by & _of_nobody(g, part.name))
            wanted = f"a {place}" if by else "empty"
            found += [
                Finding(table.file, table.row(i), place, table.frame[place].iloc[i], wanted)
                for i in np.flatnonzero(wrong).tolist()
            ]
        found += part.missing(g, np.abs(part.amount) > slack("usd", part.amount))
    return found


def cost_usd(g: Ground) -> list[Finding]:
    """Undiscounted money of the row's term where and when it falls due, that of residual and unplaced at the end."""
    return _compare_cost(g, "usd", discounted=False)


def cost_discounted(g: Ground) -> list[Finding]:
    """Discounted money of the row: δ_t usd, for residual and unplaced that of the horizon's end, δ_end usd."""
    return _compare_cost(g, "discounted_usd", discounted=True)


def _compare_cost(g: Ground, column: str, *, discounted: bool) -> list[Finding]:
    """Compare each row with the money of its term; one that is misplaced keeps what it states."""
    table = g.tables["costs"]
    values = table.number[column].copy()
    for part in _parts(g, table, terms(g)):
        usd = part.amount * worth(g, part.name, discounted=discounted)
        values[part.placed] = usd[part.at(part.placed)]
    return table.compare_rows(column, values, "usd")


def _of_nothing(table: Table, rows: Bools) -> list[Finding]:
    return [Finding(table.file, table.row(i), ROW, "a row", "none") for i in np.flatnonzero(rows).tolist()]
