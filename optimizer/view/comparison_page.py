"""Write two plans as one page: both maps side by side, linked in time and view, and what differs below."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.differences import Differences
from optimizer.errors import shown
from optimizer.plan.comparison import Comparison
from optimizer.plan.plan import Plan

from .comparison import Section, missing, sections, undiscounted
from .page.blocks import Column, Generic, Note, Part, Table
from .page.skeleton import asset, filled
from .web.page import map_parts

_WIDTH = 1_000_000  # letters of a cell: lists of sites are not cut


def comparison_page(plans: Sequence[Plan], found: Comparison, inputs: Differences, *, names: Sequence[str]) -> str:
    """Return the page of two plans as one HTML text that asks no network for anything.

    ``names`` are what the reader calls both plans: their folders.
    """
    one, other = map(map_parts, plans)
    tables = sections(found, inputs)
    if len(found.undiscounted) > 1:
        tables.insert(2, undiscounted(found))
    return filled(
        "comparison",
        names=names,
        notes=_notes(found, inputs),
        tables=[_parts(section) for section in tables],
        styles=[one.style, asset("page.css")],
        scripts=[asset("tables.js"), one.script, asset("comparison.js")],
        facts={"facts-a": one.facts, "facts-b": other.facts},
    )


def _notes(found: Comparison, inputs: Differences) -> list[Note]:
    """Say whether anything differs, and which periods and SKUs one plan lacks."""
    lines = list(missing(found))
    if found.same:
        lines.insert(0, "The plans are the same" + ("." if inputs.same else "; their studies are not."))
    return [Note(line) for line in lines]


def _parts(section: Section) -> tuple[bool, list[Part]]:
    """Return a section's table and notes, and whether they need the whole width."""
    notes: list[Part] = [shown(note, 400) for note in section.notes]
    if not section.rows:
        return True, notes
    heads = (section.of, *section.heads[1:])
    columns = [Column(head, number, width=_WIDTH) for head, number in zip(heads, section.numbers, strict=True)]
    rows = [[Generic() if cell == "GENERIC" else cell for cell in row] for row in section.rows]
    title = section.heads[0]
    table = Table(title, columns, rows, live=section.long, has_total=section.total)
    return not section.numbers[-1] and len(columns) > 3, [table, *notes]
