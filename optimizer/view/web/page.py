"""Write the map as one page, or as the parts of another page; nothing in it asks the network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from optimizer.plan.plan import Plan

from .facts import map_facts

SCRIPTS = ("words.js", "draw.js", "sites.js", "spread.js", "side.js", "map.js", "moves.js")
MARKUP = '<div class="rackgrid-map"><noscript>This map needs JavaScript; the tables beside it do not.</noscript></div>'
_START = """
Rackgrid.page = Rackgrid.map(
  document.querySelector(".rackgrid-map"), JSON.parse(document.getElementById("rackgrid-facts").textContent),
  { wheel: true });
"""
# JSON in a script element: nothing may end the element, open a comment, or break a line of an old parser.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class MapParts:
    """What a page needs to show the map: put ``facts_json`` into a script element of type application/json.

    ``script`` defines ``Rackgrid`` and starts nothing: ``Rackgrid.map(element, facts, options)`` draws into the element
    of ``markup`` and returns a handle; ``Rackgrid.link(a, b)`` lets two maps follow each other.
    """

    style: str
    markup: str
    script: str
    facts_json: str


def map_parts(plan: Plan) -> MapParts:
    """Return the map of a plan as parts of a page."""
    return MapParts(asset("map.css"), MARKUP, "\n".join(asset(name) for name in SCRIPTS), safe_json(map_facts(plan)))


def map_page(plan: Plan) -> str:
    """Return the map of a plan as a whole page, the same text for the same plan."""
    parts = map_parts(plan)
    script = parts.script + _START
    return Template(asset("page.html")).substitute(
        policy=policy(style=parts.style, script=script),
        title=html.escape(plan.study.config.study.name or "Plan"),
        style=parts.style,
        markup=parts.markup,
        facts=parts.facts_json,
        script=script,
    )


def policy(*, style: str, script: str) -> str:
    """Return a content security policy that lets exactly this style and this script be, and no request."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_sha256(style)}'; script-src 'sha256-{_sha256(script)}'"
    )


def safe_json(facts: Any) -> str:
    """Return JSON that may stand in a script element, whatever texts are in it."""
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def asset(name: str) -> str:
    """Return the text of a file of ``assets/``."""
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
