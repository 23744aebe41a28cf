"""Dispatch a grid by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import InfeasibleError, shown

from .messages import result, tell_faults

if TYPE_CHECKING:
    from optimizer.solver.base import Dispatch

_MOST = 10


def dispatch(
    grid: Annotated[str, typer.Argument(metavar="GRID", help="Folder of a nodal grid: zones, generators, loads.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print status, cost, output, flows and prices by bus as JSON.")
    ] = False,
) -> None:
    """Serve the loads of a grid at least cost, without any site: its base case; exit code 3 where that is impossible.

    \b
    rackgrid dispatch grids/mine
    rackgrid dispatch grids/mine --json
    """
    from optimizer.grid_alone import read_grid_alone
    from optimizer.solver import base

    study = read_grid_alone(grid)
    tell_faults([], study.warnings)
    try:
        cases = base.dispatch(study)
    except InfeasibleError as fault:
        if as_json:
            result(json.dumps({"status": "infeasible", "reasons": fault.reasons}, indent=1, ensure_ascii=False))
        raise
    result(json.dumps(base.as_json(cases), indent=1, ensure_ascii=False) if as_json else "\n".join(_lines(cases)))


def _lines(cases: list[Dispatch]) -> Iterator[str]:
    """Yield each case for people: its cost, the prices of buses, and the lines that carry most."""
    for case in cases:
        when = " ".join(filter(None, (case.period, "" if case.block == "all" else case.block)))
        prices = sorted(case.price_usd_per_mwh.items(), key=lambda item: (-item[1], item[0]))
        made = sum(case.output_mw.values())
        yield f"{f'{when}: ' if when else ''}{case.cost_usd_per_hour:,.2f} USD per hour for {made:,.1f} MW"
        if prices:
            (dear, high), (cheap, low) = prices[0], prices[-1]
            yield f"  prices {low:,.2f} USD/MWh at {shown(cheap, 30)} to {high:,.2f} at {shown(dear, 30)}"
        busy = sorted(case.flow_mw.items(), key=lambda item: (-abs(item[1]), item[0]))[:_MOST]
        for line, mw in busy:
            yield f"  {shown(line, 30):<30} {mw:>12,.1f} MW"
