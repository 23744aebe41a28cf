"""The cost of a generator is convex: its segments as they are, or the hull of those whose price falls a little."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.grid.segments import Segments, falls, segments_of


def cost(s: Segments, output: float) -> float:
    """Fill the segments in turn, as the table says it: USD per hour."""
    at = [min(output, s.width_mw[0])]
    for width in s.width_mw[1:].tolist():
        at.append(min(max(output - sum(at), 0.0), width))
    parts = np.array(at)
    return float((s.usd_per_mwh * parts + s.usd_per_mw2h * parts**2).sum() + s.usd_per_hour)


def test_segments_in_rising_price_stay_as_they_are() -> None:
    width, price, curve = np.array([20.0, 30.0]), np.array([12.0, 18.0]), np.array([0.1, 0.0])
    made = segments_of(width, 10.0, price, curve, 7.0)
    assert (made.p_max_mw, cost(made, 10), cost(made, 50)) == (50, 137, 240 + 40 + 540 + 7)
    assert made.width_mw is width


@pytest.mark.parametrize("least", [0.0, 5.0, 20.0, -3.0])
def test_the_hull_keeps_both_ends_and_lies_below(least: float) -> None:
    width, price = np.array([20.0, 20.0, 0.0, 10.0, 5.0]), np.array([10.0, 9.995, 9.99, 9.985, 30.0])
    table = Segments(least, width, price, np.zeros(5), 4.0)
    hull = segments_of(width, least, price, np.zeros(5), 4.0)
    assert (np.diff(hull.usd_per_mwh) > 0).all()
    assert hull.p_max_mw == pytest.approx(55)
    for output in np.linspace(least, 55, 40).tolist():
        assert cost(hull, output) <= cost(table, output) + 1e-9
    assert [cost(hull, p) for p in (least, 50, 55)] == pytest.approx([cost(table, p) for p in (least, 50, 55)])


def test_a_price_may_fall_by_less_than_a_thousandth() -> None:
    before = np.array([10.0, 10.0, 10.0, 10.0, -10.0, 0.0, 0.0])
    after = np.array([10.1, 10.0 - 1e-12, 9.991, 9.99, -10.005, 0.0, -1e-9])
    fall, too_much = falls(before, after)
    assert fall.tolist() == [False, False, True, True, True, False, True]
    assert too_much.tolist() == [False, False, False, True, False, False, True]
