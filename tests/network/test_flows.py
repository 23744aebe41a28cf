from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from optimizer.network import Circuits, Singular, loose, resolved

from .grids import Row, balanced, circuits, factors, random_circuits

HAND = {  # rows of circuits, MW injected, MW on each circuit
    "triangle": ([(0, 1, 0.1, 0), (0, 2, 0.1, 0), (2, 1, 0.1, 0)], [30, -30, 0], [20, 10, 10]),
    "parallel, one the other way round": ([(0, 1, 0.1, 0), (1, 0, 0.3, 0), (1, 2, 1, 0)], [40, 0, -40], [30, -10, 40]),
    "a shifter in a loop": ([(0, 1, 0.1, 0), (0, 1, 0.1, 0.02)], [30, -30], [25, 5]),
    "a shifter in a radial line": ([(0, 1, 0.1, 0.5)], [30, -30], [30]),
    "two islands": ([(0, 2, 0.1, 0), (3, 1, 0.1, 0), (0, 2, 0.2, 0)], [-30, 12, 30, -12], [-20, -12, -10]),
    "negative reactance": ([(0, 1, 0.1, 0), (0, 2, 0.2, 0), (2, 1, -0.15, 0)], [30, -30, 0], [10, 20, 20]),
    "negative reactance, flow against the angle": ([(0, 1, 0.1, 0), (0, 1, -0.2, 0)], [10, -10], [20, -10]),
}


@pytest.mark.parametrize(("rows", "injected", "mw"), HAND.values(), ids=HAND.keys())
def test_flows_by_hand(rows: list[Row], injected: list[float], mw: list[float]) -> None:
    network, injection = circuits(len(injected), *rows), np.array(injected, dtype=float)[:, None]
    assert_allclose(factors(network).flows(injection)[:, 0], mw, atol=1e-9)
    assert_allclose(resolved(network, injection)[:, 0], mw, atol=1e-9)


def test_factors_of_the_triangle() -> None:
    found = factors(circuits(3, *HAND["triangle"][0]))
    assert_allclose(found.ptdf, np.array([[1, -1, 0], [2, 1, 0], [-1, -2, 0]]) / 3, atol=1e-12)
    assert_allclose(found.lodf, [[-1, 1, 1], [1, -1, -1], [1, -1, -1]], atol=1e-12)


def test_islands_are_numbered_by_their_least_bus_and_a_bus_may_be_alone() -> None:
    network = circuits(6, (5, 0, 0.1, 0), (4, 2, 0.1, 0), (2, 4, 0.1, 0))
    assert network.islands.tolist() == [0, 1, 2, 3, 2, 0]
    assert network.radial.tolist() == [True, False, False]
    nothing = Circuits(2, *np.zeros((2, 0), dtype=int), *np.zeros((2, 0)))
    assert factors(nothing).lodf.shape == (0, 0)
    assert factors(nothing).flows(np.zeros((2, 3))).shape == resolved(nothing, np.zeros((2, 3))).shape == (0, 3)


@pytest.mark.parametrize("seed", range(40))
def test_factors_agree_with_angles_solved_anew_before_and_after_every_outage(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_circuits(rng, 12, 20, negative=0.15 * (seed % 2))
    injection, found = balanced(rng, network), factors(network)
    flows = found.flows(injection)
    assert_allclose(flows, resolved(network, injection), atol=1e-6)
    seen = [outage for outage, _ in found.after_outages(flows, range(len(network.start)))]
    assert seen == list(range(len(network.start)))
    for outage, after in found.after_outages(flows, seen):
        again = resolved(network, injection, outage)
        assert np.isnan(again).all() == np.isnan(found.lodf[:, outage]).all() == network.radial[outage]
        assert_allclose(after, again, atol=1e-5)


@pytest.mark.parametrize("seed", range(40))
def test_a_circuit_is_radial_where_more_islands_remain_without_it(seed: int) -> None:
    network = random_circuits(np.random.default_rng(seed), 15, 22, negative=0.3)

    def islands(without: int) -> int:
        reach = np.eye(network.n_buses, dtype=bool)
        for circuit in set(range(len(network.start))) - {without}:
            a, b = network.start[circuit], network.end[circuit]
            reach[reach[a] | reach[b]] |= reach[a] | reach[b]
        return len(np.unique(reach, axis=0))

    n = islands(-1)
    assert n == network.islands.max() + 1
    assert network.radial.tolist() == [islands(circuit) > n for circuit in range(len(network.start))]


def test_reactances_that_cancel_out_are_told_and_are_no_flows() -> None:
    pair = circuits(2, (0, 1, 0.3, 0), (0, 1, -0.3, 0))
    injection = np.array([[10.0], [-10.0]])
    with pytest.raises(Singular):
        _ = factors(pair).ptdf
    with pytest.raises(Singular):
        resolved(pair, injection)
    loop = circuits(2, (0, 1, 0.1, 0), (0, 1, 0.3, 0), (1, 0, -0.3, 0))  # without the first: as above
    assert not loop.radial.any()
    found, flows = factors(loop), resolved(loop, injection)
    assert_allclose(flows[:, 0], [10, 10 / 3, 10 / 3])
    with pytest.raises(Singular) as refused:
        list(found.after_outages(flows, [1, 0]))
    assert refused.value.outage == 0
    with pytest.raises(Singular):
        resolved(loop, injection, 0)


def test_circuits_that_cancel_out_are_found_among_others() -> None:
    ring = [(0, 1, 0.1, 0), (1, 2, 0.2, 0), (2, 0, -0.3, 0.1), (2, 3, 0.2, 0), (3, 4, 0.1, 0), (4, 2, 0.3, 0)]
    assert loose(circuits(6, *ring)) == [0, 1, 2]
    assert loose(circuits(6, *ring[3:], (0, 1, 0.1, 0), (1, 0, -0.1 - 1e-11, 0))) == [3, 4]
