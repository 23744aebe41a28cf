"""Turn a plan into layers of a map: sites, zones and lines by period, each table's columns and what belongs to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from ..io.geopackage import Field, Layer
from ..io.registers import KINDS
from ..io.schema import schema
from .check import check_tables
from .plan import Plan

_CRS = "EPSG:4326"
_PEOPLE = ("name", "kind", "operator")
_IDLE = tuple(name for name, kind in KINDS.items() if kind.of_sites)
_MORE = {
    "name": Field("", "Name of the site or zone, for people."),
    "kind": Field("", "What the site is; generic: no project, a place where one could be."),
    "operator": Field("", "Who runs or builds the site."),
    "opened": Field("TRUE or FALSE", "Whether the site opens in this period."),
    "headroom_used_share": Field("share", "Headroom served; empty where there is none."),
    "from": Field("", "Zone where the line begins."),
    "to": Field("", "Zone where the line ends."),
    "loading_share": Field("share", "Flow as a share of the capacity in its direction; empty where there is none."),
}
_UNUSED = {
    "mw_years": Field("MW-years", "{} over the period."),
    "usd": Field("USD", "{}, undiscounted, at its own price."),
    "cause": Field("", "{}: why."),
}


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
    columns = schema(f"plan/{table}").columns
    return {c.name: Field("TRUE or FALSE" if c.type == "bool" else c.unit, c.meaning) for c in columns} | _MORE


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
    people = plan.study.sites.set_index("site")
    for name in _PEOPLE:
        table[name] = [str(people.at[site, name]) for site in table["site"]]
    first = table[table["open"]].groupby("site", sort=False)["period"].first().to_dict()
    table["opened"] = [first.get(site) == period for site, period in _keys(table)]
    for vendor, column in _vendor_columns(plan, table.columns).items():
        held = plan.assignments[plan.assignments["vendor"] == vendor]
        mw = held.groupby(["site", "period"])["it_mw_in_service"].sum().to_dict()
        table[column] = [float(mw.get(key, 0.0)) for key in _keys(table)]
        fields[column] = Field("MW IT", f"Power of the racks of {vendor} in service in the period.")
    for kind in _IDLE:
        table = _with_unused(plan, table, kind)
        of = fields[f"{kind}_mw"].meaning.partition(";")[0].rstrip(".")
        fields |= {f"{kind}_{end}": Field(f.unit, f.meaning.format(of)) for end, f in _UNUSED.items()}
    points = gpd.points_from_xy(*([people.at[s, c] for s in table["site"]] for c in ("lon", "lat")))
    return table.assign(geometry=list(points)), fields


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


def _with_unused(plan: Plan, table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Add MW-years, price and cause of a kind; 0 and no cause where nothing is unused."""
    rows = plan.unused[plan.unused["kind"] == kind]
    amounts = zip(*(rows[name].tolist() for name in _UNUSED), strict=True)
    found = dict(zip(_keys(rows), amounts, strict=True))
    values: list[tuple[Any, ...]] = [found.get(key, (0.0, 0.0, "")) for key in _keys(table)]
    table = table.copy()
    for i, end in enumerate(_UNUSED):
        table[f"{kind}_{end}"] = [value[i] for value in values]
    return table


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
    table["loading_share"] = (table["flow_mw"].abs() / table["capacity_mw"]).where(table["capacity_mw"] > 0)
    drawn = [LineString([points[a], points[b]]) if {a, b} <= points.keys() else None for a, b in _ends(table)]
    return table.assign(geometry=pd.Series(drawn, index=table.index, dtype=object))


def _ends(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["from"], table["to"], strict=True))
