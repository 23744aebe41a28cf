"""Distribution factors: what flows for injections, and what flows after the outage of a circuit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.linalg import splu

from .circuits import Circuits, Singular

_LARGEST = 1e6  # of a factor: none is beyond 1 where all reactances are positive, one is where they cancel out


@dataclass(frozen=True, eq=False)
class Factors:
    """Power transfer and line outage distribution factors (PTDF, LODF) of circuits; each is computed when asked for.

    ``reference`` holds one bus of each island, which takes up what the injections of the island lack.
    Raises Singular where reactances cancel out.
    Source: Wood, Wollenberg & Sheblé, Power Generation, Operation and Control, 3rd ed., ch. 7 and app. 7A.
    """

    circuits: Circuits
    reference: NDArray[np.int64]

    @cached_property
    def _ends(self) -> csr_array:
        c, n = self.circuits, len(self.circuits.start)
        rows, buses = np.tile(np.arange(n), 2), np.concatenate([c.start, c.end])
        return coo_array((np.repeat([1.0, -1.0], n), (rows, buses)), (n, c.n_buses)).tocsr()

    @cached_property
    def ptdf(self) -> NDArray[np.float64]:
        """MW on a circuit per MW injected at a bus and withdrawn at the reference of its island; (circuit, bus)."""
        c = self.circuits
        per_rad = diags_array(c.per_rad_mw) @ self._ends
        free = np.setdiff1d(np.arange(c.n_buses), self.reference)
        if not len(free):
            return np.zeros(self._ends.shape)
        reduced = (self._ends.T @ per_rad).tocsc()[free][:, free]
        angle = np.zeros((c.n_buses, c.n_buses))
        try:  # an order for symmetric matrices; larger supernodes are slower on a matrix as sparse as this
            angle[np.ix_(free, free)] = splu(reduced, permc_spec="MMD_AT_PLUS_A", relax=1).solve(np.eye(len(free)))
        except RuntimeError as error:  # "Factor is exactly singular"
            raise Singular from error
        ptdf = np.asarray(per_rad @ angle)
        if not np.abs(ptdf).max() <= _LARGEST:
            raise Singular
        return ptdf

    @cached_property
    def shift_mw(self) -> NDArray[np.float64]:
        """The flow that the phase shifters drive alone, per circuit."""
        held = self.circuits.per_rad_mw * self.circuits.shift_rad
        return np.asarray(self.ptdf @ (self._ends.T @ held) - held)

    def flows(self, injection: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the MW on each circuit (circuit, case) for MW injected (bus, case), phase shifters included."""
        return np.asarray(self.ptdf @ injection + self.shift_mw[:, None])

    @cached_property
    def lodf(self) -> NDArray[np.float64]:
        """The change of a circuit's flow (row) per MW that flowed on another (column) before its outage.

        −1 on the diagonal. A column is nan where the outage is radial, or leaves reactances that cancel out.
        """
        c = self.circuits
        lodf = self.ptdf[:, c.start] - self.ptdf[:, c.end]
        with np.errstate(divide="ignore", invalid="ignore"):
            lodf /= 1.0 - np.diag(lodf)
        np.fill_diagonal(lodf, -1.0)
        lodf[:, c.radial | ~(np.abs(lodf).max(axis=0, initial=0.0) <= _LARGEST)] = np.nan
        return lodf

    def after_outages(
        self, flows: NDArray[np.float64], outages: Sequence[int] | NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Yield each outage and the flows (circuit, case) after it, injections unchanged: 0 on what is out.

        ``flows`` are those before, phase shifters included; after a radial outage they are nan.
        Raises Singular where reactances cancel out after one that is not radial.
        """
        for outage in np.asarray(outages, dtype=np.int64).tolist():
            change = self.lodf[:, outage]
            if np.isnan(change[outage]) and not self.circuits.radial[outage]:
                raise Singular(outage)
            yield outage, flows + np.multiply.outer(change, flows[outage])
