"""A study resolved onto its periods: the arrays that the model, its checks and its reports share.

Letters are those of the maths: s sites, k SKUs, t periods, z zones, l lines, b load blocks. Arrays are indexed in
that order; all but periods stand in the order of their ids, so that the order of rows in a file never matters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from . import resolution
from .io.config import SHARES, Policy
from .io.rooms import Rooms, numbered
from .io.standing import POWER_COLUMNS, doors
from .resolution import EPS, Floats, numbers
from .resolved.arrays import Arrays
from .resolved.generation import Generation
from .resolved.upgrades import Upgrades
from .resolved.wires import Wires
from .study import Study
from .tolerance import whole

HOURS_PER_YEAR = 8760.0
MANY_BUSES = 2_000


@dataclass(frozen=True)
class Parameters(Arrays):
    """Everything a plan is computed from: the arrays of a study and what follows from them."""

    @property
    def periods(self) -> list[str]:
        """Period labels in order."""
        return self.horizon.names

    @property
    def ids(self) -> dict[str, list[str]]:
        """Ids along each axis, in the order of arrays."""
        return {"site": self.sites, "sku": self.skus, "period": self.periods, "vendor": self.vendors,
                "zone": self.zones, "line": self.lines, "block": [*self.block_hours],
                "upgrade": self.upgrades.ids, "copy": [f"{self.upgrades.ids[u]}.{j}" for u, j in self.upgrades.copies],
                "gen": self.generation.ids if self.generation else [],
                "segment": self.generation.segments if self.generation else []}  # fmt: skip

    @property
    def delivered_mw(self) -> Floats:
        """IT MW delivered in each period, in whole pods, (k, t)."""
        return self.delivered_pods * self.pod_mw[:, None]

    @property
    def power_mw(self) -> Floats:
        """Fence MW energised at each site in each period, inf where unlimited, (s, t)."""
        return self.interconnection_mw + self.onsite_mw

    @cached_property
    def most_interconnection_mw(self) -> Floats:
        """Most fence MW of firm power that a site can have in each period, upgrades included, (s, t)."""
        return self.interconnection_mw + self.upgrades.added_mw("site", len(self.sites))

    @cached_property
    def most_headroom_mw(self) -> Floats:
        """Most that the surplus of a zone can serve, upgrades included, (z, t, b)."""
        return self.headroom_mw + self.upgrades.added_mw("zone", len(self.zones))[:, :, None]

    @cached_property
    def most_line_mw(self) -> Floats:
        """Most that a line can carry from → to, upgrades of links included, (l, t)."""
        return self.line_mw[:, None] + self.upgrades.added_mw("line", len(self.lines))

    @cached_property
    def most_line_back_mw(self) -> Floats:
        """Most that a line can carry to → from, upgrades of links included, (l, t)."""
        return self.line_back_mw[:, None] + self.upgrades.added_mw("line", len(self.lines))

    @property
    def many_buses(self) -> bool:
        """Whether the grid has so many buses, times periods and blocks, that a search is kept from its rows."""
        return len(self.zones) * len(self.horizon) * len(self.block_hours) > MANY_BUSES

    @property
    def is_physical(self) -> bool:
        """Whether the grid has more than zones with headroom and transport over lines in one load block."""
        return bool(
            len(self.block_hours) > 1 or self.load_scale[0] != 1 or self.upgrades.ids
            or self.generation is not None or np.isfinite(self.line_per_rad_mw).any()
        )  # fmt: skip

    @cached_property
    def wires(self) -> Wires:
        """The AC circuits of the grid, those that stand and those that can be bought."""
        return Wires(
            len(self.zones), self.line_from, self.line_to, np.maximum(self.line_mw, self.line_back_mw),
            self.line_per_rad_mw, self.line_shift_rad, self.upgrades, self.supply_mw,
        )  # fmt: skip

    @property
    def supply_mw(self) -> float:
        """Most that can be fed into the grid at once, all zones together."""
        if self.generation is None:
            return float(self.most_headroom_mw.sum(axis=0).max(initial=0.0))
        made = self.generation
        most = np.maximum(0.0, made.output_mw(made.width_mw)).sum(axis=0) + np.maximum(0.0, -made.load_mw).sum(axis=0)
        return float(most.max(initial=0.0))

    @property
    def most_onsite_mw(self) -> Floats:
        """Most fence MW that can be generated at each site in each period, (s, t)."""
        return self.onsite_mw

    @property
    def load_per_it(self) -> Floats:
        """Fence MW at which an IT MW in service runs, (s, b)."""
        return self.peak_pue[:, None] * self.load_scale

    @property
    def hours(self) -> Floats:
        """Hours of each load block in a period, (b,): H_b L_t."""
        return np.array(list(self.block_hours.values())) * self.length_years

    @property
    def energy_hours(self) -> Floats:
        """Hours of a period that a MW counts in energy, (s, 1, b): H_b L_t load_factor annual_pue / peak_pue."""
        return (self.hours[:, None] * self.load_factor * self.annual_pue / self.peak_pue).T[:, None]

    @property
    def onsite_hours(self) -> Floats:
        """The same of on-site energy, which in a nodal grid counts as all generation does, (s, 1, b)."""
        return self.energy_hours if self.generation is None else np.ones((len(self.sites), 1, 1)) * self.hours

    @property
    def draw_usd_per_mw(self) -> Floats:
        """What a MW drawn through a period costs in energy, at peak, undiscounted, (s, t, b)."""
        return self.energy_hours * self.energy_usd_per_mwh

    @property
    def onsite_usd_per_mw(self) -> Floats:
        """What a MW generated on site through a period costs in energy, at peak, undiscounted, (s, t, b)."""
        return self.onsite_hours * self.onsite_usd_per_mwh

    @property
    def flow_usd_per_mw(self) -> Floats:
        """What a MW on a line through a period costs in wheeling, undiscounted, (l, t, b)."""
        return np.tile((self.hours * self.line_usd_per_mwh[:, None])[:, None], (1, len(self.horizon), 1))

    @property
    def bought_usd(self) -> dict[str, Floats]:
        """Price of one of what sites buy whole, by the name of the decision and of its term, (s,)."""
        return {"halls": np.where(self.own, self.hall_usd_per_mw, 0.0) * self.hall_mw}

    def changed(self, **arrays: Any) -> Parameters:
        """Return the parameters with other arrays, and with what sites can hold by these; ``halls_max`` is an array."""
        p = replace(self, **arrays)
        space = resolution.space_it_mw(
            p.horizon, p.existing_mw, p.hall_mw, p.halls_max, p.halls_per_year, p.first_hall
        )  # fmt: skip
        most = p.most_interconnection_mw + p.most_onsite_mw
        hold, may_hold = (np.minimum(space, mw / p.peak_pue[:, None]) for mw in (p.power_mw, most))
        return replace(p, hold_it_mw=hold, may_hold_it_mw=may_hold)

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
        asked = np.minimum(key_mw, self.hold_it_mw[:, -1] - largest)
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
        blocks = dict(zip(study.blocks["block"], numbers(study.blocks["hours_per_year"]).tolist(), strict=True))
        blocks = blocks or {"all": HOURS_PER_YEAR}
        scale = numbers(study.blocks["load_scale"]) if len(study.blocks) else np.ones(1)
        zones, names = list(study.zones["zone"]), [*blocks]
        admits, placement = doors(sites, racks, study.placement)
        energy, onsite_energy = resolution.energy_prices(study, names)
        start_years = np.array(horizon.start_years)
        rate = config.money.discount_rate
        delivered_pods, as_stated_mw = resolution.deliveries(study, pod_mw)
        lines, zone_index = study.lines, {z: i for i, z in enumerate(study.zones["zone"])}
        used_lines = lines if study.flow != "none" else lines.iloc[:0]
        upgrades = Upgrades.resolved(study, {"zone": zones, "line": list(lines["line"]), "site": list(sites["site"])})
        power = ramp["interconnection_mw"] + ramp["onsite_mw"]
        bought = upgrades.added_mw("site", len(sites))
        space = resolution.space_it_mw(horizon, ramp["existing_mw"], hall_mw, halls_max, halls_per_year, first_hall)
        hold, may_hold = (np.minimum(space, mw / numbers(sites["peak_pue"])[:, None]) for mw in (power, power + bought))
        life = numbers(racks["life_years"])
        age = start_years[None, :] - start_years[:, None]
        return cls(
            horizon=horizon, sites=list(sites["site"]), skus=skus, zones=zones,
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
            may_hold_it_mw=may_hold, hold_it_mw=hold,
            zone_of=np.array([zone_index.get(z, -1) for z in sites["zone"]], dtype=np.int64),
            sharers={key: numbered(sites[column].tolist()) for key, column in SHARES.items()},
            headroom_mw=resolution.by_block(horizon, study.headroom, "zone", zones, "headroom_mw", names),
            line_from=resolution.positions(used_lines["from"], zone_index),
            line_to=resolution.positions(used_lines["to"], zone_index), line_mw=numbers(used_lines["capacity_mw"]),
            line_back_mw=numbers(used_lines["capacity_back_mw"]), line_usd_per_mwh=numbers(used_lines["usd_per_mwh"]),
            **resolution.circuits(study, used_lines), upgrades=upgrades,
            generation=Generation.resolved(study, zones, names), block_hours=blocks, load_scale=scale,
            length_years=horizon.length_years, start_years=start_years, end_years=horizon.end_years,
            discount=(1.0 + rate) ** -start_years, discount_end=float((1.0 + rate) ** -horizon.end_years),
            policy=config.policy,
        )  # fmt: skip
