"""The options that commands share: the study, and what replaces its files and values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

SET = "--set"
StudyArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="STUDY",
        help="A study.toml, its folder, or a workbook (.xlsx); without it the embedded 26 GW study.",
    ),
]
SitesOption = Annotated[str | None, typer.Option("--sites", metavar="FILE", help="Candidate sites instead.")]
SiteRampOption = Annotated[str | None, typer.Option("--site-ramp", metavar="FILE", help="Power by period instead.")]
GridOption = Annotated[str | None, typer.Option("--grid", metavar="DIR", help="Grid folder instead.")]
RacksOption = Annotated[str | None, typer.Option("--racks", metavar="FILE", help="Rack types instead.")]
DeliveriesOption = Annotated[str | None, typer.Option("--deliveries", metavar="FILE", help="Deliveries instead.")]
PlacementOption = Annotated[
    str | None,
    typer.Option("--placement", metavar="FILE", help="Placement costs instead; none leaves an optional file out."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        SET,
        metavar="KEY=VALUE",
        help="Replace a value of study.toml or change cells, 'sites[site=abilene].max_mw+=500'; repeatable.",
    ),
]
DropLateOption = Annotated[
    bool, typer.Option("--drop-late", help="Leave out deliveries that a shift pushes past the horizon.")
]
PlanArgument = Annotated[str, typer.Argument(metavar="DIR", help="A plan folder.")]
ReplaceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is no page of rackgrid, too.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")]


def replaced_files(
    *,
    sites: str | None,
    site_ramp: str | None,
    grid: str | None,
    racks: str | None,
    deliveries: str | None,
    placement: str | None,
) -> dict[str, str | None]:
    """Return what replaces the study's files: a path, or None where ``none`` leaves a file out."""
    options = {
        "sites": sites, "site_ramp": site_ramp, "grid": grid, "racks": racks, "deliveries": deliveries,
        "placement": placement,
    }  # fmt: skip
    given = {table: text for table, text in options.items() if text is not None}
    return {table: None if text.strip().lower() == "none" else text for table, text in given.items()}


def replaced_values(assignments: Sequence[str]) -> dict[str, object]:
    """Read ``key.path=value`` and changes, such as ``sites[zone=p61].max_mw*=2``.

    Raises InputError naming every assignment that is none.
    """
    if not assignments:
        return {}
    from optimizer.variants.assignments import assigned

    return assigned(assignments, SET)


def plan_place(study: str | None, out: str | None) -> Path:
    """Return where the plan goes: ``out``, else plans/ and the name of the study's folder or workbook."""
    from optimizer.io.embedded import STUDY
    from optimizer.io.workbook import is_book

    if out is not None:
        return Path(out)
    if study is None:
        return Path("plans", STUDY)
    path = Path(study).absolute()
    if is_book(path) and not path.is_dir():
        return Path("plans", path.parent.resolve().name if path.stem == "study" else path.stem)
    folder = path if path.is_dir() else path.parent
    return Path("plans", folder.resolve().name or "plan")


def share(text: str) -> float:
    """Read a share: 0.01, or 1%."""
    number, percent, more = str(text).strip().partition("%")
    try:
        value = float(number)
    except ValueError:
        more = text
    if more:
        raise typer.BadParameter(f"{text!r} is no share: write 0.01, or 1%")
    return value / 100 if percent else value
