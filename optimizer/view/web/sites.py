"""Gather what the page shows of every site, in every period."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from optimizer.plan.kinds import GENERIC, standing
from optimizer.plan.plan import Plan

from ..readings import Floats
from .plane import Plane

QUANTITIES = {
    "built_mw": "built_mw",
    "peak_mw": "peak_mw",
    "interconnection_mw": "interconnection_mw",
    "onsite_mw": "onsite_mw",
    "idle_hall_mw": "idle_hall_mw",
    "idle_power_mw": "idle_power_mw",
}


def site_facts(plan: Plan, plane: Plane, x: Floats, y: Floats) -> list[dict[str, Any]]:
    """Return the sites in the order of the study; ``x`` and ``y`` are their places in metres of the plane."""
    table = plan.study.sites
    ids = [str(site) for site in table["site"]]
    grids = {name: _by_site(plan, column, ids) for name, column in QUANTITIES.items()}
    is_open = _by_site(plan, "open", ids) > 0
    held, unused = _held(plan), _unused(plan)
    committed = table["committed"].to_numpy(dtype=bool)
    pue = table["peak_pue"].to_numpy(dtype=np.float64)
    facts = []
    for i, row in enumerate(table[["name", "kind", "operator", "zone"]].itertuples(index=False)):
        at = plane.place(float(x[i]), float(y[i]))
        facts.append(
            {
                "id": ids[i],
                "name": _text(row.name) or ids[i],
                "kind": _text(row.kind),
                "generic": standing(_text(row.kind)) == GENERIC,
                "operator": _text(row.operator),
                "zone": _text(row.zone),
                "x": at[0] if at else None,
                "y": at[1] if at else None,
                "peak_pue": round(float(pue[i]), 4),
                "open": is_open[i].astype(int).tolist(),
                "opened": _opened(is_open[i], committed=bool(committed[i])),
                "it_mw": held.get(ids[i], {}),
                "unused": unused.get(ids[i], []),
                **{name: _numbers(grid[i]) for name, grid in grids.items()},
            }
        )
    return facts


def rounded(value: float | None, digits: int) -> float | None:
    """Return a number for JSON: None for nan and infinity."""
    return round(float(value), digits) + 0.0 if value is not None and isfinite(value) else None


def _numbers(values: Floats) -> list[float | None]:
    return [rounded(value, 3) for value in values.tolist()]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _by_site(plan: Plan, column: str, ids: list[str]) -> Floats:
    """Return a column of the plan's sites table as (site, period)."""
    table = plan.sites
    rows = pd.Index(ids).get_indexer(pd.Index(table["site"].astype(str)))
    columns = pd.Index(plan.study.horizon.names).get_indexer(pd.Index(table["period"].astype(str)))
    values = np.full((len(ids), len(plan.study.horizon)), np.nan)
    known = (rows >= 0) & (columns >= 0)
    values[rows[known], columns[known]] = table[column].to_numpy(dtype=np.float64)[known]
    return values


def _opened(is_open: Any, *, committed: bool) -> list[int]:
    """Mark the periods in which the site opens; one that stood open before the plan opens in none."""
    before = np.concatenate([[committed], is_open[:-1]])
    opened: list[int] = (is_open & ~before).astype(int).tolist()
    return opened


def _held(plan: Plan) -> dict[str, dict[str, list[float]]]:
    """Return IT MW in service by site and vendor, a list by period; what is never in service is left out."""
    at = {period: t for t, period in enumerate(plan.study.horizon.names)}
    held: dict[str, dict[str, list[float]]] = {}
    table = plan.assignments[["site", "vendor", "period", "it_mw_in_service"]]
    for site, vendor, period, it_mw in table.itertuples(index=False):
        if it_mw > 0 and str(period) in at:
            values = held.setdefault(str(site), {}).setdefault(str(vendor), [0.0] * len(at))
            values[at[str(period)]] = round(values[at[str(period)]] + float(it_mw), 3)
    return held


def _unused(plan: Plan) -> dict[str, list[list[Any]]]:
    """Return period, kind, MW and cause of what is unused at each site."""
    at = {period: t for t, period in enumerate(plan.study.horizon.names)}
    table = plan.unused[plan.unused["site"] != ""]
    found: dict[str, list[list[Any]]] = {}
    for site, period, kind, mw, cause in table[["site", "period", "kind", "mw", "cause"]].itertuples(index=False):
        if str(period) in at:
            found.setdefault(str(site), []).append([at[str(period)], kind, rounded(mw, 3), _text(cause)])
    return {site: sorted(rows, key=lambda row: (row[0], row[1])) for site, rows in found.items()}
