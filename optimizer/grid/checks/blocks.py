"""Checks of load blocks, and of the tables that name one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.table import Finding

HOURS = 8760.0
ONLY = "all"
"""The block of a grid without blocks.csv."""

_NEAR_H = 1e-6


def hours_of_a_year(context: Context) -> Iterator[Fault]:
    """Find blocks that are more or less than a year."""
    blocks = context.whole("blocks", "hours_per_year")
    total = HOURS if blocks is None else math.fsum(blocks.numbers("hours_per_year"))
    if blocks is not None and abs(total - HOURS) > _NEAR_H:
        cure = "give every hour of a year to one block"
        yield Fault(blocks.file, f"add up to {total:,.12g} h, not to {HOURS:,.0f}", None, "hours_per_year", cure=cure)


def never_at_peak(context: Context) -> Iterator[Fault]:
    """Doubt blocks in none of which racks draw what they are built for."""
    blocks = context.whole("blocks", "load_scale")
    if blocks is not None and not (blocks.numbers("load_scale") == 1).any():
        most = blocks.numbers("load_scale").max()
        reason = f"is 1 in no block: racks draw at most {most:.10g} of their peak"
        cure = "write 1 for the block of the peak"
        yield Fault(blocks.file, reason, None, "load_scale", cure=cure, severity="warning")


def blocks_of_no_file(context: Context) -> Iterator[Doubt]:
    """Find blocks that are named where the grid has none."""
    blocks = context.tables.get("blocks")
    if not context.has_grid or blocks is None or len(blocks.frame) or blocks.lost_rows:
        return
    cure = "add blocks.csv, or leave the cell empty"
    for table in context.tables.values():
        if any(column.refers_to == "blocks.block" for column in table.schema.columns):
            named = [(row, block) for row, block in enumerate(table.texts("block")) if block not in ("", ONLY)]
            yield Doubt(table, "block", [Finding(i, "is no block: there is no blocks.csv", cure, b) for i, b in named])
