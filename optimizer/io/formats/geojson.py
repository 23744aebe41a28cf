"""Read GeoJSON: rows are features, counted from 1, converted to WGS 84 from the CRS that the file states."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from optimizer.errors import Fault, Faults, InputError, shown
from optimizer.io.bounds import MAX_JSON_BYTES, too_large
from optimizer.io.cells import Unreadable
from optimizer.io.crs import Convert, UnknownCrs, to_wgs84
from optimizer.io.schema import Schema
from optimizer.io.table import Finding, RawTable, refuse_too_wide, report, told


class _Object(dict[str, Any]):
    """A JSON object that remembers the key that stood in it twice."""

    twice: str = ""


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                made.twice = key
            seen.add(key)
    return made


def read_geojson(text: str, name: str, schema: Schema, faults: Faults) -> RawTable | None:
    """Turn features into columns of cells, or None and a fault where the text is no FeatureCollection."""
    with told(faults):
        if len(text) > MAX_JSON_BYTES:
            cure = "round its coordinates to 5 decimals, simplify its shapes, or save it as GeoPackage"
            raise InputError([Fault(name, too_large("characters", len(text), MAX_JSON_BYTES), cure=cure)])
        content = _load(text, name)
        return _rows(content, _features(content, name), name, schema, faults)


def _rows(content: dict[str, Any], features: list[Any], name: str, schema: Schema, faults: Faults) -> RawTable | None:
    convert = _converter(content.get("crs"), name, faults)
    raw = RawTable(schema.table, name, {}, list(range(1, len(features) + 1)), "feature")
    wrong = [Finding(i, problem) for i, feature in enumerate(features) if (problem := _unsound(feature))]
    if wrong:
        report(faults, raw, "", wrong)
        return None
    rows = [feature.get("properties") or {} for feature in features]
    columns = dict.fromkeys(k for row in rows for k in row)
    refuse_too_wide(columns, name)
    raw.cells.update({c: [row.get(c) for row in rows] for c in columns})
    if schema.find("geometry"):
        raw.cells["geometry"] = [_geometry(feature.get("geometry"), convert) for feature in features]
    return raw


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        content = json.loads(text, object_pairs_hook=_object)
        if "\\u" in text:
            json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        fault = Fault(name, f"is no JSON: {shown(error.msg)}", error.lineno, cure="write it anew from its source")
    except RecursionError:
        fault = Fault(name, "is no GeoJSON: it is nested too deeply", cure="write it anew from its source")
    except UnicodeEncodeError:
        fault = Fault(name, "escapes half a character (\\ud800 to \\udfff)", cure="write its text as UTF-8")
    except ValueError as error:
        reason = "it holds a number of thousands of digits" if "digits" in str(error) else shown(error)
        fault = Fault(name, f"is no JSON: {reason}", cure="round its numbers")
    else:
        if isinstance(content, dict):
            return content
        fault = Fault(name, "is no GeoJSON: it holds no object", cure="write a FeatureCollection")
    raise InputError([fault])


def _features(content: dict[str, Any], name: str) -> list[Any]:
    kind, features = content.get("type"), content.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        what = "a Topology (TopoJSON)" if kind == "Topology" else f'of type "{shown(kind, 40)}"'
        cure = "write a GeoJSON FeatureCollection"
        raise InputError([Fault(name, f"is {what}, no FeatureCollection", cure=cure)])
    return features


def _unsound(feature: object) -> str:
    """Say why something is no feature, or ""."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return "is no Feature"
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        return "has properties that are no object"
    for part in (feature, properties):
        if isinstance(part, _Object) and part.twice:
            return f'has the key "{shown(part.twice, 40)}" twice'
    return ""


def _geometry(value: object, convert: Convert | None) -> Any:
    """Return a flat shapely geometry in WGS 84, None, or a Unreadable that says what is wrong."""
    if value is None:
        return None
    import shapely

    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return Unreadable("is no geometry", "write a GeoJSON geometry")
    if value["type"] == "Feature" or "coordinates" not in value:
        return Unreadable(f"is a {shown(value['type'], 40)} without coordinates", "write a GeoJSON geometry")
    try:
        with np.errstate(invalid="ignore"):
            geometry = shapely.force_2d(shapely.geometry.shape(value))
    except Exception:  # shapely raises whatever the coordinates make it raise
        return Unreadable("has coordinates that make no geometry", "write the coordinates as numbers: [lon, lat]")
    return geometry if convert is None or geometry.is_empty else convert(geometry)


def _converter(crs: object, name: str, faults: Faults) -> Convert | None:
    """Return the conversion from the CRS of a file to WGS 84; None where it needs none."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    stated = properties.get("name") if isinstance(properties, dict) else None
    cure = 'state it as {"type": "name", "properties": {"name": "EPSG:3857"}}, or convert to WGS 84'
    if not isinstance(stated, str):
        faults.add(Fault(name, "states a CRS without a name", None, "crs", cure=cure))
        return None
    try:
        return to_wgs84(stated)
    except UnknownCrs:
        faults.add(Fault(name, "is no CRS that is known here", None, "crs", stated, cure))
        return None
