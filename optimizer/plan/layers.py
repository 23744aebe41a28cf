"""Turn a plan into layers of a map: sites, zones and lines by period, each table's columns and what belongs to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from ..account.quantities import first_open
from ..io.geopackage import Field, Layer
from ..io.registers import OF_SITES
from ..io.schema import schema
from .check import check_tables
from .kinds import known_sites
from .plan import Plan

_CRS = "EPSG:4326"
_UNUSED = ("mw_years", "usd", "cause")


def plan_layers(plan: Plan) -> list[Layer]:
    """Return for every period its sites, then its zones and lines where the study says where they are."""
    check_tables(plan)
    sites, site_fields = _sites(plan)
    every = [("{}", "Sites, {}", sites, "Point", site_fields)]
    zones = plan.study.zones
    shapes = zones["geometry"].dropna()
    if len(shapes):
        every.append(("zones {}", "Zones, {}", _zones(plan), _shape(shapes), _fields("zones")))
        lines = _lines(plan)
        if lines["geometry"].notna().any():
            every.append(("lines {}", "Lines, {}", lines, "LineString", _fields("flows")))
    return [
        Layer(name.format(period), title.format(period), _of_period(frame, period, fields), shape, fields)
        for name, title, frame, shape, fields in every
        for period in plan.study.horizon.names
    ]


def sites_text(plan: Plan) -> str:
    """Return the sites of every period as one GeoJSON text, a feature per line."""
    check_tables(plan)
    frame = _typed(*_sites(plan))
    names = [str(c) for c in frame.columns if c != "geometry"]
    lines = []
    for row in frame.to_dict("records"):
        point = {"type": "Point", "coordinates": [row["geometry"].x, row["geometry"].y]}
        feature = {"type": "Feature", "properties": {n: _plain(row[n]) for n in names}, "geometry": point}
        lines.append(json.dumps(feature, ensure_ascii=False, allow_nan=False))
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"


def _plain(value: Any) -> Any:
    return None if value is None or value is pd.NA or value != value else value


def _fields(table: str) -> dict[str, Field]:
    """Return what the dictionary says of a table's columns and of those that layers add."""
    columns = (*schema(f"plan/{table}").columns, *schema("layers").columns)
    return {c.name: Field("TRUE or FALSE" if c.type == "bool" else c.unit, c.meaning) for c in columns}


def _typed(frame: pd.DataFrame, fields: Mapping[str, Field]) -> pd.DataFrame:
    """Make what is measured, not counted, a float in every plan."""
    units = {str(c): fields[c].unit for c in frame.columns if c in fields}
    floats = [c for c, unit in units.items() if unit.startswith("MW") or unit in ("USD", "share")]
    return frame.astype(dict.fromkeys(floats, float))


def _of_period(frame: pd.DataFrame, period: str, fields: Mapping[str, Field]) -> Any:
    rows = _typed(frame[frame["period"] == period].reset_index(drop=True), fields)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=_CRS)


def _sites(plan: Plan) -> tuple[pd.DataFrame, dict[str, Field]]:
    """Return the sites table with names, the period of opening, IT MW by vendor, what is unused and where it is."""
    table, fields = plan.sites.copy(), _fields("sites")
    at, known, places = _keys(table), known_sites(plan.study), plan.study.sites.set_index("site")
    for name in ("name", "kind", "operator"):
        table[name] = [getattr(known[site], name) for site in table["site"]]
    first = first_open(table)
    table["opened"] = [first.get(site) == period for site, period in at]
    for vendor, column in _vendor_columns(plan, table.columns).items():
        held = plan.assignments[plan.assignments["vendor"] == vendor]
        mw = held.groupby(["site", "period"])["it_mw_in_service"].sum().to_dict()
        table[column] = [float(mw.get(key, 0.0)) for key in at]
        fields[column] = _of("it_mw_<vendor>", vendor, fields)
    for kind, words in ((kind.name, kind.words) for kind in OF_SITES):
        rows = plan.unused[plan.unused["kind"] == kind]
        for end in _UNUSED:
            found = dict(zip(_keys(rows), rows[end].tolist(), strict=True))
            table[f"{kind}_{end}"] = [found.get(key, "" if end == "cause" else 0.0) for key in at]
            own = fields.get(f"{kind}_mw")
            called = own.meaning.partition(";")[0].rstrip(".") if own else words
            fields[f"{kind}_{end}"] = _of(f"<kind>_{end}", called, fields)
    points = gpd.points_from_xy(*(places.loc[table["site"], c] for c in ("lon", "lat")))
    return table.assign(geometry=list(points)), fields


def _of(pattern: str, words: str, fields: Mapping[str, Field]) -> Field:
    """Return what the dictionary says of columns of this pattern, of one of them."""
    return Field(fields[pattern].unit, re.sub("<.+?>", lambda _: words, fields[pattern].meaning))


def _keys(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["site"], table["period"], strict=True))


def _vendor_columns(plan: Plan, taken: Iterable[str]) -> dict[str, str]:
    """Name a column for every vendor that delivers: letters and digits alone, no name twice."""
    racks = plan.study.racks
    used = {str(name).casefold() for name in taken}
    columns = {}
    for vendor in sorted(set(racks["vendor"][racks["sku"].isin(plan.waiting["sku"])])):
        stem = "it_mw_" + (re.sub(r"\W+", "_", vendor.casefold()).strip("_") or "vendor")
        name = next(n for n in (stem, *(f"{stem}_{i}" for i in range(2, 10_000))) if n not in used)
        used.add(name)
        columns[vendor] = name
    return columns


def _zones(plan: Plan) -> pd.DataFrame:
    zones = plan.study.zones.set_index("zone")
    table = plan.tables["zones"].copy()
    table["name"] = [str(zones.at[zone, "name"]) for zone in table["zone"]]
    table["headroom_used_share"] = (table["served_mw"] / table["headroom_mw"]).where(table["headroom_mw"] > 0)
    shapes = zones["geometry"].to_dict()
    return table.assign(geometry=pd.Series([shapes[z] for z in table["zone"]], index=table.index, dtype=object))


def _shape(shapes: pd.Series) -> str:
    """Return the one kind of geometry that holds all."""
    kinds = {shape.geom_type for shape in shapes}
    if kinds <= {"Polygon", "MultiPolygon"}:
        return "MultiPolygon"
    return "Point" if kinds == {"Point"} else "Unknown"


def _lines(plan: Plan) -> pd.DataFrame:
    """Return the flows with a straight line from zone to zone where both are on the map."""
    from shapely.geometry import LineString

    shapes = plan.study.zones.set_index("zone")["geometry"].dropna()
    points = {zone: shape.representative_point() for zone, shape in shapes.items()}
    lines = plan.study.lines
    ends = dict(zip(lines["line"], zip(lines["from"], lines["to"], strict=True), strict=True))
    table = plan.tables["flows"].copy()
    table["from"], table["to"] = ([ends[line][i] for line in table["line"]] for i in (0, 1))
    of_all = (table["flow_mw"].abs() / table["capacity_mw"]).where(table["capacity_mw"] > 0)
    table["loading_share"] = table["loading"].fillna(of_all)  # a plan of before tells no loading
    pairs = zip(table["from"], table["to"], strict=True)
    drawn = [LineString([points[a], points[b]]) if {a, b} <= points.keys() else None for a, b in pairs]
    return table.assign(geometry=pd.Series(drawn, index=table.index, dtype=object))
