"""A study resolved onto its periods: the arrays that the model, its checks and its reports share.

Letters are those of the maths: s sites, k SKUs, t periods, z zones, l lines. Arrays are indexed in that order;
sites, SKUs, zones and lines stand in the order of their ids, so that the order of rows in a file never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .io.periods import Horizon, Label, parse_label
from .study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOURS_PER_YEAR = 8760.0
_EPS = 1e-9


@dataclass(frozen=True)
class Parameters:
    """Everything a plan is computed from, by site s, SKU k, period t, zone z and line l.

    Power in MW (``it`` = of racks, otherwise at the fence), money in USD, prices per MW-year or MWh as named.
    ``interconnection_mw`` is inf where unlimited. ``halls_max`` counts new halls; ``first_hall`` is the first
    period in which one can be commissioned (T or more: never). ``serves[k][a][t]`` says whether a pod placed in
    period a is in service in t. ``zone_of`` is -1 at a site without a zone. ``may_hold_it_mw`` is the most IT
    load that a site's own halls and power allow in t, were it open from the start.
    """

    horizon: Horizon
    sites: list[str]
    skus: list[str]
    zones: list[str]
    lines: list[str]
    vendors: list[str]
    # racks
    vendor_of: list[str]
    pod_racks: Ints
    pod_mw: Floats
    price_usd_per_rack: Floats
    waiting_usd_per_mw_year: Floats
    delivered_pods: Ints
    delivered_as_stated_mw: Floats
    serves: Bools
    aged_before: list[int]
    # sites
    committed: Bools
    own: Bools
    forbidden: Bools
    forced: Bools
    existing_mw: Floats
    hall_mw: Floats
    halls_max: Ints
    halls_per_year: Floats
    first_hall: Ints
    interconnection_mw: Floats
    onsite_mw: Floats
    peak_pue: Floats
    annual_pue: Floats
    load_factor: Floats
    energy_usd_per_mwh: Floats
    onsite_usd_per_mwh: Floats
    open_usd: Floats
    hall_usd_per_mw: Floats
    lease_usd_per_mw_year: Floats
    fixed_usd_per_mw_year: Floats
    admits: Bools
    placement_usd_per_rack: Floats
    may_hold_it_mw: Floats
    # grid
    zone_of: Ints
    headroom_mw: Floats
    line_from: Ints
    line_to: Ints
    line_mw: Floats
    line_back_mw: Floats
    line_usd_per_mwh: Floats
    # time and money
    length_years: float
    start_years: Floats
    end_years: float
    discount: Floats
    discount_end: float

    @property
    def periods(self) -> list[str]:
        """Period labels in order."""
        return self.horizon.names

    @property
    def delivered_mw(self) -> Floats:
        """IT MW delivered in each period, in whole pods, (k, t)."""
        return self.delivered_pods * self.pod_mw[:, None]

    @property
    def power_mw(self) -> Floats:
        """Fence MW energised at each site in each period, inf where unlimited, (s, t)."""
        return self.interconnection_mw + self.onsite_mw

    def left_value(self, life_years: float) -> Floats:
        """Share of a capex of each period that is left at the horizon's end: straight line, (t,)."""
        return np.maximum(0.0, 1.0 - (self.end_years - self.start_years) / life_years)

    def cluster_it_mw(self, key_mw: float, vendor: str | None = None) -> Floats:
        """Least IT MW in the last period that ``min_site_mw`` or ``min_vendor_mw`` asks of each site, (s,).

        min(key, what the site can hold then less the largest pod of the SKUs admitted there – of that vendor),
        never below 0. A site that admits none is asked nothing.
        """
        wanted = np.array([vendor is None or v == vendor for v in self.vendor_of], dtype=bool)
        pods = np.where(self.admits & wanted, self.pod_mw, 0.0)
        largest = pods.max(axis=1, initial=0.0)
        asked = np.minimum(key_mw, self.may_hold_it_mw[:, -1] - largest)
        return np.where(largest > 0, np.maximum(asked, 0.0), 0.0)

    @classmethod
    def of(cls, study: Study) -> Parameters:
        """Resolve labels, defaults and carried-forward values of a study that has been checked."""
        horizon, config = study.horizon, study.config
        sites, racks = study.sites, study.racks
        n_t = len(horizon)
        skus, vendor_of = list(racks["sku"]), list(racks["vendor"])
        pod_mw = _f(racks["rack_kw"]) * _f(racks["pod_racks"]) / 1000.0
        ramp = {column: _ramp(study, column) for column in ("existing_mw", "interconnection_mw", "onsite_mw")}
        hall_mw = _f(sites["hall_mw"])
        first_hall = np.array([horizon.first_after_lead(v) for v in sites["hall_lead_years"]], dtype=np.int64)
        halls_max = np.array(
            [max(0, floor(x + _EPS)) for x in (_f(sites["max_mw"]) - ramp["existing_mw"].max(axis=1)) / hall_mw],
            dtype=np.int64,
        )
        halls_per_year = _f(sites["halls_per_year"])
        power_it = (ramp["interconnection_mw"] + ramp["onsite_mw"]) / _f(sites["peak_pue"])[:, None]
        halls_by = _halls_by(horizon, halls_max, halls_per_year, first_hall)
        admits, placement = _doors(study)
        energy, onsite_energy = _energy_prices(study)
        start_years = np.array(horizon.start_years)
        rate = config.money.discount_rate
        delivered_pods, as_stated_mw = _deliveries(study, pod_mw)
        lines, zone_index = study.lines, {z: i for i, z in enumerate(study.zones["zone"])}
        used_lines = lines if study.flow == "transport" else lines.iloc[:0]
        life = _f(racks["life_years"])
        age = start_years[None, :] - start_years[:, None]
        return cls(
            horizon=horizon,
            sites=list(sites["site"]),
            skus=skus,
            zones=list(study.zones["zone"]),
            lines=list(used_lines["line"]),
            vendors=sorted(set(vendor_of)),
            vendor_of=vendor_of,
            pod_racks=racks["pod_racks"].to_numpy(dtype=np.int64),
            pod_mw=pod_mw,
            price_usd_per_rack=_f(racks["price_usd"]),
            waiting_usd_per_mw_year=_filled(
                racks["waiting_usd_per_mw_year"], config.unused.waiting_rack_usd_per_mw_year
            ),
            delivered_pods=delivered_pods,
            delivered_as_stated_mw=as_stated_mw,
            serves=np.array([(age >= 0) & ~(age >= v - _EPS) for v in life], dtype=bool).reshape(-1, n_t, n_t),
            aged_before=[int(n) for n in (age >= config.unused.aged_after_years - _EPS).sum(axis=0)],
            committed=sites["committed"].to_numpy(dtype=bool),
            own=(sites["tenure"] == "own").to_numpy(dtype=bool),
            forbidden=sites["site"].isin(config.policy.forbid).to_numpy(dtype=bool),
            forced=sites["site"].isin(config.policy.force_open).to_numpy(dtype=bool),
            existing_mw=ramp["existing_mw"],
            interconnection_mw=ramp["interconnection_mw"],
            onsite_mw=ramp["onsite_mw"],
            hall_mw=hall_mw,
            halls_max=halls_max,
            halls_per_year=halls_per_year,
            first_hall=first_hall,
            peak_pue=_f(sites["peak_pue"]),
            annual_pue=_f(sites["annual_pue"]),
            load_factor=_f(sites["load_factor"]),
            energy_usd_per_mwh=energy,
            onsite_usd_per_mwh=onsite_energy,
            open_usd=_f(sites["open_usd"]),
            hall_usd_per_mw=_f(sites["hall_usd_per_mw"]),
            lease_usd_per_mw_year=_f(sites["lease_usd_per_mw_year"]),
            fixed_usd_per_mw_year=_f(sites["fixed_usd_per_mw_year"]),
            admits=admits,
            placement_usd_per_rack=placement,
            may_hold_it_mw=np.minimum(ramp["existing_mw"] + hall_mw[:, None] * halls_by, power_it),
            zone_of=np.array([zone_index.get(z, -1) if study.has_grid else -1 for z in sites["zone"]], dtype=np.int64),
            headroom_mw=_standing(horizon, study.headroom, "zone", list(study.zones["zone"]), "headroom_mw"),
            line_from=_positions(used_lines["from"], zone_index),
            line_to=_positions(used_lines["to"], zone_index),
            line_mw=_f(used_lines["capacity_mw"]),
            line_back_mw=_f(used_lines["capacity_back_mw"]),
            line_usd_per_mwh=_f(used_lines["usd_per_mwh"]),
            length_years=horizon.length_years,
            start_years=start_years,
            end_years=horizon.end_years,
            discount=(1.0 + rate) ** -start_years,
            discount_end=float((1.0 + rate) ** -horizon.end_years),
        )


