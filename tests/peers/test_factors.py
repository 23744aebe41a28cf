"""Flows and distribution factors of DC networks beside PyPSA's."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from numpy.testing import assert_allclose

from optimizer.network import Factors
from tests.network.grids import balanced, random_circuits

pypsa = pytest.importorskip("pypsa")


@pytest.mark.parametrize("seed", range(2))
def test_factors_and_flows_are_those_of_pypsa(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    rng = np.random.default_rng(seed)
    ours = random_circuits(rng, 12, 24)
    injection = balanced(rng, ours)
    n = pypsa.Network()
    n.set_snapshots(range(injection.shape[1]))
    buses, circuits = np.arange(ours.n_buses).astype(str), np.arange(len(ours.start)).astype(str)
    n.add("Bus", buses, v_nom=1.0)
    n.add("Load", buses, bus=buses, p_set=-injection.T)
    n.add(  # rated at 1 MVA: per unit of it
        "Transformer", circuits, bus0=buses[ours.start], bus1=buses[ours.end], s_nom=1.0, x=1.0 / ours.per_rad_mw,
        phase_shift=np.degrees(ours.shift_rad), model="pi",
    )  # fmt: skip
    n.lpf()
    parts = [part for part in n.sub_networks.obj if len(part.branches_i())]
    slack = [int(part.slack_bus) for part in n.sub_networks.obj]
    found = Factors(ours, np.array(slack))
    assert_allclose(found.flows(injection), n.transformers_t.p0[circuits].to_numpy().T, atol=1e-6)
    assert sum(len(part.branches_i()) for part in parts) == len(ours.start)
    for part in parts:
        part.calculate_BODF()
        own = part.branches_i().get_level_values(1).to_numpy().astype(int)
        at = part.buses_o.to_numpy().astype(int)
        assert_allclose(found.ptdf[np.ix_(own, at)], part.PTDF, atol=1e-9)
        secure = ~ours.radial[own]
        assert_allclose(found.lodf[np.ix_(own, own[secure])], part.BODF[:, secure], atol=1e-7)
