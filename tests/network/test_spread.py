from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from optimizer.network import Circuits, spread_rad

from .grids import Row, circuits

inf = np.inf
RING = [(0, 1, 0.1, 0.02), (0, 2, 0.1, 0), (2, 1, 0.2, 0.01)]
HAND = {  # rows of lines, their MW, the line of what is bought, supply in MW, the constant
    "capacity of the line, its shift cancels out": (RING, [10, 5, 5], 0, 1e3, 0.01),
    "a shorter way": (RING, [99, 20, 10], 0, 1e3, 0.02 + 0.03 + 0.02),
    "a way beside a corridor": (RING, [0, 20, 10], 0, 1e3, 0.02 + 0.03 + 0.02),
    "no way with limits": (RING, [inf, 20, inf], 0, 40, 0.04 + 3 * 0.02 - 0.01 + 0.02),
    "an unlimited line brings at most the supply": ([(0, 1, 0.1, 0)], [inf], 0, 40, 0.04),
    "nothing in service between": (RING, [0, 0, 10], 0, 40, 0.02 + 0.01 + 0.005 + 0.02 + 0.02),
    "negative reactance, with a limit": ([(0, 1, -0.1, 0)], [20], 0, 40, 0.02),
    "a loop of negative reactance": ([(0, 1, 0.1, 0), (0, 1, -0.1, 0), (0, 1, 0.2, 0)], [inf, 9, inf], 0, 40, 0.009),
    "a loop of it elsewhere": ([(0, 1, 0.1, 0), (2, 1, 0.1, 0), (2, 1, -0.1, 0)], [inf, inf, 9], 0, 40, 0.049),
    "no constant is valid": ([(0, 1, 0.1, 0), (0, 1, -0.2, 0)], [inf, inf], 0, 40, inf),
}


@pytest.mark.parametrize(("rows", "mw", "line", "supply", "constant"), HAND.values(), ids=HAND.keys())
def test_constants_by_hand(rows: list[Row], mw: list[float], line: int, supply: float, constant: float) -> None:
    bought = np.array([line]), np.array([5.0]), np.array([1000.0])  # 5 MW of 0.1 pu
    assert_allclose(spread_rad(circuits(3, *rows), np.array(mw, dtype=float), *bought, supply), [constant], rtol=1e-12)


@dataclass
class Case:
    """A small grid; lines, then two to four circuits that can be bought; supply, loads and a link."""

    lines: Circuits
    line_mw: NDArray[np.float64]
    of: NDArray[np.int64]
    circuits: Circuits
    mw: NDArray[np.float64]
    supply_mw: NDArray[np.float64]
    link: tuple[int, int, float]

    def spread(self) -> NDArray[np.float64]:
        n = len(self.line_mw)
        most = self.supply_mw.sum() + self.link[2]
        return spread_rad(self.lines, self.line_mw, self.of, self.mw[n:], self.circuits.per_rad_mw[n:], most)

    def optimum(
        self,
        bought: tuple[bool, ...],
        served: NDArray[np.float64],
        wide: int | None = None,
        sign: int = 1,
        spread: object = None,
    ) -> float:
        """The greatest load of weights ``served``, or ``sign`` · (θ_start − θ_end − shift) of a circuit ``wide``."""
        c, n = self.circuits, self.circuits.n_buses
        there = np.concatenate([self.line_mw > 0, bought])
        ends = np.zeros((len(c.start), n))
        ends[np.arange(len(c.start)), c.start], ends[np.arange(len(c.start)), c.end] = 1.0, -1.0
        flow = c.per_rad_mw[:, None] * ends
        link = np.zeros((n, 1))
        link[self.link[0]], link[self.link[1]] = 1.0, -1.0
        balance = np.hstack([ends[there].T @ flow[there], -np.eye(n), np.eye(n), link])  # angles, supply, load, link
        shifted = ends[there].T @ (c.per_rad_mw * c.shift_rad)[there]
        limited = there & np.isfinite(self.mw)
        reach = np.where(limited, self.mw / np.abs(c.per_rad_mw), inf)
        if spread is not None:
            unbought = np.flatnonzero(~there[len(self.line_mw) :])
            reach[len(self.line_mw) + unbought] = np.asarray(spread)[unbought]
        held = np.isfinite(reach)
        rows = np.hstack([ends[held], np.zeros((held.sum(), 2 * n + 1))])
        value = np.concatenate([np.zeros(2 * n), served, [0.0]])
        if wide is not None:
            value = np.concatenate([sign * ends[wide], np.zeros(2 * n + 1)])
        bounds = (
            [(None, None)] * n + [(0, s) for s in self.supply_mw] + [(0, None)] * n + [(-self.link[2], self.link[2])]
        )
        limits = np.concatenate([reach[held] + c.shift_rad[held], reach[held] - c.shift_rad[held]])
        done = linprog(-value, np.vstack([rows, -rows]), limits, balance, shifted, bounds)
        if done.status == 2:
            return -inf
        assert done.status == 0, done.message
        return -done.fun - (sign * c.shift_rad[wide] if wide is not None else 0.0)


