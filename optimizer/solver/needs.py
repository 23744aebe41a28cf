"""What each key of [policy] would have to be so that a given plan satisfies it, and as a figure to type."""

from __future__ import annotations

from math import ceil, floor, inf, log10

import numpy as np

from ..account.decisions import Decisions, usage
from ..parameters import Parameters
from ..resolution import Floats
from ..tolerance import BAND_SHARE

_DIGITS = 3
_NOTHING_MW = 1e-6


def needed(p: Parameters, x: Decisions, key: str) -> float | tuple[str, ...]:
    """Return the tightest value of a key that the plan satisfies; for force_open the sites of it that stay closed."""
    use = usage(p, x)
    held = use.it_mw[:, -1]
    if key == "force_open":
        return tuple(s for s, yes, y in zip(p.sites, p.forced, x.opened[:, -1], strict=True) if yes and not y)
    if key == "max_sites":
        return float(x.opened[:, -1].sum())
    if key == "max_unused_mw_years":
        waits = float((x.waiting_pods(p) * p.pod_mw[:, None]).sum())
        return (waits + float(np.nansum(use.idle_power_mw / p.peak_pue[:, None]))) * p.length_years
    if key == "max_new_mw_per_year":
        years = np.array(p.horizon.calendar_years)
        built = (x.halls * p.hall_mw[:, None]).sum(axis=0)
        return max(float(built[years == year].sum()) for year in set(years.tolist()))
    if key == "min_site_mw":
        return _cluster(np.where(x.opened[:, -1], held, inf), p.cluster_it_mw(inf))
    if key == "min_vendor_mw":
        return min(_vendor_cluster(p, x, vendor) for vendor in p.vendors)
    groups = p.sharers[key]
    most = np.bincount(groups[groups >= 0], weights=held[groups >= 0]).max(initial=0.0)
    return float(most / held.sum()) if held.sum() > _NOTHING_MW else 0.0


def _vendor_cluster(p: Parameters, x: Decisions, vendor: str) -> float:
    own = np.array([v == vendor for v in p.vendor_of], dtype=bool)
    held = (x.pods_in_service(p)[:, own, -1] * p.pod_mw[own]).sum(axis=1)
    present = x.pods[:, own].sum(axis=(1, 2)) > 0
    return _cluster(np.where(present, held, inf), p.cluster_it_mw(inf, vendor))


def _cluster(held_mw: Floats, most_mw: Floats) -> float:
    """Greatest key whose cluster, at most ``most_mw``, every site holds."""
    return float(held_mw[held_mw < most_mw - _NOTHING_MW].min(initial=inf))


def typed(value: float, *, up: bool = True) -> str:
    """Return a figure of three digits that is no tighter than the value, as study.toml holds it."""
    if value == 0 or value == round(value):
        return f"{value:.0f}"
    step = 10.0 ** (floor(log10(abs(value))) + 1 - _DIGITS)
    near = value * BAND_SHARE / 2  # a limit passed by so little is kept
    whole = (ceil((value - near) / step - 1e-9) if up else floor((value + near) / step + 1e-9)) * step
    return f"{whole:.12g}"
