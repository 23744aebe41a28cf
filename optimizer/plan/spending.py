"""Say what a plan spends, by site, period and term: real money alone, undiscounted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..parameters import HOURS_PER_YEAR, Parameters
from ..resolution import Floats
from .plan import Plan
from .summary import TERMS

OF_SITES = ("opening", "halls", "lease", "fixed", "placement", "energy")
"""Terms of a site; ``racks`` and ``wheeling`` belong to the programme."""
PAID = {"racks": "racks bought"} | {term: TERMS[term] for term in (*OF_SITES, "wheeling")}
"""All terms in words, in their order."""
COLUMNS = ["site", "period", "term", "usd"]


def spending(plan: Plan) -> pd.DataFrame:
    """Return site ("" for the programme), period, term and usd of what is paid: all rows that are not zero.

    Terms are those of the cost, and ``racks``, what deliveries cost; prices of unused capacity and the value that is
    left at the end are no spending and are left out.
    """
    p = Parameters.of(plan.study)
    price = np.nan_to_num(p.price_usd_per_rack) * p.pod_racks
    flow = np.abs(_spread(plan, "flows", "flow_mw", "line", p.lines, p))
    programme = {
        "racks": (price[:, None] * p.delivered_pods).sum(axis=0),
        "wheeling": (HOURS_PER_YEAR * p.length_years * flow * p.line_usd_per_mwh[:, None]).sum(axis=0),
    }
    rows = [("", p.periods[t], term, usd[t]) for term, usd in programme.items() for t in np.flatnonzero(usd)]
    for term, of_sites in _of_sites(plan, p).items():
        rows += [(p.sites[s], p.periods[t], term, of_sites[s, t]) for s, t in np.argwhere(of_sites)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"usd": float})


def _of_sites(plan: Plan, p: Parameters) -> dict[str, Floats]:
    """Return each term of the sites, (s, t)."""
    built, opened = (_spread(plan, "sites", column, "site", p.sites, p) for column in ("built_mw", "open"))
    halls = _spread(plan, "sites", "halls", "site", p.sites, p)
    hall_usd, lease_usd = (np.where(p.own == own, price, 0.0) for own, price in
                           ((True, p.hall_usd_per_mw), (False, p.lease_usd_per_mw_year)))  # fmt: skip
    draw, onsite = (_spread(plan, "power", name, "site", p.sites, p) for name in ("draw_mw", "onsite_output_mw"))
    hours = HOURS_PER_YEAR * p.length_years * p.load_factor * p.annual_pue / p.peak_pue
    opening = np.diff(opened, axis=1, prepend=0.0) * ~p.committed[:, None]
    return {
        "opening": p.open_usd[:, None] * opening,
        "halls": (hall_usd * p.hall_mw)[:, None] * np.diff(halls, axis=1, prepend=0.0),
        "lease": lease_usd[:, None] * built * p.length_years,
        "fixed": p.fixed_usd_per_mw_year[:, None] * built * p.length_years,
        "placement": _placement(plan, p),
        "energy": hours[:, None] * (draw * p.energy_usd_per_mwh + onsite * p.onsite_usd_per_mwh),
    }


def _placement(plan: Plan, p: Parameters) -> Floats:
    usd = np.zeros((len(p.sites), len(p.periods)))
    table = plan.assignments
    s, k, t = (_at(table[key], ids) for key, ids in (("site", p.sites), ("sku", p.skus), ("period", p.periods)))
    np.add.at(usd, (s, t), table["racks"].to_numpy(dtype=np.float64) * p.placement_usd_per_rack[s, k])
    return usd


def _spread(plan: Plan, table: str, column: str, key: str, ids: list[str], p: Parameters) -> Floats:
    """Return a column of a table as (thing, period), 0 where no row stands; load blocks add up."""
    frame, values = plan.tables[table], np.zeros((len(ids), len(p.periods)))
    at = _at(frame[key], ids), _at(frame["period"], p.periods)
    np.add.at(values, at, np.nan_to_num(frame[column].to_numpy(dtype=np.float64)))
    return values


def _at(values: pd.Series, ids: list[str]) -> np.ndarray:
    return pd.Index(ids).get_indexer(pd.Index(values.astype(str)))
