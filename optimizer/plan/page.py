"""Explain a plan on one page: what drives its cost, what waits and why, what is worth most, what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import shown
from .page_change import change_section, sites_section
from .page_cost import cost_section
from .page_parts import PlanArrays, Section
from .page_waiting import waiting_section
from .page_worth import worth_section
from .summary import WIDTH, head_lines

if TYPE_CHECKING:
    from .plan import Plan

LINES = 40
"""Lines of the page, each of at most ``summary.WIDTH`` letters: what a planner reads in a minute."""


@dataclass(frozen=True)
class Page:
    """A plan on one page. ``head`` is its name, status and objective as the summary has them, a line each.

    ``figures`` are name, status, objective, bound and gap by their names in plan.json.
    """

    head: tuple[str, ...]
    figures: Mapping[str, Any]
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The page in at most ``LINES`` lines; where more is to be told, the last items of the fullest parts go."""
        blocks = [(section.heading, _wrapped(section)) for section in self.sections]
        lines = [*self.head[: LINES // 4]]
        for block in _fitting(blocks, LINES - len(lines)):
            lines += ["", *block]
        return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines)

    @property
    def html(self) -> str:
        """The page as a piece of HTML without styles of its own."""
        head = "".join(f"<p>{escape(line.strip())}</p>" for line in self.head[1:])
        parts = [f"<h3>{escape(self.head[0])}</h3>{head}"]
        for section in self.sections:
            items = "".join(
                f"<dt>{escape(item.head)}</dt><dd>{escape(item.words)}</dd>" if item.head
                else f"<dd>{escape(item.words)}</dd>"
                for item in section.items
            )  # fmt: skip
            parts.append(f"<h4>{escape(section.heading)}</h4><dl>{items}</dl>")
        return "".join(parts)

    @property
    def facts(self) -> dict[str, Any]:
        """The same for programs: the items of each section by its key, with words and numbers."""
        told = {s.key: [{"head": i.head, "words": i.words, **i.facts} for i in s.items] for s in self.sections}
        return {**self.figures, **told}

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def page(
    plan: Plan,
    *,
    values: pd.DataFrame | None = None,
    sooner: pd.DataFrame | None = None,
    sites: pd.DataFrame | None = None,
    folder: str = "DIR",
) -> Page:
    """Explain a plan on one page.

    ``values`` is a table as values.csv: limit, id, period, unit, usd, usd_from, resolve_…; ``sooner`` has site and the
    bracket in USD of what a period sooner saves; ``sites`` is one as sites.csv of alternatives: site, class,
    replacement_usd_low. What is None is not known: the page names the command that finds it, for ``folder``.
    """
    arrays = PlanArrays(plan)
    figures = {name: plan.facts[name] for name in ("status", "objective_usd", "bound_usd", "gap")}
    return Page(
        tuple(head_lines(plan)),
        {"title": plan.study.config.study.name or "Plan", **figures},
        (
            cost_section(arrays),
            waiting_section(arrays),
            worth_section(arrays, values, folder),
            sites_section(arrays, sites, folder),
            change_section(arrays, sooner, folder),
        ),
    )


def _wrapped(section: Section) -> list[list[str]]:
    """Return the lines of each item."""
    return [
        wrap(f"  {shown(item.line, 600)}", WIDTH, subsequent_indent="    ", break_on_hyphens=False)
        for item in section.items
    ]


def _fitting(blocks: Sequence[tuple[str, list[list[str]]]], room: int) -> list[list[str]]:
    """Return the lines of each block so that all of them, a blank line before each, fit in so many lines.

    The last item but one of the block with most lines goes first, as its last one often says what to ask next; three
    items of each stay while others have more.
    """
    kept = [(heading, [*items]) for heading, items in blocks]
    size = [2 + sum(map(len, items)) for _, items in kept]
    while sum(size) > room and max(len(items) for _, items in kept) > 1:
        long = [i for i, (_, items) in enumerate(kept) if len(items) > 3]
        at = max(long or [i for i, (_, items) in enumerate(kept) if len(items) > 1], key=lambda i: size[i])
        size[at] -= len(kept[at][1].pop(-2))
    return [[heading, *(line for item in items for line in item)] for heading, items in kept]
