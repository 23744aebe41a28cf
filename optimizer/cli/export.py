"""Export a plan for other programs: all of it as one Excel workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError

from .messages import result

_FORMATS = ("xlsx",)


def export(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A plan folder.")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="xlsx: one Excel workbook.")],
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FILE", help="Where it goes; default DIR.xlsx beside the plan folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a plan folder as one file and print its path.

    \b
    rackgrid export plans/openai-26gw --to xlsx
    rackgrid export plans/openai-26gw --to xlsx -o review.xlsx --force
    """
    if to.strip().lower() not in _FORMATS:
        cure = f"write {' or '.join(_FORMATS)}"
        raise InputError([Fault("--to", "is no format that this release exports", value=to, cure=cure)])
    from optimizer.io.sheets import write_workbook
    from optimizer.plan import read_plan
    from optimizer.plan.workbook import plan_sheets

    target = Path(out) if out is not None else _beside(Path(folder))
    cure = "choose another place with -o" if force else "replace a file with --force, or name another with -o"
    result(str(write_workbook(plan_sheets(read_plan(folder)), target, replace=force, cure=cure)))


def _beside(folder: Path) -> Path:
    """Return the file beside a folder that has its name."""
    named = folder if folder.name not in ("", "..") else folder.resolve()
    return named.with_name(f"{named.name or 'plan'}.xlsx")
