"""What a neighbour can bring to a zone over AC circuits so that every outage is still survived, all else as planned."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..parameters import Parameters
from ..resolution import Floats, Ints
from .decisions import Decisions

Way = tuple[int, int]
_LEAST = 1e-9  # of a MW: what comes onto a circuit by rounding


def after_outages_mw(p: Parameters, x: Decisions, most_mw: Floats) -> Mapping[Way, Floats]:
    """Return the MW that can be fed in more at one end of a line and drawn at the other, by (from, to): (t, b).

    Of each outage o that is covered and each other circuit l: Δ ≤ (emergency_l ∓ f_l after o) / |φ_l + D_lo φ_o|, φ
    what of a MW comes onto a circuit (PTDF) and D the LODF. Circuits with more than twice ``most_mw`` (t,) left are not
    looked at. Empty where no outage has to be survived.
    """
    lines, outs = p.wires.circuits, p.wires.survived(p.outages)
    if not len(outs):
        return {}
    moved = p.wires.lodf[lines[:, None], outs]
    itself = lines[:, None] == outs[None, :]
    ends = sorted({(int(a), int(b)) for a, b in zip(p.line_from[lines], p.line_to[lines], strict=True) if a != b})
    ways = [way for a, b in ends for way in ((a, b), (b, a))]
    found = {way: np.full(x.flow_mw.shape[1:], np.inf) for way in ways}
    for t, b in np.ndindex(x.flow_mw.shape[1:]):
        flow = x.flow_mw[:, t, b]
        after = flow[lines][:, None] + moved * flow[outs][None, :]
        for sign, limits in ((1.0, p.line_emergency_mw), (-1.0, p.line_emergency_back_mw)):
            left = np.where(itself, np.inf, limits[lines][:, None] - sign * after)
            i, o = np.nonzero(left < 2.0 * most_mw[t])
            for way in ways:
                more = sign * _carried(p, way, lines[i], outs[o], moved[i, o])
                rises = more > _LEAST
                fits = np.maximum(0.0, left[i, o][rises]) / more[rises]
                found[way][t, b] = min(float(found[way][t, b]), float(fits.min(initial=np.inf)))
    return found


def _carried(p: Parameters, way: Way, lines: Ints, outs: Ints, moved: Floats) -> Floats:
    """MW that come onto circuits after outages for each MW that goes one way."""
    share = p.wires.ptdf[:, way[0]] - p.wires.ptdf[:, way[1]]
    return np.asarray(share[lines] + moved * share[outs], dtype=np.float64)
