"""A study resolved onto its periods: the arrays that the model, its checks and its reports share.

Letters are those of the maths: s sites, k SKUs, t periods, z zones, l lines, b load blocks. Arrays are indexed in
that order; all but periods stand in the order of their ids, so that the order of rows in a file never matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from . import resolution
from .io.config import SHARES, Policy
from .io.periods import Horizon
from .io.rooms import Rooms, numbered
from .io.standing import POWER_COLUMNS, doors, halls_by
from .resolution import EPS, Bools, Floats, Ints, numbers
from .study import Study
from .tolerance import whole

HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True)
class Parameters:
    """Everything a plan is computed from, by site s, SKU k, period t, zone z, line l and load block b.

    Power in MW (``it`` = of racks, otherwise at the fence), money in USD, prices per MW-year or MWh as named.
    ``interconnection_mw`` is inf where unlimited. ``halls_max`` counts new halls; ``first_hall`` is the first
    period in which one can be commissioned (T or more: never). ``serves[k][a][t]`` says whether a pod placed in
    period a is in service in t. ``zone_of`` is the zone of the grid that serves a site, ``sharers`` whose share
    it counts for, by the keys of ``SHARES``; -1 where there is none.
    ``may_hold_it_mw`` is the most IT load that a site's own halls and power allow in t, were it open from the start.
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
    sharers: dict[str, Ints]
    headroom_mw: Floats
    line_from: Ints
    line_to: Ints
    line_mw: Floats
    line_back_mw: Floats
    line_usd_per_mwh: Floats
    # time and money
    block_hours: Mapping[str, float]
    length_years: float
    start_years: Floats
    end_years: float
    discount: Floats
    discount_end: float
    # what the planner rules
    policy: Policy

    @property
    def periods(self) -> list[str]:
        """Period labels in order."""
        return self.horizon.names

    @property
    def ids(self) -> dict[str, list[str]]:
        """Ids along each axis, in the order of arrays."""
        return {"site": self.sites, "sku": self.skus, "period": self.periods, "vendor": self.vendors,
                "zone": self.zones, "line": self.lines, "block": [*self.block_hours]}  # fmt: skip

    @property
    def delivered_mw(self) -> Floats:
        """IT MW delivered in each period, in whole pods, (k, t)."""
        return self.delivered_pods * self.pod_mw[:, None]

    @property
    def power_mw(self) -> Floats:
        """Fence MW energised at each site in each period, inf where unlimited, (s, t)."""
        return self.interconnection_mw + self.onsite_mw

    @property
    def most_onsite_mw(self) -> Floats:
        """Most fence MW that can be generated at each site in each period, (s, t)."""
        return self.onsite_mw

    @property
    def load_per_it(self) -> Floats:
        """Fence MW at which an IT MW in service runs, (s, b)."""
        return np.tile(self.peak_pue[:, None], len(self.block_hours))

    @property
    def hours(self) -> Floats:
        """Hours of each load block in a period, (b,): H_b L_t."""
        return np.array(list(self.block_hours.values())) * self.length_years

    @property
    def energy_hours(self) -> Floats:
        """Hours of a period that a MW counts in energy, (s, 1, b): H_b L_t load_factor annual_pue / peak_pue."""
        return (self.hours[:, None] * self.load_factor * self.annual_pue / self.peak_pue).T[:, None]

    @property
    def draw_usd_per_mw(self) -> Floats:
        """What a MW drawn through a period costs in energy, at peak, undiscounted, (s, t, b)."""
        return self.energy_hours * self.energy_usd_per_mwh[:, :, None]

    @property
    def onsite_usd_per_mw(self) -> Floats:
        """What a MW generated on site through a period costs in energy, at peak, undiscounted, (s, t, b)."""
        return self.energy_hours * self.onsite_usd_per_mwh[:, :, None]

    @property
    def flow_usd_per_mw(self) -> Floats:
        """What a MW on a line through a period costs in wheeling, undiscounted, (l, t, b)."""
        return np.tile((self.hours * self.line_usd_per_mwh[:, None])[:, None], (1, len(self.horizon), 1))

    @property
    def bought_usd(self) -> dict[str, Floats]:
        """Price of one of what sites buy whole, by the name of the decision and of its term, (s,)."""
        return {"halls": np.where(self.own, self.hall_usd_per_mw, 0.0) * self.hall_mw}

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

    def rooms(self, *, ruled: bool = True) -> Rooms:
        """Return the sites as the rules of the last period see them, or as they are without any rule."""
        hold = np.where(self.admits.any(axis=1) & ~(self.forbidden & ruled), self.may_hold_it_mw[:, -1], 0.0)
        rules, comes = self.policy if ruled else Policy(), self.delivered_pods.sum(axis=1) > 0
        return Rooms(
            hold, self.sharers, self.committed | self.forced,
            self.cluster_it_mw(max(rules.min_site_mw, rules.min_vendor_mw)), float(self.pod_mw[comes].min(initial=inf)),
            rules,
        )  # fmt: skip

    @property
    def retires(self) -> bool:
        """Whether racks that are delivered leave within the horizon, so that a place serves twice."""
        placed = np.triu(np.ones((len(self.horizon),) * 2, dtype=bool))
        return not self.serves[self.delivered_pods.sum(axis=1) > 0][:, placed].all()

    @classmethod
    def of(cls, study: Study) -> Parameters:
        """Resolve labels, defaults and carried-forward values of a study that has been checked."""
        horizon, config = study.horizon, study.config
        sites, racks = study.sites, study.racks
        n_t = len(horizon)
        skus, vendor_of = list(racks["sku"]), list(racks["vendor"])
        pod_mw = numbers(racks["rack_kw"]) * numbers(racks["pod_racks"]) / 1000.0
        ramp = {column: resolution.ramp_of(study, column) for column in POWER_COLUMNS}
        hall_mw = numbers(sites["hall_mw"])
        leads = numbers(sites["hall_lead_years"]).tolist()
        after = {lead: horizon.first_after_lead(lead) for lead in set(leads)}
        first_hall = np.array([after[lead] for lead in leads], dtype=np.int64)
        halls_max = whole(numbers(sites["max_mw"]) - ramp["existing_mw"].max(axis=1), hall_mw)
        halls_per_year = numbers(sites["halls_per_year"])
        power_it = (ramp["interconnection_mw"] + ramp["onsite_mw"]) / numbers(sites["peak_pue"])[:, None]
        possible = halls_by(horizon, halls_max, halls_per_year, first_hall)
        admits, placement = doors(sites, racks, study.placement)
        energy, onsite_energy = resolution.energy_prices(study)
        start_years = np.array(horizon.start_years)
        rate = config.money.discount_rate
        delivered_pods, as_stated_mw = resolution.deliveries(study, pod_mw)
        lines, zone_index = study.lines, {z: i for i, z in enumerate(study.zones["zone"])}
        used_lines = lines if study.flow == "transport" else lines.iloc[:0]
        life = numbers(racks["life_years"])
        age = start_years[None, :] - start_years[:, None]
        return cls(
            horizon=horizon, sites=list(sites["site"]), skus=skus, zones=list(study.zones["zone"]),
            lines=list(used_lines["line"]), vendors=sorted(set(vendor_of)), vendor_of=vendor_of,
            pod_racks=racks["pod_racks"].to_numpy(dtype=np.int64), pod_mw=pod_mw,
            price_usd_per_rack=numbers(racks["price_usd"]),
            waiting_usd_per_mw_year=resolution.filled(
                racks["waiting_usd_per_mw_year"], config.unused.waiting_rack_usd_per_mw_year
            ),
            delivered_pods=delivered_pods, delivered_as_stated_mw=as_stated_mw,
            serves=np.array([(age >= 0) & ~(age >= v - EPS) for v in life], dtype=bool).reshape(-1, n_t, n_t),
            aged_before=[int(n) for n in (age >= config.unused.aged_after_years - EPS).sum(axis=0)],
            committed=sites["committed"].to_numpy(dtype=bool), own=(sites["tenure"] == "own").to_numpy(dtype=bool),
            forbidden=sites["site"].isin(config.policy.forbid).to_numpy(dtype=bool),
            forced=sites["site"].isin(config.policy.force_open).to_numpy(dtype=bool),
            existing_mw=ramp["existing_mw"], interconnection_mw=ramp["interconnection_mw"], onsite_mw=ramp["onsite_mw"],
            hall_mw=hall_mw, halls_max=halls_max, halls_per_year=halls_per_year, first_hall=first_hall,
            peak_pue=numbers(sites["peak_pue"]), annual_pue=numbers(sites["annual_pue"]),
            load_factor=numbers(sites["load_factor"]),
            energy_usd_per_mwh=energy, onsite_usd_per_mwh=onsite_energy,
            open_usd=numbers(sites["open_usd"]), hall_usd_per_mw=numbers(sites["hall_usd_per_mw"]),
            lease_usd_per_mw_year=numbers(sites["lease_usd_per_mw_year"]),
            fixed_usd_per_mw_year=numbers(sites["fixed_usd_per_mw_year"]),
            admits=admits, placement_usd_per_rack=placement,
            may_hold_it_mw=np.minimum(ramp["existing_mw"] + hall_mw[:, None] * possible, power_it),
            zone_of=np.array([zone_index.get(z, -1) for z in sites["zone"]], dtype=np.int64),
            sharers={key: numbered(sites[column].tolist()) for key, column in SHARES.items()},
            headroom_mw=resolution.of_grid(horizon, study.headroom, "zone", list(study.zones["zone"]), "headroom_mw"),
            line_from=resolution.positions(used_lines["from"], zone_index),
            line_to=resolution.positions(used_lines["to"], zone_index), line_mw=numbers(used_lines["capacity_mw"]),
            line_back_mw=numbers(used_lines["capacity_back_mw"]), line_usd_per_mwh=numbers(used_lines["usd_per_mwh"]),
            block_hours={"all": HOURS_PER_YEAR}, length_years=horizon.length_years,
            start_years=start_years, end_years=horizon.end_years,
            discount=(1.0 + rate) ** -start_years, discount_end=float((1.0 + rate) ** -horizon.end_years),
            policy=config.policy,
        )  # fmt: skip
