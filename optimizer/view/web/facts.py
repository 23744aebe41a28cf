"""Turn a plan into what the page draws: plain numbers and words, ready for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.plan.plan import Plan
from optimizer.plan.summary import status_in_words

from ..ledger import cause_words
from ..palette import vendor_colours, vendor_marks
from ..readings import delivered_vendors, largest_circle
from .grid import line_facts, zone_facts
from .plane import basemap, parallels, plane_of, polygons
from .sites import rounded, site_facts

FORMAT = 1


def map_facts(plan: Plan) -> dict[str, Any]:
    """Return everything that the map of a plan shows.

    Places are in units of ``plane`` (x to the right, y down); lists by period follow ``periods``. Power in MW: ``it``,
    ``built`` and ``idle_hall`` are IT MW, ``peak``, ``interconnection``, ``onsite`` and ``idle_power`` fence MW.
    None stands for no limit or no number.
    """
    study = plan.study
    lon, lat = study.sites["lon"].to_numpy(float), study.sites["lat"].to_numpy(float)
    plane, x, y, shapes = plane_of(lon, lat, list(study.zones["geometry"]))
    vendors = sorted({*delivered_vendors(plan), *plan.assignments["vendor"].astype(str)})
    sites = site_facts(plan, plane, x, y)
    zones = zone_facts(plan, plane, shapes, sites)
    largest, most_open = largest_circle(plan)
    return {
        "format": FORMAT,
        "title": study.config.study.name or "Plan",
        "status": status_in_words(plan),
        "gap": rounded(plan.gap, 6),
        "periods": list(study.horizon.names),
        "vendors": _vendors(vendors),
        "in_service_mw": _in_service(plan, vendors),
        "waiting_mw": _by_period(plan, "waiting_mw"),
        "waiting": _waiting_causes(plan),
        "causes": cause_words(plan),
        "largest_mw": rounded(largest, 3),
        "most_open": most_open,
        "plane": plane.facts(),
        "sites": sites,
        "zones": zones,
        "lines": line_facts(plan, zones),
        "graticule": [] if any(polygons(s) for s in shapes) else parallels(plane),
        "basemap": basemap(plane),
        "notices": _notices(plan, sites),
    }


def _vendors(names: list[str]) -> list[dict[str, str]]:
    colours, marks = vendor_colours(names), vendor_marks(names)
    return [{"name": name, "colour": colours[name], "mark": marks[name][:4]} for name in names]


def _in_service(plan: Plan, vendors: list[str]) -> dict[str, list[float]]:
    """Return IT MW in service by vendor, for each period."""
    periods = list(plan.study.horizon.names)
    table = plan.assignments.pivot_table(
        index="vendor", columns="period", values="it_mw_in_service", aggfunc="sum", fill_value=0.0
    ).reindex(index=vendors, columns=periods, fill_value=0.0)
    values = np.round(table.to_numpy(dtype=np.float64), 3) + 0.0
    return dict(zip(vendors, values.tolist(), strict=True))


def _by_period(plan: Plan, column: str) -> list[float]:
    sums = plan.waiting.groupby("period")[column].sum()
    return [round(float(sums.get(period, 0.0)), 3) for period in plan.study.horizon.names]


def _waiting_causes(plan: Plan) -> list[dict[str, Any]]:
    """Return the racks that wait, by SKU and period, each with its cause."""
    at = {period: t for t, period in enumerate(plan.study.horizon.names)}
    table = plan.unused[plan.unused["kind"] == "waiting"]
    rows = table[["sku", "period", "mw", "cause"]].itertuples(index=False)
    return [
        {"sku": str(sku), "t": at[str(period)], "mw": rounded(mw, 3), "cause": str(cause)}
        for sku, period, mw, cause in rows
        if str(period) in at
    ]


def _notices(plan: Plan, sites: list[dict[str, Any]]) -> list[str]:
    """Say in words what would look like a fault: one period, one site, nothing in service."""
    periods, words = list(plan.study.horizon.names), []
    if len(periods) == 1:
        words.append(f"This plan has one period, {periods[0]}: there is nothing to step through.")
    if len(sites) == 1:
        words.append("This study has one candidate site.")
    if plan.assignments["it_mw_in_service"].sum() <= 0:
        waits = float(plan.waiting["waiting_mw"].sum()) > 0
        words.append(
            "No rack is in service in any period: all racks that are delivered wait."
            if waits
            else "No rack is delivered in any period: nothing is in service and nothing waits."
        )
    lost = sum(site["x"] is None for site in sites)
    if lost:
        words.append(f"{lost:,} of {len(sites):,} sites cannot be shown on this map; the list has them.")
    return words
