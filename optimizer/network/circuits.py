"""AC circuits between buses, and what their graph alone says: islands, and circuits whose loss splits one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


class Singular(ArithmeticError):
    """Reactances cancel out, which takes a negative one: no flow is determined.

    ``outage`` is the circuit without which it is so; None: the whole network.
    """

    def __init__(self, outage: int | None = None) -> None:
        self.outage = outage
        super().__init__("reactances of opposite sign cancel out" + ("" if outage is None else f" without {outage}"))


@dataclass(frozen=True, eq=False)
class Circuits:
    """The AC circuits of a grid, each a row of its own; parallel ones may lie either way round.

    A flow in MW is ``per_rad_mw`` · (θ_start − θ_end − ``shift_rad``), with ``per_rad_mw`` = x_base_mva /
    reactance_pu, below 0 where the reactance is. ``start`` and ``end`` are bus indices below ``n_buses``; the arrays
    have one entry per circuit.
    """

    n_buses: int
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    per_rad_mw: NDArray[np.float64]
    shift_rad: NDArray[np.float64]

    @cached_property
    def islands(self) -> NDArray[np.int64]:
        """The island of each bus, numbered from 0 by their least bus; a bus without circuits is one of its own."""
        ones = np.ones(len(self.start))
        labels = connected_components(coo_array((ones, (self.start, self.end)), (self.n_buses, self.n_buses)), False)[1]
        _, least, of = np.unique(labels, return_index=True, return_inverse=True)
        return np.asarray(np.argsort(np.argsort(least))[of], dtype=np.int64)

    @cached_property
    def radial(self) -> NDArray[np.bool_]:
        """Whether the outage of each circuit splits its island: the bridges of the graph, whatever the reactances.

        Depth first (Tarjan 1974): a circuit is a bridge where nothing beyond it leads back to before it.
        """
        beside: list[list[tuple[int, int]]] = [[] for _ in range(self.n_buses)]
        for circuit, (a, b) in enumerate(zip(self.start.tolist(), self.end.tolist(), strict=True)):
            beside[a].append((circuit, b))
            beside[b].append((circuit, a))
        radial = np.zeros(len(self.start), dtype=np.bool_)
        rank, lowest = [-1] * self.n_buses, [0] * self.n_buses
        visited = 0
        for root in range(self.n_buses):
            path = [(root, -1, iter(beside[root]))] if rank[root] < 0 else []
            while path:
                bus, came_by, rest = path[-1]
                if rank[bus] < 0:
                    rank[bus] = lowest[bus] = visited
                    visited += 1
                circuit, other = next(rest, (-1, -1))
                if circuit < 0:
                    path.pop()
                    if path:
                        before = path[-1][0]
                        lowest[before] = min(lowest[before], lowest[bus])
                        radial[came_by] = lowest[bus] > rank[before]
                elif circuit != came_by:
                    if rank[other] < 0:
                        path.append((other, circuit, iter(beside[other])))
                    else:
                        lowest[bus] = min(lowest[bus], rank[other])
        return radial
