"""Turn what a plan does to its grid into what the map draws: lines and buses by load block, upgrades, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from optimizer.plan.grid import block_names, bought, limits, used_share, when, worst_flows, worst_zones
from optimizer.plan.plan import Plan

_LINES = {"flow_mw": "mw", "capacity_mw": "capacity_mw", "loading": "share", "shadow_usd_per_mw_year": "shadow"}
_ZONES = {
    "load_mw": "load_mw", "served_mw": "served_mw", "headroom_mw": "headroom_mw", "base_load_mw": "base_load_mw",
    "generation_mw": "generation_mw", "price_usd_per_mwh": "price",
}  # fmt: skip
_LIMITS = 8  # of a period
Things = dict[str, list[dict[str, list[Any]]]]


def grid_facts(plan: Plan) -> dict[str, Any]:
    """Return the load blocks, and of lines, zones, upgrades and limits what every choice of a block shows.

    Of each line and zone a list by choice: of several blocks the worst of each period first (``in`` says which), then
    block by block. ``used`` is the share of headroom served; in a nodal grid where a price lies between the lowest and
    the highest of ``price_range``, in USD/MWh. Shadow prices in USD per MW and year, None where there is no number.
    """
    prices = plan.tables["zones"]["price_usd_per_mwh"]
    low, high = (float(prices.min()), float(prices.max())) if prices.notna().any() else (0.0, 0.0)
    zones = plan.tables["zones"].assign(used=used_share)
    fullest = worst_zones(plan).assign(used=used_share)
    if plan.study.is_nodal:
        span = (high - low) or 1.0
        zones, fullest = (f.assign(used=(f["price_usd_per_mwh"] - low) / span) for f in (zones, fullest))
    hours = dict(zip(plan.study.blocks["block"], plan.study.blocks["hours_per_year"], strict=True)) or {"all": 8760.0}
    return {
        "blocks": [{"name": name, "hours": float(hours[name])} for name in block_names(plan.study)],
        "nodal": plan.study.is_nodal,
        "price_range": [round(low, 2) + 0.0, round(high, 2) + 0.0],
        "lines": _things(plan, "line", plan.tables["flows"], worst_flows(plan), _LINES),
        "zones": _things(plan, "zone", zones, fullest, _ZONES | {"used": "used"}),
        "upgrades": _upgrades(plan),
        "limits": _limits(plan),
    }


def _things(plan: Plan, key: str, rows: pd.DataFrame, fullest: pd.DataFrame, columns: Mapping[str, str]) -> Things:
    names = block_names(plan.study)
    choices = [rows[rows["block"] == name] for name in names]
    if len(names) > 1:
        choices.insert(0, fullest.assign(**{"in": [names.index(str(block)) for block in fullest["block"]]}))
    ids, periods = pd.Index(dict.fromkeys(rows[key])), pd.Index(plan.study.horizon.names)
    found: Things = {str(thing): [] for thing in ids}
    for table in choices:
        at = ids.get_indexer(pd.Index(table[key])), periods.get_indexer(pd.Index(table["period"]))
        here = {**columns, **({"in": "in"} if "in" in table else {})}
        lists = {short: _spread(table[column], at, (len(ids), len(periods))) for column, short in here.items()}
        for i, thing in enumerate(found):
            found[thing].append({short: values[i] for short, values in lists.items()})
    return found


def _spread(values: pd.Series, at: tuple[Any, Any], shape: tuple[int, int]) -> list[list[float | None]]:
    """Return numbers by thing and period, None where there is none."""
    table = np.full(shape, np.nan)
    table[at] = np.round(values.to_numpy(dtype=np.float64), 3) + 0.0
    return [[value if value == value else None for value in row] for row in table.tolist()]


def _upgrades(plan: Plan) -> list[dict[str, Any]]:
    """Return what was bought, each with how many stand in every period."""
    periods, found = list(plan.study.horizon.names), dict[str, dict[str, Any]]()
    for one in bought(plan):
        facts = {"id": one.upgrade, "kind": one.kind, "target": one.target, "capacity_mw": one.capacity_mw}
        known = found.setdefault(one.upgrade, facts | {"standing": [0] * len(periods)})
        for t in range(periods.index(one.period), len(periods)):
            known["standing"][t] += one.count
    return list(found.values())


def _limits(plan: Plan) -> list[list[list[Any]]]:
    """Return of every period the limits that cost most: what, when, MW, and USD that one MW more saves a year."""
    found: dict[str, list[list[Any]]] = {period: [] for period in plan.study.horizon.names}
    for limit in limits(plan):
        if len(of := found[limit.period]) < _LIMITS:
            usd = round(limit.usd_per_mw_year)
            of.append([limit.words, when(plan, limit.period, limit.blocks), round(limit.limit_mw, 3), usd])
    return list(found.values())
