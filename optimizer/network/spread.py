"""How far the angles at the ends of a circuit that is not bought yet can lie apart: constants of its disjunction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from .circuits import Circuits


def spread_rad(
    circuits: Circuits,
    capacity_mw: NDArray[np.float64],
    line: NDArray[np.int64],
    bought_mw: NDArray[np.float64],
    bought_per_rad_mw: NDArray[np.float64],
    supply_mw: float,
) -> NDArray[np.float64]:
    """Return for each circuit that can be bought the most that |θ_start − θ_end − shift| can be while it is not.

    ``circuits`` are all AC lines with their ``capacity_mw``: the larger of both directions, inf where unlimited, 0
    for a corridor, which is no circuit and only says where one can be bought. Those that can be bought, every copy
    one, have the ends and the shift of their ``line`` (an index into ``circuits``). ``supply_mw`` is the most that
    can be injected at all buses together: supply, loads below 0, and the capacities of all links.

    The constant is the first of these that is finite; f is a flow, x = 1 / per_rad_mw, s a shift, l the line.

    1. The least of two. With l in service |θ_start − θ_end − s_l| = |f_l| |x_l| ≤ capacity_l |x_l|; its shift is the
       same and cancels out. Along any path of circuits in service angles differ by at most Σ |f x + s|, so by
       Σ (capacity |x| + |s|) along the shortest with limits, and s_l adds |s_l|.
    2. Σ_path min(capacity, S) |x| + Σ_all |s| + |s_l| along a path in service, unlimited circuits included.
    3. Σ_all (min(capacity, S) |x| + |s|) + |s_l|, where only circuits that are bought join the ends. Where none
       does, the angles of an island count from its least one, and lie no further apart than these sums.

    S is ``supply_mw`` and the capacities of all circuits of negative reactance: each of these acts on the others as a
    link does, and what it can move around in a loop does not come from supply. Inf where such a one or a link is
    unlimited and no path with limits exists: then no constant is valid.

    Proof of 2 and 3. Let θ_i > θ_j, and cut the buses at a level t in between: above, and below. Where all circuits of
    positive x that cross the cut flow downwards, they carry together what is injected above, so each at most S; one of
    angle difference d has d = f x + s ≤ min(capacity, S) x + |s|. At the other levels one flows upwards, −f x = s − d
    > 0, so its d < |s|, and all these levels together measure no more than Σ |s| of such circuits. Every level is
    crossed by each path from i to j, so θ_i − θ_j is at most the sum of d over a path, and of |s| over what flows up.
    """
    in_service = capacity_mw > 0.0
    reactance, shift = 1.0 / np.abs(circuits.per_rad_mw), np.abs(circuits.shift_rad)
    all_mw = np.concatenate([capacity_mw[in_service], bought_mw])
    all_per_rad_mw = np.concatenate([circuits.per_rad_mw[in_service], bought_per_rad_mw])
    all_shifts = shift[in_service].sum() + shift[line].sum()
    most_mw = supply_mw + all_mw[all_per_rad_mw < 0.0].sum()

    own = np.where(in_service, capacity_mw * reactance, np.inf)[line]
    limited = _shortest(circuits, np.where(in_service, capacity_mw * reactance + shift, np.inf), line)
    served = _shortest(circuits, np.where(in_service, np.minimum(capacity_mw, most_mw) * reactance, np.inf), line)
    anyhow = (np.minimum(all_mw, most_mw) / np.abs(all_per_rad_mw)).sum()
    spread = np.minimum(own, limited + shift[line])
    for wider in (served, anyhow):
        spread = np.where(np.isfinite(spread), spread, wider + all_shifts + shift[line])
    return spread


def _shortest(circuits: Circuits, length: NDArray[np.float64], line: NDArray[np.int64]) -> NDArray[np.float64]:
    n = circuits.n_buses
    ends = np.sort([circuits.start, circuits.end], axis=0)
    usable = np.flatnonzero(np.isfinite(length))
    usable = usable[np.argsort(length[usable], kind="stable")]
    usable = usable[
        np.unique(ends[0, usable] * n + ends[1, usable], return_index=True)[1]
    ]  # of parallel ones the least
    graph = coo_array((length[usable], (ends[0, usable], ends[1, usable])), (n, n)).tocsr()
    sources, which = np.unique(circuits.start[line], return_inverse=True)
    return np.asarray(dijkstra(graph, directed=False, indices=sources)[which, circuits.end[line]])
