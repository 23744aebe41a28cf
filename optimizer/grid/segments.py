"""Cost segments of a generator: whether their prices rise, and the convex cost that they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEARLY = 1e-3  # of the price before: a fall below this is rounding of whoever made the table
_ROUNDING = 1e-9  # of the price before: a fall below this is none


@dataclass(frozen=True, eq=False)
class Segments:
    """The cost per hour of one generator in one period and block, convex from ``p_min_mw`` to the sum of the widths.

    Output fills the segments in turn: in the first from ``p_min_mw``, which may be negative, to its width, in each
    other from 0 to its width. Output p in a segment costs usd_per_mwh · p + usd_per_mw2h · p², to which usd_per_hour
    comes once. Arrays have one entry per segment.
    """

    p_min_mw: float
    width_mw: Floats
    usd_per_mwh: Floats
    usd_per_mw2h: Floats
    usd_per_hour: float

    @property
    def p_max_mw(self) -> float:
        """Most output."""
        return float(self.width_mw.sum())


def at_the_end(width_mw: Floats, usd_per_mwh: Floats, usd_per_mw2h: Floats) -> Floats:
    """Return the marginal price at the end of each segment, USD/MWh."""
    return usd_per_mwh + 2 * usd_per_mw2h * width_mw


def falls(before_usd_per_mwh: Floats, after_usd_per_mwh: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a price falls from the end of one segment to the next, and where by too much for rounding."""
    fall, size = before_usd_per_mwh - after_usd_per_mwh, np.abs(before_usd_per_mwh)
    is_fall = fall > _ROUNDING * size
    return is_fall, is_fall & (fall >= _NEARLY * size * (1 - _ROUNDING))


def segments_of(
    width_mw: Floats, p_min_mw: float, usd_per_mwh: Floats, usd_per_mw2h: Floats, usd_per_hour: float
) -> Segments:
    """Return the convex cost of a generator's rows of one period and block, in the order of the table.

    Where a price falls a little – more is refused as the table is read – the cost is its convex hull from ``p_min_mw``
    to the sum of the widths; that has no quadratic part. ``usd_per_hour`` is the sum of the rows.
    """
    ends = at_the_end(width_mw, usd_per_mwh, usd_per_mw2h)
    steps = np.concatenate([[width_mw[0] - p_min_mw], width_mw[1:]])
    if not falls(ends[:-1], usd_per_mwh[1:])[0].any() or not steps.any():
        return Segments(p_min_mw, width_mw, usd_per_mwh, usd_per_mw2h, usd_per_hour)
    output = p_min_mw + np.concatenate([[0.0], steps.cumsum()])
    cost = p_min_mw * usd_per_mwh[0] + np.concatenate([[0.0], (steps * usd_per_mwh).cumsum()])
    kept = _lower_hull(output, cost)
    output, price = output[kept], np.diff(cost[kept]) / np.diff(output[kept])
    widths = np.concatenate([[output[1]], np.diff(output)[1:]])
    moved = p_min_mw * (usd_per_mwh[0] - price[0])  # the least output keeps its cost
    return Segments(p_min_mw, widths, price, np.zeros(len(price)), usd_per_hour + float(moved))


def _lower_hull(x: Floats, y: Floats) -> list[int]:
    """Return the points of the lower convex hull, from the left; x never falls (Andrew 1979)."""
    kept: list[int] = []
    for i in range(len(x)):
        while kept and x[kept[-1]] == x[i]:
            kept.pop()
        while len(kept) > 1 and _turn(x, y, kept[-2], kept[-1], i) <= 0:
            kept.pop()
        kept.append(i)
    return kept


def _turn(x: Floats, y: Floats, a: int, b: int, c: int) -> float:
    return float((x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]))
