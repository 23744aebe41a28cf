"""Say what a plan spends, by site, period and term: real money alone, undiscounted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..io.registers import SPENT
from ..study import Study

_KEYS = ["site", "period", "term"]


def spending(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return site ("" for the programme), period, term and usd of what is paid: all rows that are not zero.

    Terms are those ``SPENT`` of the cost, and ``racks``, what deliveries cost.
    """
    costs, price = tables["costs"], study.racks.set_index("sku")["price_usd"].fillna(0.0)
    racks = tables["waiting"][["sku", "period"]].assign(
        site="",
        term="racks",
        usd=tables["waiting"]["delivered_racks"] * tables["waiting"]["sku"].map(price).astype(float),
    )
    rows = pd.concat([racks, costs[costs["term"].isin(SPENT)]])[[*_KEYS, "usd"]].astype({"usd": float})
    sums = rows.groupby(_KEYS, sort=False)["usd"].sum().reset_index()
    return sums.loc[sums["usd"] != 0.0].reset_index(drop=True)
