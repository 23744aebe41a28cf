"""Export a plan: for other programs as a workbook or layers of a map, or as a folder that stands alone."""

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

_FORMATS = (
    "gpkg: a GeoPackage with layers for each period; xlsx: an Excel workbook with key figures, spending and sums; "
    "geojson: the sites of all periods; folder: a plan folder that needs nothing outside of it, also of a plan that "
    "lies in a sweep."
)


def export(
    folder: options.PlanArgument,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=_FORMATS)],
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Where it goes; default DIR.FORMAT beside the plan folder, DIR-whole for a folder.",
        ),
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
    if ending == _FOLDER:
        result(str(_whole_folder(folder, out, force=force)))
        return
    if ending not in _WRITERS:
        *some, last = *_WRITERS, _FOLDER
        cure = f"write {', '.join(some)} or {last}"
        raise InputError([Fault("--to", "is no format that this release exports", value=to, cure=cure)])
    from optimizer.io.whole import Replace, check_free, write_whole
    from optimizer.plan import read_plan

    target = Path(out) if out is not None else _beside(Path(folder), f".{ending}")
    cure = "choose another place with -o" if force else "replace a file with --force, or name another with -o"
    replace: Replace = "any" if force else "nothing"
    check_free(target, replace=replace, cure=cure)
    plan = read_plan(folder)
    result(str(write_whole(target, lambda fresh: _WRITERS[ending](plan, fresh), replace=replace, cure=cure)))


def _whole_folder(folder: str, out: str | None, *, force: bool) -> Path:
    """Write a plan and its study to a folder of their own, rechecked."""
    from optimizer.plan.folder import claim

    from .input import read_rechecked

    target = claim(_beside(Path(folder), "-whole") if out is None else out, force=force)
    return read_rechecked(folder).to_folder(target, force=force)


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


_FOLDER = "folder"
_WRITERS: dict[str, Callable[[Plan, Path], None]] = {"gpkg": _geopackage, "xlsx": _workbook, "geojson": _geojson}


def _beside(folder: Path, ending: str) -> Path:
    """Return the place beside a folder that has its name and this ending."""
    named = folder if folder.name not in ("", "..") else folder.resolve()
    return named.with_name(f"{named.name or 'plan'}{ending}")
