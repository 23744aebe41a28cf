"""The planner's reading of why capacity is unused and that of the checks agree on random plans."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.account.decisions import Decisions
from optimizer.account.tables import frames
from optimizer.parameters import Parameters
from optimizer.plan import TABLES
from optimizer.recheck.causes import unused_cause
from optimizer.recheck.ground import Ground
from optimizer.recheck.reading import Reading
from optimizer.recheck.table import read_table
from tests.solver.enumeration import random_tiny
from tests.solver.test_enumeration import as_study


@pytest.mark.parametrize("seed", range(30))
def test_both_readings_agree_on_random_plans(seed: int) -> None:
    study, r = as_study(random_tiny(1000 + seed)), np.random.default_rng(seed)
    p, reading = Parameters.of(study), Reading(study)
    for _ in range(2):
        tables = frames(p, _random(p, r), study.config)
        ids = {**reading.ids, "id": reading.elements([]), "decision": []}
        read = {name: read_table(name, tables[name], ids)[0] for name in TABLES}
        assert unused_cause(Ground(reading, {}, read)) == []
        assert (tables["unused"]["cause"] != "").all()


def _random(p: Parameters, r: np.random.Generator) -> Decisions:
    """Draw decisions under the limits of halls and site power; zones and lines are used at random."""
    periods = len(p.horizon)
    opened = np.cumsum(r.random((len(p.sites), periods)) < 0.5, axis=1) > 0
    opened = (opened | p.committed[:, None]) & ~p.forbidden[:, None]
    halls = np.where(opened, r.integers(0, 2, opened.shape), 0)
    built = p.existing_mw * opened + p.hall_mw[:, None] * np.cumsum(halls, axis=1)
    room = np.where(opened, np.minimum(built, p.power_mw / p.peak_pue[:, None]), 0.0)
    delivered = np.cumsum(p.delivered_pods, axis=1)
    pods = np.zeros((len(p.sites), len(p.skus), periods), dtype=np.int64)
    for t in range(periods):
        for s, k in r.permutation(np.argwhere(p.admits)):
            held = np.einsum("ka,kat,k->t", pods[s], p.serves, p.pod_mw)
            fits = max(0.0, float((room[s, t:] - held[t:]).min()) + 1e-9) // p.pod_mw[k]
            pods[s, k, t] = min(int(fits), int(delivered[k, t] - pods[:, k].sum())) * (r.random() < 0.7)
    load = p.peak_pue[:, None] * np.einsum("ska,kat,k->st", pods, p.serves, p.pod_mw)
    least, most = np.maximum(0.0, load - p.interconnection_mw), np.minimum(load, p.onsite_mw)
    onsite = least + (most - least) * r.choice([0.0, 0.5, 1.0])
    width = (p.line_mw + p.line_back_mw)[:, None]
    flow = (r.random((len(p.lines), periods)) * width - p.line_back_mw[:, None]) * r.choice([0.0, 1.0])
    headroom = p.headroom_mw[:, :, 0]
    served = np.minimum(1.0, r.random(headroom.shape) * r.choice([1.0, 3.0])) * headroom
    dispatch = (mw[:, :, None] for mw in (load - onsite, onsite, served, flow))
    nothing = {"upgrades": np.zeros((0, periods), dtype=np.int64), "output_mw": np.zeros((0, periods, 1))}
    return Decisions(pods, halls, opened, *dispatch, **nothing)
