"""Find numbers that stand for a missing or unlimited value: 9999, -999, 1e20; they are never used as numbers."""

from __future__ import annotations

import numpy as np

from optimizer.io.schema import Column

MARKS = (-1, -99, -999, -9999, -99999, -999999, 9999, 99999, 999999, 9999999)
_REAL_BELOW_ZERO = (-1, -99)  # prices that hours of surplus do have
HUGE = 1e20


def marks_in(column: Column, numbers: np.ndarray) -> np.ndarray:
    """Return where a column of numbers holds a mark; places on the globe have none."""
    if column.unit == "degrees":
        return np.zeros(len(numbers), dtype=bool)
    marks = [m for m in MARKS if column.minimum >= 0 or m not in _REAL_BELOW_ZERO]
    return np.asarray(np.isin(numbers, marks) | ((np.abs(numbers) >= HUGE) & np.isfinite(numbers)), dtype=bool)


def instead(column: Column) -> str:
    """Say what holds where a mark stands."""
    return f"the default holds ({column.default})" if column.default else "the cell counts as empty"
