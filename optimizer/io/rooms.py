"""How much may be in service in the last period where sites, shares and clusters limit each other, by sums alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from ..tolerance import BAND_SHARE, band
from .config import SHARES, Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_HALVINGS = 100
_BITS = 1e-12  # what sums of many figures lose


def numbered(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each name among all in their order, -1 where it is empty."""
    place = {name: i for i, name in enumerate(sorted({*names} - {""}))}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


@dataclass(frozen=True)
class Rooms:
    """Sites as the rules of the last period see them, (s,): what each can hold in IT MW, 0 where closed.

    ``sharers`` says by the keys of ``SHARES`` whose share a site counts for, -1 for nobody's. ``surely_open`` takes a
    place of ``max_sites`` in every plan. ``asked_mw`` is the least that a site with racks holds, ``pod_mw`` the least
    pod that comes. What is beyond a limit by no more than its band is at it, as in a plan.
    """

    hold_mw: Floats
    sharers: Mapping[str, NDArray[np.int64]]
    surely_open: Bools
    asked_mw: Floats
    pod_mw: float
    rules: Policy

    @property
    def least_mw(self) -> float:
        """A limit below this has no room for any pod."""
        return self.pod_mw - float(band(self.pod_mw))

    def most_mw(self, total_mw: float) -> float:
        """Most IT MW, at most ``total_mw``, that any plan can have in service; an upper limit."""
        rooms, most = self, total_mw
        while True:
            most = rooms._most_by_shares(most)
            if most < self.least_mw:
                return 0.0
            each = [np.where(self.sharers[key] >= 0, share, 1.0) for key, share in self.rules.shares.items()]
            limit = np.min(each, axis=0) * most
            limit += band(limit)
            held = np.minimum(rooms.hold_mw, limit)
            useless = (rooms.hold_mw > 0) & ((self.asked_mw > limit) | (held < self.least_mw))
            if not useless.any():
                return most
            rooms = replace(rooms, hold_mw=np.where(useless, 0.0, rooms.hold_mw))

    def shuts_out(self, total_mw: float) -> bool:
        """Whether nothing can be in service, or shares that sum to less than 1 let in what their bands let in alone."""
        return self.most_mw(total_mw) == 0.0 or self.of_equal_sites() < 1 - BAND_SHARE

    def of_equal_sites(self) -> float:
        """Share of all IT MW that sites can hold by the shares alone: below 1 none can be in service, but for bands."""
        return replace(self, hold_mw=np.where(self.hold_mw > 0, 1.0, 0.0))._held_mw(1.0, near=0.0)

    def _most_by_shares(self, total_mw: float) -> float:
        low, high = 0.0, min(total_mw, float(self.hold_mw.sum()))
        if self._held_mw(high) >= high * (1 - _BITS):
            return high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._held_mw(middle) >= middle * (1 - _BITS):
                low = middle
            else:
                high = middle
        return low

    def _held_mw(self, total_mw: float, near: float = 1.0) -> float:
        """Most IT MW that sites hold where the shares are of ``total_mw``: the best sites, after those surely open.

        ``near`` times the band may each share be passed. Of shares of several sites the tightest counts.
        """
        limits = {key: (mw := share * total_mw) + near * float(band(mw)) for key, share in self.rules.shares.items()}
        own, *others = SHARES
        each = np.minimum(self.hold_mw, limits[own])
        asked = [key for key in others if self.rules.shares[key] < 1] or others[:1]
        return min(self._held_together_mw(each, self.sharers[key], limits[key]) for key in asked)

    def _held_together_mw(self, each: Floats, whose_of: NDArray[np.int64], most_mw: float) -> float:
        surely, gains = 0.0, []
        for whose in np.unique(whose_of).tolist():
            limit = most_mw if whose >= 0 else inf
            inside = whose_of == whose
            start = min(limit, float(each[inside & self.surely_open].sum()))
            others = np.sort(each[inside & ~self.surely_open])[::-1]
            gains.append(np.diff(np.minimum(limit, start + np.cumsum(others)), prepend=start))
            surely += start
        most = inf if self.rules.max_sites is None else self.rules.max_sites
        free = max(0.0, most - float(self.surely_open.sum()))
        best = np.sort(np.concatenate(gains))[::-1] if gains else np.zeros(0)
        return surely + float(best[: int(min(free, len(best)))].sum())
