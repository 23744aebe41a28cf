"""The most valuable limit of each site and zone, as a layer of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...io.write import features_text
from ...plan.limit_words import limit_words
from ...plan.places import site_points, zone_shapes

if TYPE_CHECKING:
    from .answer import Values

_OF_SITES = ("interconnection", "onsite", "hall", "halls_per_year")
_CELLS = ("limit", "period", "block", "used", "limit_value", "unit", "usd", "usd_from")
_PROVEN = ("resolve_low_usd", "resolve_high_usd")


def layer_text(of: Values) -> str:
    """Return sites, then zones as GeoJSON, those alone whose places the study says; "" where it says none.

    Each has the row of values.csv of its limit that is worth most, with the limit in ``words`` and what the site's
    power one period sooner saves, ``sooner_low_usd`` and ``sooner_high_usd``; numbers that are not known are null.
    """
    study, frame = of.plan.study, of.frame
    names = study.sites.set_index("site")["name"].to_dict()
    sites = _most(frame[frame["limit"].isin(_OF_SITES)], "site", names, site_points(study).dropna().to_dict())
    shapes = zone_shapes(study)
    zone_names = study.zones.set_index("zone")["name"].to_dict()
    zones = _most(frame[frame["limit"] == "zone"], "zone", zone_names, shapes)
    sooner = of.sooner.set_index("site")
    for name in _PROVEN:
        sites[name.replace("resolve", "sooner")] = sites["id"].map(sooner[name]).astype(float)
    table = pd.concat([part for part in (sites, zones) if len(part)]) if len(sites) + len(zones) else sites
    rows = table.assign(geometry=table.pop("geometry")).astype(object)  # the geometry last
    return features_text(rows) if len(rows) else ""


def _most(rows: pd.DataFrame, place: str, names: dict[Any, Any], shapes: dict[Any, Any]) -> pd.DataFrame:
    """Return the first row of each id that is on the map: the table begins with what is worth most."""
    first = rows[rows["id"].isin([*shapes])].drop_duplicates("id").sort_values("id", kind="stable")
    cells: dict[str, Any] = {
        "id": first["id"],
        "place": place,
        "name": [str(names.get(i, i)) for i in first["id"]],
        "words": [limit_words(str(kind), str(i)) for kind, i in zip(first["limit"], first["id"], strict=True)],
    }
    cells |= {name: first[name] for name in (*_CELLS, *_PROVEN)}
    cells |= {name.replace("resolve", "sooner"): np.nan for name in _PROVEN}
    shape = pd.Series([shapes[i] for i in first["id"]], first.index, dtype=object)
    return pd.DataFrame(cells | {"geometry": shape}, index=first.index)
