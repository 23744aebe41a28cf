"""What a search finds out about a grid: rows that bind, and what the grid costs without the programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..resolution import Floats


@dataclass(frozen=True)
class Cuts:
    """Rows that are added where a plan breaks them, in a settled order.

    ``outages``: (line that is loaded, line that is out, +1 from → to or -1 back, period, block). ``tangents``: (cost
    segment, period, block, MW) where its square is touched by a straight line from below.
    """

    outages: tuple[tuple[int, int, int, int, int], ...] = ()
    tangents: tuple[tuple[int, int, int, float], ...] = ()

    def joined(self, more: Cuts) -> Cuts:
        """Return these and others behind them, each once."""
        return Cuts(
            tuple(dict.fromkeys((*self.outages, *more.outages))), tuple(dict.fromkeys((*self.tangents, *more.tangents)))
        )

    def __len__(self) -> int:
        return len(self.outages) + len(self.tangents)


NO_CUTS = Cuts()


@dataclass(frozen=True)
class BaseCase:
    """The dispatch of a nodal grid for the loads that were there before.

    ``output_mw`` (g, t, b), ``flow_mw`` (l, t, b); costs in USD of an hour (t, b), and the dual values that prove them
    least: of buses (z, t, b), of AC circuits (l, t, b), and of a line that is loaded when another is out, (l, o, t, b).
    """

    output_mw: Floats
    flow_mw: Floats
    generation_usd: Floats
    wheeling_usd: Floats
    zone_usd_per_mwh: Floats
    line_usd_per_mwh: Floats
    outage_usd_per_mwh: Mapping[tuple[int, int, int, int], float]
