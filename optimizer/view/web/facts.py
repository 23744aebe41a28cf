"""Turn a plan into what the page draws: plain numbers and words, ready for JSON."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from optimizer.io.registers import OF_SITES
from optimizer.plan.causes import cause_words
from optimizer.plan.grid import shows_grid, worst_flows, worst_zones
from optimizer.plan.kinds import GENERIC, standing
from optimizer.plan.plan import Plan
from optimizer.plan.summary import status_in_words

from ..palette import vendor_colours, vendor_marks
from ..projection import Floats
from ..scene import delivered_vendors, largest_circle
from .grid import grid_facts
from .plane import Plane, basemap, parallels, plane_of, polygons

ByPeriod = dict[str, list[float | None]]
_OF_SITES = ("built_mw", "peak_mw", "interconnection_mw", "onsite_mw", "idle_hall_mw", "idle_power_mw")
_OF_ZONES = ("load_mw", "served_mw", "headroom_mw")


def map_facts(plan: Plan) -> dict[str, Any]:
    """Return everything that the map of a plan shows.

    Places are in units of ``plane`` (x to the right, y down); lists by period follow ``periods``. Power in MW: ``it``,
    ``built`` and ``idle_hall`` are IT MW, ``peak``, ``interconnection``, ``onsite`` and ``idle_power`` fence MW.
    None stands for no limit or no number. Of several load blocks lists show the worst of each period; ``grid``, of
    studies that say more of their grid than plain lines, has every block.
    """
    study, periods = plan.study, list(plan.study.horizon.names)
    lon, lat = study.sites["lon"].to_numpy(float), study.sites["lat"].to_numpy(float)
    plane, x, y, shapes = plane_of(lon, lat, list(study.zones["geometry"]), buses=shows_grid(study))
    vendors = sorted({*delivered_vendors(plan), *plan.assignments["vendor"].astype(str)})
    sites = _site_facts(plan, plane, x, y)
    zones = _zone_facts(plan, plane, shapes, sites)
    largest, most_open = largest_circle(plan)
    colours, marks = vendor_colours(vendors), vendor_marks(vendors)
    serving = plan.assignments.groupby(["vendor", "period"])["it_mw_in_service"].sum()
    waiting = plan.waiting.groupby("period")["waiting_mw"].sum()
    return {
        "title": study.config.study.name or "Plan",
        "status": status_in_words(plan),
        "periods": periods,
        "vendors": [{"name": v, "colour": colours[v], "mark": marks[v][:4]} for v in vendors],
        "in_service_mw": {v: [round(float(serving.get((v, p), 0.0)), 3) for p in periods] for v in vendors},
        "waiting_mw": [round(float(waiting.get(p, 0.0)), 3) for p in periods],
        "causes": cause_words(plan),
        "kinds": {kind.name: (kind.drawn, "at the fence" if kind.at_the_fence else "IT") for kind in OF_SITES},
        "largest_mw": _rounded(largest, 3),
        "most_open": most_open,
        "plane": plane.facts(),
        "sites": sites,
        "zones": zones,
        "lines": _line_facts(plan, zones),
        "graticule": [] if any(polygons(s) for s in shapes) else parallels(plane),
        "basemap": basemap(plane),
        "notices": _notices(plan, sites),
        **({"grid": grid_facts(plan)} if shows_grid(study) else {}),
    }


def _notices(plan: Plan, sites: list[dict[str, Any]]) -> list[str]:
    """Say in words what would look like a fault: one period, one site, nothing in service."""
    periods, words = list(plan.study.horizon.names), []
    if len(periods) == 1:
        words.append(f"This plan has one period, {periods[0]}: there is nothing to step through.")
    if len(sites) == 1:
        words.append("This study has one candidate site.")
    if plan.assignments["it_mw_in_service"].sum() <= 0:
        waits = float(plan.waiting["waiting_mw"].sum()) > 0
        words.append(
            "No rack is in service in any period: all racks that are delivered wait."
            if waits
            else "No rack is delivered in any period: nothing is in service and nothing waits."
        )
    lost = sum(site["x"] is None for site in sites)
    if lost:
        words.append(f"{lost:,} of {len(sites):,} sites cannot be shown on this map; the list has them.")
    return words


def _site_facts(plan: Plan, plane: Plane, x: Floats, y: Floats) -> list[dict[str, Any]]:
    """Return the sites in the order of the study; ``x`` and ``y`` are their places in metres of the plane."""
    numbers = _by_period(plan, plan.sites, "site", ("open", *_OF_SITES))
    held, unused = _held(plan), _unused(plan)
    facts = []
    for row, px, py in zip(plan.study.sites.to_dict("records"), x.tolist(), y.tolist(), strict=True):
        site, at = str(row["site"]), plane.place(px, py)
        is_open = [int(value or 0) for value in numbers[site].pop("open")]
        before = [int(row["committed"]), *is_open]  # one that stood open before the plan opens in no period
        facts.append(
            {
                "id": site,
                "name": _text(row["name"]) or site,
                "kind": _text(row["kind"]),
                "generic": standing(_text(row["kind"])) == GENERIC,
                "operator": _text(row["operator"]),
                "zone": _text(row["zone"]),
                "x": at[0] if at else None,
                "y": at[1] if at else None,
                "peak_pue": round(float(row["peak_pue"]), 4),
                "open": is_open,
                "opened": [int(now > was) for was, now in zip(before[:-1], is_open, strict=True)],
                "it_mw": held.get(site, {}),
                "unused": unused.get(site, []),
                **numbers[site],
            }
        )
    return facts


def _zone_facts(plan: Plan, plane: Plane, shapes: list[Any], sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every zone: its rings, a point that stands for it, and its load and headroom by period."""
    table = plan.study.zones
    names = table["name"] if "name" in table else table["zone"]
    numbers = _by_period(plan, worst_zones(plan), "zone", _OF_ZONES)
    facts = []
    for zone, name, shape in zip(table["zone"], names, shapes, strict=True):
        values = numbers.get(str(zone)) or _empty(plan, _OF_ZONES)
        point = None if shape is None else shape.representative_point()
        facts.append(
            {
                "id": str(zone),
                "name": _text(name),
                "rings": plane.rings(shape),
                "at": (point and plane.place(point.x, point.y))
                or _middle([s for s in sites if s["zone"] == str(zone)]),
                "bus": shape is not None and not polygons(shape),
                **values,
                "used": [_used(a, b) for a, b in zip(values["served_mw"], values["headroom_mw"], strict=True)],
            }
        )
    return facts


