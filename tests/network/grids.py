"""Small grids for tests of the DC physics, and random ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.network import Circuits, Factors

Row = tuple[int, int, float, float]


def circuits(n_buses: int, *rows: Row) -> Circuits:
    """Circuits of rows: start, end, reactance in pu at 100 MVA, shift in rad."""
    start, end, reactance, shift = (np.array(column) for column in zip(*rows, strict=True))
    return Circuits(n_buses, start.astype(int), end.astype(int), 100.0 / reactance, shift.astype(float))


def factors(network: Circuits) -> Factors:
    """Factors that have the last bus of each island as its reference."""
    labels = network.islands
    return Factors(network, np.array([np.flatnonzero(labels == k)[-1] for k in range(labels.max() + 1)]))


def random_circuits(rng: np.random.Generator, n_buses: int, n: int, negative: float = 0.0) -> Circuits:
    """Circuits between random near buses: some parallel, some islands; a share of negative reactance."""
    start = rng.integers(0, n_buses, n)
    end = np.clip(start + rng.choice([-3, -2, -1, 1, 2, 3], n), 0, n_buses - 1)
    start, end = start[start != end], end[start != end]
    sign = np.where(rng.random(len(start)) < negative, -1.0, 1.0)
    shift = np.where(rng.random(len(start)) < 0.2, rng.normal(0, 0.1, len(start)), 0.0)
    return Circuits(n_buses, start, end, sign * 100.0 / 10 ** rng.uniform(-2, 0, len(start)), shift)


def balanced(rng: np.random.Generator, network: Circuits, cases: int = 3) -> NDArray[np.float64]:
    """Injections that add up to 0 in each island."""
    injection = rng.normal(0, 50, (network.n_buses, cases))
    for island in range(network.islands.max() + 1):
        inside = network.islands == island
        injection[inside] -= injection[inside].mean(axis=0)
    return injection
