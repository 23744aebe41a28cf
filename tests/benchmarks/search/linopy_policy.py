"""Write what the planner rules for linopy: how many sites, how concentrated, how clustered, how much stays unused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from optimizer.io.config import SHARES

if TYPE_CHECKING:
    from tests.benchmarks.search.linopy_model import Page


def policy(c: Page) -> None:
    """Add a row for each rule that the study states."""
    p, rules, last = c.p, c.p.policy, {"period": len(c.p.horizon) - 1}
    stands, load = c.opened.sel(last), c.load.sum("sku").sel(last)
    if rules.max_sites is not None:
        c.rows("site_count", stands.sum("site"), "<=", rules.max_sites)
    forced = c.of(p.forced & ~p.committed, "site")
    c.rows("forced_open", c.x["y"].sel(last), "=", 1.0, forced)
    for key in SHARES:
        _share(c, key)
    if rules.min_site_mw > 0:
        asked = c.of(p.cluster_it_mw(rules.min_site_mw), "site")
        c.rows("site_cluster", load - stands * asked, ">=", 0.0)
    if rules.min_vendor_mw > 0:
        _clusters(c)
    if rules.max_unused_mw_years is not None:
        waits = c.x["w"] * c.of(p.pod_mw * p.length_years, "sku")
        spare = c.x["spare"] * c.of(p.length_years / p.peak_pue, "site")
        c.rows("unused_ceiling", waits.sum() + spare.sum(), "<=", rules.max_unused_mw_years)


def _share(c: Page, key: str) -> None:
    """IT MW of a zone, or of a site, in the last period, against that of all."""
    share, whose = getattr(c.p.policy, key), c.p.sharers[key]
    if share is None:
        return
    used = c.there["N"].any(("sku", "period"))
    groups = np.unique(c.of(whose, "site").where(used, -1))
    groups = groups[groups >= 0]
    inside = c.of(whose, "site") == xr.DataArray(groups, [("sharer", groups)])
    load = c.load.sum("sku").sel(period=len(c.p.horizon) - 1)
    c.rows(key.removeprefix("max_"), load @ (inside.astype(float) - share), "<=", 0.0)


def _clusters(c: Page) -> None:
    """A vendor that is present holds at least its cluster; its racks are only where it is present."""
    p = c.p
    vendor = xr.DataArray([p.vendors.index(v) for v in p.vendor_of], [("sku", c.axes["sku"])], name="vendor")
    reached = c.there["N"].groupby(vendor).any()
    c.variable("v", reached.any("period"), kind="binary")
    load = c.load.groupby(vendor).sum()
    asked = np.stack([p.cluster_it_mw(p.policy.min_vendor_mw, v) for v in p.vendors], axis=1)
    held = load.sel(period=len(p.horizon) - 1) - c.x["v"] * c.of(asked, "site", "vendor")
    c.rows("vendor_cluster", held, ">=", 0.0, c.there["v"])
    delivered = c.of(np.cumsum(p.delivered_mw, axis=1), "sku", "period")
    stock = (delivered * c.there["N"].any("period")).groupby(vendor).sum()
    most = np.minimum(stock, c.of(p.may_hold_it_mw, "site", "period"))
    c.rows("vendor_presence", load - c.x["v"] * most, "<=", 0.0, reached)
