"""How near to a limit counts as at it: the one band that model, completion, causes and ``verify`` share.

A figure is taken at its word to eight digits: 12.9999999 MW hold nine pods of 1.3 MW, not ten, while 13 MW that
arithmetic left a few bits short hold ten. A plan's quantity keeps its limit where it is beyond it by no more than
``band``; the solver's own tolerances, which are absolute, must stay within half of it (``solver.search``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

BAND_MW = 2e-8
BAND_SHARE = 2e-9
LEAST_USD = 1e-6
"""An objective nearer to 0 has a gap in parts of this, not of itself."""


def band(*scales: ArrayLike) -> NDArray[np.float64]:
    """Return how far beyond a limit still counts as at it: 2e-8 (MW, MW-years or whole things) + 2e-9 of the limit.

    Elementwise over arrays, which are broadcast; of several scales the largest counts, of an infinite one nothing.
    """
    sizes = np.max(np.broadcast_arrays(*[np.abs(np.asarray(s, dtype=np.float64)) for s in scales]), axis=0)
    return np.asarray(BAND_MW + BAND_SHARE * np.where(np.isfinite(sizes), sizes, 0.0), dtype=np.float64)


def whole(room: ArrayLike, each: ArrayLike) -> NDArray[np.int64]:
    """Return how many whole things of a size fit into a room, never below 0."""
    filled = np.asarray(room, dtype=np.float64) + band(room)
    return np.asarray(np.maximum(0, np.floor(filled / np.asarray(each))), dtype=np.int64)
