"""Say how much new load each bus of a grid can take."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError, shown

from . import options
from .messages import result, tell_faults

if TYPE_CHECKING:
    from optimizer.resolved.headroom import Joint, Room

FILES = ("headroom.csv", "headroom.json", "headroom.geojson", "headroom.html")
_MOST = 15
_WAYS = ("redispatch", "fixed")


def headroom(
    of: Annotated[str, typer.Argument(metavar="STUDY|GRID", help="A study, or the folder of a grid.")],
    out: Annotated[str, options.out("Folder for headroom.csv, .json, .geojson and a map, headroom.html.")],
    way: Annotated[
        str,
        typer.Option(
            "--dispatch",
            metavar="|".join(_WAYS),
            help="redispatch: generation may move; fixed: the base dispatch is held, the reference bus serves.",
        ),
    ] = "redispatch",
    force: Annotated[bool, typer.Option("--force", help="Replace a folder of an earlier run.")] = False,
) -> None:
    """Say how much new load every bus can take alone, by period and block, what limits it, and all sites together.

    \b
    rackgrid headroom mine -o headroom/mine
    rackgrid headroom grids/mine -o headroom/mine --dispatch fixed
    """
    from optimizer.grid_alone import is_grid, read_grid_alone
    from optimizer.io.whole import write_whole
    from optimizer.solver import headroom as rooms
    from optimizer.study import read_study
    from optimizer.view.headroom import files

    if way not in _WAYS:
        raise InputError([Fault("--dispatch", "is none of redispatch, fixed", value=way, cure="write one of the two")])
    target = Path(out)
    _check_free(target, force=force)
    study = read_grid_alone(of) if is_grid(of) else read_study(of)
    tell_faults([], study.warnings)
    if not study.has_grid:
        raise InputError([Fault(of, "has no grid: only the sites' own limits bind", cure="give the study a grid")])
    found, joint = rooms.headroom(study, way="fixed" if way == "fixed" else "redispatch")
    content = files(study, found, joint)

    for name, text in content.items():
        write_whole(target / name, partial(_write, text), replace="any", cure=options.ELSEWHERE)
    result("\n".join([*_lines(found, joint), str(target)]))


def _check_free(folder: Path, *, force: bool) -> None:
    """Check that the folder is new or empty, or with ``force`` holds what an earlier run wrote; raises InputError."""
    if not folder.exists():
        return
    there = {file.name for file in folder.iterdir()} if folder.is_dir() else {folder.name}
    if not folder.is_dir() or there - {*FILES}:
        reason = "is a file where a folder is meant" if not folder.is_dir() else "holds other files"
        raise InputError([Fault(str(folder), reason, cure=options.ELSEWHERE)])
    if there and not force:
        cure = f"replace it with --force, or {options.ELSEWHERE}"
        raise InputError([Fault(str(folder), "holds the headroom of an earlier run", cure=cure)])


def _write(text: str, place: Path) -> None:
    place.write_bytes(text.encode())


def _lines(rooms: list[Room], joints: list[Joint]) -> list[str]:
    """Return the buses that take most in the last period named, and what all sites take together."""
    last = rooms[-1].period
    told = sorted(
        (r for r in rooms if r.period == last and r.headroom_mw is not None),
        key=lambda r: (-(r.headroom_mw or 0), r.zone),
    )
    lines = [f"{last or 'headroom'}: {len(told)} of {len({r.zone for r in rooms})} buses, those that take most"]
    for room in told[:_MOST]:
        where = f" {room.block}" if room.block != "all" else ""
        more = f"; {room.upgrade} gives more at {room.upgrade_usd_per_mw:,.0f} USD per MW" if room.upgrade else ""
        lines.append(
            f"  {shown(room.zone, 30):<24}{where} {room.headroom_mw:>12,.1f} MW  {', '.join(room.limited_by[:4])}{more}"
        )
    for joint in joints[-1:]:
        lines.append(f"all sites together {joint.joint_mw:,.1f} MW in {joint.period} {joint.block}")
    return lines
