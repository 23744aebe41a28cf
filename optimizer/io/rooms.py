"""How much may be in service in the last period where sites, shares and clusters limit each other, by sums alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Sums of shares that miss 1 by less were rounded: three times 0.3333333.
ROUNDING = 1e-6
_HALVINGS = 60


@dataclass(frozen=True)
class Rooms:
    """Sites as the rules of the last period see them, (s,): what each can hold in IT MW, its zone, 0 where closed.

    ``zone_of`` is -1 at a site without a zone. ``surely_open`` takes a place of ``max_sites`` in every plan.
    ``asked_mw`` is the least that a site with racks holds. Rules that are not set are inf or 1.
    """

    hold_mw: Floats
    zone_of: NDArray[np.int64]
    surely_open: Bools
    asked_mw: Floats
    max_sites: float = inf
    site_share: float = 1.0
    zone_share: float = 1.0

    def most_mw(self, total_mw: float) -> float:
        """Most IT MW, at most ``total_mw``, that any plan can have in service; an upper limit."""
        rooms, most = self, total_mw
        while True:
            most = rooms._most_by_shares(most)
            share = np.where(self.zone_of >= 0, min(self.site_share, self.zone_share), self.site_share)
            useless = (rooms.hold_mw > 0) & (self.asked_mw > share * most * (1 + ROUNDING) + ROUNDING)
            if not useless.any():
                return most
            rooms = replace(rooms, hold_mw=np.where(useless, 0.0, rooms.hold_mw))

    def of_equal_sites(self) -> float:
        """Share of all IT MW that sites can hold by the shares alone: below 1 none can be in service."""
        return replace(self, hold_mw=np.where(self.hold_mw > 0, 1.0, 0.0)).held_mw(1.0)

    def _most_by_shares(self, total_mw: float) -> float:
        low, high = 0.0, min(total_mw, float(self.hold_mw.sum()))
        if self.of_equal_sites() < 1 - ROUNDING:
            return 0.0
        if self.held_mw(high) >= high * (1 - ROUNDING):
            return high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self.held_mw(middle) >= middle * (1 - 1e-12):
                low = middle
            else:
                high = middle
        return low

    def held_mw(self, total_mw: float) -> float:
        """Most IT MW that sites hold where the shares are of ``total_mw``: the best sites, after those surely open."""
        each = np.minimum(self.hold_mw, self.site_share * total_mw)
        surely, gains = 0.0, []
        for zone in np.unique(self.zone_of).tolist():
            limit = self.zone_share * total_mw if zone >= 0 else inf
            inside = self.zone_of == zone
            start = min(limit, float(each[inside & self.surely_open].sum()))
            others = np.sort(each[inside & ~self.surely_open])[::-1]
            gains.append(np.diff(np.minimum(limit, start + np.cumsum(others)), prepend=start))
            surely += start
        free = max(0.0, self.max_sites - float(self.surely_open.sum()))
        best = np.sort(np.concatenate(gains))[::-1] if gains else np.zeros(0)
        return surely + float(best[: int(min(free, len(best)))].sum())
