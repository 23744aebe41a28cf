"""What is told before any solve: what sums alone prove about waiting racks, and how deliveries were read."""

from __future__ import annotations

import numpy as np

from .io.periods import parse_label
from .io.wording import listed
from .parameters import Parameters
from .resolution import Floats
from .study import Study

_MOST_SKUS, _MOST_PERIODS = 12, 6


def powered_it_mw(p: Parameters) -> Floats:
    """Return an upper limit of the IT MW that all sites together can hold in each period, (t,).

    Each site by its own halls and power; on top, what all zones' headroom serves where there is a grid, or all
    generators beyond the base load: in every load block a site's draw beyond its on-site power must come from there.
    """
    may, gridded = np.where(p.forbidden[:, None], 0.0, p.may_hold_it_mw), p.zone_of >= 0
    loaded = p.load_scale > 0
    if not gridded.any() or not loaded.any():
        return np.asarray(may.sum(axis=0), dtype=np.float64)
    onsite_it = (p.most_onsite_mw / p.peak_pue[:, None])[gridded].sum(axis=0)
    supply_mw = p.most_headroom_mw.sum(axis=0)
    if p.generation is not None:
        supply_mw = np.maximum(0.0, p.generation.most_mw.sum(axis=0) - p.generation.load_mw.sum(axis=0))
    # A MW of supply serves at most 1 / (lowest peak PUE of the gridded sites) IT MW.
    from_grid = supply_mw / p.peak_pue[gridded].min()
    served = ((onsite_it[:, None] + from_grid)[:, loaded] / p.load_scale[loaded]).min(axis=1)
    return np.asarray(np.minimum(may.sum(axis=0), may[~gridded].sum(axis=0) + served), dtype=np.float64)


def obvious_limits(p: Parameters) -> list[str]:
    """Say, by period, where more racks have been delivered than all sites together can power.

    Silent where racks retire within the horizon, since a place then serves twice.
    """
    if p.retires:
        return []
    delivered = p.delivered_mw.sum(axis=0).cumsum()
    most = np.maximum.accumulate(powered_it_mw(p))
    return [
        f"{period}: {have:,.0f} MW delivered, all sites together can power {can:,.0f} MW; "
        f"at least {have - can:,.0f} MW will wait"
        for period, have, can in zip(p.periods, delivered, most, strict=True)
        if have - can > 0.5
    ]


def readings(study: Study, p: Parameters) -> list[str]:
    """Say, by SKU, what whole pods make of deliveries, and which labels come in one period."""
    lines = [*_rounded(p), *_joined(study)]
    more = len(lines) - _MOST_SKUS
    return lines[:_MOST_SKUS] + ([f"and {more} more lines on how deliveries were read"] if more > 0 else [])


def _rounded(p: Parameters) -> list[str]:
    lines = []
    for sku, pod_mw, stated, whole in zip(p.skus, p.pod_mw, p.delivered_as_stated_mw, p.delivered_mw, strict=True):
        parts = [
            f"{period} {have:,.6g} to {given:,.6g} MW"
            for period, have, given in zip(p.periods, stated, whole, strict=True)
            if abs(have - given) > 1e-6
        ]
        if parts:
            told = listed(parts, most=_MOST_PERIODS, width=60)
            lines.append(f"{sku}: rounded to whole pods of {pod_mw:,.6g} MW: {told}")
    return lines


def _joined(study: Study) -> list[str]:
    """Which labels finer than a period come in which period, SKUs of the same labels together."""
    came: dict[str, set[str]] = {}
    for sku, period in zip(study.deliveries["sku"], study.deliveries["period"], strict=True):
        came.setdefault(sku, set()).add(period)
    skus_of: dict[tuple[str, ...], list[str]] = {}
    for sku, periods in came.items():
        fine = sorted(label for label in periods if parse_label(label).months < 12 * study.horizon.length_years)
        if fine:
            skus_of.setdefault(tuple(fine), []).append(sku)
    lines = []
    for labels_of_skus, skus in skus_of.items():
        inside: dict[str, list[str]] = {}
        for label in labels_of_skus:
            inside.setdefault(study.horizon.names[study.horizon.position(parse_label(label).start)], []).append(label)
        parts = [f"{' and '.join(labels)} in {period}" for period, labels in inside.items()]
        told = listed(parts, most=_MOST_PERIODS, width=60)
        lines.append(f"{listed(skus)}: what comes within a period serves in it: {told}")
    return lines
