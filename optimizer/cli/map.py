"""Draw a plan: one picture per period."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError

from .messages import result


def map_(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A plan folder.")],
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="Where the pictures go; default the plan folder."),
    ] = None,
) -> None:
    """Draw one map per period as map-PERIOD.png and print the paths.

    \b
    rackgrid map plans/openai-26gw
    rackgrid map plans/openai-26gw -o pictures
    """
    from optimizer.plan import read_plan
    from optimizer.view.map import save_maps

    target = Path(folder if out is None else out)
    plan = read_plan(folder)
    try:
        paths = save_maps(plan, target)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise InputError(
            [Fault(str(target), f"cannot be written: {reason}", cure="choose another place with -o")]
        ) from fault
    result("\n".join(str(path) for path in paths))
