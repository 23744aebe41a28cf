"""How much may be in service in the last period where sites, shares and clusters limit each other, by sums alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from ..tolerance import BAND_SHARE, band

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_HALVINGS = 100
_BITS = 1e-12  # what sums of many figures lose


@dataclass(frozen=True)
class Rooms:
    """Sites as the rules of the last period see them, (s,): what each can hold in IT MW, its zone, 0 where closed.

    ``zone_of`` is -1 at a site without a zone. ``surely_open`` takes a place of ``max_sites`` in every plan.
    ``asked_mw`` is the least that a site with racks holds, ``pod_mw`` the smallest pod that comes. Rules that are not
    set are inf or 1. What is beyond a limit by no more than its band is at it, as in a plan.
    """

    hold_mw: Floats
    zone_of: NDArray[np.int64]
    surely_open: Bools
    asked_mw: Floats
    pod_mw: float
    max_sites: float = inf
    site_share: float = 1.0
    zone_share: float = 1.0

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
            limit = np.where(self.zone_of >= 0, min(self.site_share, self.zone_share), self.site_share) * most
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

        ``near`` times the band may each share be passed.
        """
        of_site, of_zone = (share * total_mw for share in (self.site_share, self.zone_share))
        each = np.minimum(self.hold_mw, of_site + near * float(band(of_site)))
        surely, gains = 0.0, []
        for zone in np.unique(self.zone_of).tolist():
            limit = of_zone + near * float(band(of_zone)) if zone >= 0 else inf
            inside = self.zone_of == zone
            start = min(limit, float(each[inside & self.surely_open].sum()))
            others = np.sort(each[inside & ~self.surely_open])[::-1]
            gains.append(np.diff(np.minimum(limit, start + np.cumsum(others)), prepend=start))
            surely += start
        free = max(0.0, self.max_sites - float(self.surely_open.sum()))
        best = np.sort(np.concatenate(gains))[::-1] if gains else np.zeros(0)
        return surely + float(best[: int(min(free, len(best)))].sum())
