"""Checks of places against each other, where no zone polygon tells where a site may lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.io.cells import SWAPPED
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.table import Finding

_ENOUGH = 8  # sites that tell where the others lie
_MARGIN = 5.0  # degrees


def swapped_places(context: Context) -> Iterator[Doubt]:
    """Doubt sites that lie far from all others, and among them once lon and lat are swapped."""
    sites = context.some("sites")
    if sites is None or _has_polygons(context):
        return
    lon, lat = sites.numbers("lon"), sites.numbers("lat")
    if (np.isfinite(lon) & np.isfinite(lat)).sum() < _ENOUGH:
        return
    low_x, high_x = np.nanquantile(lon, [0.1, 0.9])
    low_y, high_y = np.nanquantile(lat, [0.1, 0.9])
    wide_x, wide_y = max(high_x - low_x, _MARGIN), max(high_y - low_y, _MARGIN)
    is_far = (lon < low_x - wide_x) | (lon > high_x + wide_x) | (lat < low_y - wide_y) | (lat > high_y + wide_y)
    would_fit = (lat > low_x - _MARGIN) & (lat < high_x + _MARGIN) & (lon > low_y - _MARGIN) & (lon < high_y + _MARGIN)
    reason = "lies far from the other sites, and among them with lon and lat swapped"
    found = [Finding(row, reason, SWAPPED, f"{lon[row]:.10g}") for row in np.flatnonzero(is_far & would_fit).tolist()]
    yield Doubt(sites, "lon", found, "warning")


def null_island(context: Context) -> Iterator[Doubt]:
    """Doubt sites at exactly 0, 0: what a missing place becomes in many programs."""
    sites = context.some("sites")
    if sites is None or _has_polygons(context):
        return
    at_zero = (sites.numbers("lon") == 0) & (sites.numbers("lat") == 0)
    reason = "lies at 0, 0 in the Atlantic: a missing place, perhaps"
    found = [Finding(row, reason, "give its lon and lat in degrees") for row in np.flatnonzero(at_zero).tolist()]
    yield Doubt(sites, "lon", found, "warning")


def _has_polygons(context: Context) -> bool:
    zones = context.some("zones")
    return zones is not None and any(g is not None and g.geom_type != "Point" for g in zones.frame["geometry"])
