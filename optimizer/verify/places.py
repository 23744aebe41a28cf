"""Check of sites.geojson: the same rows as sites.csv, each at its site's place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..plan import Plan
from .report import Finding

FILE = "sites.geojson"
RULE = "sites.geojson holds the rows of sites.csv, each at the place of its site"


def places(plan: Plan, folder: Path) -> list[Finding]:
    """Compare every feature with the row of sites.csv and the coordinates of the study."""
    try:
        features = json.loads((folder / FILE).read_text(encoding="utf-8"))["features"]
        stated = {_key(f["properties"]): f for f in features}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        return [Finding(FILE, "", "features", f"{type(fault).__name__}", "one feature per site and period", RULE)]
    where = plan.study.sites.set_index("site")[["lon", "lat"]].to_dict("index")
    found: list[Finding] = []
    rows = plan.tables["sites"].to_dict("records")
    for row in rows:
        key = _key(row)
        label = f"site {key[0]}, period {key[1]}"
        feature = stated.pop(key, None)
        if feature is None:
            found.append(Finding(FILE, label, "feature", "missing", "a feature", RULE))
            continue
        properties = feature["properties"]
        for column, value in row.items():
            right, given = _plain(value), properties.get(column)
            if given != right and str(given) != str(right):
                found.append(Finding(FILE, label, str(column), given, right, RULE))
        place = where.get(key[0])
        point = (feature.get("geometry") or {}).get("coordinates")
        if place is not None and point != [place["lon"], place["lat"]]:
            found.append(Finding(FILE, label, "geometry", point, [place["lon"], place["lat"]], RULE))
    found += [Finding(FILE, f"site {s}, period {t}", "feature", "a feature", "none", RULE) for s, t in stated]
    return found


def _key(row: Any) -> tuple[str, str]:
    return str(row["site"]), str(row["period"])


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    return value.item() if hasattr(value, "item") else value
