"""Say how a number that a column may not hold, or that is hard to believe, is perhaps meant."""

from __future__ import annotations

import math

from optimizer.io.marks import MARKS
from optimizer.io.schema import Column


def limits_hint(column: Column, number: float, *, too_large: bool) -> str:
    """Say what the column may hold, and the unit that was perhaps meant."""
    low, high = max(column.minimum, column.above), column.maximum
    if column.unit == "degrees":
        bounds = f"write degrees in WGS 84, {column.minimum:.0f} to {column.maximum:.0f}"
        return f"{bounds}, not metres of a projection" if abs(number) > 360 else bounds
    if column.unit == "share":
        return "write a share from 0 to 1, 0.9 for 90 %"
    if number in MARKS and not column.required:
        return column.when_empty()
    if column.name.endswith("_pue"):
        percent = f", {number / 100:.6g} for {number:.6g} %" if 100 <= number <= 300 else ", such as 1.3"
        return f"write a ratio from {low:.0f} to {high:.0f}{percent}"
    if unit := column.if_high if too_large else column.if_low:
        return unit
    if math.isinf(low) or math.isinf(high):
        return ""
    bounds = f"from {low:,.15g} to {high:,.15g}" if column.above < column.minimum else f"above {low:,.15g}"
    unit = column.unit.partition("/")[0] if column.type == "int" else column.unit
    return f"write a value {bounds} {'' if column.unit.startswith('1/') else unit}".rstrip()
