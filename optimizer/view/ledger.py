"""List every unused megawatt of a plan: where, whose, when, what it costs and why."""

from __future__ import annotations

import pandas as pd

from optimizer.plan.kinds import standing
from optimizer.plan.plan import Plan

_TYPES: dict[str, type] = dict.fromkeys(("kind", "site", "site_kind", "vendor", "sku", "period"), str)
_TYPES |= dict.fromkeys(("mw", "mw_years", "usd"), float) | {"cause": str}


def unused_ledger(plan: Plan) -> pd.DataFrame:
    """Return one row per kind, place and period of unused capacity, what costs most first.

    Columns: kind, site, site_kind ("real", "GENERIC", "kind not stated", or empty for racks that wait nowhere), vendor,
    sku, period, mw, mw_years, usd (undiscounted, at the kind's own price), cause (empty where a plan states none).
    """
    table, racks, sites = plan.unused, plan.study.racks, plan.study.sites
    vendors = dict(zip(racks["sku"], racks["vendor"], strict=True))
    kinds = {s: standing(str(k)) for s, k in zip(sites["site"], sites["kind"], strict=True)}
    ledger = table.assign(
        site_kind=[kinds.get(site, "") for site in table["site"]],
        vendor=[vendors.get(sku, "") for sku in table["sku"]],
        cause=table["cause"].fillna(""),
    )
    ledger = ledger[list(_TYPES)].astype(_TYPES)
    order = ["usd", "mw_years", "mw", "kind", "site", "sku", "period"]
    return ledger.sort_values(order, ascending=[False] * 3 + [True] * 4, kind="stable", ignore_index=True)
