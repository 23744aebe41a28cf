"""What a plan changes of the one before it, and what that costs."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from ..resolution import Floats
from .decisions import Decisions


def moved_pods(p: Parameters, x: Decisions) -> Floats:
    """Pods that the plan before had at a site and this one has not, over all periods, (s, k)."""
    assert p.before is not None
    return np.asarray(np.maximum(0.0, (p.before.stated["pods"] - x.pods).sum(axis=2)), dtype=np.float64)


def unopened(p: Parameters, x: Decisions) -> Floats:
    """Openings of the plan before, in their period, at sites that are not open in the end, (s, t)."""
    assert p.before is not None
    return np.asarray(p.before.stated["opened"] * ~x.opened[:, -1:], dtype=np.float64)


def unbuilt_halls(p: Parameters, x: Decisions) -> Floats:
    """Halls of the plan before that are not built, those of the latest periods first, (s, t)."""
    assert p.before is not None
    halls = p.before.stated["halls"]
    fewer = np.maximum(0.0, (halls - x.halls).sum(axis=1))[:, None]
    later = np.cumsum(halls[:, ::-1], axis=1)[:, ::-1] - halls
    return np.asarray(np.clip(fewer - later, 0.0, halls), dtype=np.float64)


def change_usd(p: Parameters, x: Decisions) -> Floats:
    """Price of changes at sites, the last row of sites that the study lacks, (s + 1, t).

    Racks that moved fall due in the first period, openings and halls in the period in which they were to be. Of racks
    that are not at their site, as large a share counts everywhere as is still delivered.
    """
    before = p.before
    assert before is not None
    moved = np.vstack([moved_pods(p, x), before.elsewhere_pods])
    total = moved.sum(axis=0)
    share = 1.0 - np.divide(before.lost_pods, total, out=np.zeros_like(total), where=total > 0)
    usd = np.zeros((len(p.sites) + 1, len(p.horizon)))
    usd[:-1] = before.close_usd * (unopened(p, x) + unbuilt_halls(p, x))
    usd[-1] = before.close_usd * before.undone
    usd[:, 0] += before.move_usd_per_mw * (moved * np.maximum(0.0, share) * p.pod_mw).sum(axis=1)
    return usd
