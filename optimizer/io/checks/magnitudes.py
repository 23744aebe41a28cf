"""Doubt numbers that nobody has seen yet: of another unit, perhaps. The dictionaries say what is plausible."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.schema import Column, keys, schema
from optimizer.io.settings import value_of
from optimizer.io.table import Finding


def cells(context: Context) -> Iterator[Doubt]:
    """Doubt cells of tables that are larger or smaller than anyone has seen."""
    for table in context.tables.values():
        place = " at one site" if table.name in ("sites", "site_ramp") else ""
        for column in (c for c in table.schema.typed if c.is_number):
            if any(name == column.name for _, name in table.unread_cells):
                continue  # what is beyond the limits is told, as a fault
            numbers = table.numbers(column.name)
            if column.same_as:  # an empty cell holds the value of that column, which is doubted there
                numbers = np.where(numbers == table.numbers(column.same_as), np.nan, numbers)
            for rows, reason, cure in _beyond(column, numbers, place):
                found = [Finding(int(i), reason, cure, f"{numbers[i]:.10g}") for i in np.flatnonzero(rows)]
                yield Doubt(table, column.name, found, "warning")


def settings(context: Context) -> Iterator[Fault]:
    """Doubt keys of study.toml that are larger or smaller than anyone has seen."""
    for key, column in keys().items():
        value = value_of(context.config, key)
        for rows, reason, cure in _beyond(column, np.array([np.nan if value is None else float(value)]), ""):
            if rows.any():
                written = int(value) if value == round(value) else value
                yield context.doubt(key, reason, value=written, cure=cure)


def racks_in_mw(context: Context) -> Iterator[Doubt]:
    """Doubt racks that add up to more power than anyone delivers: accelerators, perhaps."""
    table, racks = context.some("deliveries"), context.some("racks")
    if table is None or racks is None:
        return
    kw = dict(zip(racks.texts("sku"), racks.numbers("rack_kw"), strict=True))
    count, most, most_mw = table.numbers("racks"), table.schema["racks"].warn_above, table.schema["mw"].warn_above
    mw = count * np.array([kw.get(sku, np.nan) for sku in table.texts("sku")]) / 1000.0
    found = [
        Finding(int(i), f"racks are {mw[i]:,.10g} MW, above {most_mw:,.10g} MW", schema("deliveries")["racks"].if_high,
                f"{count[i]:.10g}", "racks in mw")
        for i in np.flatnonzero((mw > most_mw) & (count <= most))
    ]  # fmt: skip
    yield Doubt(table, "racks", found, "warning")


def _beyond(column: Column, numbers: np.ndarray, place: str) -> list[tuple[np.ndarray, str, str]]:
    """Return which numbers are doubted, why, and what to write; 0 and no limit are believed."""
    unit = column.unit.partition(" ")[0] if column.unit.startswith("MW ") else column.unit
    unit = "" if unit == "share" or unit.startswith("1/") else f" {unit}{place}" if unit == "MW" else f" {unit}"
    high, low = column.warn_above, column.warn_below
    return [
        (np.isfinite(numbers) & (numbers > high), f"is above {high:,.10g}{unit}", column.if_high),
        (np.isfinite(numbers) & (numbers < -high), f"is below {-high:,.10g}{unit}", column.if_high),
        ((numbers > 0) & (numbers < low), f"is below {low:,.10g}{unit}", column.if_low),
    ]
