"""Say what differs between two plans, and show their maps side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError, shown

from . import options
from .messages import result, say

if TYPE_CHECKING:
    from optimizer.differences import Differences
    from optimizer.io.whole import Replace
    from optimizer.plan import Plan
    from optimizer.plan.comparison import Comparison

_ELSEWHERE = "choose another place with -o"
_CURE = f"{_ELSEWHERE}, or replace a file with --force"
_ENDINGS = (".html", ".htm")


def compare(
    folder_a: Annotated[str, typer.Argument(metavar="DIR_A", help="A plan folder.")],
    folder_b: Annotated[str, typer.Argument(metavar="DIR_B", help="The plan folder that it is compared with.")],
    out: Annotated[
        str | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Where the page goes; default NAME_A-NAME_B.html beside DIR_A."
        ),
    ] = None,
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
    target = _place(folder_a, folder_b, out)
    replace: Replace = "any" if force else "own"
    plans = _read_both(folder_a, folder_b)
    from optimizer.differences import compare as compare_studies
    from optimizer.plan.comparison import compare_plans

    from .compare_text import as_text, facts
    from .diff import short

    found, inputs = compare_plans(*plans), compare_studies(*(plan.study for plan in plans))
    names = [(short(n), shown(p.study.config.study.name, 60)) for n, p in zip((folder_a, folder_b), plans, strict=True)]
    has_page = out is not None or not as_json
    if has_page:
        _write(target, plans, found, inputs, [name for name, _ in names], replace)
    result(facts(found, inputs) if as_json else as_text(found, inputs, names, everything=everything))
    if has_page:
        say(f"page written to {shown(target, 300)}")


def _write(
    target: Path, plans: list[Plan], found: Comparison, inputs: Differences, names: list[str], replace: Replace
) -> None:
    from optimizer.io.whole import write_whole
    from optimizer.io.write import write_text
    from optimizer.view.comparison import comparison_page

    text = comparison_page(plans, found, inputs, names=names)
    write_whole(
        target,
        lambda fresh: write_text(text, fresh),
        replace=replace,
        cure=_ELSEWHERE if replace == "any" else _CURE,
    )


def _place(folder_a: str, folder_b: str, out: str | None) -> Path:
    """Return where the page goes.

    Raises InputError where a file is meant that is no page: a slip should not cost a study.
    """
    if out is None:
        named = [Path(f) if Path(f).name not in ("", "..") else Path(f).resolve() for f in (folder_a, folder_b)]
        return named[0].with_name(f"{named[0].name}-{named[1].name}.html")
    if Path(out).suffix.lower() not in _ENDINGS:
        cure = f"name a file that ends in {_ENDINGS[0]}"
        raise InputError([Fault("-o", "is no page", value=out, cure=cure)])
    return Path(out)


def _read_both(*folders: str) -> list[Plan]:
    """Read the plans and recheck their numbers; faults say of which plan they are.

    Raises InputError with every fault of both.
    """
    from optimizer.plan import read_plan
    from optimizer.recheck import verify

    from .diff import located

    plans: dict[str, Plan] = {}
    faults: list[Fault] = []
    for folder in dict.fromkeys(folders):
        try:
            wrong = verify(folder).findings
            plans[folder] = read_plan(folder)
            if wrong:
                reason = (
                    f"does not follow from its study: {len(wrong):,} number{'s' if len(wrong) != 1 else ''} found wrong"
                )
                faults.append(Fault(folder, reason, cure="rackgrid verify says which; solve again"))
        except InputError as error:
            faults += [located(fault, folder) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return [plans[folder] for folder in folders]
