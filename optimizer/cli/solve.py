"""Solve a study and write its plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from optimizer.errors import Fault, InfeasibleError, InputError, SolverError, shown
from optimizer.io.searches import ANY_SOLVER, SOLVERS, Strategy
from optimizer.signals import SIGNALS

from . import options
from .messages import result, say, tell_faults
from .model_file import place_of, write_model
from .origin import Origin, tell_given_up
from .why import clash, said_by, told_as_json

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.replan import Committed
    from optimizer.solver.progress import Progress
    from optimizer.study import Study


@options.with_study
def solve(
    *,
    out: Annotated[str | None, options.out("Plan folder; default plans/NAME of the study's folder.", "DIR")] = None,
    given: options.Given,
    drop_late: options.DropLateOption = False,
    gap: Annotated[
        float | None,
        typer.Option("--gap", metavar="SHARE", parser=options.share, help="Stop at this gap: 0.001, or 0.1%."),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", help="Keep the best plan found by then."),
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", help="Threads; 0: all.")] = None,
    solver: Annotated[
        str | None,
        typer.Option("--solver", metavar="NAME", help=f"{', '.join(SOLVERS)}, or {ANY_SOLVER}NAME of another."),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="NAME", help=f"How HiGHS searches: {', '.join(get_args(Strategy))}."),
    ] = None,
    model_file: Annotated[
        str | None,
        typer.Option(
            "--write-model", metavar="FILE", help="Write the model as .lp or .mps instead, and solve nothing."
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="PLAN", help="Keep to this plan, or to a table of racks: site, sku, period, racks."
        ),
    ] = None,
    freeze_until: Annotated[
        str | None, typer.Option("--freeze-until", metavar="PERIOD", help="Hold all of it up to this period.")
    ] = None,
    move_usd: Annotated[
        float | None,
        typer.Option("--move-usd-per-mw", metavar="USD", help="Price of each MW that moves to another site later."),
    ] = None,
    close_usd: Annotated[
        float | None,
        typer.Option("--close-usd", metavar="USD", help="Price of each later opening and hall that is not made."),
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="Give up the least of what no longer fits.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print plan.json on stdout instead of the summary.")] = False,
    strict: options.StrictOption = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a plan, or a model, that is there.")] = False,
    repair: options.RepairOption = None,
) -> None:
    """Solve a study and write its plan folder; the summary goes to stdout.

    Ctrl-C keeps the best plan found so far. Where no plan exists, stderr says which inputs clash and what repairs them.

    \b
    rackgrid solve
    rackgrid solve my-study -o plans/late --deliveries late.csv
    rackgrid solve book.xlsx --sites "survey.xlsx#May 2026"
    rackgrid solve my-study --set policy.max_sites=20 --set money.discount_rate=0.06
    rackgrid solve my-study --set 'sites[site=abilene].max_mw+=500' --set 'figures.lead_ercot=3'
    rackgrid solve my-study --grid none --json > plan.json
    rackgrid solve my-study --write-model my-study.lp
    rackgrid solve my-study --from plans/before --freeze-until 2027 --move-usd-per-mw 200000 -o plans/after
    rackgrid solve my-study --from "mine.xlsx#placed" -o plans/mine
    """
    from optimizer.plan.folder import claim

    only = options.repair_group(repair)
    told = {"gap": gap, "time_limit_s": time_limit, "threads": threads, "solver": solver, "strategy": strategy}
    keys = {f"solve.{key}": value for key, value in told.items() if value is not None}
    asked = Origin(origin, freeze_until, move_usd, close_usd, release)
    asked.check(writes_model=model_file is not None)
    prepared = partial(_prepare, given=given, told=keys, strict=strict, drop_late=drop_late)
    if model_file is not None:
        place, ready = prepared(lambda: place_of(model_file, no_plan=out is None and not as_json, force=force))
        write_model(ready, place, force=force)
        return
    place, ready = prepared(lambda: claim(options.plan_place(given.study, out), force=force))
    committed = asked.committed(ready)
    with SIGNALS.kept("nothing was kept", at_once=False):  # until the plan is written, so that no signal falls between
        try:
            plan = search(ready, committed)
        except InfeasibleError as fault:
            why = clash(ready, only) if committed is None else None
            if as_json:
                result(_no_plan(fault) if why is None else told_as_json(why))
            raise fault if why is None else said_by(why) from None
        except SolverError as fault:
            if as_json:
                result(_no_plan(fault))
            raise
        with SIGNALS.deaf():
            plan.to_folder(place, force=force)
    tell_given_up(plan)
    _tell_end(plan, place)
    result((place / "plan.json").read_text(encoding="utf-8").rstrip("\n") if as_json else plan.summary())


def _prepare(
    claimed: Callable[[], Path], *, given: options.Given, told: dict[str, Any], strict: bool, drop_late: bool
) -> tuple[Path, Study]:
    """Claim the place of what comes out and read the study; what is wrong with either is told together."""
    from .input import read

    values = given.values() | told
    faults, warnings = [], []
    try:
        place = claimed()
    except InputError as fault:
        faults += fault.faults
    try:
        ready = read(given.study, values, given.files, strict=strict, drop_late=drop_late)
    except InputError as fault:
        faults += [_at_its_option(each, told) for each in fault.faults]
        warnings += fault.warnings
    if faults:
        raise InputError(faults, warnings)
    return place, ready


def _at_its_option(fault: Fault, told: dict[str, Any]) -> Fault:
    """Tell of a key that an option gives by the option, which is what was typed."""
    if fault.file != options.SET or fault.column not in told:
        return fault
    option = fault.column.removeprefix("solve.").removesuffix("_s").replace("_", "-")
    return replace(fault, file=f"--{option}", column="")


def search(study: Study, committed: Committed | None = None) -> Plan:
    """Say what is known before the search, then search."""
    from optimizer.limits import obvious_limits, readings
    from optimizer.parameters import Parameters
    from optimizer.solver import solve as solved

    from .progress import STOPPING, followed
    from .running import stop_wanted

    tell_faults([], study.warnings)
    parameters = Parameters.of(study)
    for line in (*obvious_limits(parameters), *readings(study, parameters)):
        say(f"note: {shown(line, 400)}")
    with followed() as display:

        def listen(now: Progress) -> None:
            if now.has_plan:
                SIGNALS.keep()
            display.listen(now)

        return solved(study, committed=committed, progress=listen, stop=stop_wanted(STOPPING, display.tick))


def _tell_end(plan: Plan, place: Path) -> None:
    """Say where the plan is and, where its gap is wider than asked, how wide."""
    from optimizer.io.wording import listed
    from optimizer.plan.folder import not_ours
    from optimizer.plan.summary import status_in_words

    if plan.status != "optimal":
        say(f"note: {status_in_words(plan)}")
    say(f"plan written to {place}")
    if others := not_ours(place):
        say(f"note: kept in its folder, though no part of the plan: {shown(listed(others, most=4), 300)}")
    say(f"next: rackgrid map {_as_typed(place)}")


def _as_typed(place: Path) -> str:
    try:
        text = str(place.relative_to(Path.cwd()))
    except (ValueError, OSError):
        text = str(place)
    return f'"{text}"' if " " in text else text


def _no_plan(fault: InfeasibleError | SolverError) -> str:
    """Return what stands for plan.json where there is no plan."""
    from optimizer.plan.steps import FORMAT

    infeasible = isinstance(fault, InfeasibleError)
    reasons = fault.reasons if isinstance(fault, InfeasibleError) and fault.reasons else str(fault).splitlines()
    facts = {
        "format": FORMAT,
        "status": "infeasible" if infeasible else "no_plan",
        **dict.fromkeys(("objective_usd", "bound_usd", "gap")),
        "reasons": reasons,
    }
    return json.dumps(facts, indent=1, ensure_ascii=False)
