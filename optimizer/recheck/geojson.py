"""Check of sites.geojson: the same rows as sites.csv, each with its site's place, name and kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..plan import Plan
from ..plan.steps import younger
from .report import Finding, alike
from .shapes import SHAPES

FILE = "sites.geojson"
RULE = "sites.geojson holds the rows of sites.csv, each with the point, name and kind of its site"


def places(plan: Plan, folder: Path) -> list[Finding]:
    """Compare every feature, in order, with its row of sites.csv, and with the study's point, name and kind.

    Where sites.csv itself has other columns than the contract's there is nothing to compare with.
    """
    try:
        features = json.loads((folder / FILE).read_text(encoding="utf-8"))["features"]
        whole = isinstance(features, list) and all(_is_feature(f) for f in features)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        return [Finding(FILE, "", "features", type(fault).__name__, "one feature per site and period", RULE)]
    if not whole:
        return [Finding(FILE, "", "features", "something else", "point features with properties", RULE)]
    if list(plan.tables["sites"].columns) != list(SHAPES["sites"]):
        return []
    rows = plan.tables["sites"].to_dict("records")
    keys = [(str(row["site"]), str(row["period"])) for row in rows]
    stated = [_key(feature) for feature in features]
    found = [_feature(key, "missing", "a feature") for key in keys if key not in set(stated)]
    found += [_feature(key, "a feature", "none") for key in stated if key not in set(keys)]
    found += [_feature(key, "twice", "once") for key, n in Counter(stated).items() if n > 1]
    if not found and stated != keys:
        found.append(Finding(FILE, "", "features", "another order", "the order of sites.csv", RULE))
    stated_format = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["format"]
    lacks = younger(stated_format)
    rows = [{c: value for c, value in row.items() if f"sites.{c}" not in lacks} for row in rows]
    study = plan.study.sites.set_index("site")[["lon", "lat", "name", "kind"]].to_dict("index")
    of_key = dict(zip(stated, features, strict=True))
    for key, row in zip(keys, rows, strict=True):
        if key in of_key and key[0] in study:
            found += _compare(f"site {key[0]}, period {key[1]}", of_key[key], row, study[key[0]])
    return found


def _compare(label: str, feature: dict[str, Any], row: Mapping[Any, Any], site: Mapping[Any, Any]) -> list[Finding]:
    right = {str(column): _plain(value) for column, value in row.items()}
    right |= {"name": site["name"], "kind": site["kind"]}
    given = feature["properties"]
    found = [
        Finding(FILE, label, column, given.get(column), right.get(column), RULE)
        for column in [*right, *(c for c in given if c not in right)]
        if column not in given or column not in right or not alike(given[column], right[column])
    ]
    point = [site["lon"], site["lat"]]
    if feature["geometry"] != {"type": "Point", "coordinates": point}:
        found.append(Finding(FILE, label, "geometry", feature["geometry"], point, RULE))
    return found


def _feature(key: tuple[str, str], stated: str, right: str) -> Finding:
    return Finding(FILE, f"site {key[0]}, period {key[1]}", "feature", stated, right, RULE)


def _is_feature(value: object) -> bool:
    kinds = {"type": str, "properties": dict, "geometry": dict}
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(key), kind) for key, kind in kinds.items())
        and value["type"] == "Feature"
    )


def _key(feature: dict[str, Any]) -> tuple[str, str]:
    return str(feature["properties"].get("site")), str(feature["properties"].get("period"))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    return value.item() if hasattr(value, "item") else value
