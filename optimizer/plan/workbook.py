"""Turn a plan into the sheets of one workbook: its summary, and every table as in the plan folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ..io.sheets import Head, Sheet, rows_of
from .plan import TABLES, Plan

_SUMMARY = (
    "status",
    "objective_usd",
    "bound_usd",
    "gap",
    "cost_usd",
    "rack_purchase_usd",
    "unused",
    "vendor_cost_usd",
    "placed_mw",
    "delivered_mw",
    "energised_mw",
)
_IT, _FENCE = "MW IT", "MW at the fence"
COLUMNS = {
    "site": ("", "Id of the site."),
    "sku": ("", "Id of the rack type."),
    "vendor": ("", "Vendor of the rack."),
    "period": ("", "Period."),
    "zone": ("", "Id of the zone."),
    "line": ("", "Id of the line."),
    "block": ("", "Load block; all: one block of 8760 h at peak."),
    "kind": ("", "What is unused: waiting, aged, unplaced, idle_hall or idle_power."),
    "cause": ("", "Why it is unused."),
    "upgrade": ("", "Id of the reinforcement."),
    "pods": ("pods", "Pods placed in the period."),
    "racks": ("racks", "Racks placed in the period."),
    "it_mw": (_IT, "Power of the racks placed in the period."),
    "racks_in_service": ("racks", "Racks in service in the period."),
    "it_mw_in_service": (_IT, "Power of the racks in service in the period."),
    "open": ("TRUE or FALSE", "Whether the site is open."),
    "halls": ("halls", "Halls commissioned so far."),
    "built_mw": (_IT, "Halls that stand, those of others included."),
    "peak_mw": (_FENCE, "Draw of the racks in service at peak."),
    "interconnection_mw": (_FENCE, "Firm power of the interconnection; empty: unlimited."),
    "onsite_mw": (_FENCE, "Firm on-site generation."),
    "idle_hall_mw": (_IT, "Built and without racks."),
    "idle_power_mw": (_FENCE, "Energised and not drawn at peak; empty: unlimited."),
    "draw_mw": (_FENCE, "Drawn from the grid."),
    "onsite_output_mw": (_FENCE, "Served by on-site generation."),
    "delivered_racks": ("racks", "Delivered so far."),
    "placed_racks": ("racks", "Placed so far."),
    "waiting_racks": ("racks", "Delivered and not placed."),
    "waiting_mw": (_IT, "Power of the racks that wait."),
    "load_mw": (_FENCE, "Load of the site, or what a zone's sites draw without their on-site output."),
    "served_mw": (_FENCE, "Served by the zone's own headroom."),
    "headroom_mw": (_FENCE, "New load that the zone's own surplus can serve."),
    "flow_mw": ("MW", "Flow; negative: against the direction of the line."),
    "capacity_mw": ("MW", "Capacity in the direction of flow."),
    "mw": ("MW IT; idle_power: at the fence", "Unused power."),
    "mw_years": ("MW-years", "Unused power over the period."),
    "usd": ("USD", "Undiscounted, at the kind's own price."),
    "count": ("pieces", "Reinforcements bought."),
    "capex_usd": ("USD", "What they cost."),
}
"""Unit and meaning of the columns of a plan's tables; what is no number has the unit ""."""
_UNITS = {"usd": "USD", "mw": "MW IT", "mw_years": "MW-years"}
_KEYS = (
    Head("key", "Key as in plan.json; parts are joined by a point.", look="required", is_text=True),
    Head("value", "Its value.", look="required"),
    Head("unit", "Unit of the value.", is_text=True),
)


def plan_sheets(plan: Plan) -> list[Sheet]:
    """Return the sheet "summary" and one sheet per table of the plan folder."""
    facts = {"study": plan.study.config.study.name, **{key: plan.facts.get(key) for key in _SUMMARY}}
    rows = [(key, value, _unit_of(key)) for key, value in _flat(facts, "")]
    return [Sheet("summary", _KEYS, rows), *(_sheet(name, plan.tables[name]) for name in TABLES)]


def _flat(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _unit_of(key: str) -> str | None:
    """Return the unit that the name of a key or of its outermost part ends in."""
    if key.endswith("idle_power_mw_years"):
        return "MW-years at the fence"
    ends = (key, key.partition(".")[0])
    return next((u for part in ends for end, u in _UNITS.items() if part.endswith(f"_{end}")), None)


def _sheet(name: str, frame: pd.DataFrame) -> Sheet:
    return Sheet(name, [_head(str(c), frame[c]) for c in frame.columns], rows_of(frame))


def _head(name: str, values: pd.Series) -> Head:
    if name not in COLUMNS:
        return Head(name, "A column of a later release.", is_text=not pd.api.types.is_numeric_dtype(values))
    unit, meaning = COLUMNS[name]
    return Head(name, f"{meaning}\nUnit: {unit}" if unit else meaning, is_text=not unit)