def _line_facts(plan: Plan, zones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every line: ends, MW by period (positive from → to), capacity that way and the share in use."""
    places = {zone["id"]: zone["at"] for zone in zones}
    numbers = _by_period(plan, worst_flows(plan), "line", ("flow_mw", "capacity_mw"))
    facts = []
    for line, start, end in plan.study.lines[["line", "from", "to"]].astype(str).itertuples(index=False):
        if line not in numbers:
            continue
        flow, room = numbers[line]["flow_mw"], numbers[line]["capacity_mw"]
        facts.append(
            {
                "id": line,
                "from": start,
                "to": end,
                "a": places.get(start),
                "b": places.get(end),
                "mw": flow,
                "capacity_mw": room,
                "share": [_used(None if a is None else abs(a), b) for a, b in zip(flow, room, strict=True)],
            }
        )
    return facts


def _rounded(value: float | None, digits: int) -> float | None:
    """Return a number for JSON: None for nan and infinity."""
    return round(float(value), digits) + 0.0 if value is not None and isfinite(value) else None


def _steps(plan: Plan) -> dict[str, int]:
    """Return the place of each period."""
    return {period: t for t, period in enumerate(plan.study.horizon.names)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _middle(sites: list[dict[str, Any]]) -> tuple[float, float] | None:
    """Return the middle of the sites of a zone that has no geometry."""
    places = np.array([(s["x"], s["y"]) for s in sites if s["x"] is not None])
    if not len(places):
        return None
    x, y = places.mean(axis=0).tolist()
    return round(x, 1), round(y, 1)


def _used(served: float | None, room: float | None) -> float | None:
    """Return a share to a thousandth, None where there is nothing to use."""
    return round(served / room, 3) if served is not None and room is not None and room > 0 else None


def _empty(plan: Plan, columns: tuple[str, ...]) -> ByPeriod:
    return {column: [None] * len(plan.study.horizon) for column in columns}


def _by_period(plan: Plan, rows: pd.DataFrame, key: str, columns: tuple[str, ...]) -> dict[str, ByPeriod]:
    """Return columns of rows by their key, each a list by period."""
    at = _steps(plan)
    things, places = rows[key].tolist(), [at[period] for period in rows["period"].tolist()]
    found = {str(thing): _empty(plan, columns) for thing in dict.fromkeys(things)}
    for column in columns:
        for thing, t, value in zip(things, places, rows[column].tolist(), strict=True):
            found[thing][column][t] = _rounded(value, 3)
    return found


def _held(plan: Plan) -> dict[str, dict[str, list[float]]]:
    """Return IT MW in service by site and vendor, a list by period; what is never in service is left out."""
    at, held = _steps(plan), dict[str, dict[str, list[float]]]()
    table = plan.assignments[["site", "vendor", "period", "it_mw_in_service"]]
    for site, vendor, period, it_mw in table.itertuples(index=False):
        if it_mw > 0:
            values = held.setdefault(str(site), {}).setdefault(str(vendor), [0.0] * len(at))
            values[at[str(period)]] = round(values[at[str(period)]] + float(it_mw), 3)
    return held


def _unused(plan: Plan) -> dict[str, list[list[Any]]]:
    """Return period, kind, MW and cause of what is unused at each site."""
    at, found = _steps(plan), dict[str, list[list[Any]]]()
    table = plan.unused[plan.unused["site"] != ""]
    columns = (table[name].tolist() for name in ("site", "period", "kind", "mw", "cause"))
    for site, period, kind, mw, cause in zip(*columns, strict=True):
        found.setdefault(str(site), []).append([at[str(period)], kind, _rounded(mw, 3), _text(cause)])
    return {site: sorted(rows, key=lambda row: row[:2]) for site, rows in found.items()}
