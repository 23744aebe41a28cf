"""Say what an empty cell stands for, so that it can be multiplied or added to."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from ..io.periods import Horizon, parse_label
from ..io.standing import POWER_COLUMNS, by_site, standing
from .draft import Draft
from .selector import Floats, Key, Refusal, Rows

_PRICES = ("energy_usd_per_mwh", "onsite_usd_per_mwh")


def effective(draft: Draft, key: Key, places: Rows) -> Floats:
    """Return what holds in each cell of a column of numbers: inf where unlimited, NaN where nothing stands there.

    Raises Refusal where it can't be one number.
    """
    frame = draft.frame(key.table).iloc[places]
    cells = frame[key.column].to_numpy(float, copy=True) if key.column in frame else np.full(len(frame), math.nan)
    blank = np.flatnonzero(np.isnan(cells))
    if len(blank):
        cells[blank] = _of_blank(draft, key, places, blank, frame.iloc[blank])
    return cells


def _of_blank(draft: Draft, key: Key, places: Rows, blank: Rows, rows: pd.DataFrame) -> Floats | float:
    """Return what empty cells of one column stand for."""
    if key.table == "sites" and key.column in _PRICES:
        return _prices(draft, key, rows)
    if key.table == "sites" and key.column in POWER_COLUMNS:
        return _power(draft, key, rows)
    if key.table == "site_ramp":
        return np.asarray(_before(draft, key.column)[places[blank]], dtype=np.float64)
    if key.table == "racks" and key.column == "life_years":
        return math.inf
    if key.table == "racks" and key.column == "waiting_usd_per_mw_year":
        return float(str(draft.value("unused.waiting_rack_usd_per_mw_year")))
    if key.table == "deliveries" and key.column == "mw":
        racks = draft.frame("racks")
        rack_kw = dict(zip(racks["sku"], racks["rack_kw"].to_numpy(float), strict=True))
        kw = np.array([rack_kw.get(sku, math.nan) for sku in rows["sku"]], dtype=np.float64)
        return rows["racks"].to_numpy(float) * kw / 1000.0
    if key.table == "deliveries" and key.column == "racks":
        raise Refusal("meets rows that give mw and no racks", f"vary mw: {key.text.replace('.racks', '.mw')}")
    return math.nan


def nothing_there(draft: Draft, key: Key, rows: pd.DataFrame) -> tuple[str, str]:
    """Say that there is nothing to multiply, and the cure."""
    word = "multiply" if key.operator == "*" else "add to"
    reason = f"finds nothing to {word}: no selected row of {key.table} has {key.column}"
    if key.table == "sites" and key.column in POWER_COLUMNS and _in_ramp(draft, key.column) & set(rows["site"]):
        return reason, f"it stands in site_ramp: write {key.text.replace('sites', 'site_ramp', 1)}"
    return reason, f"set it: {key.text.rstrip('*+')}=VALUE"


def _prices(draft: Draft, key: Key, rows: pd.DataFrame) -> Floats:
    """Return the energy price of sites that state none: the zone's, where it is the same in every period."""
    own = rows["energy_usd_per_mwh"].to_numpy(float)
    needed = np.isnan(own)
    if key.column == "onsite_usd_per_mwh":
        has_onsite = np.nan_to_num(rows["onsite_mw"].to_numpy(float)) > 0
        needed &= has_onsite | rows["site"].isin(_in_ramp(draft, "onsite_mw")).to_numpy(dtype=bool)
    found = own.copy()
    table, horizon = draft.frame("energy_prices"), draft.horizon
    blocks = draft.frame("blocks")["block"].tolist() or ["all"]
    for zone in sorted(set(rows["zone"][needed]) - {""}) if draft.base.has_grid else ():
        stated = table[table["zone"] == zone]
        if not len(stated):
            continue
        values = np.concatenate([_by_period(stated, block, horizon) for block in blocks])
        if np.ptp(values) > 0:
            varies = "every period and block" if len(blocks) > 1 else "every period"
            reason = f"meets sites that take the price of zone {zone}, which is not the same in {varies}"
            cure = f"vary the zones' price: energy_prices[zone={zone}].usd_per_mwh{key.operator}"
            raise Refusal(reason, cure)
        found[needed & (rows["zone"] == zone).to_numpy(dtype=bool)] = values[0]
    return np.where(needed & np.isnan(found), 0.0, found) if key.operator == "+" else found


def _by_period(stated: pd.DataFrame, block: str, horizon: Horizon) -> Floats:
    """Return a zone's price in a block in each period: of the block's own rows, else of those without a block."""
    own = stated[stated["block"] == block]
    rows = own if len(own) else stated[stated["block"] == ""]
    labels = [parse_label(str(period)) for period in rows["period"]]
    pairs = sorted(zip(labels, rows["usd_per_mwh"].to_numpy(float).tolist(), strict=True))
    return standing(pairs, horizon, pairs[0][1] if pairs else 0.0)


def _power(draft: Draft, key: Key, rows: pd.DataFrame) -> Floats:
    """Return inf for power that is unlimited, 0 where it is none and added to; NaN where site_ramp says it."""
    held = by_site(rows, draft.frame("site_ramp"), key.column, None)[:, 0]
    return np.where((held == 0.0) & (key.operator == "*"), math.nan, held)


def _in_ramp(draft: Draft, column: str) -> set[str]:
    """Return the sites of which site_ramp says anything in a column."""
    ramp = draft.frame("site_ramp")
    return set(ramp["site"][ramp[column].notna()])


def _before(draft: Draft, column: str) -> Floats:
    """Return what holds in each row of site_ramp: its own value, else that of the period before."""
    ramp = draft.frame("site_ramp")
    starts = [parse_label(str(period)).start for period in ramp["period"]]
    order = np.argsort(starts, kind="stable")
    carried = ramp.iloc[order].groupby("site")[column].ffill()
    found = np.empty(len(ramp))
    found[order] = carried.to_numpy(float)
    return found
