"""Say what differs between two plans, and show their maps side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError, shown

from . import options
from .messages import result, say

_ENDINGS = (".html", ".htm")


def compare(
    folder_a: Annotated[str, typer.Argument(metavar="DIR_A", help="A plan folder.")],
    folder_b: Annotated[str, typer.Argument(metavar="DIR_B", help="The plan folder that it is compared with.")],
    out: Annotated[str | None, options.out("Where the page goes; default NAME_A-NAME_B.html beside DIR_A.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every site, not the first ten.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the differences as JSON; a page is written with -o alone.")
    ] = False,
    force: options.ReplaceOption = False,
) -> None:
    """Say what differs between two plans, and write a page with both maps and the same tables.

    The page needs no network and replaces the one before it. The exit code is 0 whether the plans differ or not.

    \b
    rackgrid compare plans/before plans/after
    rackgrid compare plans/before plans/after -o review.html --all
    rackgrid compare plans/before plans/after --json
    """
    from .input import read_each, read_rechecked, short

    target = _place(folder_a, folder_b, out)
    plans = read_each(read_rechecked, folder_a, folder_b)
    from optimizer.differences import compare as compare_studies
    from optimizer.plan.comparison import compare_plans
    from optimizer.view.comparison import comparison_page

    from .compare_text import as_text, facts

    found, inputs = compare_plans(*plans), compare_studies(*(plan.study for plan in plans))
    names = [(short(n), shown(p.study.config.study.name, 60)) for n, p in zip((folder_a, folder_b), plans, strict=True)]
    has_page = out is not None or not as_json
    if has_page:
        text = comparison_page(plans, found, inputs, names=[name for name, _ in names])
        options.write_page(target, text, force=force, if_any=options.BY_FORCE)
    result(facts(found, inputs) if as_json else as_text(found, inputs, names, everything=everything))
    if has_page:
        say(f"page written to {shown(target, 300)}")


def _place(folder_a: str, folder_b: str, out: str | None) -> Path:
    """Return where the page goes.

    Raises InputError where a file is meant that is no page: a slip should not cost a study.
    """
    if out is None:
        named = [Path(f) if Path(f).name not in ("", "..") else Path(f).resolve() for f in (folder_a, folder_b)]
        return named[0].with_name(f"{named[0].name}-{named[1].name}.html")
    place = options.file_place(out)
    if place.suffix.lower() not in _ENDINGS:
        cure = f"name a file that ends in {_ENDINGS[0]}"
        raise InputError([Fault("-o", "is no page", value=out, cure=cure)])
    return place
