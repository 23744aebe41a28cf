"""The same expansion study for PyPSA and for us: the same least cost. RACKGRID_CAMPAIGN=1 compares more of them."""

from __future__ import annotations

import os

import pytest

from optimizer import solve

from .expansions import KINDS, expansion

pytest.importorskip("pypsa")

from .with_pypsa import least_usd

SEEDS = range(20 if os.environ.get("RACKGRID_CAMPAIGN") == "1" else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_pypsa_finds_the_same_least_cost(kind: str) -> None:
    studies = [expansion(kind, seed) for seed in SEEDS]
    found = [solve(study).objective_usd for study in studies]
    assert found == pytest.approx(least_usd(studies), rel=1e-6, abs=1.0)
