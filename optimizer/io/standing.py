"""Standing values: what holds in each period where rows say from when on."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from optimizer.io.periods import Horizon, Label, parse_label
from optimizer.tolerance import band

POWER_COLUMNS = {"interconnection_mw": math.inf, "onsite_mw": 0.0, "existing_mw": 0.0}  # and what none means


def standing(rows: Iterable[tuple[Label, float]], horizon: Horizon, before: float) -> np.ndarray:
    """Return the value of each period: of the row that started last, ``before`` the first row.

    A row holds from the period that contains the start of its label; rows before the horizon count.
    """
    values = np.full(len(horizon), before, dtype=float)
    for label, value in sorted(rows, key=lambda row: row[0].start):
        values[max(0, horizon.position(label.start)) :] = value
    return values


def whole_pods(running: np.ndarray) -> np.ndarray:
    """Round running totals of pods delivered to whole pods, never over half a pod off; an exact half goes down."""
    return np.asarray(np.ceil(np.round(running, 7) - 0.5), dtype=float)


def labels_of(periods: Iterable[str]) -> list[Label | None]:
    """Return the labels of a column, None where a cell could not be read."""
    known: dict[str, Label | None] = {"": None}
    return [known[p] if p in known else known.setdefault(p, parse_label(p)) for p in periods]


def by_site(sites: pd.DataFrame, ramp: pd.DataFrame, column: str, horizon: Horizon | None) -> np.ndarray:
    """Return what holds at each row of sites in each period, for a column of ``POWER_COLUMNS``, (s, t).

    Before the first value of a ramp the site's own value holds where given, else 0; a site without any value
    in the ramp keeps its own, default included. Without a horizon there is one column, NaN where the ramp says more.
    """
    own = sites[column].to_numpy(dtype=float)
    without = np.where(np.isnan(own), POWER_COLUMNS[column], own)[:, None]
    before = math.nan if horizon is None else np.where(np.isnan(own), 0.0, own)[:, None]
    site_of, ids = pd.factorize(sites["site"])
    whose = pd.Index(ids).get_indexer(pd.Index(ramp["site"]))
    labels, values = labels_of(ramp["period"].tolist()), ramp[column].to_numpy(dtype=float)
    starts = np.array([math.nan if label is None else label.start for label in labels], dtype=float)
    rows = np.flatnonzero((whose >= 0) & ~np.isnan(starts) & ~np.isnan(values))
    held = _carried(whose[rows], starts[rows], values[rows], len(ids), horizon)[site_of]
    has_rows = np.isin(site_of, whose[rows])[:, None]
    return np.where(has_rows, np.where(np.isnan(held), before, held), without)


def _carried(
    whose: np.ndarray, starts: np.ndarray, values: np.ndarray, count: int, horizon: Horizon | None
) -> np.ndarray:
    """Return what rows of so many things say of each period, as ``standing`` does; NaN before the first one."""
    held = np.full((count, len(horizon or "1")), math.nan)
    if horizon is None:
        return held
    at = {start: max(0, horizon.position(int(start))) for start in set(starts.tolist())}
    first = np.array([at[start] for start in starts.tolist()], dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    order = order[first[order] < len(horizon)]
    held[whose[order], first[order]] = values[order]  # of several in one period the last one stays
    return pd.DataFrame(held).ffill(axis=1).to_numpy()


def halls_by(horizon: Horizon, halls_max: np.ndarray, halls_per_year: np.ndarray, first_hall: np.ndarray) -> np.ndarray:
    """Most new halls commissioned by each period under ceiling, yearly rate and lead, (s, t)."""
    years, t = np.array(horizon.calendar_years), np.arange(len(horizon))
    first = np.minimum(first_hall, len(horizon) - 1)[:, None]
    begun = t[None, :] >= first_hall[:, None]
    rate = np.where(begun, halls_per_year[:, None], 0.0)  # without it unlimited · 0 years is no number
    return np.where(begun, np.minimum(halls_max[:, None], rate * (years[None, :] - years[first] + 1)), 0.0)


def doors(sites: pd.DataFrame, racks: pd.DataFrame, placement: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which SKU may stand at which site, and what placing a rack of it costs there, (s, k)."""
    makers, lists = racks["vendor"].tolist(), sites["vendors"].tolist()
    named = {text: [not text or vendor in text.split(";") for vendor in makers] for text in set(lists)}
    welcome = np.array([named[text] for text in lists], dtype=bool).reshape(len(sites), len(racks))
    most_kw = sites["max_rack_kw"].to_numpy(dtype=float)[:, None]
    admits = welcome & (racks["rack_kw"].to_numpy(dtype=float)[None, :] <= most_kw + band(most_kw))
    cost = np.zeros(admits.shape)
    s, k = _places(placement["site"], sites["site"]), _places(placement["sku"], racks["sku"])
    usd = placement["usd_per_rack"].to_numpy(dtype=float)
    shut = ~placement["allowed"].to_numpy(dtype=bool) | np.isinf(usd)
    admits[s[shut], k[shut]] = False
    cost[s[~shut], k[~shut]] = usd[~shut]
    return admits, cost


def _places(names: pd.Series, ids: pd.Series) -> np.ndarray:
    """Return the place of each name among ids."""
    place = {name: i for i, name in enumerate(ids.tolist())}
    return np.array([place[name] for name in names.tolist()], dtype=np.int64)
