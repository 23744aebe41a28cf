"""Gather what the page shows of zones and of the lines between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.plan.plan import Plan

from .plane import Plane, polygons
from .sites import rounded

ZONE_COLUMNS = ("load_mw", "served_mw", "headroom_mw")


def zone_facts(plan: Plan, plane: Plane, shapes: list[Any], sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every zone: its rings, a point that stands for it, and its load and headroom by period."""
    table = plan.study.zones
    names = table["name"] if "name" in table else table["zone"]
    numbers = _by_period(plan, "zones", "zone", ZONE_COLUMNS)
    facts = []
    for zone, name, shape in zip(table["zone"], names, shapes, strict=True):
        values = numbers.get(str(zone), {column: [None] * len(plan.study.horizon) for column in ZONE_COLUMNS})
        facts.append(
            {
                "id": str(zone),
                "name": name if isinstance(name, str) else "",
                "rings": plane.rings(shape) if polygons(shape) else [],
                "at": _point(plane, shape) or _middle([s for s in sites if s["zone"] == str(zone)]),
                "bus": shape is not None and not polygons(shape),
                **values,
                "used": [_used(a, b) for a, b in zip(values["served_mw"], values["headroom_mw"], strict=True)],
            }
        )
    return facts


def line_facts(plan: Plan, zones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every line: ends, MW by period (positive from → to), capacity that way and the share in use."""
    places = {zone["id"]: zone["at"] for zone in zones}
    numbers = _by_period(plan, "flows", "line", ("flow_mw", "capacity_mw"))
    facts = []
    for line, start, end in plan.study.lines[["line", "from", "to"]].itertuples(index=False):
        if str(line) not in numbers:
            continue
        flow, room = numbers[str(line)]["flow_mw"], numbers[str(line)]["capacity_mw"]
        facts.append(
            {
                "id": str(line),
                "from": str(start),
                "to": str(end),
                "a": places.get(str(start)),
                "b": places.get(str(end)),
                "mw": flow,
                "capacity_mw": room,
                "share": [_used(None if a is None else abs(a), b) for a, b in zip(flow, room, strict=True)],
            }
        )
    return facts


def _point(plane: Plane, shape: Any) -> tuple[float, float] | None:
    if shape is None:
        return None
    point = shape.representative_point()
    return plane.place(point.x, point.y)


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


def _by_period(plan: Plan, table: str, key: str, columns: tuple[str, ...]) -> dict[str, dict[str, list[float | None]]]:
    """Return columns of a table by its key, each a list by period; of several load blocks the largest counts."""
    at = {period: t for t, period in enumerate(plan.study.horizon.names)}
    found: dict[str, dict[str, list[float | None]]] = {}
    frame = plan.tables[table]
    for thing, period, *values in frame[[key, "period", *columns]].itertuples(index=False):
        if str(period) not in at:
            continue
        lists = found.setdefault(str(thing), {column: [None] * len(at) for column in columns})
        for column, value in zip(columns, values, strict=True):
            before, new = lists[column][at[str(period)]], rounded(value, 3)
            if before is None or (new is not None and abs(new) > abs(before)):
                lists[column][at[str(period)]] = new
    return found
