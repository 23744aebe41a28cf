"""Write the tidy tables of a plan folder: what was decided, and what follows from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..io.config import StudyConfig
from ..io.registers import KINDS, TERMS
from ..io.schema import schema
from ..parameters import Parameters
from ..tolerance import LEAST_USD
from .causes import causes
from .costs import charges, unused_mw, unused_usd
from .decisions import Decisions, Usage, usage

BLOCK = "all"  # the one load block of this release
# Below this, in MW, a remainder is too little for a row of unused.csv.
NOTHING_MW = 1e-6


def frames(p: Parameters, x: Decisions, config: StudyConfig) -> dict[str, pd.DataFrame]:
    """Build every table of the plan folder."""
    use = usage(p, x)
    return {
        "assignments": _assignments(p, x),
        "sites": _sites(p, x, use),
        "power": _power(p, x, use),
        "waiting": _waiting(p, x),
        "zones": _zones(p, x),
        "flows": _flows(p, x),
        "unused": _unused(p, x, use, config),
        "upgrades": _frame("upgrades", []),
        "costs": costs(p, x, use, config),
    }


def _frame(table: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows, columns=schema(f"plan/{table}").names)


def _assignments(p: Parameters, x: Decisions) -> pd.DataFrame:
    serving = x.pods_in_service(p)
    rows: list[tuple[object, ...]] = []
    for s, k in np.argwhere(x.pods.sum(axis=2) > 0):
        first = int(np.argmax(x.pods[s, k] > 0))
        for t in range(first, len(p.horizon)):
            pods, served = int(x.pods[s, k, t]), int(serving[s, k, t])
            racks, mw = int(p.pod_racks[k]), float(p.pod_mw[k])
            rows.append(
                (p.sites[s], p.skus[k], p.vendor_of[k], p.periods[t], pods, pods * racks, pods * mw,
                 served * racks, served * mw)
            )  # fmt: skip
    return _frame("assignments", rows)


def _sites(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    halls = np.cumsum(x.halls, axis=1)
    rows: list[tuple[object, ...]] = [
        (
            site, period, bool(x.opened[s, t]), int(halls[s, t]), use.built_mw[s, t], use.it_mw[s, t],
            p.peak_pue[s] * use.it_mw[s, t], _or_empty(p.interconnection_mw[s, t]), p.onsite_mw[s, t],
            use.idle_hall_mw[s, t], _or_empty(use.idle_power_mw[s, t]),
        )
        for s, site in enumerate(p.sites)
        for t, period in enumerate(p.periods)
    ]  # fmt: skip
    return _frame("sites", rows)


def _or_empty(value: float) -> float:
    return float(value) if np.isfinite(value) else float("nan")


def _power(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (p.sites[s], p.periods[t], BLOCK, p.peak_pue[s] * use.it_mw[s, t], x.draw_mw[s, t], x.onsite_mw[s, t])
        for s in range(len(p.sites))
        for t in range(len(p.periods))
        if x.opened[s, t]
    ]
    return _frame("power", rows)


def _waiting(p: Parameters, x: Decisions) -> pd.DataFrame:
    placed, waits = x.pods.sum(axis=0), x.waiting_pods(p)
    rows: list[tuple[object, ...]] = [
        (
            p.skus[k], p.periods[t], int(p.delivered_pods[k, t] * p.pod_racks[k]), int(placed[k, t] * p.pod_racks[k]),
            int(waits[k, t] * p.pod_racks[k]), waits[k, t] * p.pod_mw[k],
        )
        for k in range(len(p.skus))
        if p.delivered_pods[k].any()
        for t in range(len(p.periods))
    ]  # fmt: skip
    return _frame("waiting", rows)


def _zones(p: Parameters, x: Decisions) -> pd.DataFrame:
    load = np.zeros(p.headroom_mw.shape)
    for s, z in enumerate(p.zone_of):
        if z >= 0:
            load[z] += x.draw_mw[s]
    rows: list[tuple[object, ...]] = [
        (zone, period, BLOCK, load[z, t], x.served_mw[z, t], p.headroom_mw[z, t])
        for z, zone in enumerate(p.zones)
        for t, period in enumerate(p.periods)
    ]
    return _frame("zones", rows)


def _flows(p: Parameters, x: Decisions) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (line, period, BLOCK, x.flow_mw[i, t], (p.line_back_mw if x.flow_mw[i, t] < 0 else p.line_mw)[i])
        for i, line in enumerate(p.lines)
        for t, period in enumerate(p.periods)
    ]
    return _frame("flows", rows)


def _unused(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    why, usd = causes(p, x, use), unused_usd(p, x, use, config)
    for kind, mw in unused_mw(p, x, use).items():
        years = p.length_years if KINDS[kind].measure == "mw_years" else 0.0
        for i, t in np.argwhere(mw > NOTHING_MW):
            site, sku, cause = (
                (p.sites[i], "", why.of_site(i, t)) if KINDS[kind].of_sites else ("", p.skus[i], why.of_sku(i, t))
            )
            rows.append((kind, site, sku, p.periods[t], mw[i, t], mw[i, t] * years, usd[kind][i, t], cause))
    return _sorted("unused", rows)


def costs(p: Parameters, x: Decisions, use: Usage, config: StudyConfig) -> pd.DataFrame:
    """Return every dollar by term, site, SKU, line and period, discounted and not."""
    ids = {"site": p.sites, "sku": p.skus, "line": p.lines}
    rows: list[tuple[object, ...]] = []
    for term, usd in charges(p, x, use, config).items():
        for *at, t in np.argwhere(np.abs(usd) >= LEAST_USD):
            of = {axis: ids[axis][i] for axis, i in zip(TERMS[term].axes, at, strict=True)}
            paid = float(usd[(*at, t)])
            worth = paid * (p.discount_end if TERMS[term].at_the_end else float(p.discount[t]))
            rows.append((term, *(of.get(axis, "") for axis in ids), p.periods[t], paid, worth))
    return _sorted("costs", rows)


def _sorted(table: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Sort rows by their keys; labels of one study are of one length: their text sorts by time."""
    return _frame(table, rows).sort_values(schema(f"plan/{table}").order, ignore_index=True)
