"""What a generator of a MATPOWER case costs, as the rows of generators.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_FALL = 1e-3  # of the price before: a grid takes the convex hull of what falls by less, and refuses the rest


@dataclass(frozen=True)
class Cost:
    """Cost per hour of an output p: ``usd_per_hour`` + Σ over segments of price · MW in it + ``usd_per_mw2h`` · p².

    ``widths_mw`` and ``prices`` are those of the segments, from ``least_mw`` on where that is below 0, else from 0.
    ``moved_mw`` is a constant draw that takes the place of output below 0: the output is counted from there.
    """

    widths_mw: tuple[float, ...]
    prices: tuple[float, ...]
    least_mw: float = 0.0
    usd_per_mw2h: float = 0.0
    usd_per_hour: float = 0.0
    moved_mw: float = 0.0


def cost_of(row: Sequence[float], least_mw: float, most_mw: float) -> Cost:
    """Read a row of mpc.gencost for an output from ``least_mw`` to ``most_mw`` (MATPOWER's manual, table B-4).

    Model 1: points (MW, USD/h); model 2: coefficients, the highest power first. Raises ValueError, which says why,
    where a grid can't hold it.
    """
    model, count = row[0], int(row[3])
    if model not in (1, 2):
        raise ValueError("is of a model that is neither 1 (points) nor 2 (polynomial)")
    if count < 1 or count != row[3] or len(row) < 4 + count * (3 - int(model)):
        raise ValueError(f"holds fewer values than its NCOST of {row[3]:g} asks for")
    if model == 1:
        values = row[4 : 4 + 2 * count]
        return _points([*values[::2]], [*values[1::2]], least_mw, most_mw)
    *higher, square, price, fixed = [0.0, 0.0, *row[4 : 4 + count]]
    if any(higher):
        raise ValueError("is a polynomial of a degree above 2")
    if square < 0:
        raise ValueError("has a negative coefficient of p²: cost that rises ever slower is not convex")
    return Cost((most_mw,), (price,), least_mw, square, fixed)


def _points(mw: list[float], usd: list[float], least_mw: float, most_mw: float) -> Cost:
    """Return the cost of lines between points; beyond the ends the first and the last line go on."""
    if len(mw) < 2 or any(b <= a for a, b in pairwise(mw)):
        raise ValueError("has points that do not stand in rising MW, two at least")
    slopes = [(usd[i + 1] - usd[i]) / (mw[i + 1] - mw[i]) for i in range(len(mw) - 1)]
    inner = [i for i, at in enumerate(mw) if 0 < i < len(mw) - 1 and least_mw < at < most_mw]
    first = inner[0] - 1 if inner else next((i for i in range(len(slopes)) if least_mw < mw[i + 1]), len(slopes) - 1)
    prices = slopes[first : first + len(inner) + 1]
    if any(b < a - _FALL * abs(a) for a, b in pairwise(prices)):
        raise ValueError("has a price that falls as output rises: it is not convex")
    ends = [*(mw[i] for i in inner), most_mw]
    at_zero = usd[first] - slopes[first] * mw[first]
    if inner and ends[0] <= 0:  # segments are widths from 0 on: count from the least output
        moved = Cost(_widths([at - least_mw for at in ends]), tuple(prices), 0.0, 0.0, at_zero + prices[0] * least_mw)
        return replace(moved, moved_mw=-least_mw)
    return Cost(_widths(ends), tuple(prices), least_mw, 0.0, at_zero)


def _widths(ends: Sequence[float]) -> tuple[float, ...]:
    return tuple(end - begin for begin, end in zip([0.0, *ends], ends, strict=False))
