"""Add up a plan's tables to what summary, report and pictures show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..io.registers import OF_SITES, SPENT
from ..study import Study


@dataclass(frozen=True)
class Quantities:
    """IT MW by vendor and period (frames), and by period (dicts); ``idle`` is of each kind of sites, by its label.

    ``waited_by_sku`` is in MW-years, largest first. ``opened`` has a row for every site open at the end:
    site, kind, first and serves (the first periods in which it is open and in which racks serve there, "" where none
    do), built_mw, it_mw, vendors; largest first.
    """

    delivered: pd.DataFrame
    serving: pd.DataFrame
    waiting: pd.DataFrame
    idle: dict[str, dict[str, float]]
    waited_by_sku: dict[str, float]
    unplaced_mw: float
    opened: pd.DataFrame

    def total_mw(self, vendor: str) -> float:
        """IT MW of a vendor delivered over the horizon."""
        return float(self.delivered.loc[vendor].to_numpy()[-1]) if vendor in self.delivered.index else 0.0

    def usd_per_mw(self, vendor: str, cost: Mapping[str, float]) -> float:
        """Racks and facility of a vendor per IT MW that it delivers; ``cost`` is its part of ``vendor_cost_usd``."""
        return (cost["racks"] + cost["facility"]) / self.total_mw(vendor)


def quantities(study: Study, tables: Mapping[str, pd.DataFrame]) -> Quantities:
    """Compute everything the summary shows from a plan's tables and its study's racks and sites."""
    periods, racks, waiting = study.horizon.names, study.racks.set_index("sku"), tables["waiting"]
    rack_kw = waiting["sku"].map(racks["rack_kw"]).astype(float)
    waiting = waiting.assign(
        vendor=waiting["sku"].map(racks["vendor"]),
        delivered_mw=waiting["delivered_racks"].astype(float) * rack_kw / 1000.0,
    )
    vendors = sorted(set(waiting["vendor"]))
    by_sku = waiting.groupby("sku")["waiting_mw"].sum() * study.horizon.length_years
    last = waiting[waiting["period"] == periods[-1]]
    idle = tables["unused"].groupby(["kind", "period"])["mw"].sum()
    return Quantities(
        delivered=_by_vendor(waiting, "delivered_mw", vendors, periods).cumsum(axis=1),
        serving=_by_vendor(tables["assignments"], "it_mw_in_service", vendors, periods),
        waiting=_by_vendor(waiting, "waiting_mw", vendors, periods),
        idle={
            f"{kind.short}{', at the fence' * kind.at_the_fence}": {
                period: float(idle.get((kind.name, period), 0.0)) for period in periods
            }
            for kind in OF_SITES
        },
        waited_by_sku={
            str(k): float(v) for k, v in by_sku.sort_values(ascending=False, kind="stable").items() if v > 0
        },
        unplaced_mw=float(last["waiting_mw"].sum()),
        opened=_opened(study, tables["sites"], tables["assignments"]),
    )


def _by_vendor(frame: pd.DataFrame, column: str, vendors: list[str], periods: list[str]) -> pd.DataFrame:
    """Return (vendor, period), with zeros where nothing stands."""
    table = frame.pivot_table(index="vendor", columns="period", values=column, aggfunc="sum", fill_value=0.0)
    return table.reindex(index=vendors, columns=periods, fill_value=0.0).astype(float)


def first_open(sites: pd.DataFrame) -> dict[str, str]:
    """Return the first period of a plan's table of sites in which each is open."""
    return _first(sites[sites["open"].to_numpy(dtype=bool)])


def first_serving(sites: pd.DataFrame) -> dict[str, str]:
    """Return the first period of a plan's table of sites in which racks are in service at each."""
    return _first(sites[sites["it_mw_in_service"] > 0])


def _first(rows: pd.DataFrame) -> dict[str, str]:
    return {str(k): str(v) for k, v in rows.groupby("site")["period"].min().items()}


def _opened(study: Study, sites: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    last, kinds = study.horizon.names[-1], dict(zip(study.sites["site"], study.sites["kind"], strict=True))
    held = assignments[(assignments["period"] == last) & (assignments["it_mw_in_service"] > 0)]
    vendors = held.groupby("site")["vendor"].agg(lambda names: ", ".join(sorted(set(names)))).to_dict()
    frame = sites.loc[(sites["period"] == last) & sites["open"], ["site", "built_mw", "it_mw_in_service"]]
    frame = frame.rename(columns={"it_mw_in_service": "it_mw"}).astype({"built_mw": float, "it_mw": float})
    of = {"kind": kinds, "first": first_open(sites), "serves": first_serving(sites), "vendors": vendors}
    frame = frame.assign(**{name: [words.get(site, "") for site in frame["site"]] for name, words in of.items()})
    frame = frame[["site", "kind", "first", "serves", "built_mw", "it_mw", "vendors"]]
    return frame.sort_values(["it_mw", "site"], ascending=[False, True], ignore_index=True)


def spending(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return site ("" for the programme), period, term and usd of what is paid: all rows that are not zero.

    Terms are those ``SPENT`` of the cost, and ``racks``, what deliveries cost.
    """
    keys, costs, waiting = ["site", "period", "term"], tables["costs"], tables["waiting"]
    price = study.racks.set_index("sku")["price_usd"].fillna(0.0)
    usd = waiting["delivered_racks"] * waiting["sku"].map(price).astype(float)
    racks = waiting[["sku", "period"]].assign(site="", term="racks", usd=usd)
    rows = pd.concat([racks, costs[costs["term"].isin(SPENT)]])[[*keys, "usd"]].astype({"usd": float})
    sums = rows.groupby(keys, sort=False)["usd"].sum().reset_index()
    return sums.loc[sums["usd"] != 0.0].reset_index(drop=True)
