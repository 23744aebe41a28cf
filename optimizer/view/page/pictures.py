"""Turn figures into pictures of a page: the same bytes each time, vector inks those of the page's theme."""

from __future__ import annotations

import base64
import io
import re

import matplotlib
from markupsafe import Markup
from matplotlib.figure import Figure

from ..palette import BORDER, DARK, SOFT
from ..style import settled
from .blocks import Drawing, Pixels

_THEMED = {DARK: "var(--ink)", SOFT: "var(--soft)", BORDER: "var(--line)"}
# Names that matplotlib gives to groups; nothing refers to them, and two pictures on a page would share them.
_GROUPS = r' id="(?:figure|axes|patch|text|legend|line2d|matplotlib\.axis|[xy]tick|[A-Z]\w*)_\d+"'
_IDLE = re.compile(rf"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|{_GROUPS}", re.DOTALL)


def picture(figure: Figure, *, name: str, label: str, on_paper: bool = False) -> Drawing:
    """Return a figure as lines; ``name`` tells its marks from those of other pictures of the page."""
    stream = io.StringIO()
    settings = {"svg.hashsalt": f"rackgrid-{name}", "svg.fonttype": "none", "path.simplify": True}
    with settled(), matplotlib.rc_context(settings):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(stream, format="svg", metadata=nothing, facecolor="none")
    head, _, inside = stream.getvalue().partition("<svg ")[2].partition(">")
    inside = _IDLE.sub("", inside.rpartition("</svg>")[0]).replace("xlink:href", "href")
    for colour, variable in _THEMED.items():
        inside = inside.replace(colour.lower(), variable)
    return Drawing(label, re.findall('viewBox="(.*?)"', head)[0], Markup(inside.strip()), on_paper)


def pixels(figure: Figure, *, label: str) -> Pixels:
    """Return a figure as pixels: a map's outlines and hatches would weigh more as lines, and slow a printer down."""
    stream = io.BytesIO()
    with settled():
        figure.savefig(stream, format="png", dpi=150, metadata={"Software": None})
    return Pixels(label, base64.b64encode(stream.getvalue()).decode("ascii"))
