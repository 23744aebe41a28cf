"""Turn a plan into the sheets of one workbook: its summary, and every table as in the plan folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ..io.schema import schema
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
    return Sheet(name, [_head(name, str(c), frame[c]) for c in frame.columns], rows_of(frame))


def _head(table: str, name: str, values: pd.Series) -> Head:
    column = schema(f"plan/{table}").find(name)
    if column is None:
        return Head(name, "A column of a later release.", is_text=not pd.api.types.is_numeric_dtype(values))
    meaning = f"{column.meaning}\nUnit: {column.unit}" if column.unit else column.meaning
    return Head(name, meaning, is_text=column.dtype == "str")