def case(seed: int) -> Case:
    rng = np.random.default_rng(seed)
    n, m, k = rng.integers(3, 7), rng.integers(3, 9), rng.integers(2, 4)
    start = rng.integers(0, n, m)
    end = (start + rng.integers(1, n, m)) % n
    negative = np.where(rng.random(m) < 0.1 * (seed % 2), -1.0, 1.0)
    per_rad_mw = negative * 100 / rng.uniform(0.05, 0.5, m)
    shift = np.where(rng.random(m) < 0.3, rng.normal(0, 0.1, m), 0.0)
    line_mw = rng.choice([0.0, 10.0, 30.0, inf], m, p=[0.25, 0.25, 0.25, 0.25])
    line_mw[(negative < 0) & np.isinf(line_mw)] = 30.0
    of = rng.integers(0, m, k)
    every = Circuits(
        int(n), np.append(start, start[of]), np.append(end, end[of]),
        np.append(per_rad_mw, 100 / rng.uniform(0.05, 0.5, k)), np.append(shift, shift[of]),
    )  # fmt: skip
    supply = np.where(rng.random(n) < 0.5, 20.0, 0.0)
    a, b = rng.choice(n, 2, replace=False)
    return Case(
        Circuits(int(n), start, end, per_rad_mw, shift), line_mw, of, every,
        np.append(line_mw, rng.choice([5.0, 20.0], k)), supply, (int(a), int(b), 5.0),
    )  # fmt: skip


@pytest.mark.parametrize("seeds", [range(k, k + 30) for k in range(0, 120, 30)])
def test_no_dispatch_lies_beyond_a_constant(seeds: range) -> None:
    """Whatever else is bought: where ends are joined, the widest angle is within; else all angles can be chosen so."""
    nearest = 0.0
    for grid in map(case, seeds):
        c, n, spread = grid.circuits, len(grid.line_mw), grid.spread()
        assert np.isfinite(spread).all()
        loads = np.random.default_rng(1).uniform(0.5, 1.0, c.n_buses)
        for bought in itertools.product([False, True], repeat=len(grid.of)):
            there = np.concatenate([grid.line_mw > 0, bought])
            graph = np.zeros((c.n_buses, c.n_buses))
            graph[c.start[there], c.end[there]] = 1.0
            island = connected_components(graph, False)[1]
            for k in np.flatnonzero(~np.array(bought)):
                if island[c.start[n + k]] == island[c.end[n + k]]:
                    widest = max(grid.optimum(bought, loads, wide=n + k, sign=sign) for sign in (1, -1))
                    assert widest <= spread[k] + 1e-7
                    nearest = max(nearest, widest / spread[k])
            free, within = grid.optimum(bought, loads), grid.optimum(bought, loads, spread=spread)
            assert free == within or abs(free - within) <= 1e-6
    assert nearest > 0.999, "the constants are as tight as can be somewhere"
