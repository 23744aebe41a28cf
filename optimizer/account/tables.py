"""Write the tidy tables of a plan folder: what was decided, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


def _each(table: str, ids: Sequence[str], p: Parameters, *values: Any) -> pd.DataFrame:
    """Return a row for every id and period: values (n, t), or one that stands in all rows."""
    keys = [each for each in ids for _ in p.periods], list(p.periods) * len(ids)
    cells = [*keys, *(np.ravel(v) if isinstance(v, np.ndarray) else v for v in values)]
    return pd.DataFrame(dict(zip(schema(f"plan/{table}").names, cells, strict=True)))


def _sites(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    limited = np.where(np.isfinite(p.interconnection_mw), p.interconnection_mw, np.nan)
    peak_mw = p.peak_pue[:, None] * use.it_mw
    held = (use.built_mw, use.it_mw, peak_mw, limited, p.onsite_mw, use.idle_hall_mw, use.idle_power_mw)
    return _each("sites", p.sites, p, x.opened, np.cumsum(x.halls, axis=1), *held)


def _power(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    every = _each("power", p.sites, p, BLOCK, p.peak_pue[:, None] * use.it_mw, x.draw_mw, x.onsite_mw)
    return every[x.opened.ravel()].reset_index(drop=True)


def _waiting(p: Parameters, x: Decisions) -> pd.DataFrame:
    comes, racks = p.delivered_pods.any(axis=1), p.pod_racks[:, None]
    placed, waits = x.pods.sum(axis=0), x.waiting_pods(p)
    counts = (p.delivered_pods * racks, placed * racks, waits * racks, waits * p.pod_mw[:, None])
    every = _each("waiting", p.skus, p, *counts)
    return every[np.repeat(comes, len(p.horizon))].reset_index(drop=True)


def _zones(p: Parameters, x: Decisions) -> pd.DataFrame:
    load = np.zeros(p.headroom_mw.shape)
    inside = p.zone_of >= 0
    np.add.at(load, p.zone_of[inside], x.draw_mw[inside])
    return _each("zones", p.zones, p, BLOCK, load, x.served_mw, p.headroom_mw)


def _flows(p: Parameters, x: Decisions) -> pd.DataFrame:
    back, ahead = (np.broadcast_to(mw[:, None], x.flow_mw.shape) for mw in (p.line_back_mw, p.line_mw))
    return _each("flows", p.lines, p, BLOCK, x.flow_mw, np.where(x.flow_mw < 0, back, ahead))


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
