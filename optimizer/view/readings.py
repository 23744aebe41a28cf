"""Read from a plan's tables what a map of one period shows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.plan.plan import Plan

Floats = NDArray[np.float64]


def vendor_mw(plan: Plan, period: str) -> dict[str, dict[str, float]]:
    """Return IT MW in service by site and vendor; sites that hold nothing are absent."""
    table = plan.assignments[plan.assignments["period"] == period]
    held: dict[str, dict[str, float]] = {}
    for site, vendor, it_mw in zip(table["site"], table["vendor"], table["it_mw_in_service"].tolist(), strict=True):
        if it_mw > 0:
            vendors = held.setdefault(str(site), {})
            vendors[str(vendor)] = vendors.get(str(vendor), 0.0) + it_mw
    return held


def open_idle_mw(plan: Plan, period: str) -> dict[str, float]:
    """Return the sites that are open, each with its energised power that no rack draws, as IT MW."""
    rows = plan.sites["period"] == period
    table, idle = plan.sites[rows], _idle_it_mw(plan)[rows.to_numpy()]
    return {str(s): v for s, is_open, v in zip(table["site"], table["open"], idle.tolist(), strict=True) if is_open}


def _idle_it_mw(plan: Plan) -> Floats:
    """Idle power as IT MW, for each row of the sites table."""
    pue = dict(zip(plan.study.sites["site"], plan.study.sites["peak_pue"].tolist(), strict=True))
    per_row = np.array([pue[site] for site in plan.sites["site"]], dtype=np.float64)
    return plan.sites["idle_power_mw"].fillna(0.0).to_numpy(dtype=np.float64) / per_row


def largest_circle(plan: Plan) -> tuple[float, int]:
    """Return the most IT MW that a site shows in any period, and the most sites open at once."""
    is_open = plan.sites["open"].to_numpy(dtype=bool)
    shown = plan.sites["it_mw_in_service"].to_numpy(dtype=np.float64) + _idle_it_mw(plan)
    counts = plan.sites["period"][is_open].value_counts()
    return max(float(shown[is_open].max(initial=0.0)), 1e-3), int(counts.max()) if len(counts) else 0


def round_sizes(largest_mw: float) -> list[float]:
    """Return up to three round sizes, none above the largest."""
    sizes = []
    for part in (1.0, 0.35, 0.1):
        power = 10.0 ** math.floor(math.log10(largest_mw * part))
        sizes.append(max(step * power for step in (1, 2, 5) if step * power <= largest_mw * part * 1.000001))
    return list(dict.fromkeys(sizes))


def headroom_used(plan: Plan, period: str) -> dict[str, float]:
    """Return the share of headroom that each zone serves; zones without headroom are absent."""
    table = plan.tables["zones"]
    table = table[table["period"] == period]
    used: dict[str, float] = {}
    for zone, served, room in zip(table["zone"], table["served_mw"], table["headroom_mw"], strict=True):
        if room > 0:
            used[str(zone)] = max(used.get(str(zone), 0.0), float(served) / float(room))
    return used


def flowing(plan: Plan, period: str) -> list[tuple[str, str, float]]:
    """Return from, to and MW of every line that carries power, each the way the power goes."""
    lines = plan.study.lines
    ends = dict(zip(lines["line"], zip(lines["from"], lines["to"], strict=True), strict=True))
    table = plan.tables["flows"]
    table = table[table["period"] == period]
    moving = []
    for line, flow_mw in zip(table["line"], table["flow_mw"].tolist(), strict=True):
        if abs(flow_mw) > 1e-3 and line in ends:
            start, end = ends[line]
            moving.append((start, end, flow_mw) if flow_mw > 0 else (end, start, -flow_mw))
    return moving


def delivered_vendors(plan: Plan) -> list[str]:
    """Return the vendors of which anything is delivered, sorted."""
    racks = plan.study.racks
    return sorted(set(racks["vendor"][racks["sku"].isin(plan.waiting["sku"])]))
