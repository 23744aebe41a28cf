"""Write the pieces of a page: text that stays text, tables that scroll, pictures that follow the theme."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from optimizer.errors import shown
from optimizer.io.whole import GENERATOR

from .palette import BORDER, DARK, SOFT
from .style import settled

_ASSETS = Path(__file__).parent / "report_assets"
_THEMED = {DARK: "var(--ink)", SOFT: "var(--soft)", BORDER: "var(--line)"}
# Names that matplotlib gives to groups; nothing refers to them, and two pictures on a page would share them.
_GROUPS = re.compile(r' id="(?:figure|axes|patch|text|legend|line2d|matplotlib\.axis|[xy]tick|[A-Z]\w*)_\d+"')


class Html(str):
    """Text that is markup already; all other text is escaped."""

    __slots__ = ()


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, whether it holds numbers, is offered as a filter, or is long text."""

    head: str
    number: bool = False
    choice: bool = False
    wide: bool = False


def text(value: object, width: int = 400) -> Html:
    """Return text from a file as markup that shows it, letter for letter."""
    return Html(html.escape(shown(value, width)))


def generic_badge() -> Html:
    """Return the mark that tells a generic site from a project."""
    return Html('<b class="generic">GENERIC</b>')


def asset(name: str) -> str:
    """Return a file of the page's own style or script."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], *, caption: str, live: bool = False, last: str = ""
) -> Html:
    """Return a table that scrolls inside its own box; ``live`` ones sort and filter; ``last`` is the last row's class.

    Cells are escaped unless they are Html. The first cell of a row is its head.
    """
    heads = "".join(
        f'<th scope="col"{_class(c)}{" data-choice" if c.choice else ""}>{html.escape(c.head)}</th>' for c in columns
    )
    body = [_row(columns, cells) for cells in rows]
    if last and body:
        body[-1] = body[-1].replace("<tr>", f'<tr class="{last}">', 1)
    name, kind = html.escape(caption), ' class="live"' if live else ""
    inside = f"<caption>{name}</caption><thead><tr>{heads}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody>"
    box = f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">'
    return Html(f"{box}<table{kind}>{inside}</table></div>\n")


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    parts = []
    for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        inner = cell if isinstance(cell, Html) else text(cell)
        tag = f'td data-head="{html.escape(column.head)}"' if position else 'th scope="row"'
        parts.append(f"<{tag}{_class(column)}>{inner}</{tag[:2]}>")
    return f"<tr>{''.join(parts)}</tr>"


def _class(column: Column) -> str:
    return ' class="n"' if column.number else ' class="wrap"' if column.wide else ""


def picture(figure: Figure, *, name: str, label: str) -> Html:
    """Return a figure as inline SVG, the same bytes each time, its inks those of the page's theme."""
    stream = io.StringIO()
    settings = {"svg.hashsalt": f"rackgrid-{name}", "svg.fonttype": "none", "path.simplify": True}
    with settled(), matplotlib.rc_context(settings):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(stream, format="svg", metadata=nothing, facecolor="none")
    drawn = stream.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)
    drawn = _GROUPS.sub("", drawn)
    for colour, variable in _THEMED.items():
        drawn = drawn.replace(colour.lower(), variable)
    drawn = re.sub(r' xmlns(?::xlink)?="[^"]*"| version="1.1"', "", drawn).replace("xlink:href", "href")
    drawn = re.sub(r'<svg ([^>]*?)width="[^"]*"', r"<svg \1", drawn, count=1)
    drawn = re.sub(r'<svg ([^>]*?)height="[^"]*"', r"<svg \1", drawn, count=1)
    said = html.escape(label)
    drawn = drawn.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)
    box = f'<div class="scroll chart" role="region" tabindex="0" aria-label="{said}">'
    return Html(f"<figure>{box}{drawn.rstrip()}</div></figure>\n")


def json_text(value: Any) -> str:
    """Return JSON that no HTML parser takes for markup."""
    return script_safe(json.dumps(value, ensure_ascii=True, separators=(",", ":")))


def script_safe(facts_json: str) -> str:
    """Return JSON with its markup escaped, so that it may stand in a script element."""
    return facts_json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(scripts: Sequence[str]) -> str:
    """Return the content security policy that lets these scripts run, and nothing reach any network."""
    hashes = [base64.b64encode(hashlib.sha256(s.encode("utf-8")).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{h}'" for h in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def page(
    title: str,
    kind: str,
    chapters: Sequence[tuple[str, str, Html]],
    styles: Sequence[str],
    scripts: Sequence[str],
    *,
    facts_json: str = "",
) -> str:
    """Return a page that needs no network: a title, links to its chapters, and the chapters (key, heading, content)."""
    links = "".join(f'<li><a href="#{key}">{heading}</a></li>' for key, heading, _ in chapters)
    body = "".join(
        f'<section aria-labelledby="{key}">\n<h2 id="{key}">{heading}</h2>\n{inner}</section>\n'
        for key, heading, inner in chapters
    )
    facts = f'<script type="application/json" id="plan-facts">{facts_json}</script>\n' if facts_json else ""
    return "".join(
        [
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{GENERATOR}\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy([*scripts])}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{text(title)} – {kind}</title>\n",
            *(f"<style>\n{style}\n</style>\n" for style in styles),
            f'</head>\n<body>\n<main class="report {kind.split()[0]}">\n<h1>{text(title)}</h1>\n',
            f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n{body}</main>\n',
            facts,
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        ]
    )
