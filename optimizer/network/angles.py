"""Flows from the angles of all buses, solved for anew: the second route, which knows no distribution factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from .circuits import Circuits, Singular

_LOOSE = 1e-6  # of the largest: what flows on circuits that do not cancel out
_KEPT = 1e-6  # of the largest injection: how far a bus may be out of balance before the angles are none


def resolved(circuits: Circuits, injection: NDArray[np.float64], outage: int | None = None) -> NDArray[np.float64]:
    """Return the MW on each circuit (circuit, case) for MW injected (bus, case), phase shifters included.

    ``injection`` adds up to 0 in each island. With an ``outage`` that circuit is left out: it carries 0, and all is
    nan where that splits its island. Raises Singular where reactances cancel out.
    """
    kept = np.flatnonzero(np.arange(len(circuits.start)) != outage)
    a, b, weight = circuits.start[kept], circuits.end[kept], circuits.per_rad_mw[kept]
    n = circuits.n_buses
    flows = np.zeros((len(circuits.start), injection.shape[1]))
    label = connected_components(coo_array((np.ones(len(kept)), (a, b)), (n, n)), False)[1]
    if outage is not None and label[circuits.start[outage]] != label[circuits.end[outage]]:
        return np.full_like(flows, np.nan)
    pushed = weight * circuits.shift_rad[kept]  # a shift is an injection at its start, drawn at its end
    wanted = injection + (np.bincount(a, pushed, n) - np.bincount(b, pushed, n))[:, None]
    at_zero = np.unique(label, return_index=True)[1]
    free = np.setdiff1d(np.arange(n), at_zero)
    if not len(free):
        return flows
    entries = np.concatenate([weight, weight, -weight, -weight])
    places = np.concatenate([a, b, a, b]), np.concatenate([a, b, b, a])
    laplacian = coo_array((entries, places), (n, n)).tocsc()[free][:, free]
    angle = np.zeros_like(wanted)
    try:  # an order for symmetric matrices; larger supernodes are slower on a matrix as sparse as this
        angle[free] = splu(laplacian, permc_spec="MMD_AT_PLUS_A", relax=1).solve(wanted[free])
    except RuntimeError as error:  # "Factor is exactly singular"
        raise Singular(outage) from error
    if not np.abs(laplacian @ angle[free] - wanted[free]).max() <= _KEPT * max(1.0, np.abs(wanted).max()):
        raise Singular(outage)
    flows[kept] = weight[:, None] * (angle[a] - angle[b]) - pushed[:, None]
    return flows


def loose(circuits: Circuits) -> list[int]:
    """Return the circuits that cancel out where angles are not determined: those on which a flow needs no injection.

    Its angles are those that a network a hair away from this one answers any injection with (inverse iteration).
    """
    a, b, weight, n = circuits.start, circuits.end, circuits.per_rad_mw, circuits.n_buses
    entries = np.concatenate([weight, weight, -weight, -weight])
    places = np.concatenate([a, b, a, b]), np.concatenate([a, b, b, a])
    free = np.setdiff1d(np.arange(n), np.unique(circuits.islands, return_index=True)[1])
    laplacian = coo_array((entries, places), (n, n)).tocsc()[free][:, free]
    hair = 1e-10 * np.abs(weight).max() * eye_array(len(free))
    factors = splu((laplacian + hair).tocsc())
    angle = np.zeros(n)
    angle[free] = np.random.default_rng(0).normal(size=len(free))
    for _ in range(3):
        angle[free] = factors.solve(angle[free] / np.abs(angle).max())
    flow = np.abs(weight * (angle[a] - angle[b]))
    return np.flatnonzero(flow > _LOOSE * flow.max()).tolist()
