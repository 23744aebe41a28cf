"""Labels, defaults and carried-forward values of a study's tables, resolved onto its periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .io.periods import Horizon, Label, parse_label
from .io.standing import by_site, standing, whole_pods
from .study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EPS = 1e-9


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


def _grouped(frame: pd.DataFrame, key: str, column: str) -> dict[str, list[tuple[Label, float]]]:
    """Collect the stated values of one column by id, with their labels."""
    stated = frame[frame[column].notna()]
    rows: dict[str, list[tuple[Label, float]]] = {}
    for name, period, value in zip(stated[key], stated["period"], stated[column], strict=True):
        rows.setdefault(name, []).append((parse_label(period), float(value)))
    return rows


def of_grid(horizon: Horizon, frame: pd.DataFrame, key: str, ids: list[str], column: str) -> Floats:
    """Resolve a grid table to (id, t); 0 before an id's first row."""
    rows = _grouped(frame, key, column)
    return np.array([standing(rows.get(i, ()), horizon, 0.0) for i in ids]).reshape(len(ids), len(horizon))


def ramp_of(study: Study, column: str) -> Floats:
    """Resolve a column of site_ramp, or of sites where it says nothing, to (s, t)."""
    return np.asarray(by_site(study.sites, study.site_ramp, column, study.horizon), dtype=np.float64)


def energy_prices(study: Study) -> tuple[Floats, Floats]:
    """Grid and on-site energy price by site and period: the site's own, else its zone's, else 0."""
    rows = _grouped(study.energy_prices, "zone", "usd_per_mwh") if study.has_grid else {}
    first = {zone: min(found, key=lambda row: row[0].start)[1] for zone, found in rows.items()}
    known = {zone: standing(found, study.horizon, first[zone]) for zone, found in rows.items()}
    nothing = np.zeros(len(study.horizon))
    of_zone = np.array([known.get(zone, nothing) for zone in study.sites["zone"].tolist()], dtype=np.float64)
    own, onsite = (numbers(study.sites[f"{c}_usd_per_mwh"])[:, None] for c in ("energy", "onsite"))
    grid = np.where(np.isnan(own), of_zone.reshape(len(study.sites), len(study.horizon)), own)
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
