"""Check a study's files and obvious limits without solving it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.errors import Fault, InfeasibleError, InputError, shown

from . import options
from .messages import fault_line, result, tell_faults

if TYPE_CHECKING:
    from optimizer.parameters import Parameters
    from optimizer.study import Study


@options.with_study
def check(
    *,
    given: options.Given,
    drop_late: options.DropLateOption = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print ok, errors, warnings, limits, notes and each fault's parts as JSON.")
    ] = False,
    strict: options.StrictOption = False,
    prove: Annotated[bool, typer.Option("--prove", help="Say whether any plan exists, and if none, why.")] = False,
    repair: options.RepairOption = None,
) -> None:
    """Validate a study's files and say its obvious limits; solve nothing.

    With --prove the exit code is 0 where a plan exists, and 3 where none does: then the inputs that clash are told, and
    what repairs them.

    \b
    rackgrid check my-study
    rackgrid check my-study --prove
    rackgrid check my-study --deliveries late.csv --json
    rackgrid check book.xlsx --strict
    """
    from optimizer.limits import obvious_limits, readings
    from optimizer.parameters import Parameters

    from .input import read

    only = options.repair_group(repair)
    try:
        ready = read(given.study, given.values(), given.files, strict=strict, drop_late=drop_late)
    except InputError as fault:
        if as_json:
            result(_as_json(fault.faults, fault.warnings, [], []))
        raise
    parameters = Parameters.of(ready)
    limits, notes = obvious_limits(parameters), readings(ready, parameters)
    tell_faults([], ready.warnings)
    if prove:
        _prove(ready, only, as_json=as_json)
        return
    overview = "" if as_json else "\n".join(_overview(ready, parameters, [*limits, *notes]))
    result(_as_json([], ready.warnings, limits, notes) if as_json else overview)


def _prove(study: Study, only: Any, *, as_json: bool) -> None:
    """Say that a plan exists, or raise InfeasibleError that says why none does."""
    from .why import nothing_told, prove, said_by, told_as_json

    try:
        why = prove(study, only)
    except InfeasibleError as fault:
        if as_json:
            result(nothing_told(fault))
        raise
    if why.status == "feasible":
        result(json.dumps({"status": "feasible"}) if as_json else "a plan exists")
        return
    if as_json:
        result(told_as_json(why))
    raise said_by(why)


def _as_json(errors: Sequence[Fault], warnings: Sequence[Fault], limits: Sequence[str], notes: Sequence[str]) -> str:
    facts = {
        "ok": not errors,
        "errors": [fault_line(f) for f in errors],
        "warnings": [str(f) for f in warnings],
        "limits": list(limits),
        "notes": list(notes),
        "faults": [asdict(f) for f in (*errors, *warnings)],
    }
    return json.dumps(facts, indent=1, ensure_ascii=False)


def _overview(study: Study, p: Parameters, told: Sequence[str]) -> list[str]:
    """Describe the study in a few lines: what there is, and what is delivered against what can be powered."""
    from optimizer.limits import powered_it_mw
    from optimizer.overview import grid_in_words

    in_words, no_grid = grid_in_words(study.grid, study.table), "none: only the sites' own limits bind"
    kinds = study.sites["kind"].replace("", "without kind").value_counts().sort_index()
    counted = ", ".join(f"{n} {shown(kind, 30)}" for kind, n in kinds.items())
    racks = [
        f"{shown(sku, 40)} ({shown(vendor, 30)})"
        for sku, vendor, pods in zip(p.skus, p.vendor_of, p.delivered_pods.sum(axis=1), strict=True)
        if pods
    ]
    lines = [
        f"{shown(study.config.study.name or 'study without a name')}: the files are right",
        f"sites      {len(study.sites)}: {counted}",
        f"grid       {in_words if study.has_grid else no_grid}",
        f"racks      {len(p.skus)} types, delivered: {', '.join(racks) or 'none'}",
        f"periods    {p.periods[0]} to {p.periods[-1]}, {p.horizon.counted}",
        "",
        "period    delivered MW   can be powered MW, all sites together",
    ]
    for period, have, can in zip(p.periods, p.delivered_mw.sum(axis=0).cumsum(), powered_it_mw(p), strict=True):
        lines.append(f"{period:<8}{have:>14,.0f}{_mw(can):>20}")
    return [*lines, *([""] if told else []), *(shown(line, 400) for line in told)]


def _mw(value: float) -> str:
    return f"{value:,.0f}" if isfinite(value) else "unlimited"
