"""Read blocks, circuits, upgrades and generators of a grid for the checks, in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .columns import Bools, Columns, Floats, Ints
from .dates import rows_of
from .fleet import Fleet


@dataclass(frozen=True)
class GridReading(Columns):
    """What the grid of a study says by zone z, line l, upgrade u, generator g, period t and load block b.

    A line with a reactance is an AC circuit where flow is DC; without one, or under transport, it is a link.
    """

    # blocks ---------------------------------------------------------------------------------------------------------
    @cached_property
    def blocks(self) -> dict[str, float]:
        """The load blocks, each with its hours of a year."""
        stated = self.study.blocks
        return dict(zip(stated["block"], stated["hours_per_year"].tolist(), strict=True)) or {"all": 8760.0}

    @cached_property
    def block_hours(self) -> Floats:
        """Hours of each load block, (b,)."""
        return np.array(list(self.blocks.values()))

    @cached_property
    def load_scale(self) -> Floats:
        """Load of racks in each block as a share of that at peak, (b,)."""
        stated = self.study.blocks["load_scale"].to_numpy(dtype=np.float64)
        return stated if len(stated) else np.ones(1)

    def by_block(self, table: str, ids: list[str], column: str, *, first_before: bool = False) -> Floats:
        """Return what holds of each zone, (z, t, b): rows of the block, where it has none those without a block.

        Before the first of these rows stands 0, or where ``first_before`` its own value.
        """
        rows = self.study.table(table)
        said = {block: rows_of(rows[rows["block"] == block], "zone", column) for block in ("", *self.blocks)}
        found = np.zeros((len(ids), len(self.dates), len(self.blocks)))
        for i, name in enumerate(ids):
            for b, block in enumerate(self.blocks):
                if held := said[block].get(name) or said[""].get(name):
                    found[i, :, b] = self.dates.standing(held, held[min(held)] if first_before else 0.0)
        return found

    # zones ----------------------------------------------------------------------------------------------------------
    @cached_property
    def zone_of(self) -> Ints:
        """Place of the grid's zone that serves a site, -1 where none does, (s,)."""
        return _places(self.stated_zone, self.zones)

    @cached_property
    def headroom_mw(self) -> Floats:
        """Fence MW that a zone's own surplus serves, 0 before its first row, (z, t, b)."""
        return self.by_block("headroom", self.zones, "headroom_mw")

    @cached_property
    def base_load_mw(self) -> Floats:
        """Load that was there before, whose first value holds before its row too, (z, t, b)."""
        return self.by_block("loads", self.zones, "load_mw", first_before=True)

    @cached_property
    def fleet(self) -> Fleet:
        """The generators."""
        return Fleet.of(self.study.generators, self.zones, self.dates, list(self.blocks))

    # lines ----------------------------------------------------------------------------------------------------------
    @cached_property
    def line_from(self) -> Ints:
        """Zone where a line begins, (l,)."""
        return _places(self.begins_in, self.zones)

    @cached_property
    def line_to(self) -> Ints:
        """Zone where a line ends, (l,)."""
        return _places(self.ends_in, self.zones)

    @cached_property
    def is_ac(self) -> Bools:
        """Whether a line is an AC circuit, or a corridor for one, (l,)."""
        return np.asarray(~np.isnan(self.line_pu) & (self.study.flow == "dc"), dtype=np.bool_)

    @cached_property
    def line_per_rad_mw(self) -> Floats:
        """MW per radian of a line's own AC circuit, x_base / x; 0 of links and of corridors, (l,)."""
        stands = self.is_ac & ((self.line_mw > 0) | (self.line_back_mw > 0))
        return np.where(stands, self.line_base_mva / np.where(stands, self.line_pu, 1.0), 0.0)

    @cached_property
    def line_shift_rad(self) -> Floats:
        """Phase shift, (l,)."""
        return np.radians(self.line_shift_deg)

    @cached_property
    def emergency_mw(self) -> Floats:
        """Limit after an outage from → to, by default the capacity, (l,)."""
        return np.where(np.isnan(self.stated_emergency_mw), self.line_mw, self.stated_emergency_mw)

    @cached_property
    def emergency_back_mw(self) -> Floats:
        """Limit after an outage to → from, by default that from → to of a symmetric line, else capacity back, (l,)."""
        usual = np.where(self.line_back_mw == self.line_mw, self.emergency_mw, self.line_back_mw)
        return np.where(np.isnan(self.stated_emergency_back_mw), usual, self.stated_emergency_back_mw)

    @cached_property
    def outages(self) -> list[int]:
        """Lines whose own circuit may go out: under n-1 those that the grid lists, else all that stand."""
        keys = self.study.grid
        among = self.lines if keys.outages is None else keys.outages
        stands = self.line_per_rad_mw != 0.0
        return [i for i, line in enumerate(self.lines) if keys.security == "n-1" and stands[i] and line in among]

    # upgrades -------------------------------------------------------------------------------------------------------
    @cached_property
    def upgrade_at(self) -> Ints:
        """Place of the zone, line or site that an upgrade reinforces, (u,)."""
        ids = {"zone": self.zones, "line": self.lines, "site": self.sites}
        pairs = zip(self.upgrade_kind, self.upgrade_target, strict=True)
        return np.array([ids[kind].index(target) for kind, target in pairs], dtype=np.int64)

    @cached_property
    def upgrade_first(self) -> Ints:
        """First period in which an upgrade can be commissioned, T for none, (u,)."""
        return np.array([self.dates.after_lead(v) for v in self.upgrade_lead_years.tolist()], dtype=np.int64)

    @cached_property
    def most_standing(self) -> Floats:
        """Most of an upgrade that can stand in a period, (u, t)."""
        return (np.arange(len(self.dates)) >= self.upgrade_first[:, None]) * self.upgrade_max_count[:, None]

    @cached_property
    def adds_circuit(self) -> Bools:
        """Whether an upgrade adds AC circuits beside its line, and nothing to a limit, (u,)."""
        lines = [kind == "line" and self.is_ac[at] for kind, at in zip(self.upgrade_kind, self.upgrade_at, strict=True)]
        return np.array(lines, dtype=np.bool_)

    @cached_property
    def upgrade_per_rad_mw(self) -> Floats:
        """MW per radian of a circuit that an upgrade adds, x_base / x, usually x = x_l cap_l / cap_u; else 0, (u,)."""
        found = np.zeros(len(self.upgrades))
        for u in np.flatnonzero(self.adds_circuit).tolist():
            i, own = self.upgrade_at[u], self.upgrade_pu[u]
            usual = self.line_pu[i] * self.line_mw[i] / self.upgrade_mw[u]
            found[u] = self.line_base_mva[i] / (usual if np.isnan(own) else own)
        return found

    def upgraded_mw(self, kind: str, standing: Floats) -> Floats:
        """MW that standing upgrades, (u, t), add to the limits of zones, lines or sites, (target, t)."""
        ids = {"zone": self.zones, "line": self.lines, "site": self.sites}[kind]
        mine = np.array([k == kind for k in self.upgrade_kind], dtype=np.bool_) & ~self.adds_circuit
        return self._summed(len(ids), mine, self.upgrade_mw[:, None] * standing)

    def added_circuits(self, standing: Floats) -> tuple[Floats, Floats]:
        """MW and MW per radian of the AC circuits that standing upgrades, (u, t), add beside lines, both (l, t)."""
        return (
            self._summed(len(self.lines), self.adds_circuit, self.upgrade_mw[:, None] * standing),
            self._summed(len(self.lines), self.adds_circuit, self.upgrade_per_rad_mw[:, None] * standing),
        )

    def _summed(self, count: int, which: Bools, of_upgrades: Floats) -> Floats:
        found = np.zeros((count, len(self.dates)))
        np.add.at(found, self.upgrade_at[which], of_upgrades[which])
        return found


def _places(names: list[str], ids: list[str]) -> Ints:
    """Return the place of each name among the ids, -1 where it is none of them."""
    place = {name: i for i, name in enumerate(ids)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)
