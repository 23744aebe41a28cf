"""Convert shapes from the CRS that a file states to WGS 84, longitude first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Convert = Callable[[Any], Any]
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


class UnknownCrs(ValueError):
    """Nothing leads from this CRS to places on the globe."""


def to_wgs84(stated: Any) -> Convert | None:
    """Return the conversion from a CRS – a name, PROJJSON or an object of pyproj –, None where it needs none.

    Raises UnknownCrs where there is no such CRS, or no way from it to WGS 84.
    """
    if stated is None or (isinstance(stated, str) and stated.upper().endswith(_WGS84)):
        return None
    import shapely
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        crs = CRS.from_user_input(stated)
        if crs.to_epsg() == 4326:
            return None
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except (ProjError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnknownCrs from error
    return lambda geometry: shapely.transform(geometry, transformer.transform, interleaved=False)
