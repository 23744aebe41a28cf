"""Upgrade the folder of a plan or a study that an earlier release wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .messages import result, say


def upgrade(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder of a plan, or one that holds study.toml.")],
) -> None:
    """Rewrite a folder that an earlier release wrote in the formats of this one, and print its path; the folder as
    it was is kept beside it. Other commands read older formats as they are.

    \b
    rackgrid upgrade plans/openai-26gw      keeps the old one as plans/openai-26gw.format-1
    """
    from optimizer.plan.upgrade import upgrade_plan, upgrade_study

    from .input import read_rechecked

    is_plan = (Path(folder) / "plan.json").exists()
    kept, done = upgrade_plan(read_rechecked(folder), folder) if is_plan else upgrade_study(folder)
    for words in done:
        say(f"note: {words}")
    say(f"the folder as it was is kept as {kept}" if kept else f"{folder} is of the current format already")
    result(folder)
