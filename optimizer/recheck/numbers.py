"""Checks of numbers that follow from the decisions, table by table."""

from __future__ import annotations

import numpy as np

from .columns import Floats
from .ground import Ground
from .money import unused_usd
from .report import Finding
from .rows import unused_mw


# assignments.csv ------------------------------------------------------------------------------------------------
def assigned_pods(g: Ground) -> list[Finding]:
    """Pods are what racks and it_mw of their row say: n = racks / pod_racks = it_mw / p."""
    return g.tables["assignments"].compare("pods", g.pods, "count")


def assigned_vendor(g: Ground) -> list[Finding]:
    """The vendor is that of the SKU in racks.csv: vendor(k)."""
    table = g.tables["assignments"]
    owners = [g.p.vendor_of[k] for k in table.keys["sku"]]
    stated = table.frame["vendor"].tolist()
    return [
        Finding(table.file, table.row(i), "vendor", stated[i], owner)
        for i, owner in enumerate(owners)
        if stated[i] != owner
    ]


def assigned_racks(g: Ground) -> list[Finding]:
    """Racks placed in the period: n_skt · pod_racks_k."""
    return g.tables["assignments"].compare("racks", g.pods * g.p.pod_racks[None, :, None], "count")


def assigned_it(g: Ground) -> list[Finding]:
    """IT MW placed in the period: n_skt · p_k."""
    return g.tables["assignments"].compare("it_mw", g.pods * g.p.pod_mw[None, :, None], "mw")


def serving_racks(g: Ground) -> list[Finding]:
    """Racks in service: Σ_{a ≤ t, start_t − start_a < life_k} n_ska · pod_racks_k."""
    racks = g.pods_in_service * g.p.pod_racks[None, :, None]
    return g.tables["assignments"].compare("racks_in_service", racks, "count")


def serving_it(g: Ground) -> list[Finding]:
    """IT MW in service: N_skt · p_k."""
    return g.tables["assignments"].compare("it_mw_in_service", g.it_of_sku_mw, "mw")


# sites.csv ------------------------------------------------------------------------------------------------------
def site_halls(g: Ground) -> list[Finding]:
    """Halls are what built_mw and idle_hall_mw of their row say: (built − existing · y) / hall."""
    return g.tables["sites"].compare("halls", g.halls_by, "count")


def site_built(g: Ground) -> list[Finding]:
    """IT MW built: existing_st y_st + hall_s Σ_{τ≤t} h_sτ."""
    return g.tables["sites"].compare("built_mw", g.built_mw, "mw")


def site_it(g: Ground) -> list[Finding]:
    """IT MW in service at the site: Σ_k p_k N_skt."""
    return g.tables["sites"].compare("it_mw_in_service", g.it_mw, "mw")


def site_peak(g: Ground) -> list[Finding]:
    """Load at the fence: peak_pue_s · Σ_k p_k N_skt."""
    return g.tables["sites"].compare("peak_mw", g.load_mw, "mw")


def site_interconnection(g: Ground) -> list[Finding]:
    """Firm MW at the point of interconnection by the study, empty where unlimited: I_st."""
    limit = g.p.interconnection_mw
    return g.tables["sites"].compare("interconnection_mw", np.where(np.isfinite(limit), limit, np.nan), "mw")


def site_onsite(g: Ground) -> list[Finding]:
    """Firm on-site MW by the study: O_st."""
    return g.tables["sites"].compare("onsite_mw", g.p.onsite_mw, "mw")


def site_idle_hall(g: Ground) -> list[Finding]:
    """IT MW built without racks: built_st − Σ_k p_k N_skt."""
    return g.tables["sites"].compare("idle_hall_mw", g.idle_hall_mw, "mw")


def site_idle_power(g: Ground) -> list[Finding]:
    """Fence MW energised and not drawn, empty where unlimited: (I_st + O_st) y_st − peak_pue_s Σ_k p_k N_skt."""
    return g.tables["sites"].compare("idle_power_mw", g.spare_mw, "mw")


