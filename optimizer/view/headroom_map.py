"""Draw how much new load each zone or bus can take: a map of the last period, and every number below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch

from optimizer.errors import shown
from optimizer.study import Study
from optimizer.units import figure as number

from . import layers
from .page.blocks import Cell, Chapter, Column, Table
from .page.pictures import pixels
from .page.skeleton import asset, filled
from .palette import AVOIDABLE, DARK, FLOW, LOADED, SOFT
from .projection import on_plane, outlines
from .scene import Area, Scene, framed
from .style import PT, empty, note, settled

KINDS = {
    "outage": (AVOIDABLE, "a line after an outage"), "line": (LOADED[1][1], "a line"),
    "zone": (FLOW, "its own headroom"), "gen": (SOFT, "generators"),
}  # fmt: skip
"""What limits a place, the nearest first, by the word of headroom.csv: its ink and what the key says."""
_SIZE = (12.0, 8.0)
_MAP = (0.01, 0.085, 0.98, 0.825)  # left, bottom, width, height as shares of the figure
_LARGEST = 0.03  # radius of the largest circle, of the map's width
_NAMED = 12


def least(table: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each zone's least headroom in the last period, over its blocks, those that take most first."""
    last = table[(table["period"] == table["period"].iloc[-1]) & table["headroom_mw"].notna()]
    worst = last.sort_values(["headroom_mw", "zone"], kind="stable").drop_duplicates("zone")
    found: pd.DataFrame = worst.sort_values(["headroom_mw", "zone"], ascending=[False, True], kind="stable")
    return found


@settled()
def headroom_map(study: Study, table: pd.DataFrame) -> Figure:
    """Draw a circle for each zone with a place: its area is the least headroom of the last period, its ink the limit.

    ``table`` has the columns of headroom.csv.
    """
    figure = empty(*_SIZE, dpi=150)
    rows = least(table)
    figure.text(
        0.018, 0.955, f"How much new load each place can take in {rows['period'].iloc[0]}, alone, in its worst block",
        fontsize=15, weight="bold",
    )  # fmt: skip
    view, points = _scene(study)
    ax = figure.add_axes(_MAP)
    layers.draw(ax, view, flows=False)
    placed = rows[rows["zone"].isin([*points])]
    width, most = view.bounds[2] - view.bounds[0], max(float(placed["headroom_mw"].max()), 1e-9)
    for turn, row in enumerate(placed.to_dict("records")):
        at, radius = points[row["zone"]], _LARGEST * width * np.sqrt(max(0.0, row["headroom_mw"]) / most)
        ink = KINDS[_kind(row["limited_by"])][0]
        ax.add_patch(Circle(at, max(radius, 0.002 * width), facecolor=ink, edgecolor="white", alpha=0.85, zorder=4))
        if turn < _NAMED:
            words = f"{shown(str(row['zone']), 24)} {number(row['headroom_mw'])}"
            style: dict[str, Any] = {"fontsize": PT, "color": DARK, "zorder": 6, "ha": "center", "va": "top"}
            halo = layers.halo("white", 2.5)
            note(ax, words, (at[0], at[1] - radius), (0, -2), path_effects=halo, **style)
    handles = [Patch(facecolor=ink) for ink, _ in KINDS.values()]
    figure.legend(handles, [f"limited by {words}" for _, words in KINDS.values()], loc="lower center", ncols=4,
                  fontsize=PT + 1, frameon=False, bbox_to_anchor=(0.5, 0.03))  # fmt: skip
    words = f"Area: MW at the fence, the largest circle {number(most)} MW. Each number is for new load there alone."
    figure.text(0.018, 0.015, f"{words} They don't add up.", fontsize=PT, color=SOFT)
    return figure


def _kind(limited_by: str) -> str:
    there = {element.partition(" ")[0] for element in str(limited_by).split(";")}
    return next((kind for kind in KINDS if kind in there), "gen")


def _scene(study: Study) -> tuple[Scene, Mapping[str, tuple[float, float]]]:
    """Return the ground of a map of a grid alone, and the point of each zone that has a place."""
    zones = study.zones
    nowhere = np.zeros(0)
    crs, x, y, projected = on_plane(nowhere, nowhere, list(zones["geometry"]))
    drawn: dict[str, Any] = {z: s for z, s in zip(zones["zone"], projected, strict=True) if s is not None}
    bounds = framed(x, y, list(drawn.values()), _MAP[2] * _SIZE[0] / (_MAP[3] * _SIZE[1]))
    fine = (bounds[2] - bounds[0]) / 2500
    land, states = outlines(crs, bounds, fine).values()
    areas = [Area(shape.simplify(fine), 0.15 if shape.area else None) for shape in drawn.values()]
    points = {zone: shape.representative_point().coords[0] for zone, shape in drawn.items()}
    return Scene(crs, bounds, [], areas, [], [], 1.0, 1.0, land, states), points


def headroom_page(study: Study, table: pd.DataFrame) -> str:
    """Return headroom as one HTML page that needs no network; ``table`` has the columns of headroom.csv."""
    name = study.config.study.name or "the grid"
    return filled(
        "chapters",
        title=f"Headroom of {name}",
        kind="headroom",
        chapters=[
            Chapter("map", "Map", [pixels(headroom_map(study, table), label="Map: headroom and what limits it")]),
            Chapter("table", "Every zone, period and block", [_table(table)]),
        ],
        styles=[asset("page.css")],
        scripts=[asset("elements.js"), asset("tables.js")],
        facts={},
    )


def _table(table: pd.DataFrame) -> Table:
    columns = [
        Column("Zone"), Column("Period", choice=True), Column("Block", choice=True), Column("MW", number=True),
        Column("Limited by", wide=True), Column("Gives more at least cost"), Column("USD per MW", number=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [str(row["zone"]), str(row["period"]), str(row["block"]), _figure(row["headroom_mw"], ",.1f"),
         _text(row["limited_by"]).replace(";", ", "), _text(row["upgrade"]), _figure(row["upgrade_usd_per_mw"], ",.0f")]
        for row in table.to_dict("records")
    ]  # fmt: skip
    return Table("New load that each place can take alone", columns, rows, live=True, long=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: float, form: str) -> str:
    return "" if value != value else f"{value:{form}}"
