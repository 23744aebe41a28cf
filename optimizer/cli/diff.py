"""Say what differs between two studies, and what that adds up to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import shown

from .messages import result, say

_WHAT = "A study.toml or its folder, a workbook, or a plan's folder."


def diff(
    study_a: Annotated[str, typer.Argument(metavar="STUDY_A", help=_WHAT)],
    study_b: Annotated[str, typer.Argument(metavar="STUDY_B", help="What it is compared with.")],
    everything: Annotated[bool, typer.Option("--all", help="Show every row and cell, not the first five.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print same, keys, totals and tables as JSON.")] = False,
) -> None:
    """Say what differs between two studies by key, table and cell, with totals in MW and USD.

    The exit code is 0 whether they differ or not; with --json "same" says it.

    \b
    rackgrid diff mine theirs
    rackgrid diff plans/before plans/after --all
    """
    from optimizer.differences import compare

    from .differences import as_text, facts
    from .input import read, read_each, short

    a, b = read_each(lambda name: read(_study_of(name), {}, {}), study_a, study_b)
    if a.warnings or b.warnings:
        say(f"warnings: {len(a.warnings)} in A, {len(b.warnings)} in B; rackgrid check shows them")
    found = compare(a, b)
    names = [(short(n), shown(s.config.study.name, 60)) for n, s in ((study_a, a), (study_b, b))]
    result(facts(found) if as_json else as_text(found, names, everything=everything))


def _study_of(name: str) -> str:
    """Return the study that a plan's folder holds; any other name as it is."""
    folder = Path(name)
    holds_plan = (folder / "plan.json").is_file() and not (folder / "study.toml").is_file()
    return str(folder / "study") if holds_plan else name
