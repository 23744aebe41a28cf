"""Write the tidy tables of a plan folder: what was decided, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..io.config import StudyConfig
from ..io.registers import KINDS, TERMS
from ..io.schema import schema
from ..parameters import Parameters
from ..resolution import Ints
from ..tolerance import LEAST_USD
from .binding import base, binding, loading, tidy
from .causes import causes
from .costs import charges, unused_mw, unused_usd
from .decisions import SO_FAR, Decisions, Usage, usage
from .prices import Prices

# Below this, in MW, a remainder is too little for a row of unused.csv.
NOTHING_MW = 1e-6


def frames(p: Parameters, x: Decisions, config: StudyConfig, prices: Prices | None = None) -> dict[str, pd.DataFrame]:
    """Build every table of the plan folder; without ``prices`` dual values are 0."""
    prices = prices or Prices.nothing(p)
    use = usage(p, x)
    return {
        "assignments": _assignments(p, x),
        "sites": _sites(p, x, use),
        "power": _power(p, x, use),
        "waiting": _waiting(p, x),
        "zones": _zones(p, x, use, prices),
        "flows": _flows(p, x, use, prices),
        "unused": _unused(p, x, use, config),
        "upgrades": _each(
            "upgrades",
            p,
            {"count": x.upgrades, "capex_usd": p.upgrades.capex_usd[:, None] * x.upgrades},
            x.upgrades > 0,
        ),
        "costs": costs(p, x, use, config),
        "binding": binding(p, x, use, prices),
        "dispatch": _dispatch(p, x),
        "base": base(p),
        "committed": _frame("committed", []) if p.before is None else p.before.table,
    }


def _frame(table: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows, columns=schema(f"plan/{table}").names)


def _each(table: str, p: Parameters, values: Mapping[str, Any], where: Any = True) -> pd.DataFrame:
    """Return a row for everything along the table's keys, or all ``where``; an array may lack the last of its axes."""
    columns = schema(f"plan/{table}")
    back = tuple(len(p.ids[axis]) for axis in reversed(columns.order))
    kept = np.broadcast_to(np.transpose(where), back).T
    at = zip(columns.order, np.nonzero(kept), strict=True)
    cells: dict[str, Any] = {axis: np.array(p.ids[axis], dtype=object)[places] for axis, places in at}
    cells |= {name: np.broadcast_to(np.transpose(array), back).T[kept] for name, array in values.items()}
    return pd.DataFrame(cells, columns=columns.names)


def _assignments(p: Parameters, x: Decisions) -> pd.DataFrame:
    serving, racks, mw = x.pods_in_service(p), p.pod_racks[:, None], p.pod_mw[:, None]
    values = {
        "vendor": np.broadcast_to(np.array(p.vendor_of, dtype=object), x.pods.shape[:2]), "pods": x.pods,
        "racks": x.pods * racks, "it_mw": x.pods * mw, "racks_in_service": serving * racks,
        "it_mw_in_service": serving * mw,
    }  # fmt: skip
    return _each("assignments", p, values, np.cumsum(x.pods, axis=2) > 0)


