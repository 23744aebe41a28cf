"""Filtered sets: which sites, pairs and periods there are at all; what can only be zero is left out.

Nothing here is Pyomo: two studies of equal sets have the same variables, whatever their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..parameters import Parameters


@dataclass(frozen=True)
class Sets:
    """The filtered sets of a study.

    ``candidates``: sites that may be open; ``loaded``: these by period. ``triples``: (s, k, t) where a pod of k may be
    placed at s in t. ``first``: the first t of each (s, k). ``waits``: (k, t) where pods may wait. ``present``:
    (s, vendor) that can be there at all, where clusters of vendors are asked. ``members``: candidates by zone of
    the grid.
    """

    candidates: list[int]
    loaded: list[tuple[int, int]]
    triples: list[tuple[int, int, int]]
    skus_at: dict[int, list[int]]
    first: dict[tuple[int, int], int]
    waits: list[tuple[int, int]]
    present: list[tuple[int, str]]
    members: dict[int, list[int]]


def by_block(p: Parameters, index: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return an index with every load block behind each of its places."""
    return [(*at, b) for at in index for b in range(len(p.ids["block"]))]


def filtered(p: Parameters) -> Sets:
    """Filter the sets."""
    periods = range(len(p.horizon))
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
    waits = [(k, t) for k in range(len(p.skus)) if out[k, -1] for t in periods if out[k, t]]
    asked = candidates if p.policy.min_vendor_mw > 0 else []
    present = [(s, v) for s in asked for v in sorted({p.vendor_of[k] for k in skus_at[s]})]
    members = {z: [s for s in candidates if p.zone_of[s] == z] for z in range(len(p.zones))}
    loaded = [(s, t) for s in candidates for t in periods]
    return Sets(candidates, loaded, triples, skus_at, first, waits, present, members)
