"""Draw a plan: one page to explore, and one picture per period."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError

from . import options
from .messages import result

_CURE = "choose another place with -o"


def map_(
    folder: options.PlanArgument,
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="Where the files go; default the plan folder."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Only the page, no pictures.")] = False,
) -> None:
    """Draw a plan as map.html, a page that needs no network, and map-PERIOD.png; print the paths.

    \b
    rackgrid map plans/openai-26gw
    rackgrid map plans/openai-26gw -o pictures
    """
    from optimizer.io.whole import write_whole
    from optimizer.io.write import write_text
    from optimizer.view.web.page import map_page

    from .input import read_rechecked

    target = Path(folder if out is None else out)
    plan = read_rechecked(folder)
    if target.exists() and not target.is_dir():
        raise InputError([Fault(str(target), "is a file where a folder is meant", cure=_CURE)])
    text = map_page(plan)
    paths = [write_whole(target / "map.html", lambda fresh: write_text(text, fresh), replace=True, cure=_CURE)]
    if not html:
        from optimizer.view.map import save_maps

        paths += save_maps(plan, target)
    result("\n".join(str(path) for path in paths))
