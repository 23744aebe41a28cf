"""Export a plan for other programs: a workbook, or layers of a map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError

from . import options
from .messages import result

if TYPE_CHECKING:
    from optimizer.plan import Plan

_FORMATS = "gpkg: a GeoPackage with layers for each period; xlsx: an Excel workbook; geojson: the sites of all periods."


def export(
    folder: options.PlanArgument,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=_FORMATS)],
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FILE", help="Where it goes; default DIR.FORMAT beside the plan folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a plan folder as one file and print its path.

    \b
    rackgrid export plans/openai-26gw --to gpkg
    rackgrid export plans/openai-26gw --to xlsx -o review.xlsx --force
    """
    ending = to.strip().lower()
    if ending not in _WRITERS:
        *some, last = _WRITERS
        cure = f"write {', '.join(some)} or {last}"
        raise InputError([Fault("--to", "is no format that this release exports", value=to, cure=cure)])
    from optimizer.io.whole import check_free, write_whole
    from optimizer.plan import read_plan

    target = Path(out) if out is not None else _beside(Path(folder), ending)
    cure = "choose another place with -o" if force else "replace a file with --force, or name another with -o"
    check_free(target, replace=force, cure=cure)
    plan = read_plan(folder)
    result(str(write_whole(target, lambda fresh: _WRITERS[ending](plan, fresh), replace=force, cure=cure)))


def _geopackage(plan: Plan, path: Path) -> None:
    from optimizer.io.geopackage import write_geopackage
    from optimizer.plan.layers import plan_layers

    write_geopackage(plan_layers(plan), path)


def _workbook(plan: Plan, path: Path) -> None:
    from optimizer.io.sheets import workbook_bytes
    from optimizer.plan.workbook import plan_sheets

    path.write_bytes(workbook_bytes(plan_sheets(plan)))


def _geojson(plan: Plan, path: Path) -> None:
    from optimizer.io.write import write_text
    from optimizer.plan.layers import sites_text

    write_text(sites_text(plan), path)


_WRITERS: dict[str, Callable[[Plan, Path], None]] = {"gpkg": _geopackage, "xlsx": _workbook, "geojson": _geojson}


def _beside(folder: Path, ending: str) -> Path:
    """Return the file beside a folder that has its name."""
    named = folder if folder.name not in ("", "..") else folder.resolve()
    return named.with_name(f"{named.name or 'plan'}.{ending}")