def _f(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64)


def _filled(column: pd.Series, value: float) -> Floats:
    array = _f(column)
    return np.where(np.isnan(array), value, array)


def _positions(column: pd.Series, index: dict[str, int]) -> Ints:
    return np.array([index[v] for v in column], dtype=np.int64)


def _carry(horizon: Horizon, before: float, rows: list[tuple[Label, float]]) -> Floats:
    """Carry values forward from the period that contains the start of their label; the later start wins."""
    series = np.full(len(horizon), before)
    for label, value in sorted(rows, key=lambda row: row[0].start):
        t = max(0, horizon.position(label.start))
        series[t:] = value
    return series


def _grouped(frame: pd.DataFrame, key: str, column: str) -> dict[str, list[tuple[Label, float]]]:
    """Collect the stated values of one column by id, with their labels."""
    stated = frame[frame[column].notna()]
    rows: dict[str, list[tuple[Label, float]]] = {}
    for name, period, value in zip(stated[key], stated["period"], stated[column], strict=True):
        rows.setdefault(name, []).append((parse_label(period), float(value)))
    return rows


def _standing(horizon: Horizon, frame: pd.DataFrame, key: str, ids: list[str], column: str) -> Floats:
    """Resolve a grid table to (id, t); 0 before an id's first row."""
    rows = _grouped(frame, key, column)
    return np.array([_carry(horizon, 0.0, rows.get(i, [])) for i in ids]).reshape(len(ids), len(horizon))


