"""The contract of the plan's tables as data: keys, columns and what a cell may hold."""

from __future__ import annotations

from collections.abc import Mapping

BOUGHT = ("halls",)
"""What sites buy whole, each a term of the cost too: columns of sites.csv that count it so far."""
KINDS = ("aged", "idle_hall", "idle_power", "unplaced", "waiting")
COSTS: Mapping[str, tuple[str, ...]] = {
    "aged": ("sku",), "change": ("site",), "energy": ("site",), "fixed": ("site",), "generation": (),
    "halls": ("site",),
    "idle_hall": ("site",),
    "idle_power": ("site",), "lease": ("site",), "opening": ("site",), "placement": ("site", "sku"),
    "residual": ("site",), "unplaced": ("sku",), "upgrades": ("site",), "waiting": ("sku",), "wheeling": ("line",),
}  # fmt: skip
"""What each term of the cost is by, the period apart, in the order of the rows of costs.csv."""
NOBODYS = ("change", "residual", "upgrades")
"""Terms with rows of no site too: what reinforces zones and lines, changes at sites that are gone.

Their arrays have one site more, the last.
"""
ELEMENTS = ("gen", "line", "outage", "zone")
"""What can bind, or has a dual value."""
DIFFERENCES = ("generation", "wheeling")
"""Terms that in a nodal grid count what is beyond the base case."""

CELLS = {
    "id": "an id or a period of the study",
    "id or empty": "an id of the study, or empty",
    "text": "text",
    "flag": "true or false",
    "count": "a whole number, 0 or more",
    "whole": "a whole number",
    "mw": "a number, 0 or more",
    "number": "a number",
    "number or empty": "a number, or empty",
}
"""Kinds of cells, each with the rule in words."""


SHAPES: Mapping[str, Mapping[str, str]] = {
    "assignments": {
        "site": "id", "sku": "id", "vendor": "text", "period": "id", "pods": "count", "racks": "count", "it_mw": "mw",
        "racks_in_service": "count", "it_mw_in_service": "mw",
    },
    "sites": {
        "site": "id", "period": "id", "open": "flag", "halls": "count", "built_mw": "mw", "it_mw_in_service": "mw",
        "peak_mw": "mw", "interconnection_mw": "number or empty", "onsite_mw": "mw", "idle_hall_mw": "number",
        "idle_power_mw": "number or empty",
    },
    "power": {
        "site": "id", "period": "id", "block": "id", "load_mw": "mw", "draw_mw": "mw", "onsite_output_mw": "mw",
    },
    "waiting": {
        "sku": "id", "period": "id", "delivered_racks": "count", "placed_racks": "count", "waiting_racks": "whole",
        "waiting_mw": "number",
    },
    "zones": {
        "zone": "id", "period": "id", "block": "id", "load_mw": "mw", "served_mw": "number",
        "headroom_mw": "number or empty", "base_load_mw": "number or empty", "generation_mw": "number or empty",
        "price_usd_per_mwh": "number or empty",
    },
    "flows": {
        "line": "id", "period": "id", "block": "id", "flow_mw": "number", "capacity_mw": "number or empty",
        "loading": "number or empty", "shadow_usd_per_mw_year": "number or empty",
    },
    "unused": {
        "kind": "id", "site": "id or empty", "sku": "id or empty", "period": "id", "mw": "mw", "mw_years": "mw",
        "usd": "number", "cause": "text",
    },
    "costs": {
        "term": "id", "site": "id or empty", "sku": "id or empty", "line": "id or empty", "period": "id",
        "usd": "number", "discounted_usd": "number",
    },
    "upgrades": {"upgrade": "id", "period": "id", "count": "count", "capex_usd": "number"},
    "binding": {
        "element": "id", "id": "id", "period": "id", "block": "id", "limit_mw": "number",
        "shadow_usd_per_mw_year": "number or empty",
    },
    "dispatch": {"gen": "id", "period": "id", "block": "id", "base_mw": "number", "mw": "number"},
    "base": {
        "element": "id", "id": "id", "period": "id", "block": "id", "flow_mw": "number or empty",
        "usd_per_mwh": "number",
    },
    "committed": {
        "decision": "id", "site": "id or empty", "sku": "id or empty", "upgrade": "id or empty", "period": "id",
        "count": "count", "released": "count",
    },
}  # fmt: skip
"""The kind of cell of every column of each table; ids are its keys, in the order by which its rows are sorted."""
KEYS = {table: tuple(name for name, cell in of.items() if cell == "id") for table, of in SHAPES.items()}
"""The keys of each table that stand in every row, in the order of its arrays."""
