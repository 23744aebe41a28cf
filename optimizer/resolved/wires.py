"""The AC circuits of a grid: how flows share between them, and how far apart the ends of a new one can be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..network import Circuits, Factors, spread_rad
from ..resolution import Floats, Ints
from .upgrades import Upgrades


@dataclass(frozen=True)
class Wires:
    """The lines of a grid as DC flow sees them, by line l.

    ``most_mw`` is the larger capacity of the two directions, ``per_rad_mw`` x_base / x of AC circuits, nan of links;
    ``supply_mw`` is the most that can be fed in at once.
    """

    n_buses: int
    start: Ints
    end: Ints
    most_mw: Floats
    per_rad_mw: Floats
    shift_rad: Floats
    upgrades: Upgrades
    supply_mw: float

    @cached_property
    def circuits(self) -> Ints:
        """AC circuits that stand: lines with a reactance under DC flow, but for corridors."""
        return np.flatnonzero(np.isfinite(self.per_rad_mw) & (self.most_mw > 0))

    @cached_property
    def angled(self) -> list[int]:
        """Buses that have an angle: those of AC circuits, also of such as can be bought."""
        lines = {*self.circuits.tolist(), *self.upgrades.target[self.upgrades.circuit].tolist()}
        return sorted({int(end[i]) for end in (self.start, self.end) for i in lines})

    @cached_property
    def ac(self) -> Circuits:
        """The AC circuits that stand, as a network: those of ``circuits``."""
        return self._network(self.circuits)

    def _network(self, lines: Ints) -> Circuits:
        return Circuits(self.n_buses, self.start[lines], self.end[lines], self.per_rad_mw[lines], self.shift_rad[lines])

    @cached_property
    def _factors(self) -> Factors:
        return Factors(self.ac, np.unique(self.ac.islands, return_index=True)[1])

    @cached_property
    def ptdf(self) -> Floats:
        """MW that come onto a line for each MW that goes from a bus to the least one of its island, (l, z)."""
        every = np.zeros((len(self.start), self.n_buses))
        every[self.circuits] = self._factors.ptdf
        return every

    @cached_property
    def lodf(self) -> Floats:
        """MW that come onto a line for each MW that an outage takes from another, (l, l); nan where radial."""
        every = np.full((len(self.start),) * 2, np.nan)
        every[np.ix_(self.circuits, self.circuits)] = self._factors.lodf
        return every

    def survived(self, outages: Ints) -> Ints:
        """Those of some outages that do not split their island."""
        radial = np.zeros(len(self.start), dtype=np.bool_)
        radial[self.circuits] = self.ac.radial
        return outages[~radial[outages]]

    @cached_property
    def copy_spread_rad(self) -> Floats:
        """Most that the ends of a circuit that is not bought yet can be apart, by copy."""
        lines = np.flatnonzero(np.isfinite(self.per_rad_mw))
        place = np.full(len(self.start), -1)
        place[lines] = np.arange(len(lines))
        of = np.array([u for u, _ in self.upgrades.copies], dtype=np.int64)
        links_mw = float(self.most_mw[np.isnan(self.per_rad_mw)].sum()) + self.upgrades.link_mw
        return spread_rad(
            self._network(lines), self.most_mw[lines], place[self.upgrades.target[of]], self.upgrades.capacity_mw[of],
            self.upgrades.per_rad_mw[of], self.supply_mw + links_mw,
        )  # fmt: skip
