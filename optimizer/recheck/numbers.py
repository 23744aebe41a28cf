"""Checks of numbers that follow from the decisions, column by column."""

from __future__ import annotations

import numpy as np

from .columns import Floats
from .comparison import Check, follows
from .ground import Ground
from .report import Finding


# what a row of decisions says of itself -----------------------------------------------------------------------------
def assigned_pods(g: Ground) -> list[Finding]:
    """Pods are what racks and it_mw of their row say: n = racks / pod_racks = it_mw / p."""
    return g.tables["assignments"].compare("pods", g.pods, "count")


def assigned_vendor(g: Ground) -> list[Finding]:
    """The vendor is that of the SKU in racks.csv: vendor(k)."""
    table = g.tables["assignments"]
    owners = [g.p.vendor_of[k] for k in table.keys["sku"]]
    pairs = enumerate(zip(table.frame["vendor"].tolist(), owners, strict=True))
    return [Finding(table.file, table.row(i), "vendor", said, owner) for i, (said, owner) in pairs if said != owner]


def site_halls(g: Ground) -> list[Finding]:
    """Halls are what built_mw and idle_hall_mw of their row say: (built − existing · y) / hall."""
    return g.tables["sites"].compare("halls", g.halls_by, "count")


# what follows -------------------------------------------------------------------------------------------------------
def _flow_capacity(g: Ground) -> Floats:
    """Capacity by the direction of the flow, which nobody knows of a line that is still."""
    ahead, back = g.wires.line_mw[:, :, None], g.wires.line_back_mw[:, :, None]
    still = (np.abs(g.flow_mw) <= 1e-6) & (g.tables["flows"].spread("capacity_mw") == back)
    return _limited(np.where((g.flow_mw < 0) | still, back, ahead))


def _limited(mw: Floats) -> Floats:
    return np.where(np.isfinite(mw), mw, np.nan)


def loading(g: Ground) -> list[Finding]:
    """Flow as a share of capacity, the largest of a line's circuits, empty where unlimited: |f_ltb| / cap.

    A plan of before says nothing of it.
    """
    table = g.tables["flows"]
    if np.isnan(table.number["loading"]).all():
        return []
    return table.compare("loading", g.wires.loading(g.p, g.flow_mw, g.standing), "share")


def _of_nodal(g: Ground, mw: Floats, *, nodal: bool = True) -> Floats:
    return mw if g.p.study.is_nodal == nodal else np.full(mw.shape, np.nan)


def _capex_usd(g: Ground) -> Floats:
    return g.p.upgrade_usd[:, None] * g.upgrades


FOLLOWING: tuple[Check, ...] = (
    follows("assigned_racks", "assignments.racks", "count", lambda g: g.pods * g.p.pod_racks[:, None],
            "Racks placed in the period: n_skt · pod_racks_k"),
    follows("assigned_it", "assignments.it_mw", "mw", lambda g: g.pods * g.p.pod_mw[:, None],
            "IT MW placed in the period: n_skt · p_k"),
    follows("serving_racks", "assignments.racks_in_service", "count",
            lambda g: g.pods_in_service * g.p.pod_racks[:, None],
            "Racks in service: Σ_{a ≤ t, start_t − start_a < life_k} n_ska · pod_racks_k"),
    follows("serving_it", "assignments.it_mw_in_service", "mw", lambda g: g.it_of_sku_mw,
            "IT MW in service: N_skt · p_k"),
    follows("site_built", "sites.built_mw", "mw", lambda g: g.built_mw,
            "IT MW built: existing_st y_st + hall_s Σ_{τ≤t} h_sτ"),
    follows("site_it", "sites.it_mw_in_service", "mw", lambda g: g.it_mw,
            "IT MW in service at the site: Σ_k p_k N_skt"),
    follows("site_peak", "sites.peak_mw", "mw", lambda g: g.load_mw,
            "Load at the fence: peak_pue_s · Σ_k p_k N_skt"),
    follows("site_interconnection", "sites.interconnection_mw", "mw", lambda g: _limited(g.interconnection_mw),
            "Firm MW at the point of interconnection, empty where unlimited: I_st + Σ_u capacity_u Σ_{τ≤t} x_uτ"),
    follows("site_onsite", "sites.onsite_mw", "mw", lambda g: g.firm_onsite_mw,
            "Firm on-site MW by the study: O_st"),
    follows("site_idle_hall", "sites.idle_hall_mw", "mw", lambda g: g.idle_hall_mw,
            "IT MW built without racks: built_st − Σ_k p_k N_skt"),
    follows("site_idle_power", "sites.idle_power_mw", "mw", lambda g: g.spare_mw,
            "Fence MW energised and not drawn, empty where unlimited: (I_st + O_st) y_st − peak_pue_s Σ_k p_k N_skt"),
    follows("power_load", "power.load_mw", "mw", lambda g: g.block_load_mw,
            "Load at the fence: peak_pue_s · load_scale_b · Σ_k p_k N_skt"),
    follows("waiting_delivered", "waiting.delivered_racks", "count",
            lambda g: g.p.delivered_pods * g.p.pod_racks[:, None],
            "Racks delivered by the study, in whole pods: D_kt · pod_racks_k"),
    follows("waiting_placed", "waiting.placed_racks", "count", lambda g: g.pods.sum(axis=0) * g.p.pod_racks[:, None],
            "Racks placed at all sites: Σ_s n_skt · pod_racks_k"),
    follows("waiting_racks", "waiting.waiting_racks", "count", lambda g: g.waits * g.p.pod_racks[:, None],
            "Racks that wait at the end of the period: Σ_{τ≤t} (D_kτ − Σ_s n_skτ) · pod_racks_k"),
    follows("waiting_mw", "waiting.waiting_mw", "mw", lambda g: g.waits_mw,
            "IT MW that wait: w_kt · p_k"),
    follows("zone_load", "zones.load_mw", "mw", lambda g: g.zone_load_mw,
            "Load of a zone is what its sites draw: Σ_{s∈z} d_stb"),
    follows("zone_headroom", "zones.headroom_mw", "mw", lambda g: _of_nodal(g, g.headroom_mw, nodal=False),
            "Headroom, empty in a nodal grid: headroom_ztb + Σ_u capacity_u Σ_{τ≤t} x_uτ"),
    follows("zone_base_load", "zones.base_load_mw", "mw", lambda g: _of_nodal(g, g.p.base_load_mw),
            "Load by the study that was there before, empty but in a nodal grid: load_ztb"),
    follows("zone_generation", "zones.generation_mw", "mw",
            lambda g: _of_nodal(g, g.p.fleet.at_zones(g.output_mw, len(g.p.zones))),
            "What the generators of a bus make, empty but in a nodal grid: Σ_{g∈z} p_gtb"),
    follows("flow_capacity", "flows.capacity_mw", "mw", _flow_capacity,
            "Capacity of the direction of flow, with what is bought, empty if unlimited: cap if f ≥ 0, else cap_back"),
    loading,
    follows("upgrade_capex", "upgrades.capex_usd", "usd", _capex_usd, "Price of what is bought: capex_usd_u x_ut"),
)  # fmt: skip
"""A check for each column that is arithmetic on what the plan decides, in the order in which they are told."""
