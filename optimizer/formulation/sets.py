"""Filtered sets: which sites, triples and variables there are at all, and between which bounds.

Nothing here is Pyomo: two studies of equal sets have the same variables, whatever their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..parameters import Parameters


@dataclass(frozen=True)
class PolicyKeys:
    """The keys of [policy] that bind, as read from the study; None where not set."""

    max_sites: int | None = None
    max_new_mw_per_year: float | None = None
    max_zone_share: float | None = None
    max_site_share: float | None = None
    min_site_mw: float = 0.0
    min_vendor_mw: float = 0.0
    max_unused_mw_years: float | None = None


@dataclass(frozen=True)
class Sets:
    """The filtered sets of a study.

    ``candidates``: sites that may be open. ``triples``: (s, k, t) where a pod of k may be placed at s in t.
    ``first``: the first t of each (s, k). ``present``: (s, vendor) that can be there at all. ``members``: candidates
    by zone that a site states. ``variables``: the indices of each family of variables.
    """

    candidates: list[int]
    triples: list[tuple[int, int, int]]
    skus_at: dict[int, list[int]]
    first: dict[tuple[int, int], int]
    present: list[tuple[int, str]]
    members: dict[int, list[int]]
    variables: dict[str, list[tuple[Any, ...]]]


BOUNDS: dict[str, Callable[[Parameters, int, int], tuple[float, float]]] = {
    "h": lambda p, s, _t: (0, int(min(p.halls_max[s], p.halls_per_year[s]))),
    "d": lambda p, s, t: (0, float(p.interconnection_mw[s, t])),
    "o": lambda p, s, t: (0, float(p.onsite_mw[s, t])),
    "g": lambda p, z, t: (0, float(p.headroom_mw[z, t])),
    "f": lambda p, i, _t: (0, float(p.line_mw[i])),
    "r": lambda p, i, _t: (0, float(p.line_back_mw[i])),
}
"""Bounds of the families that have others than their domain's, inf where unlimited."""


def filtered(p: Parameters, policy: PolicyKeys) -> Sets:
    """Filter the sets: what can only be zero is left out."""
    n_t = len(p.horizon)
    periods = range(n_t)
    candidates = [
        s
        for s in range(len(p.sites))
        if p.committed[s] or p.forced[s] or (not p.forbidden[s] and p.may_hold_it_mw[s].max() > 0)
    ]
    out = np.cumsum(p.delivered_pods, axis=1) > 0
    triples: list[tuple[int, int, int]] = []
    skus_at: dict[int, list[int]] = {}
    first: dict[tuple[int, int], int] = {}
    for s in candidates:
        skus_at[s] = []
        for k in range(len(p.skus)):
            when = [t for t in periods if p.admits[s, k] and out[k, t] and p.may_hold_it_mw[s, t] > 0]
            if when:
                skus_at[s].append(k)
                first[s, k] = when[0]
                triples += [(s, k, t) for t in when]
    present = [(s, v) for s in candidates for v in sorted({p.vendor_of[k] for k in skus_at[s]})]
    members = {z: [s for s in candidates if p.stated_zone_of[s] == z] for z in range(len(p.stated_zones))}
    loaded = [(s, t) for s in candidates for t in periods]
    waits = [(k, t) for k in range(len(p.skus)) if out[k, -1] for t in periods if out[k, t]]
    power_mw = p.power_mw
    variables: dict[str, list[tuple[Any, ...]]] = {
        "y": [(s, t) for s, t in loaded if not p.committed[s]],
        "h": [(s, t) for s, t in loaded if p.halls_max[s] > 0 and t >= p.first_hall[s]],
        "n": [*triples],
        "N": [(s, k, t) for (s, k), start in first.items() for t in range(start, n_t)],
        "w": [*waits],
        "a": [(k, t) for k, t in waits if p.aged_before[t] > 0],
        "v": [*present] if policy.min_vendor_mw > 0 else [],
        "idle": [*loaded],
        "spare": [(s, t) for s, t in loaded if np.isfinite(power_mw[s, t])],
        "d": [(s, t) for s, t in loaded if p.interconnection_mw[s, t] > 0],
        "o": [(s, t) for s, t in loaded if p.onsite_mw[s, t] > 0],
        "g": [(z, t) for z in range(len(p.zones)) for t in periods if p.headroom_mw[z, t] > 0],
        "f": [(i, t) for i in range(len(p.lines)) for t in periods],
        "r": [(i, t) for i in range(len(p.lines)) for t in periods],
    }
    return Sets(candidates, triples, skus_at, first, present, members, variables)
