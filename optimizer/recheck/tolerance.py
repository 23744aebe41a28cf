"""How far a stated number may lie from the recomputed one: 1e-6 of the larger, and 1e-6 MW, a cent; counts not at all.

Whether a quantity keeps its limit is another question, and has the band of ``optimizer.tolerance``.
"""

from __future__ import annotations

import numpy as np

from ..tolerance import band
from .columns import Bools, Floats

RELATIVE = 1e-6
ABSOLUTE = {"mw": 1e-6, "usd": 0.01, "count": 1e-6, "share": 1e-9}
WORDS = "within 1e-6 of the larger number, 1e-6 MW and 1 cent; counts exactly"


def slack(unit: str, *scales: Floats | float) -> Floats:
    """Return the tolerance of a comparison in ``unit`` between numbers of these sizes."""
    largest = np.max(np.broadcast_arrays(*[np.abs(np.asarray(s, dtype=np.float64)) for s in scales]), axis=0)
    relative = 0.0 if unit == "count" else RELATIVE
    return np.asarray(ABSOLUTE[unit] + relative * np.where(np.isfinite(largest), largest, 0.0), dtype=np.float64)


def differs(stated: Floats, recomputed: Floats, unit: str, scale: Floats | float = 0.0) -> Bools:
    """Where two arrays are not the same number; NaN (empty) is the same as NaN only."""
    empty = np.isnan(stated) | np.isnan(recomputed)
    same = np.isnan(stated) & np.isnan(recomputed)
    apart = ~(np.abs(stated - recomputed) <= slack(unit, stated, recomputed, scale))
    return np.asarray(np.where(empty, ~same, apart), dtype=np.bool_)


def exceeds(stated: Floats, limit: Floats, unit: str) -> Bools:
    """Where ``stated`` is above ``limit`` by more than the band in which a limit is kept; counts are exact."""
    stated, limit = np.broadcast_arrays(stated, limit)
    allowed = ABSOLUTE["count"] if unit == "count" else band(stated, limit)
    return np.asarray(stated > limit + allowed, dtype=np.bool_)
