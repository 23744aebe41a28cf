"""Where the sites and zones of a study are, for layers of a map."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..study import Study


def site_points(study: Study) -> pd.Series:
    """Return the point of each site, by id; None where the study does not say where it is."""
    from shapely.geometry import Point

    sites = study.sites
    pairs = zip(sites["lon"].tolist(), sites["lat"].tolist(), strict=True)
    points = [Point(lon, lat) if lon == lon and lat == lat else None for lon, lat in pairs]
    return pd.Series(points, sites["site"].tolist(), dtype=object)


def zone_shapes(study: Study) -> dict[str, Any]:
    """Return the shape of each zone that has one, by id."""
    placed = study.zones.dropna(subset="geometry")
    return dict(zip(placed["zone"].tolist(), placed["geometry"].tolist(), strict=True))
