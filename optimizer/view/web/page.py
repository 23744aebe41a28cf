"""Write the map as one page, or as the parts of another page; nothing in it asks the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from optimizer.plan.grid import shows_grid
from optimizer.plan.plan import Plan

from ..page.skeleton import asset, filled
from .facts import map_facts

HEIGHT_PX = 720
_SCRIPTS = ("elements", "words", "draw", "sites", "spread", "side", "map", "moves")
_FRAME = Markup(
    '<iframe title="Map of the plan" sandbox="allow-scripts" srcdoc="{}" '
    'style="width:100%;height:{}px;border:0"></iframe>'
)


@dataclass(frozen=True)
class MapParts:
    """What a page needs to show the map beside the markup of an ``Atlas``, all of them text but the facts.

    ``script`` defines ``Rackgrid`` and starts nothing: ``Rackgrid.map(element, facts, options)`` draws into an element
    of class rackgrid-map and returns the map; ``Rackgrid.link(a, b)`` lets two maps follow each other.
    """

    style: str
    script: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class MapView:
    """A map as a page of its own: ``html`` is its text; a notebook shows it in a frame."""

    html: str = field(repr=False)
    height_px: int = HEIGHT_PX

    def _repr_html_(self) -> str:
        return _FRAME.format(self.html, self.height_px)


def map_parts(plan: Plan) -> MapParts:
    """Return the map of a plan as parts of a page; what draws a grid is among them where the study tells of one."""
    more = shows_grid(plan.study)
    style, script = asset("map.css"), "\n".join(asset(f"{name}.js") for name in (*_SCRIPTS, *["grid"] * more))
    return MapParts(style + asset("grid.css") * more, script, map_facts(plan))


def map_page(plan: Plan) -> str:
    """Return the map of a plan as a whole page, the same text for the same plan."""
    parts = map_parts(plan)
    return filled(
        "map",
        title=plan.study.config.study.name or "Plan",
        styles=[parts.style],
        scripts=[parts.script, asset("start.js")],
        facts={"rackgrid-facts": parts.facts},
    )


def map_plan(plan: Plan, *, height_px: int = HEIGHT_PX) -> MapView:
    """Return the interactive map of a plan; the last line of a notebook's cell shows it."""
    return MapView(map_page(plan), height_px)
