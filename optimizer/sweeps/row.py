"""The results of one plan as cells of a row: cost by term, spending by period, unused by kind, GW, sites opened."""

from __future__ import annotations

from math import fsum
from typing import Any

from ..io.registers import ALWAYS, PRICES, SPENT
from ..io.schema import schema
from ..plan import Plan


def row(plan: Plan) -> dict[str, Any]:
    """Return a plan's figures by column: the same, to the last bit, of a plan in memory and of its folder.

    Money in USD, unused capacity in MW-years (racks unplaced at the end in MW), power of vendors in GW.
    """
    facts = plan.facts
    cost = facts["cost_usd"]
    numbers: dict[str, float | None] = {
        "objective_usd": facts["objective_usd"],
        "bound_usd": facts["bound_usd"],
        "gap": facts["gap"],
        "money_usd": fsum(cost["discounted"][term] for term in ALWAYS if term not in PRICES),
    }
    numbers |= {f"{kind}_{term}_usd": cost[kind][term] for kind in ("discounted", "undiscounted") for term in ALWAYS}
    numbers |= _spending(plan)
    numbers |= {name: mw for name, mw in facts["unused"].items() if schema("sweep/cases").find(name)}
    last = plan.study.horizon.names[-1]
    unplaced_mw = fsum(plan.waiting.loc[plan.waiting["period"] == last, "waiting_mw"].tolist())
    numbers |= (power := _power(plan))
    delivered = fsum(gw for name, gw in power.items() if name.startswith("delivered_gw_"))
    numbers |= {"unplaced_rack_mw": unplaced_mw, "delivered_gw": delivered, "placed_gw": delivered - unplaced_mw / 1e3}
    sites = plan.sites
    opened = [str(site) for site in sites.loc[(sites["period"] == last) & sites["open"].astype(bool), "site"]]
    cells: dict[str, Any] = {name: None if value is None else float(value) + 0.0 for name, value in numbers.items()}
    return cells | {"sites_opened": len(opened), "opened": ";".join(opened)}  # + 0.0 makes −0 plain 0


def _spending(plan: Plan) -> dict[str, float]:
    """Undiscounted real money paid in each period; what is left at the end is no payment."""
    costs = plan.tables["costs"]
    paid = costs[costs["term"].isin(SPENT)].groupby("period")["usd"].agg(lambda usd: fsum(usd.tolist()))
    return {f"spend_{period}_usd": float(paid.get(period, 0.0)) for period in plan.study.horizon.names}


def _power(plan: Plan) -> dict[str, float]:
    """GW in service at the end of each period and GW delivered in it, by vendor."""
    found: dict[str, float] = {}
    serving = plan.assignments.groupby(["vendor", "period"])["it_mw_in_service"].agg(lambda mw: fsum(mw.tolist()))
    for vendor in sorted(set(plan.study.racks["vendor"])):
        delivered = plan.facts["delivered_mw"].get(vendor, {})
        for period in plan.study.horizon.names:
            found[f"in_service_gw_{vendor}_{period}"] = float(serving.get((vendor, period), 0.0)) / 1000.0
            found[f"delivered_gw_{vendor}_{period}"] = delivered.get(period, 0.0) / 1000.0
    return found
