"""Flows after outages, the angles solved anew: one factorisation for all, each outage a change of rank one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import SuperLU, splu

from ..network import Circuits, Singular, resolved
from .columns import Floats, Ints

_TOGETHER = 64
_KEPT = 1e-7  # of the largest injection: how far a bus may be out of balance before all is solved anew
_NO_LESS = 1e-6  # of what a circuit carries of its own loop: below it splits its island, or nearly so


class Angles:
    """The angles of AC circuits: one bus of each island is at 0, and takes up what injections lack of a balance.

    Raises Singular where reactances cancel out.
    """

    def __init__(self, circuits: Circuits) -> None:
        self.circuits = circuits

    @cached_property
    def ends(self) -> csr_array:
        """1 at the start and -1 at the end of each circuit, (circuit, bus)."""
        c, n = self.circuits, len(self.circuits.start)
        rows, buses = np.tile(np.arange(n), 2), np.concatenate([c.start, c.end])
        return coo_array((np.repeat([1.0, -1.0], n), (rows, buses)), (n, c.n_buses)).tocsr()

    @cached_property
    def _free(self) -> Ints:
        at_zero = np.unique(self.circuits.islands, return_index=True)[1]
        return np.setdiff1d(np.arange(self.circuits.n_buses), at_zero)

    @cached_property
    def _factors(self) -> SuperLU:
        laplacian = (self.ends.T @ (self.ends * self.circuits.per_rad_mw[:, None])).tocsc()
        try:
            return splu(laplacian[self._free][:, self._free], permc_spec="MMD_AT_PLUS_A", relax=1)
        except RuntimeError as error:  # "Factor is exactly singular"
            raise Singular from error

    def solve(self, wanted: Floats) -> Floats:
        """Return the angles (bus, case) of injections (bus, case), shifts left out."""
        angle = np.zeros(wanted.shape)
        if len(self._free):
            angle[self._free] = self._factors.solve(np.ascontiguousarray(wanted[self._free]))
        return angle

    def after(self, injection: Floats, outages: Iterable[int]) -> Iterator[tuple[int, Floats]]:
        """Yield each outage and the MW on each circuit (circuit, case) after it; nan where it splits its island.

        Without circuit o of ends e and susceptance w the Laplacian is L − w e eᵀ, so that with z = L⁻¹ e the angles
        are y + z w eᵀy / (1 − w eᵀz) (Sherman & Morrison 1950). All flows are of these angles; where they don't leave
        every bus in balance, or o nearly splits its island, ``network.resolved`` solves for all anew.
        Raises Singular as it does.
        """
        c, outages = self.circuits, list(outages)
        weight, pushed = c.per_rad_mw, c.per_rad_mw * c.shift_rad
        before = self.solve(injection + (self.ends.T @ pushed)[:, None])
        allowed = _KEPT * max(1.0, np.abs(injection).max(initial=0.0))
        for first in range(0, len(outages), _TOGETHER):
            some = outages[first : first + _TOGETHER]
            turned = self.solve(self.ends[some].T.toarray())
            for o, z in zip(some, turned.T, strict=True):
                a, b, w = c.start[o], c.end[o], weight[o]
                left = 1.0 - w * (z[a] - z[b])
                if abs(left) > _NO_LESS:
                    angle = before - pushed[o] * z[:, None]
                    angle = angle + np.multiply.outer(z, w / left * (angle[a] - angle[b]))
                    flows = weight[:, None] * (angle[c.start] - angle[c.end]) - pushed[:, None]
                    flows[o] = 0.0
                    if np.abs(self.ends.T @ flows - injection).max(initial=0.0) <= allowed:
                        yield o, flows
                        continue
                yield o, resolved(c, injection, o)
