"""Show one row of every table, as an example for header comments, the blank study and its README."""

from __future__ import annotations

ROW = {
    "sites": "one row per candidate site",
    "site_ramp": "power and halls of a site by period, one row per site and period",
    "racks": "one row per rack type (SKU)",
    "deliveries": "racks that arrive, one row per rack type and period",
    "placement": "costs and bans of pairs of site and rack type",
    "zones": "grid zones (areas) or buses (points)",
    "headroom": "new load that a zone's own surplus can serve, by period",
    "energy_prices": "energy price by zone and period, for sites that state none",
    "lines": "interfaces or branches between zones",
}
"""What a row of each table is."""

_SOURCE = {"source": "example, replace", "vintage": "2026-07", "confidence": "assumption", "note": "ask the utility"}
EXAMPLES: dict[str, dict[str, str]] = {
    "sites": {
        "site": "example-site",
        "name": "EXAMPLE campus",
        "operator": "EXAMPLE operator",
        "state": "TX",
        "country": "US",
        "kind": "campus",
        "geometry": "POINT (-99.8 32.5)",
        "lon": "-99.8",
        "lat": "32.5",
        "zone": "north",
        "committed": "false",
        "tenure": "own",
        "existing_mw": "50",
        "max_mw": "200",
        "hall_mw": "50",
        "halls_per_year": "4",
        "hall_lead_years": "1",
        "open_usd": "50000000",
        "hall_usd_per_mw": "11000000",
        "lease_usd_per_mw_year": "2000000",
        "fixed_usd_per_mw_year": "300000",
        "interconnection_mw": "260",
        "peak_pue": "1.3",
        "annual_pue": "1.2",
        "load_factor": "0.8",
        "energy_usd_per_mwh": "45",
        "onsite_mw": "100",
        "onsite_usd_per_mwh": "90",
        "vendors": "AMD;Nvidia",
        "max_rack_kw": "600",
        **_SOURCE,
    },
    "site_ramp": {
        "site": "example-site",
        "period": "2027H1",
        "interconnection_mw": "260",
        "onsite_mw": "100",
        "existing_mw": "50",
        **_SOURCE,
    },
    "racks": {
        "sku": "EXAMPLE-RACK",
        "vendor": "EXAMPLE vendor",
        "rack_kw": "130",
        "accelerators": "72",
        "price_usd": "3500000",
        "pod_racks": "8",
        "available_from": "2026",
        "life_years": "6",
        "waiting_usd_per_mw_year": "8400000",
        "exaflops": "1.1",
        **_SOURCE,
    },
    "deliveries": {"sku": "EXAMPLE-RACK", "period": "2027", "racks": "384", "mw": "49.92", **_SOURCE},
    "placement": {"site": "example-site", "sku": "EXAMPLE-RACK", "usd_per_rack": "20000", "allowed": "true", **_SOURCE},
    "zones": {"zone": "north", "name": "EXAMPLE zone", "geometry": "POINT (-99.8 32.5)", **_SOURCE},
    "headroom": {"zone": "north", "period": "2027", "headroom_mw": "500", "block": "", **_SOURCE},
    "energy_prices": {"zone": "north", "period": "2027", "usd_per_mwh": "45", "block": "", **_SOURCE},
    "lines": {
        "line": "north-south",
        "from": "north",
        "to": "south",
        "capacity_mw": "1000",
        "capacity_back_mw": "800",
        "usd_per_mwh": "2",
        "reactance_pu": "0.02",
        "x_base_mva": "100",
        **_SOURCE,
    },
}
"""Cells of one row by table and column, as a CSV holds them."""


def example(table: str, column: str) -> str:
    """Return an example of a cell, or "" for a column that nobody knows."""
    return EXAMPLES[table].get(column, "")
