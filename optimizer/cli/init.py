"""Copy the embedded study, its sites and its grid into a folder, ready to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .messages import result, say


def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Copy the embedded study, its sites and its grid into DIR, ready to edit.

    \b
    rackgrid init my-study
    rackgrid check my-study
    rackgrid solve my-study
    """
    from optimizer.io.starter import write_starter

    result(str(write_starter(Path(folder))))
    name = f'"{folder}"' if " " in folder else folder
    say(
        f"edit {Path(folder) / 'study.toml'} and the tables beside it, "
        f"then: rackgrid check {name}; rackgrid solve {name}"
    )
