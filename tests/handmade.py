"""Make a plan by hand, without a solver: racks go to the first sites that still have halls and power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from optimizer.account.decisions import Decisions, usage
from optimizer.account.tables import frames
from optimizer.io.registers import ALWAYS, KINDS
from optimizer.parameters import Parameters
from optimizer.plan import Plan
from optimizer.plan.steps import FORMAT
from optimizer.study import Study


def handmade_plan(study: Study, **facts: object) -> Plan:
    """Fill sites in the order of their ids, racks in the order of theirs; every site is open at once.

    Costs are made up; ``facts`` replace keys of plan.json.
    """
    p = Parameters.of(study)
    n_s, n_k, n_t = len(p.sites), len(p.skus), len(p.horizon)
    pods, halls = np.zeros((n_s, n_k, n_t), dtype=np.int64), np.zeros((n_s, n_t), dtype=np.int64)
    first = p.first_hall
    for s in range(n_s):
        if first[s] < n_t:
            halls[s, first[s]] = p.halls_max[s]
    opened = np.repeat(~p.forbidden[:, None], n_t, axis=1)
    room = np.minimum(p.existing_mw + p.hall_mw[:, None] * np.cumsum(halls, axis=1), p.power_mw / p.peak_pue[:, None])
    waits, held = np.zeros(n_k, dtype=np.int64), np.zeros(n_s)
    for t in range(n_t):
        waits += p.delivered_pods[:, t]
        for s in range(n_s):
            for k in np.flatnonzero(p.admits[s] & (p.pod_mw > 0)):
                fits = int(max(0.0, room[s, t] - held[s] + 1e-9) // p.pod_mw[k]) if opened[s, t] else 0
                pods[s, k, t] = min(waits[k], fits)
                waits[k] -= pods[s, k, t]
                held[s] += pods[s, k, t] * p.pod_mw[k]
    it_mw = np.einsum("skt,k->st", np.cumsum(pods, axis=2), p.pod_mw)
    load = p.peak_pue[:, None] * it_mw
    onsite = np.minimum(load, p.onsite_mw)
    served = np.zeros(p.headroom_mw.shape[:2])
    for s, z in enumerate(p.zone_of):
        if z >= 0:
            served[z] += load[s] - onsite[s]
    dispatch = (load - onsite, onsite, served, np.zeros((len(p.lines), n_t)))
    none = np.zeros((len(p.upgrades.ids), n_t), dtype=np.int64), np.zeros((len(p.ids["gen"]), n_t, len(p.load_scale)))
    x = Decisions(pods, halls, opened, *(mw[:, :, None] * p.load_scale for mw in dispatch), *none)
    return made_by_hand(study, p, x, frames(p, x, study.config), **facts)


def plain_decisions(pods: Any, halls: Any, opened: Any, *dispatch: Any) -> Decisions:
    """Decisions in a grid of one load block without upgrades and generators; ``dispatch`` by (·, t)."""
    none = np.zeros((0, pods.shape[-1]), dtype=np.int64)
    return Decisions(pods, halls, opened, *(mw[:, :, None] for mw in dispatch), none, none[:, :, None] * 0.0)


def made_by_hand(
    study: Study, p: Parameters, x: Decisions, tables: Mapping[str, pd.DataFrame], /, **facts: object
) -> Plan:
    """Return a plan of decisions and its tables; ``facts`` replace keys of plan.json, which are made up."""
    return Plan(study, _facts(p, x) | facts, tables, "made by hand\n")


def _facts(p: Parameters, x: Decisions) -> dict[str, object]:
    waiting = x.waiting_pods(p) * p.pod_mw[:, None]
    cost = {term: 1e9 if term == "halls" else 0.0 for term in ALWAYS}
    use = usage(p, x)
    energised = np.where(x.opened, np.minimum(use.built_mw, p.power_mw / p.peak_pue[:, None]), 0.0).sum(axis=0)
    owners = np.array(p.vendor_of)
    return {
        "format": FORMAT,
        "status": "feasible",
        "objective_usd": 1e9,
        "bound_usd": 0.9e9,
        "gap": 0.1,
        "seconds": {},
        "cost_usd": {"discounted": cost, "undiscounted": cost},
        "rack_purchase_usd": 2e9,
        "unused": {
            **{kind.total: 0.0 for kind in KINDS.values() if kind.total},
            "waiting_rack_mw_years": float(waiting.sum() * p.length_years),
            "idle_hall_mw_years": float(use.idle_hall_mw.sum() * p.length_years),
            "idle_power_mw_years": float(np.nansum(use.idle_power_mw) * p.length_years),
            "unused_mw_years": 0.0,
            "unavoidable_waiting_mw_years": 0.0,
        },
        "placed_mw": {},
        "delivered_mw": {},
        "energised_mw": dict(zip(p.periods, energised.tolist(), strict=True)),
        "vendor_cost_usd": {
            v: {"racks": 1e9, "facility": 1e9, "energy": 1e8} for v in p.vendors if p.delivered_pods[owners == v].any()
        },
        "sizes": {},
        "versions": {},
        "inputs": {},
        "study": {},
        "study_path": "study",
    }
