"""Check of sites.geojson: the same rows as sites.csv, each with its site's place, name and kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

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
    ids = (plan.tables["sites"][key].astype(str).tolist() for key in ("site", "period"))
    keys = list(zip(*ids, strict=True))
    stated = [_key(feature) for feature in features]
    has_feature, has_row = set(stated), set(keys)
    found = [_feature(key, "missing", "a feature") for key in keys if key not in has_feature]
    found += [_feature(key, "a feature", "none") for key in stated if key not in has_row]
    found += [_feature(key, "twice", "once") for key, n in Counter(stated).items() if n > 1]
    if not found and stated != keys:
        found.append(Finding(FILE, "", "features", "another order", "the order of sites.csv", RULE))
    lacks = younger(json.loads((folder / "plan.json").read_text(encoding="utf-8"))["format"])
    rows = _rows(plan.tables["sites"], [f for f in SHAPES["sites"] if f"sites.{f}" not in lacks])
    study = plan.study.sites.set_index("site")[["lon", "lat", "name", "kind"]].to_dict("index")
    of_key = dict(zip(stated, features, strict=True))
    for key, row in zip(keys, rows, strict=True):
        if key in of_key and key[0] in study:
            found += _compare(key, of_key[key], row, study[key[0]])
    return found


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return columns of a table row by row as JSON holds them: null where a cell is empty."""
    cells = (table[c].astype(object).where(table[c].notna(), None).tolist() for c in columns)
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


def _compare(
    key: tuple[str, str], feature: dict[str, Any], row: dict[str, Any], site: Mapping[Any, Any]
) -> list[Finding]:
    right, given = {**row, "name": site["name"], "kind": site["kind"]}, feature["properties"]
    label, found = f"site {key[0]}, period {key[1]}", []
    if given != right or _flags(given) != _flags(right):
        found = [
            Finding(FILE, label, column, given.get(column), right.get(column), RULE)
            for column in [*right, *(c for c in given if c not in right)]
            if column not in given or column not in right or not alike(given[column], right[column])
        ]
    point = [site["lon"], site["lat"]]
    if feature["geometry"] != {"type": "Point", "coordinates": point}:
        found.append(Finding(FILE, label, "geometry", feature["geometry"], point, RULE))
    return found


def _flags(properties: Mapping[str, Any]) -> list[str]:
    """Return which are true or false, which equal 1 and 0 but are not alike."""
    return [name for name, value in properties.items() if value is True or value is False]


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
