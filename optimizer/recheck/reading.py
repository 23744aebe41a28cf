"""Read a study for the checks in their own words, from the contract's text and the tables' rows.

Shared with the model are the study's keys and tables as read and checked (``Study``: defaults of the reader and
zones found for sites among them), period labels as parsed (``io.periods``) and the band of ``optimizer.tolerance``.
All that is resolved from them is resolved here anew, nothing by ``optimizer.parameters`` or ``optimizer.resolution``:
what those get wrong is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan

import numpy as np

from ..io.periods import parse_label
from ..tolerance import band
from .base import after_outage
from .columns import Bools, Floats, Ints
from .dates import rows_of, whole_pods
from .grid import GridReading
from .shapes import COSTS, ELEMENTS, KINDS


@dataclass(frozen=True)
class Reading(GridReading):
    """What a study says by site s, SKU k, period t, zone z and line l; arrays are indexed in that order.

    Power in MW (``it`` = of racks, else at the fence), money in USD. Ids stand in the order of the study's tables.
    """

    @cached_property
    def ids(self) -> dict[str, Sequence[str]]:
        """Ids that a key of a plan's table may hold, by the name of the key."""
        years = [str(year) for year in sorted(set(self.dates.years))]
        return {
            "site": self.sites, "sku": self.skus, "period": self.periods, "zone": self.zones, "line": self.lines,
            "block": [*self.blocks], "kind": KINDS, "term": [*COSTS], "upgrade": self.upgrades,
            "vendor": self.vendors, "year": years, "gen": self.fleet.ids, "element": ELEMENTS,
        }  # fmt: skip

    def elements(self, named: Iterable[object]) -> list[str]:
        """Return the ids of zones, lines and generators, and those among the named that are of limits after outages."""
        lines = {line: i for i, line in enumerate(self.lines)}
        pairs = {name for name in named if isinstance(name, str) and after_outage(name, lines)}
        return sorted({*self.zones, *self.lines, *self.fleet.ids, *pairs})

    # racks ----------------------------------------------------------------------------------------------------------
    @cached_property
    def vendors(self) -> list[str]:
        """Vendors of any rack."""
        return sorted(set(self.vendor_of))

    def of_vendor(self, vendor: str) -> Bools:
        """Return which SKUs are of a vendor, (k,)."""
        return np.array([owner == vendor for owner in self.vendor_of], dtype=np.bool_)

    @cached_property
    def vendors_delivered(self) -> list[str]:
        """Vendors of which the programme delivers any rack."""
        return [vendor for vendor in self.vendors if self.delivered_pods[self.of_vendor(vendor)].any()]

    @cached_property
    def pod_mw(self) -> Floats:
        """IT MW of a pod, (k,)."""
        return self.rack_kw * self.pod_racks / 1000.0

    @cached_property
    def waiting_usd_per_mw_year(self) -> Floats:
        """Price of a waiting MW-year: the SKU's own, else that of the study, (k,)."""
        usual = self.study.config.unused.waiting_rack_usd_per_mw_year
        return np.where(np.isnan(self.own_waiting_usd_per_mw_year), usual, self.own_waiting_usd_per_mw_year)

    @cached_property
    def out_from(self) -> Ints:
        """First period that sees the SKU out, (k,)."""
        out = [self.dates.place(parse_label(label).start) if label else 0 for label in self.available_from]
        return np.array(out, dtype=np.int64)

    @cached_property
    def delivered_pods(self) -> Floats:
        """Pods delivered, such that each running total is whole pods, rounded half down, (k, t)."""
        came = {sku: [0.0] * len(self.dates) for sku in self.skus}
        table, place = self.study.deliveries, {sku: k for k, sku in enumerate(self.skus)}
        columns = (table[name].tolist() for name in ("sku", "period", "racks", "mw"))
        for sku, period, racks, mw in zip(*columns, strict=True):
            k = place[sku]
            pods = mw / self.pod_mw[k] if isnan(racks) else racks / self.pod_racks[k]
            among = self.dates.shared_by(parse_label(period), int(self.out_from[k]))
            for t in among:
                came[sku][t] += pods / len(among)
        return _array([whole_pods(came[sku]) for sku in self.skus], len(self.dates))

    # sites ----------------------------------------------------------------------------------------------------------
    @cached_property
    def own(self) -> Bools:
        """Whether halls are built, not rented, (s,)."""
        return np.array([tenure == "own" for tenure in self.tenure], dtype=np.bool_)

    @cached_property
    def existing_mw(self) -> Floats:
        """IT MW of halls that others build and that stand by then, (s, t)."""
        return self._ramp("existing_mw", 0.0)

    @cached_property
    def interconnection_mw(self) -> Floats:
        """Firm fence MW at the point of interconnection, inf where unlimited, (s, t)."""
        return self._ramp("interconnection_mw", inf)

    @cached_property
    def onsite_mw(self) -> Floats:
        """Firm fence MW generated on site, (s, t)."""
        return self._ramp("onsite_mw", 0.0)

    def _ramp(self, column: str, default: float) -> Floats:
        """Follow site_ramp; before its first value holds what the site states, else 0; without any the default does."""
        said, found = rows_of(self.study.site_ramp, "site", column), []
        for site, stated in zip(self.sites, self.study.sites[column].tolist(), strict=True):
            if site in said:
                found.append(self.dates.standing(said[site], 0.0 if isnan(stated) else stated))
            else:
                found.append([default if isnan(stated) else stated] * len(self.dates))
        return _array(found, len(self.dates))

    @cached_property
    def first_hall(self) -> Ints:
        """First period in which a hall can be commissioned, T for none, (s,)."""
        return np.array([self.dates.after_lead(v) for v in self.hall_lead_years.tolist()], dtype=np.int64)

    @cached_property
    def halls_max(self) -> Floats:
        """New halls that fit whole under max_mw beside the most that ever exists, (s,)."""
        room = self.max_mw - self.existing_mw.max(axis=1)
        return np.asarray(np.maximum(0.0, np.floor((room + band(room)) / self.hall_mw)), dtype=np.float64)

    @property
    def most_bought(self) -> dict[str, Floats]:
        """Most that a site may ever buy whole, (s,)."""
        return {"halls": self.halls_max}

    @property
    def bought_usd(self) -> dict[str, Floats]:
        """Price of one of what a site buys whole, (s,): halls of own sites at hall_usd_per_mw_s hall_s."""
        return {"halls": np.where(self.own, self.hall_usd_per_mw, 0.0) * self.hall_mw}

    @cached_property
    def halls_possible(self) -> Floats:
        """Most new halls that can stand in a period by ceiling, yearly rate and lead, (s, t)."""
        years, periods = self.dates.years, range(len(self.dates))
        begun = {f: [len(set(years[f : t + 1])) for t in periods] for f in set(self.first_hall.tolist())}
        of_site = zip(self.first_hall.tolist(), self.halls_max.tolist(), self.halls_per_year.tolist(), strict=True)
        return _array([[min(most, rate * n) if n else 0.0 for n in begun[f]] for f, most, rate in of_site], len(years))

    @cached_property
    def hold_mw(self) -> Floats:
        """Most IT MW that a site can hold in the last period by its own halls and power, no upgrade bought, (s,)."""
        return self._held_mw(self.interconnection_mw[:, -1])

    @cached_property
    def may_hold_mw(self) -> Floats:
        """Most IT MW that a site can hold in the last period with all that can be bought for it, (s,)."""
        return self._held_mw(self.interconnection_mw[:, -1] + self.upgraded_mw("site", self.most_standing)[:, -1])

    def _held_mw(self, interconnection_mw: Floats) -> Floats:
        halls = self.existing_mw[:, -1] + self.hall_mw * self.halls_possible[:, -1]
        return np.minimum(halls, (interconnection_mw + self.onsite_mw[:, -1]) / self.peak_pue)

    def cluster_it_mw(self, key_mw: float, vendor: str | None = None) -> Floats:
        """Least IT MW in the last period that a key asks of a site, of all SKUs or those of a vendor, (s,).

        min(key, hold − largest pod of them that the site admits), 0 where it admits none or that is below 0.
        """
        among = self.admits if vendor is None else self.admits & self.of_vendor(vendor)
        largest = np.where(among, self.pod_mw, 0.0).max(axis=1, initial=0.0)
        return np.where(largest > 0.0, np.clip(self.hold_mw - largest, 0.0, key_mw), 0.0)

    # load, and what its energy costs --------------------------------------------------------------------------------
    @cached_property
    def load_per_it(self) -> Floats:
        """Fence MW of an IT MW in service: peak_pue_s load_scale_b, (s, b)."""
        return self.peak_pue[:, None] * self.load_scale

    @cached_property
    def energy_usd_per_mwh(self) -> Floats:
        """Price of the site, else of its zone, else 0; 0 in a nodal grid, whose generators are paid, (s, t, b)."""
        if self.study.is_nodal:
            return np.zeros((len(self.sites), len(self.dates), len(self.blocks)))
        of_zone = self.by_block("energy_prices", self.zones, "usd_per_mwh", first_before=True)
        none = np.zeros((1, *of_zone.shape[1:]))
        own = self.own_energy_usd_per_mwh[:, None, None]
        return np.where(np.isnan(own), np.concatenate([of_zone, none])[self.zone_of], own)

    @cached_property
    def onsite_usd_per_mwh(self) -> Floats:
        """Price of energy made on site, else as of the grid, (s, t, b)."""
        stated = self.own_onsite_usd_per_mwh[:, None, None]
        return np.where(np.isnan(stated), self.energy_usd_per_mwh, stated)

    @cached_property
    def energy_per_mw(self) -> Floats:
        """MWh that a MW at the fence comes to, on average, in an hour of its block, (s,).

        load_factor_s annual_pue_s / peak_pue_s; 1 in a nodal grid, where all is counted as it is generated.
        """
        if self.study.is_nodal:
            return np.ones(len(self.sites))
        return self.load_factor * self.annual_pue / self.peak_pue

    # doors ----------------------------------------------------------------------------------------------------------
    @cached_property
    def welcome(self) -> Bools:
        """Whether the vendor is among those of the site, any where it names none, (s, k)."""
        lists = [names.split(";") if names else self.vendors for names in self.welcome_vendors]
        found = [[vendor in names for vendor in self.vendor_of] for names in lists]
        return np.array(found, dtype=np.bool_).reshape(len(self.sites), len(self.skus))

    @cached_property
    def light(self) -> Bools:
        """Whether the halls can power and cool the rack, (s, k)."""
        most = self.max_rack_kw[:, None]
        return np.asarray(self.rack_kw[None, :] <= most + band(most), dtype=np.bool_)

    @cached_property
    def pair_usd_per_rack(self) -> Floats:
        """What placing a rack costs, inf where placement.csv forbids the pair, (s, k)."""
        usd = {(site, sku): 0.0 for site in self.sites for sku in self.skus}
        table = self.study.placement
        columns = (table[name].tolist() for name in ("site", "sku", "usd_per_rack", "allowed"))
        for site, sku, stated, allowed in zip(*columns, strict=True):
            usd[site, sku] = stated if allowed else inf
        return np.array(list(usd.values())).reshape(len(self.sites), len(self.skus))

    @cached_property
    def admits(self) -> Bools:
        """Whether a SKU may stand at a site at all, (s, k)."""
        return self.welcome & self.light & np.isfinite(self.pair_usd_per_rack)


def _array(rows: list[list[float]], width: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)
