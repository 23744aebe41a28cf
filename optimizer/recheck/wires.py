"""Lines with what is bought beside them: limits, and how the circuits of a line share its flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..network import Circuits
from .columns import Floats, Ints
from .grid import GridReading


@dataclass(frozen=True)
class Wires:
    """What lines can carry, (l, t), and the shares of their flows.

    ``line_mw`` and ``line_back_mw`` are of all circuits of a line together; ``own_mw`` and ``own_back_mw`` of its own
    circuit, or of the whole link. ``per_rad_mw`` is B_lt = x_base / x summed over the circuits that stand, 0 of links;
    as all have one shift they share the flow by susceptance, ``own_share`` to the line's own and ``added_share`` (u, t)
    to those of an upgrade. ``moved`` is the sum of |flow| over the circuits for each MW of the line's.
    """

    line_mw: Floats
    line_back_mw: Floats
    own_mw: Floats
    own_back_mw: Floats
    per_rad_mw: Floats
    own_share: Floats
    added_share: Floats
    moved: Floats

    @classmethod
    def of(cls, p: GridReading, standing: Floats) -> Wires:
        """Add standing upgrades, (u, t), to the lines: to both ways of a link, a circuit to an AC line."""
        ways, (added_mw, added_per_rad) = p.upgraded_mw("line", standing), p.added_circuits(standing)
        own, own_back = p.line_mw[:, None] + ways, p.line_back_mw[:, None] + ways
        per_rad = p.line_per_rad_mw[:, None] + added_per_rad
        own_share = _ratio(np.broadcast_to(p.line_per_rad_mw[:, None], per_rad.shape), per_rad, 1.0)
        added = np.zeros(standing.shape)
        moved = np.abs(own_share)
        for u in np.flatnonzero(p.adds_circuit).tolist():
            at = p.upgrade_at[u]
            added[u] = _ratio(p.upgrade_per_rad_mw[u] * standing[u], per_rad[at], 0.0)
            moved[at] += np.abs(added[u])
        return cls(own + added_mw, own_back + added_mw, own, own_back, per_rad, own_share, added, moved)

    def loading(self, p: GridReading, flow_mw: Floats, standing: Floats) -> Floats:
        """Flow of each line as a share of capacity, the largest of its circuits, nan without a limit, (l, t, b)."""
        own = flow_mw * self.own_share[:, :, None]
        limits = np.where(own < 0, self.own_back_mw[:, :, None], self.own_mw[:, :, None])
        found = _ratio(np.abs(own), limits, 0.0)
        for u in np.flatnonzero(p.adds_circuit).tolist():
            at, most = p.upgrade_at[u], (p.upgrade_mw[u] * standing[u])[:, None]
            found[at] = np.maximum(found[at], _ratio(np.abs(flow_mw[at] * self.added_share[u][:, None]), most, 0.0))
        capacity = np.where(flow_mw < 0, self.line_back_mw[:, :, None], self.line_mw[:, :, None])
        return np.where(np.isfinite(capacity), found, np.nan)

    def networks(self, p: GridReading) -> list[tuple[Ints, Ints, Circuits]]:
        """Return each network of AC circuits that stands at some time: its periods, its lines and its circuits."""
        if not self.per_rad_mw.any():
            return []
        kinds, of = np.unique(self.per_rad_mw, axis=1, return_inverse=True)
        found = []
        for kind in range(kinds.shape[1]):
            lines = np.flatnonzero(kinds[:, kind])
            found.append((np.flatnonzero(of.ravel() == kind), lines, network(p, lines, kinds[lines, kind])))
        return found


def network(p: GridReading, lines: Ints, per_rad_mw: Floats) -> Circuits:
    """Return lines as AC circuits."""
    return Circuits(len(p.zones), p.line_from[lines], p.line_to[lines], per_rad_mw, p.line_shift_rad[lines])


def _ratio(part: Floats, whole: Floats, without: float) -> Floats:
    part, whole = np.broadcast_arrays(part, whole)
    found = np.full(whole.shape, without)
    np.divide(part, whole, out=found, where=whole != 0.0)
    return found
