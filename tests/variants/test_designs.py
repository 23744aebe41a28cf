"""Designs: grids, one key at a time, and samples that fill their ranges the same way every time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from optimizer import InputError
from optimizer.variants import grid, latin_hypercube, one_at_a_time, sobol

RANGES = {"money.discount_rate": (0.05, 0.12), "policy.max_sites": (20, 24), "sites.max_mw*": (0.8, 1.2)}


def test_grid_holds_every_combination_once_and_the_last_key_runs_fastest() -> None:
    found = grid({"a": [1, 2], "b": ["x", "y", "z"], "c": 5})
    assert found.to_numpy().tolist() == [[a, b, 5] for a in (1, 2) for b in "xyz"]
    assert list(found) == ["a", "b", "c"]


def test_one_at_a_time_leaves_all_other_keys_alone() -> None:
    found = one_at_a_time({"a": [1, 2], "b": [0.5]})
    assert found.astype(object).fillna("").to_numpy().tolist() == [[1, ""], [2, ""], ["", 0.5]]


@pytest.mark.parametrize("draw", [latin_hypercube, sobol])
def test_samples_fill_their_ranges_and_depend_on_the_seed_alone(draw: Callable[..., pd.DataFrame]) -> None:
    found = draw(RANGES, samples=100)
    assert (list(found), len(found)) == (list(RANGES), 100)
    for key, (low, high) in RANGES.items():
        assert found[key].between(low, high).all()
    for key in ("money.discount_rate", "sites.max_mw*"):
        low, high = RANGES[key]
        counts, _ = np.histogram(found[key], bins=10, range=(low, high))
        assert counts.min() >= 7
    assert set(found["policy.max_sites"]) == {20, 21, 22, 23, 24}
    assert found["policy.max_sites"].dtype.kind == "i"
    pd.testing.assert_frame_equal(found, draw(RANGES, samples=100, seed=26))
    assert not found.equals(draw(RANGES, samples=100, seed=27))


def test_latin_hypercube_puts_one_value_into_each_slice() -> None:
    found = latin_hypercube({"money.discount_rate": (0.0, 1.0)}, samples=50)
    assert sorted(np.floor(found["money.discount_rate"] * 50)) == list(range(50))


def test_sobol_goes_on_where_fewer_samples_end() -> None:
    pd.testing.assert_frame_equal(sobol(RANGES, samples=64).head(20), sobol(RANGES, samples=20))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: grid({}), "vary nothing"),
        (lambda: grid({"a": []}), "cases a: has no values"),
        (lambda: grid({"a": range(1000), "b": range(1000)}), "are 1,000,000, more than 100,000"),
        (lambda: sobol({"a": (2, 1)}, samples=8), "cases a: 2, 1 is no range"),
        (lambda: latin_hypercube({"a": ("x", 1)}, samples=8), "is no range"),
        (lambda: latin_hypercube({"policy.max_sites": (2.1, 2.9)}, samples=8), "holds no whole number"),
        (lambda: sobol({"a": (0, 1)}, samples=0), "samples: 0 is not from 1"),
    ],
)
def test_what_is_no_design_is_refused(call: Callable[[], pd.DataFrame], words: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert words in str(caught.value)
