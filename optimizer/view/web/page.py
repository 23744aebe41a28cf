"""Write the map as one page, or as the parts of another page; nothing in it asks the network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from optimizer.plan.plan import Plan

from ..page.skeleton import filled
from .facts import map_facts

SCRIPTS = ("words.js", "draw.js", "sites.js", "spread.js", "side.js", "map.js", "moves.js")


@dataclass(frozen=True)
class MapParts:
    """What a page needs to show the map beside the markup of an ``Atlas``, all of them text but the facts.

    ``script`` defines ``Rackgrid`` and starts nothing: ``Rackgrid.map(element, facts, options)`` draws into an element
    of class rackgrid-map and returns a handle; ``Rackgrid.link(a, b)`` lets two maps follow each other.
    """

    style: str
    script: str
    facts: dict[str, Any]


def map_parts(plan: Plan) -> MapParts:
    """Return the map of a plan as parts of a page."""
    return MapParts(_asset("map.css"), "\n".join(map(_asset, SCRIPTS)), map_facts(plan))


def map_page(plan: Plan) -> str:
    """Return the map of a plan as a whole page, the same text for the same plan."""
    parts = map_parts(plan)
    return filled(
        "map",
        title=plan.study.config.study.name or "Plan",
        styles=[parts.style],
        scripts=[parts.script, _asset("alone.js")],
        facts={"rackgrid-facts": parts.facts},
    )


@cache
def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")
