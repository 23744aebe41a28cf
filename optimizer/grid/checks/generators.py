"""Checks of generators: their buses, their labels, and the cost segments of each in each period and block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import shown
from optimizer.grid.segments import at_the_end, falls
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.checks.ids import nearly_the_same, starts_of
from optimizer.io.table import Finding, Table

_KEYS = ("gen", "period", "block")
_COST = ("p_max_mw", "usd_per_mwh", "usd_per_mw2h")


def spellings(context: Context) -> Iterator[Doubt]:
    """Find generators that differ only by case, blanks or look-alike letters."""
    table = context.some("generators")
    if table is not None:
        yield Doubt(table, "gen", nearly_the_same(table, table.texts("gen")))


def several_buses(context: Context) -> Iterator[Doubt]:
    """Find generators that feed in at two buses."""
    table = context.some("generators")
    if table is None:
        return
    first: dict[str, tuple[int, str]] = {}
    found = []
    for row, (gen, zone) in enumerate(zip(table.texts("gen"), table.texts("zone"), strict=True)):
        earlier, other = first.setdefault(gen, (row, zone)) if gen and zone else (row, zone)
        if other != zone:
            reason = f'is another bus than "{shown(other, 40)}" in {table.unit} {table.lines[earlier]}'
            found.append(Finding(row, reason, "name one bus, or two generators", zone, "two buses"))
    yield Doubt(table, "zone", found)


def same_start(context: Context) -> Iterator[Doubt]:
    """Find labels of one generator and block that start on the same day and are not the same."""
    table = context.some("generators")
    if table is None:
        return
    first: dict[tuple[object, ...], int] = {}
    periods, found = table.texts("period"), []
    for row, key in enumerate(zip(table.texts("gen"), starts_of(table), table.texts("block"), strict=True)):
        earlier = first.setdefault(key, row) if key[1] is not None else row
        if periods[earlier] != periods[row]:
            reason = f'starts on the same day as "{periods[earlier]}" in {table.unit} {table.lines[earlier]}'
            found.append(
                Finding(row, reason, "write the segments of one day under one label", periods[row], "same day")
            )
    yield Doubt(table, "period", found)


def least_output(context: Context) -> Iterator[Doubt]:
    """Find least outputs that are no output of the first segment."""
    table = context.some("generators")
    if table is None:
        return
    later = _before(table) >= 0
    least, width = table.numbers("p_min_mw"), table.numbers("p_max_mw")
    cure = "write it on the first segment alone"
    found = [
        Finding(i, "is of a segment that is not the first", cure, f"{least[i]:.10g}", "later")
        for i in np.flatnonzero(later & (least != 0) & ~np.isnan(least)).tolist()
    ]
    found += [
        Finding(i, f"is above p_max_mw, {width[i]:,.10g}, the width of the first segment",
                "lower it, or widen the segment", f"{least[i]:.10g}", "above")
        for i in np.flatnonzero(~later & (least > width)).tolist()
    ]  # fmt: skip
    yield Doubt(table, "p_min_mw", sorted(found, key=lambda f: f.row))


def widths(context: Context) -> Iterator[Doubt]:
    """Find later segments of a negative width."""
    table = context.some("generators")
    if table is not None:
        width, cure = table.numbers("p_max_mw"), "write how many MW the segment adds"
        rows = np.flatnonzero((_before(table) >= 0) & (width < 0)).tolist()
        yield Doubt(
            table, "p_max_mw", [Finding(i, "is a negative width of a segment", cure, f"{width[i]:.10g}") for i in rows]
        )


def negative_quadratic_prices(context: Context) -> Iterator[Doubt]:
    """Refuse costs whose marginal price falls all along a segment."""
    table = context.some("generators")
    if table is not None:
        price = table.numbers("usd_per_mw2h")
        reason, cure = "is below 0: the cost is not convex", "write 0 or more, or segments in rising price"
        rows = np.flatnonzero(price < 0).tolist()
        yield Doubt(table, "usd_per_mw2h", [Finding(i, reason, cure, f"{price[i]:.10g}") for i in rows])


def falling_prices(context: Context) -> Iterator[Doubt]:
    """Refuse segments whose price falls, and tell where one falls so little that the convex hull takes its place."""
    table = context.some("generators")
    if table is None:
        return
    width, price, quadratic = (table.numbers(name) for name in _COST)
    before = _before(table)
    unread = {row for row, column in table.unread_cells if column in _COST}
    rows = np.array([i for i in np.flatnonzero(before >= 0) if not {i, before[i]} & unread], dtype=np.int64)
    ends = at_the_end(width, price, quadratic)[before[rows]]
    fall, too_much = falls(ends, price[rows])
    curved = {group for group, q in zip(_groups(table).tolist(), quadratic.tolist(), strict=True) if q != 0}
    refused = too_much | np.isin(_groups(table)[rows], list(curved))
    for which, more, cure, severity in (
        (fall & refused, ": the cost is not convex", "write segments in rising price", "error"),
        (fall & ~refused, ", by less than 0.1 %: the convex hull of the cost is used", "", "warning"),
    ):
        found = [
            Finding(int(i), f"falls from {end:,.10g} at the end of the segment before{more}", cure,
                    f"{price[i]:.10g}", more)
            for i, end in zip(rows[which], ends[which], strict=True)
        ]  # fmt: skip
        yield Doubt(table, "usd_per_mwh", found, severity)


def _groups(table: Table) -> NDArray[np.int64]:
    """Return a number for each row, the same for rows of one generator, period and block."""
    return np.asarray(table.frame.groupby(list(_KEYS), sort=False, dropna=False).ngroup(), dtype=np.int64)


def _before(table: Table) -> NDArray[np.int64]:
    """Return the row of the segment before each, -1 for the first of its generator, period and block."""
    rows = pd.Series(np.arange(len(table.frame)))
    return np.asarray(rows.groupby(_groups(table)).shift(fill_value=-1), dtype=np.int64)
