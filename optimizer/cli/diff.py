"""Say what differs between two studies, and what that adds up to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError, shown

from .messages import result, say

if TYPE_CHECKING:
    from optimizer.study import Study

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

    a, b = _read_both(study_a, study_b)
    if a.warnings or b.warnings:
        say(f"warnings: {len(a.warnings)} in A, {len(b.warnings)} in B; rackgrid check shows them")
    found = compare(a, b)
    names = [(short(n), shown(s.config.study.name, 60)) for n, s in ((study_a, a), (study_b, b))]
    result(facts(found) if as_json else as_text(found, names, everything=everything))


def _read_both(*names: str) -> list[Study]:
    """Read the studies; faults say of which study they are.

    Raises InputError with every fault of both.
    """
    from .input import read

    studies, faults = [], []
    for name in names:
        try:
            studies.append(read(_study_of(name), {}, {}))
        except InputError as error:
            faults += [located(fault, name) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return studies


def _study_of(name: str) -> str:
    """Return the study that a plan's folder holds; any other name as it is."""
    folder = Path(name)
    holds_plan = (folder / "plan.json").is_file() and not (folder / "study.toml").is_file()
    return str(folder / "study") if holds_plan else name


def located(fault: Fault, name: str) -> Fault:
    """Return the fault with the name of the study or plan that it is of."""
    if fault.file.startswith(name):
        return fault
    return replace(fault, file=f"{short(name)}: {fault.file}" if fault.file else short(name))


def short(name: str) -> str:
    """Return the end of a long path: there it says what it is."""
    return shown(name if len(name) <= 80 else f"…{name[-79:]}", 160)
