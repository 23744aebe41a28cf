"""Export a plan: for other programs as a workbook or layers of a map, or as a folder that stands alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError

from . import options
from .messages import result

if TYPE_CHECKING:
    from optimizer.plan import Plan

_FORMATS = (
    "gpkg: a GeoPackage with layers for each period; xlsx: an Excel workbook with key figures, spending and sums; "
    "geojson: the sites of all periods; folder: a plan folder that needs nothing outside of it, also of a plan that "
    "lies in a sweep."
)
_ENDINGS = ("gpkg", "xlsx", "geojson", "folder")
_BY_FORCE = "replace a file with --force, or name another with -o"


def export(
    folder: options.PlanArgument,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=_FORMATS)],
    out: Annotated[
        str | None, options.out("Where it goes; default DIR.FORMAT beside the plan folder, DIR-whole for a folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file or plan that is there.")] = False,
) -> None:
    """Write a plan folder as one file, or as a folder that can be moved and mailed, and print its path.

    \b
    rackgrid export plans/openai-26gw --to gpkg
    rackgrid export plans/openai-26gw --to xlsx -o review.xlsx --force
    rackgrid export sweeps/sites/plans/0123456789abcdef --to folder -o plans/twenty-sites
    """
    ending = to.strip().lower()
    if ending not in _ENDINGS:
        *some, last = _ENDINGS
        cure = f"write {', '.join(some)} or {last}"
        raise InputError([Fault("--to", "is no format that this release exports", value=to, cure=cure)])
    if ending == "folder":
        result(str(_whole_folder(folder, out, force=force)))
        return
    from optimizer.io.whole import Replace, check_free, write_whole
    from optimizer.plan import read_plan

    target = _beside(Path(folder), f".{ending}") if out is None else options.file_place(out)
    replace: Replace = "any" if force else "nothing"
    check_free(target, replace=replace, cure=options.ELSEWHERE, if_any=_BY_FORCE)
    if target.suffix.lower() != f".{ending}":  # other programs go by it
        raise InputError([Fault("-o", f"is no {ending}", value=out, cure=f"name a file that ends in .{ending}")])
    plan = read_plan(folder)
    fill = partial(_write, plan, ending)
    result(str(write_whole(target, fill, replace=replace, cure=options.ELSEWHERE, if_any=_BY_FORCE)))


def _whole_folder(folder: str, out: str | None, *, force: bool) -> Path:
    """Write a plan and its study to a folder of their own, rechecked."""
    from optimizer.plan.folder import claim

    from .input import read_rechecked

    target = _beside(Path(folder), "-whole") if out is None else Path(out)
    if target.resolve() == Path(folder).resolve():  # its pages and pictures would be lost
        raise InputError([Fault(str(target), "is the folder of the plan itself", cure=options.ELSEWHERE)])
    target = claim(target, force=force)
    return read_rechecked(folder).to_folder(target, force=force)


def _write(plan: Plan, ending: str, path: Path) -> None:
    """Write a plan as one file of a format."""
    from optimizer.io.geopackage import write_geopackage
    from optimizer.io.sheets import workbook_bytes
    from optimizer.io.write import write_text
    from optimizer.plan.layers import plan_layers, sites_text
    from optimizer.plan.workbook import plan_sheets

    if ending == "gpkg":
        write_geopackage(plan_layers(plan), path)
    elif ending == "xlsx":
        path.write_bytes(workbook_bytes(plan_sheets(plan)))
    else:
        write_text(sites_text(plan), path)


def _beside(folder: Path, ending: str) -> Path:
    """Return the place beside a folder that has its name and this ending."""
    named = folder if folder.name not in ("", "..") else folder.resolve()
    return named.with_name(f"{named.name or 'plan'}{ending}")
