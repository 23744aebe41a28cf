"""Write two plans as one page: both maps side by side, linked in time and view, and what differs below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimizer.differences import Differences
from optimizer.io.whole import GENERATOR
from optimizer.plan.comparison import Comparison
from optimizer.plan.plan import Plan

from .comparison import Section, missing, sections, undiscounted
from .report_html import Column, Html, asset, generic_badge, table, text
from .web.page import map_parts, policy

_ASSETS = Path(__file__).parent / "comparison_assets"
_SIDES = ("A", "B")


def comparison_page(plans: Sequence[Plan], found: Comparison, inputs: Differences, *, names: Sequence[str]) -> str:
    """Return the page of two plans as one HTML text that asks no network for anything.

    ``names`` are what the reader calls both plans: their folders.
    """
    parts = [map_parts(plan) for plan in plans]
    style = "\n".join([parts[0].style, asset("report.css"), _own("comparison.css")])
    script = "\n".join([asset("report.js"), parts[0].script, _own("comparison.js")])
    title = f"{text(names[0], 60)} and {text(names[1], 60)}"
    data = "".join(
        f'<script type="application/json" id="facts-{side.lower()}">{each.facts_json}</script>\n'
        for side, each in zip(_SIDES, parts, strict=True)
    )
    return "".join(
        [
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{GENERATOR}\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(style=style, script=script)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n',
            f"<title>{title} compared</title>\n<style>{style}</style>\n</head>\n<body>\n",
            f'<main class="report two">\n<h1>{title} compared</h1>\n{_said(found, inputs)}',
            _maps(names, [each.markup for each in parts]),
            f"<h2>What differs</h2>\n{_tables(found, inputs)}</main>\n",
            f"{data}<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _own(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _said(found: Comparison, inputs: Differences) -> str:
    """Say whether anything differs, and which periods and SKUs one plan lacks."""
    lines = list(missing(found))
    if found.same:
        lines.insert(0, "The plans are the same" + ("." if inputs.same else "; their studies are not."))
    return "".join(f'<p class="note">{text(line)}</p>\n' for line in lines)


def _maps(names: Sequence[str], markups: Sequence[str]) -> str:
    boxes = "".join(
        f'<div id="map-{side.lower()}"><h3><span class="side">{side}</span> {text(name)}</h3>{markup}</div>\n'
        for side, name, markup in zip(_SIDES, names, markups, strict=True)
    )
    linked = "<p>The maps follow each other in period, place and zoom, and have one scale of circles. "
    return f'{linked}<span id="linked" role="status"></span></p>\n<div class="maps">\n{boxes}</div>\n'


def _tables(found: Comparison, inputs: Differences) -> str:
    tables = sections(found, inputs)
    if len(found.undiscounted) > 1:
        tables.insert(2, undiscounted(found))
    return f'<div class="tables">\n{"".join(map(_table, tables))}</div>\n'


def _table(section: Section) -> str:
    notes = "".join(f"<p>{text(note)}</p>" for note in section.notes)
    if not section.rows:
        return f'<div class="across">{notes}</div>\n'
    heads = (section.of, *section.heads[1:])
    columns = [Column(head, number) for head, number in zip(heads, section.numbers, strict=True)]
    rows = [[generic_badge() if cell == "GENERIC" else _whole(cell) for cell in row] for row in section.rows]
    last = "total" if section.total else ""
    inner = table(columns, rows, caption=section.heads[0], live=section.long, last=last)
    across = ' class="across"' if not section.numbers[-1] and len(columns) > 3 else ""
    return f"<div{across}>{inner}{notes}</div>\n"


def _whole(cell: str) -> Html:
    """Return a cell as text, however long: lists of sites are not cut."""
    return text(cell, 1_000_000)
