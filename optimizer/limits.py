"""Obvious limits, told before any solve: what sums alone prove about waiting racks."""

from __future__ import annotations

import numpy as np

from .parameters import Parameters
from .resolution import Floats


def powered_it_mw(p: Parameters) -> Floats:
    """Return an upper limit of the IT MW that all sites together can hold in each period, (t,).

    Each site by its own halls and power; on top, what all zones' headroom serves where there is a grid: a
    site's draw beyond its on-site power must come from some zone's headroom.
    """
    may = np.where(p.forbidden[:, None], 0.0, p.may_hold_it_mw)
    alone = np.where(np.isfinite(may), may, 0.0).sum(axis=0)
    endless = ~np.isfinite(may).all(axis=0)
    total = np.where(endless, np.inf, alone)
    if not p.zones:
        return total
    # A MW of headroom serves at most 1 / (lowest peak PUE of the gridded sites) IT MW.
    gridded = p.zone_of >= 0
    if not gridded.any():
        return total
    onsite_it = (p.onsite_mw / p.peak_pue[:, None])[gridded].sum(axis=0)
    islands = may[~gridded].sum(axis=0)
    from_grid = p.headroom_mw.sum(axis=0) / p.peak_pue[gridded].min()
    return np.asarray(np.minimum(total, islands + onsite_it + from_grid), dtype=np.float64)


def obvious_limits(p: Parameters) -> list[str]:
    """Say, by period, where more racks have been delivered than all sites together can power.

    Silent where racks retire within the horizon, since a place then serves twice.
    """
    retires = not p.serves[p.delivered_pods.sum(axis=1) > 0][
        :, np.triu(np.ones((len(p.horizon),) * 2, dtype=bool))
    ].all()
    if retires:
        return []
    delivered = p.delivered_mw.sum(axis=0).cumsum()
    most = np.maximum.accumulate(powered_it_mw(p))
    return [
        f"{period}: {have:,.0f} MW delivered, all sites together can power {can:,.0f} MW; "
        f"at least {have - can:,.0f} MW will wait"
        for period, have, can in zip(p.periods, delivered, most, strict=True)
        if have - can > 0.5
    ]
