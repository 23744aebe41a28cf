"""Write the committed runs into their page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.search import growth, table
from tests.benchmarks.search.course import Run
from tests.benchmarks.search.family import AWKWARD, PROMISED
from tests.benchmarks.search.picture import IMAGES

PAGE = Path(__file__).parents[3] / "docs" / "search.md"
_BEGIN, _END = "<!-- from tests/benchmarks/results -->\n", "<!-- end -->\n"
_NONE = "No runs are committed yet.\n"


def filled(text: str, runs: Sequence[Run]) -> str:
    """Return the page with these runs in the place of those that it shows."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{chapters(runs)}\n{_END}{rest.partition(_END)[2]}"


def chapters(runs: Sequence[Run]) -> str:
    """Return the chapters that show runs."""
    parts = []
    for heading, family, picture in (
        ("What is promised", PROMISED, _picture("search.png", "Plan and bound over time, apart")),
        ("Awkward studies", AWKWARD, _picture("search-awkward.png", "The gap of awkward studies over time")),
    ):
        if of := [run for run in runs if run.study in family]:
            parts += [f"## {heading}", picture, table.as_markdown(table.HEAD, table.rows(of))]
    if rows := growth.rows(runs):
        picture = _picture("search-growth.png", "Seconds against sites and against periods")
        parts += ["## What growth costs", picture, table.as_markdown(growth.HEAD, rows)]
    if not parts:
        return _NONE
    return "\n\n".join(part for part in (table.WORDS, *parts, made_by(runs)) if part) + "\n"


def _picture(name: str, words: str) -> str:
    return f"![{words}](images/{name})" if (IMAGES / name).exists() else ""


def made_by(runs: Sequence[Run]) -> str:
    """Say by what, on what and when the runs were made."""
    facts: dict[str, set[str]] = {}
    for run in runs:
        for name, value in run.machine.items():
            facts.setdefault(name, set()).add(value)
    return "Made by " + ", ".join(f"{name} {' and '.join(sorted(values))}" for name, values in facts.items()) + "."
