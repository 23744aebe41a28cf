"""Speak quarters: labels, lead times, values that hold until the next one."""

import math
from collections.abc import Mapping

DECIDE_ON = (2026, 7)
FIRST_YEAR, LAST_YEAR = 2026, 2030
QUARTERS = tuple(f"{year}Q{quarter}" for year in range(FIRST_YEAR, LAST_YEAR + 1) for quarter in (1, 2, 3, 4))


def quarter_after(years: float) -> str:
    """Return the quarter that contains the day on which decisions fall plus a lead of calendar months."""
    months = DECIDE_ON[0] * 12 + DECIDE_ON[1] - 1 + math.ceil(years * 12 - 1e-6)
    return f"{months // 12}Q{months % 12 // 3 + 1}"


def last_day(quarter: str) -> str:
    """Return the last day of a quarter as an ISO date."""
    return quarter[:4] + {"1": "-03-31", "2": "-06-30", "3": "-09-30", "4": "-12-31"}[quarter[5]]


def standing(values: Mapping[str, float], quarter: str) -> float:
    """Return the value that holds in a quarter, 0 before the first one."""
    earlier = [label for label in values if label <= quarter]
    return values[max(earlier)] if earlier else 0.0