def _ramp(study: Study, column: str) -> Floats:
    """Resolve a column of site_ramp to (s, t).

    Before a site's first value its own column holds where given, else 0; a site without any value keeps its own
    column, default included (interconnection unlimited, the others 0).
    """
    rows = _grouped(study.site_ramp, "site", column)
    default = np.inf if column == "interconnection_mw" else 0.0
    resolved = []
    for site, own in zip(study.sites["site"], _f(study.sites[column]), strict=True):
        if site in rows:
            resolved.append(_carry(study.horizon, 0.0 if np.isnan(own) else own, rows[site]))
        else:
            resolved.append(np.full(len(study.horizon), default if np.isnan(own) else own))
    return np.array(resolved).reshape(len(study.sites), len(study.horizon))


def _halls_by(horizon: Horizon, halls_max: Ints, halls_per_year: Floats, first_hall: Ints) -> Floats:
    """Most new halls commissioned by each period under ceiling, yearly rate and lead, (s, t)."""
    years = horizon.calendar_years
    by = np.zeros((len(halls_max), len(horizon)))
    for s, first in enumerate(first_hall):
        for t in range(first, len(horizon)):
            by[s, t] = min(halls_max[s], halls_per_year[s] * len(set(years[first : t + 1])))
    return by


def _doors(study: Study) -> tuple[Bools, Floats]:
    """Which SKU may stand at which site, and what placing a rack of it costs there, (s, k)."""
    sites, racks, placement = study.sites, study.racks, study.placement
    named = [set(v.split(";")) if v else None for v in sites["vendors"]]
    admits = np.array(
        [
            [
                (names is None or vendor in names) and kw <= ceiling + _EPS
                for vendor, kw in zip(racks["vendor"], racks["rack_kw"], strict=True)
            ]
            for names, ceiling in zip(named, sites["max_rack_kw"], strict=True)
        ],
        dtype=bool,
    ).reshape(len(sites), len(racks))
    cost = np.zeros(admits.shape)
    row = {v: i for i, v in enumerate(sites["site"])}
    col = {v: i for i, v in enumerate(racks["sku"])}
    for site, sku, usd, allowed in zip(
        placement["site"], placement["sku"], placement["usd_per_rack"], placement["allowed"], strict=True
    ):
        s, k = row[site], col[sku]
        if not allowed or np.isinf(usd):
            admits[s, k] = False
        else:
            cost[s, k] = usd
    return admits, cost


def _energy_prices(study: Study) -> tuple[Floats, Floats]:
    """Grid and on-site energy price by site and period: the site's own, else its zone's, else 0."""
    rows = _grouped(study.energy_prices, "zone", "usd_per_mwh") if study.has_grid else {}
    first = {zone: min(found, key=lambda row: row[0].start)[1] for zone, found in rows.items()}
    shape = (len(study.sites), len(study.horizon))
    grid, onsite = np.zeros(shape), np.zeros(shape)
    own = zip(
        study.sites["zone"],
        _f(study.sites["energy_usd_per_mwh"]),
        _f(study.sites["onsite_usd_per_mwh"]),
        strict=True,
    )
    for s, (zone, price, onsite_price) in enumerate(own):
        if not np.isnan(price):
            grid[s] = price
        elif zone in rows:
            grid[s] = _carry(study.horizon, first[zone], rows[zone])
        onsite[s] = grid[s] if np.isnan(onsite_price) else onsite_price
    return grid, onsite


def _deliveries(study: Study, pod_mw: Floats) -> tuple[Ints, Floats]:
    """Turn deliveries into whole pods (k, t): the running total of a SKU is never over half a pod off.

    An exact half rounds down.
    """
    horizon, racks = study.horizon, study.racks
    row = {v: i for i, v in enumerate(racks["sku"])}
    pods = np.zeros((len(racks), len(horizon)))
    out_from = [horizon.position(parse_label(v).start) if v else 0 for v in racks["available_from"]]
    for sku, period, count, mw in zip(
        study.deliveries["sku"],
        study.deliveries["period"],
        study.deliveries["racks"],
        study.deliveries["mw"],
        strict=True,
    ):
        k = row[sku]
        amount = mw / pod_mw[k] if np.isnan(count) else count / racks["pod_racks"].iloc[k]
        among = horizon.spread(parse_label(period), out_from[k])
        pods[k, among] += amount / len(among)
    running = np.ceil(np.round(np.cumsum(pods, axis=1), 7) - 0.5)
    return np.diff(running, axis=1, prepend=0.0).astype(np.int64), pods * pod_mw[:, None]
