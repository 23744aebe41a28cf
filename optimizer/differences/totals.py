"""Add up two studies: what is delivered, what sites and grid can take, and what building costs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..parameters import Parameters
from ..study import Study

_FENCE = "MW at the fence"


@dataclass(frozen=True)
class Amount:
    """One quantity of both studies, in ``unit``; ``of`` names the vendor or the calendar year that it is of."""

    name: str
    unit: str
    a: float
    b: float
    of: str = ""

    @property
    def difference(self) -> float:
        """How much more ``b`` is; 0 where they differ by no more than the order of adding up."""
        return 0.0 if math.isclose(self.a, self.b, rel_tol=1e-12) else round(self.b - self.a, 6)


def totals(a: Study, b: Study) -> tuple[Amount, ...]:
    """Return the totals of both studies; deliveries by vendor, and what has come by the end of each year.

    Power is that of the last period: firm at the fence of sites where limited, and headroom of zones in the load block
    with the least of it; lines are those with a limit. Halls are as many as fit below each own site's ceiling.
    """
    left, right = Parameters.of(a), Parameters.of(b)
    was, now = _figures(a, left), _figures(b, right)
    figures = [Amount(name, unit, value, now[name][1]) for name, (unit, value) in was.items()]
    return (*_by_vendor(left, right), *_by_year(left, right), *figures)


def _by_vendor(left: Parameters, right: Parameters) -> Iterator[Amount]:
    """Yield what is delivered within the horizon, in all and by each vendor."""
    was, now = _delivered_mw(left), _delivered_mw(right)
    yield Amount("delivered_it_mw", "MW IT", math.fsum(was.values()), math.fsum(now.values()))
    for vendor in sorted(was.keys() | now.keys()):
        yield Amount("delivered_it_mw", "MW IT", was.get(vendor, 0.0), now.get(vendor, 0.0), of=vendor)


def _delivered_mw(p: Parameters) -> dict[str, float]:
    """IT MW of each vendor that delivers any, in whole pods."""
    mw = p.delivered_pods.sum(axis=1) * p.pod_mw
    vendors = {v: math.fsum(mw[[each == v for each in p.vendor_of]]) for v in p.vendors}
    return {vendor: value for vendor, value in vendors.items() if value}


def _by_year(left: Parameters, right: Parameters) -> Iterator[Amount]:
    """Yield what has been delivered by the end of each calendar year of either horizon."""
    for year in sorted({*left.horizon.calendar_years, *right.horizon.calendar_years}):
        yield Amount("delivered_by_it_mw", "MW IT", _by_end_mw(left, year), _by_end_mw(right, year), of=str(year))


def _by_end_mw(p: Parameters, year: int) -> float:
    until = [each <= year for each in p.horizon.calendar_years]
    return math.fsum(p.delivered_pods[:, until].sum(axis=1) * p.pod_mw)


def _figures(study: Study, p: Parameters) -> dict[str, tuple[str, float]]:
    racks = p.delivered_pods.sum(axis=1) * p.pod_racks
    power_mw = p.power_mw[:, -1]
    limited = np.isfinite(power_mw)
    halls_mw = p.hall_mw * p.halls_max
    figures = {
        "rack_purchase_usd": ("USD", np.nansum(racks * p.price_usd_per_rack)),
        "sites": ("sites", len(p.sites)),
        "ceiling_it_mw": ("MW IT", math.fsum(study.sites["max_mw"])),
        "firm_power_mw": (_FENCE, power_mw[limited].sum()),
        "unlimited_power_sites": ("sites", (~limited).sum()),
        "headroom_mw": (_FENCE, p.headroom_mw[:, -1].sum(axis=0).min()),
        "line_mw": ("MW", p.line_mw[np.isfinite(p.line_mw)].sum()),
        "opening_usd": ("USD", p.open_usd.sum()),
        "halls_usd": ("USD", (p.hall_usd_per_mw * halls_mw)[p.own].sum()),
    }
    return {name: (unit, float(value)) for name, (unit, value) in figures.items()}
