"""The part of a PyPSA network that becomes a grid, and what is to be told of the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .convention import Floats
from .gridfiles import counted
from .network import Network


@dataclass(frozen=True)
class Part:
    """A network cut down to chosen snapshots, the buses in use by name with their positions, and the notes."""

    network: Network
    buses: dict[str, int]
    notes: list[str]

    def tell(self, number: int, one: str, many: str, words: str) -> None:
        """Note what was done to so many, where there are any."""
        if number:
            self.notes.append(f"{counted(number, one, many)} {words}")

    def in_use(self, component: str, one: str, *ends: str) -> NDArray[np.bool_]:
        """Say which elements are active, at buses that are in use; those left out are told, unknown buses refused."""
        net = self.network
        on = net.flags(component, "active", default=True)
        self.tell(int((~on).sum()), f"{one} that is not active is", f"{one}s that are not active are", "left out")
        known, names = set(net.of("buses").index), net.of(component).index
        there = np.ones(len(on), bool)
        for end in ends:
            at = net.texts(component, end)
            unknown = [str(name) for name, bus in zip(names, at, strict=True) if bus not in known]
            net.refuse(component, unknown, end, "is no bus of the network", "correct the bus")
            there &= np.array([bus in self.buses for bus in at], dtype=bool)
        self.tell(int((on & ~there).sum()), f"{one} at a bus without power is", f"{one}s at buses without power are",
                  "left out")  # fmt: skip
        return np.asarray(on & there)

    def nominal_mw(self, component: str, attribute: str, on: NDArray[np.bool_], one: str) -> Floats:
        """Return nominal power; of what can be extended the optimum that was found, if any, else what there is."""
        size = self.network.numbers(component, attribute, 0.0)
        best = self.network.numbers(component, f"{attribute}_opt", 0.0)
        grows = self.network.flags(component, f"{attribute}_extendable", default=False)
        solved = grows & (best > 0)
        self.tell(int((on & solved).sum()), f"{one} that can grow keeps", f"{one}s that can grow keep",
                  f"the size of {attribute}_opt")  # fmt: skip
        self.tell(int((on & grows & ~solved).sum()), f"{one} that can grow keeps", f"{one}s that can grow keep",
                  f"the size of {attribute}")  # fmt: skip
        return np.where(solved, best, size)
