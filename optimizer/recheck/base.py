"""The base case of a nodal grid – what would be dispatched without the programme – as base.csv states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .columns import Floats
from .grid import GridReading
from .table import Table


@dataclass(frozen=True)
class BaseCase:
    """Flows, and the dual values that prove that no dispatch costs less; USD per MWh.

    ``flow_mw`` (l, t, b). ``zone_usd`` (z, t, b) is what one MW more load costs an hour. ``line_usd`` (l, t, b) is what
    an hour costs less where an AC circuit carries a MW more than its angles give, f_l − B_l (θ_from − θ_to − s_l) = 1.
    ``outage_usd`` (t, b), by the line that is loaded and the one that is out, is what the limit costs by the MW: above
    0 where it binds from → to, below where to → from.
    """

    flow_mw: Floats
    zone_usd: Floats
    line_usd: Floats
    outage_usd: Mapping[tuple[int, int], Floats]

    @classmethod
    def of(cls, p: GridReading, table: Table) -> BaseCase:
        """Read the rows of base.csv; what is not stated is 0."""
        rest = (len(p.periods), len(p.blocks))
        flow, of_zone, of_line = (np.zeros((len(ids), *rest)) for ids in (p.lines, p.zones, p.lines))
        outages: dict[tuple[int, int], Floats] = {}
        zones, lines = ({name: i for i, name in enumerate(ids)} for ids in (p.zones, p.lines))
        names = zip(table.frame["element"].tolist(), table.frame["id"].tolist(), strict=True)
        numbers = zip(*(table.number[c].tolist() for c in ("flow_mw", "usd_per_mwh")), strict=True)
        at = zip(table.keys["period"].tolist(), table.keys["block"].tolist(), strict=True)
        for (element, name), (mw, usd), when in zip(names, numbers, at, strict=True):
            if element == "zone" and name in zones:
                of_zone[zones[name], *when] = usd
            elif element == "line" and name in lines:
                flow[lines[name], *when], of_line[lines[name], *when] = mw, usd
            elif element == "outage" and (pair := after_outage(name, lines)):
                outages.setdefault(pair, np.zeros(rest))[when] = usd
        return cls(np.nan_to_num(flow), of_zone, of_line, outages)


def after_outage(name: str, lines: Mapping[str, int]) -> tuple[int, int] | None:
    """Return the line that is loaded and the one that is out of an id LOADED/OUT, None where it is none."""
    cuts = [i for i, letter in enumerate(name) if letter == "/"]
    pairs = [(name[:i], name[i + 1 :]) for i in cuts if name[:i] in lines and name[i + 1 :] in lines]
    return (lines[pairs[0][0]], lines[pairs[0][1]]) if pairs else None
