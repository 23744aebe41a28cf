"""Find other sets of sites at nearly the same cost, and what the loss of each site costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError
from optimizer.signals import SIGNALS

from . import options
from .messages import result, say

if TYPE_CHECKING:
    from optimizer.explain.others.asked import AlternativesProgress
    from optimizer.plan import Plan

_STOPPING = "stopping with what is answered so far; a second interrupt gives it up"
_OPTIONS = {"within": "--within", "within_usd": "--within-usd", "count": "--count", "time_limit_s": "--time-limit"}


def alternatives(
    of: Annotated[str, typer.Argument(metavar="STUDY|DIR", help="A plan folder, or a study, which is solved first.")],
    out: Annotated[str, options.out("Folder for tables, plans and the map.", "DIR")],
    within: Annotated[
        str, typer.Option("--within", metavar="SHARE", parser=options.share, help="How much dearer: 0.01, or 1%.")
    ] = "0.01",
    within_usd: Annotated[
        float | None, typer.Option("--within-usd", metavar="USD", help="How much dearer in USD, in its place.")
    ] = None,
    count: Annotated[int, typer.Option("--count", metavar="N", help="How many sets at most.")] = 10,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", help="For all questions together; the rest is unsettled."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print alternatives.json on stdout, no summary.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace alternatives of an earlier run.")] = False,
) -> None:
    """Find distinct sets of open sites whose plans cost nearly as little as the best one, the cheapest first.

    Says of each site whether it must open, never does or may, by proof, and what its loss costs. Ctrl-C keeps what is
    answered.

    \b
    rackgrid alternatives plans/openai-26gw -o alternatives
    rackgrid alternatives plans/mine --within 2% --count 20 --time-limit 600 -o alternatives/mine
    rackgrid alternatives mine --within-usd 50e6 -o alternatives/mine --json
    """
    from optimizer.explain import alternatives as found_for
    from optimizer.explain.others.folder import claim

    from .running import Line, Lines, shown_by, stop_wanted

    target = claim(out, force=force)
    plan = _plan(of)
    with SIGNALS.kept("nothing was kept"):
        with shown_by(Lines(_told), Line("starting")) as display:

            def listen(now: AlternativesProgress) -> None:
                display.heard = _line(now)
                if isinstance(display, Lines) and display.is_due:
                    display.close()

            try:
                found = found_for(
                    plan, float(within), within_usd, count, time_limit, progress=listen, stop=stop_wanted(_STOPPING)
                )
            except InputError as fault:
                raise InputError([_at_its_option(each) for each in fault.faults], fault.warnings) from None
        with SIGNALS.deaf():
            found.to_folder(target, force=force)
    if found.unsettled:
        say(f"note: {found.unsettled:,} of {len(found.sites):,} sites are unsettled: allow more time")
    say(f"alternatives written to {target}")
    result(json.dumps(found.facts(), indent=1, ensure_ascii=False, allow_nan=False) if as_json else found.summary())


def _plan(of: str) -> Plan:
    """Return the plan of a folder, rechecked, or that of a study, which is solved."""
    from .input import read, read_rechecked
    from .solve import search

    if (Path(of) / "plan.json").exists():
        return read_rechecked(of)
    study = read(of, {}, {})
    with SIGNALS.kept("nothing was kept", at_once=False):
        return search(study)


def _at_its_option(fault: Fault) -> Fault:
    from dataclasses import replace

    return replace(fault, file=_OPTIONS.get(fault.file, fault.file))


def _told(text: str) -> str:
    """Return a line without its clock."""
    return text.partition(" s ")[2]


def _line(now: AlternativesProgress) -> str:
    from optimizer.units import usd

    return (
        f"{now.seconds:7.1f} s  {now.answered:,} of {now.asked:,} questions answered  {now.sets:,} sets within the "
        f"margin  best {usd(now.best_usd)}"
    )