# power.csv, waiting.csv, zones.csv, flows.csv ----------------------------------------------------------------------
def power_load(g: Ground) -> list[Finding]:
    """Load at the fence: peak_pue_s · Σ_k p_k N_skt."""
    return g.tables["power"].compare("load_mw", g.load_mw, "mw")


def waiting_delivered(g: Ground) -> list[Finding]:
    """Racks delivered by the study, in whole pods: D_kt · pod_racks_k."""
    return g.tables["waiting"].compare("delivered_racks", g.p.delivered_pods * g.p.pod_racks[:, None], "count")


def waiting_placed(g: Ground) -> list[Finding]:
    """Racks placed at all sites: Σ_s n_skt · pod_racks_k."""
    return g.tables["waiting"].compare("placed_racks", g.pods.sum(axis=0) * g.p.pod_racks[:, None], "count")


def waiting_racks(g: Ground) -> list[Finding]:
    """Racks that wait at the end of the period: Σ_{τ≤t} (D_kτ − Σ_s n_skτ) · pod_racks_k."""
    return g.tables["waiting"].compare("waiting_racks", g.waits * g.p.pod_racks[:, None], "count")


def waiting_mw(g: Ground) -> list[Finding]:
    """IT MW that wait: w_kt · p_k."""
    return g.tables["waiting"].compare("waiting_mw", g.waits_mw, "mw")


def zone_load(g: Ground) -> list[Finding]:
    """Load of a zone is what its sites draw: Σ_{s∈z} d_st."""
    return g.tables["zones"].compare("load_mw", g.zone_load_mw, "mw")


def zone_headroom(g: Ground) -> list[Finding]:
    """Headroom by the study: headroom_zt."""
    return g.tables["zones"].compare("headroom_mw", g.p.headroom_mw, "mw")


def flow_capacity(g: Ground) -> list[Finding]:
    """Capacity of the direction of flow: cap where f ≥ 0, else cap_back."""
    table = g.tables["flows"]
    ahead = np.repeat(g.p.line_mw[:, None], len(g.p.periods), axis=1)
    back = np.repeat(g.p.line_back_mw[:, None], len(g.p.periods), axis=1)
    still = (np.abs(g.flow_mw) <= 1e-6) & (table.spread("capacity_mw") == back)
    return table.compare("capacity_mw", np.where((g.flow_mw < 0) | still, back, ahead), "mw")


# unused.csv -----------------------------------------------------------------------------------------------------
def unused_amount(g: Ground) -> list[Finding]:
    """Unused MW by kind: waiting w p, aged a p, unplaced w_T p, idle_hall in IT MW, idle_power in fence MW."""
    return g.tables["unused"].compare_rows("mw", _of_rows(g, [mw for _, mw, _ in unused_mw(g)]), "mw")


def unused_mw_years(g: Ground) -> list[Finding]:
    """MW-years: mw · L_t, 0 for unplaced."""
    years = [mw * (0.0 if kind == "unplaced" else g.p.length_years) for kind, mw, _ in unused_mw(g)]
    return g.tables["unused"].compare_rows("mw_years", _of_rows(g, years), "mw")


def unused_price(g: Ground) -> list[Finding]:
    """Undiscounted money at the kind's own price: price · mw · L_t, for unplaced price · mw."""
    by_kind = unused_usd(g)
    usd = _of_rows(g, [by_kind[kind] for kind, _, _ in unused_mw(g)])
    return g.tables["unused"].compare_rows("usd", usd, "usd")


def _of_rows(g: Ground, by_kind: list[Floats]) -> Floats:
    """Pick each row's value from the arrays of its kind; a row that is misplaced keeps none."""
    kind, site, sku, period = g.tables["unused"].at
    values = np.full(len(kind), np.nan)
    for position, array in enumerate(by_kind):
        place = site if array.shape[0] == len(g.p.sites) and _of_sites(position) else sku
        rows = (kind == position) & (place >= 0)
        values[rows] = array[place[rows], period[rows]]
    return values


def _of_sites(position: int) -> bool:
    return position in (1, 2)
