"""Labels, defaults and carried-forward values of a study's tables, resolved onto its periods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .io.periods import Horizon, Label, parse_label
from .io.standing import by_site, halls_by, standing, whole_pods
from .study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EPS = 1e-9
EVER = Label(0, 12)
"""The label of a row without one: it holds before all others."""


def numbers(column: pd.Series) -> Floats:
    """Return a column as floats."""
    return column.to_numpy(dtype=np.float64)


def filled(column: pd.Series, value: float) -> Floats:
    """Return a column with its empty cells filled."""
    array = numbers(column)
    return np.where(np.isnan(array), value, array)


def positions(column: pd.Series, index: dict[str, int]) -> Ints:
    """Return the places of ids in their list."""
    return np.array([index[v] for v in column], dtype=np.int64)


def by_block(
    horizon: Horizon, frame: pd.DataFrame, key: str, ids: list[str], column: str, blocks: list[str], *,
    first_before: bool = False,
) -> Floats:  # fmt: skip
    """Resolve a grid table to (id, t, b).

    A row without a block holds in every block that has no row of its own. Before the first row stands 0, or that row's
    own value where ``first_before``.
    """
    rows: dict[tuple[str, str], list[tuple[Label, float]]] = {}
    for name, period, block, value in zip(frame[key], frame["period"], frame["block"], frame[column], strict=True):
        rows.setdefault((name, block), []).append((parse_label(period) if period else EVER, float(value)))
    every = np.zeros((len(ids), len(horizon), len(blocks)))
    known: dict[tuple[str, str], Floats] = {}
    for at, stated in rows.items():
        first = min(stated, key=lambda row: row[0].start)[1] if first_before else 0.0
        known[at] = standing(stated, horizon, first)
    for i, name in enumerate(ids):
        for b, block in enumerate(blocks):
            held = known.get((name, block), known.get((name, "")))
            if held is not None:
                every[i, :, b] = held
    return every


def ramp_of(study: Study, column: str) -> Floats:
    """Resolve a column of site_ramp, or of sites where it says nothing, to (s, t)."""
    return np.asarray(by_site(study.sites, study.site_ramp, column, study.horizon), dtype=np.float64)


def space_it_mw(
    horizon: Horizon, existing_mw: Floats, hall_mw: Floats, halls_max: Ints, halls_per_year: Floats, first_hall: Ints
) -> Floats:
    """Return the most IT MW of hall space that each site can have by each period, (s, t)."""
    possible = halls_by(horizon, halls_max, halls_per_year, first_hall)
    return np.asarray(existing_mw + hall_mw[:, None] * possible, dtype=np.float64)


def energy_prices(study: Study, blocks: list[str]) -> tuple[Floats, Floats]:
    """Grid and on-site energy price by site, period and block: the site's own, else its zone's, else 0.

    In a nodal grid generators are paid, and only on-site energy has a price.
    """
    shape = (len(study.sites), len(study.horizon), len(blocks))
    grid = np.zeros(shape)
    own, onsite = (numbers(study.sites[f"{c}_usd_per_mwh"])[:, None, None] for c in ("energy", "onsite"))
    if not study.is_nodal:
        zones = {zone: i for i, zone in enumerate(study.zones["zone"])} if study.has_grid else {}
        of_zone = by_block(
            study.horizon, study.energy_prices, "zone", [*zones], "usd_per_mwh", blocks, first_before=True
        )
        at = np.array([zones.get(zone, len(zones)) for zone in study.sites["zone"].tolist()], dtype=np.int64)
        grid = np.where(np.isnan(own), np.concatenate([of_zone, np.zeros((1, *shape[1:]))])[at], own)
    return grid, np.where(np.isnan(onsite), grid, onsite)


def deliveries(study: Study, pod_mw: Floats) -> tuple[Ints, Floats]:
    """Turn deliveries into whole pods, and into IT MW as stated, (k, t)."""
    horizon, racks = study.horizon, study.racks
    row = {v: i for i, v in enumerate(racks["sku"])}
    pods = np.zeros((len(racks), len(horizon)))
    out_from = [horizon.position(parse_label(v).start) if v else 0 for v in racks["available_from"]]
    for sku, period, count, mw in study.deliveries[["sku", "period", "racks", "mw"]].itertuples(index=False):
        k = row[sku]
        amount = mw / pod_mw[k] if np.isnan(count) else count / racks["pod_racks"].iloc[k]
        among = horizon.spread(parse_label(period), out_from[k])
        pods[k, among] += amount / len(among)
    running = whole_pods(np.cumsum(pods, axis=1))
    return np.diff(running, axis=1, prepend=0.0).astype(np.int64), pods * pod_mw[:, None]


def circuits(study: Study, lines: pd.DataFrame) -> dict[str, Any]:
    """Return what DC flow and outages know of lines: AC circuits are those with a reactance."""
    dc = study.flow == "dc"
    reactance = numbers(lines["reactance_pu"]) if dc else np.full(len(lines), np.nan)
    ahead, back = numbers(lines["capacity_mw"]), numbers(lines["capacity_back_mw"])
    stated, stated_back = numbers(lines["emergency_mw"]), numbers(lines["emergency_back_mw"])
    emergency = np.where(np.isnan(stated), ahead, stated)
    same = np.where(ahead == back, emergency, back)
    per_rad = numbers(lines["x_base_mva"]) / reactance
    out = (
        np.isfinite(per_rad) & ((ahead > 0) | (back > 0))
        if study.grid.security == "n-1"
        else np.zeros(len(lines), bool)
    )
    if study.grid.outages is not None:
        out &= lines["line"].isin(study.grid.outages).to_numpy(dtype=bool)
    return {
        "line_per_rad_mw": per_rad, "line_shift_rad": np.radians(numbers(lines["shift_deg"])),
        "line_emergency_mw": emergency, "line_emergency_back_mw": np.where(np.isnan(stated_back), same, stated_back),
        "outages": np.flatnonzero(out),
    }  # fmt: skip
