"""Draw a plan: one page to explore, and pictures of the periods that are asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from optimizer.errors import Fault, InputError, shown

from . import options
from .messages import result, say

if TYPE_CHECKING:
    from optimizer.plan import Plan

_ALL = "all"
_PERIODS = re.compile(r"\d{4}[^/\\]*|all")


class MapCommand(TyperCommand):
    """Lets --png stand alone: what follows is its value only where it looks like periods."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write a bare --png as --png=all."""
        told = list(args)
        for at, word in enumerate(args):
            follows = args[at + 1] if at + 1 < len(args) else ""
            if word == "--png" and not (_PERIODS.fullmatch(follows) and not Path(follows).is_dir()):
                told[at] = f"--png={_ALL}"
        return super().parse_args(ctx, told)


def map_(
    folder: options.PlanArgument,
    out: Annotated[str | None, options.out("Where the files go; default the plan folder.", "FOLDER")] = None,
    png: Annotated[
        list[str] | None,
        typer.Option(
            "--png", metavar="[PERIODS]", help="Pictures too: map-PERIOD.png of 2030 or 2028,2030; alone: of all."
        ),
    ] = None,
) -> None:
    """Draw a plan as map.html, a page that needs no network; print the paths of what is written.

    \b
    rackgrid map plans/openai-26gw
    rackgrid map plans/openai-26gw --png 2030
    rackgrid map plans/openai-26gw -o pictures --png
    """
    from optimizer.view.web.page import map_page

    from .input import read_rechecked

    target = Path(folder if out is None else out)
    plan = read_rechecked(folder)
    if target.exists() and not target.is_dir():
        raise InputError([Fault(str(target), "is a file where a folder is meant", cure=options.ELSEWHERE)])
    periods = _chosen(plan, png or [])
    result(str(options.write_page(target / "map.html", map_page(plan))))
    if periods:
        _draw(plan, periods, target)


def _chosen(plan: Plan, told: list[str]) -> list[str]:
    """Return the periods to draw, in order.

    Raises InputError with every one that the plan does not have.
    """
    names = plan.study.horizon.names
    wanted = {name.strip() for words in told for name in words.split(",") if name.strip()}
    cure = f"write one or more of {names[0]} to {names[-1]}, or --png alone for all"
    faults = [
        Fault("--png", "is no period of the plan", value=name, cure=cure) for name in sorted(wanted - {*names, _ALL})
    ]
    if faults:
        raise InputError(faults)
    return [name for name in names if _ALL in wanted or name in wanted]


def _draw(plan: Plan, periods: list[str], target: Path) -> None:
    """Write a picture of each period, and say how far it is."""
    from optimizer.view.map import save_map, without_letters

    lost = without_letters(plan)
    if lost:
        more = f" and {len(lost) - 3:,} more" if len(lost) > 3 else ""
        names = ", ".join(shown(name, 40) for name in lost[:3])
        say(f"no font on this machine has the letters of the names of {names}{more}: pictures show ids or numbers")
    for count, period in enumerate(periods, start=1):
        say(f"picture {count:,} of {len(periods):,}: {period}")
        result(str(save_map(plan, period, target)))