def _sites(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    limited = np.where(np.isfinite(use.interconnection_mw), use.interconnection_mw, np.nan)
    values = {
        "open": x.opened, "built_mw": use.built_mw, "it_mw_in_service": use.it_mw, "peak_mw": use.peak_mw,
        "interconnection_mw": limited, "onsite_mw": use.onsite_mw, "idle_hall_mw": use.idle_hall_mw,
        "idle_power_mw": use.idle_power_mw,
    }  # fmt: skip
    return _each("sites", p, values | {name: np.cumsum(getattr(x, name), axis=1) for name in SO_FAR})


def _power(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    values = {"load_mw": use.load_mw, "draw_mw": x.draw_mw, "onsite_output_mw": x.onsite_mw}
    return _each("power", p, values, x.opened)


def _waiting(p: Parameters, x: Decisions) -> pd.DataFrame:
    comes, racks = p.delivered_pods.any(axis=1), p.pod_racks[:, None]
    placed, waits = x.pods.sum(axis=0), x.waiting_pods(p)
    counts = {"delivered_racks": p.delivered_pods, "placed_racks": placed, "waiting_racks": waits}
    values = {name: pods * racks for name, pods in counts.items()} | {"waiting_mw": waits * p.pod_mw[:, None]}
    return _each("waiting", p, values, comes)


def _zones(p: Parameters, x: Decisions, use: Usage, prices: Prices) -> pd.DataFrame:
    load, inside = np.zeros(x.served_mw.shape), p.zone_of >= 0
    np.add.at(load, p.zone_of[inside], x.draw_mw[inside])
    values = {"load_mw": load, "served_mw": x.served_mw, "headroom_mw": use.headroom_mw}
    unknown = np.full(load.shape, np.nan)
    values |= {"base_load_mw": unknown, "generation_mw": unknown, "price_usd_per_mwh": tidy(prices.mwh)}
    if p.generation is not None:
        made = np.zeros(load.shape)
        np.add.at(made, p.generation.zone_of, x.output_mw)
        served = made - p.generation.load_mw
        values |= {"served_mw": served, "headroom_mw": unknown}
        values |= {"base_load_mw": p.generation.load_mw, "generation_mw": made}
    return _each("zones", p, values)


def _flows(p: Parameters, x: Decisions, use: Usage, prices: Prices) -> pd.DataFrame:
    capacity = np.where(x.flow_mw < 0, use.line_back_mw[:, :, None], use.line_mw[:, :, None])
    capacity = np.where(np.isfinite(capacity), capacity, np.nan)
    values = {"flow_mw": x.flow_mw, "capacity_mw": capacity, "loading": loading(p, x)}
    return _each("flows", p, values | {"shadow_usd_per_mw_year": tidy(prices.line)})


def _dispatch(p: Parameters, x: Decisions) -> pd.DataFrame:
    if p.generation is None or p.base is None:
        return _frame("dispatch", [])
    return _each("dispatch", p, {"base_mw": p.base.output_mw, "mw": x.output_mw})


def _unused(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> pd.DataFrame:
    parts, why, usd = [], causes(p, x, use), unused_usd(p, x, use, config)
    for kind, mw in unused_mw(p, x, use).items():
        i, t = at = np.nonzero(mw > NOTHING_MW)
        years = p.length_years if KINDS[kind].measure == "mw_years" else 0.0
        places = zip(i.tolist(), t.tolist(), strict=True)
        cause = why.of_sites(i, t) if KINDS[kind].of_sites else [why.of_sku(k, when) for k, when in places]
        values = {"mw": mw[at], "mw_years": mw[at] * years, "usd": usd[kind][at], "cause": cause}
        parts.append({"kind": kind} | _ids(p, ("site" if KINDS[kind].of_sites else "sku", "period"), at) | values)
    return _sorted("unused", parts)


def costs(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> pd.DataFrame:
    """Return every dollar by term, site, SKU, line and period, discounted and not."""
    parts = []
    for term, usd in charges(p, x, use, config).items():
        at = np.nonzero(np.abs(usd) >= LEAST_USD)
        worth = usd[at] * (p.discount_end if TERMS[term].at_the_end else p.discount[at[-1]])
        values = {"usd": usd[at], "discounted_usd": worth}
        parts.append({"term": term} | _ids(p, (*TERMS[term].axes, "period"), at) | values)
    return _sorted("costs", parts)


def _ids(p: Parameters, axes: Sequence[str], at: tuple[Ints, ...]) -> dict[str, Any]:
    """Return the ids at places along some axes; a place beyond the last is nobody's."""
    return {axis: np.array([*p.ids[axis], ""], dtype=object)[i] for axis, i in zip(axes, at, strict=True)}


def _sorted(table: str, parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Join parts of a table, ids empty where they have none; sort by keys: labels of one length sort by time."""
    columns = schema(f"plan/{table}")
    rows = [pd.DataFrame({name: part.get(name, "") for name in columns.names}) for part in parts if len(part["usd"])]
    found = pd.concat(rows) if rows else _frame(table, [])
    return found.sort_values(columns.order, ignore_index=True)
