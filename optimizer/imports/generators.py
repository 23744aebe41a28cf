"""Generators of a MATPOWER case, with their costs, as rows of generators.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.errors import Fault

from .costs import Cost, cost_of
from .gridfiles import counted
from .work import Bools, Work, ids, in_use

_COLUMNS = ["gen", "zone", "p_max_mw", "p_min_mw", "usd_per_mwh", "usd_per_mw2h", "usd_per_hour"]


def generators(work: Work) -> tuple[pd.DataFrame, dict[int, float]]:
    """Return the generators with their costs, and constant draws in MW by the position of the bus."""
    case = work.case
    on = in_use(work, "gen", "GEN_STATUS", "GEN_BUS")
    bus, least, most = (case.column("gen", name) for name in ("GEN_BUS", "PMIN", "PMAX"))
    costs = _costs(work, on)
    names = ids("g", bus)
    rows: list[tuple[object, ...]] = []
    moved: dict[int, float] = {}
    for at, cost in costs.items():
        once = (cost.least_mw, cost.usd_per_hour)  # on the first segment alone
        for width, price in zip(cost.widths_mw, cost.prices, strict=True):
            rows.append((names[at], f"{bus[at]:.0f}", width, once[0], price, cost.usd_per_mw2h, once[1]))
            once = (0.0, 0.0)
        if cost.moved_mw:
            place = work.places[bus[at]]
            moved[place] = moved.get(place, 0.0) + cost.moved_mw
    work.tell(
        sum(bool(cost.moved_mw) for cost in costs.values()),
        "generator with prices below an output of 0 is",
        "generators with prices below an output of 0 are",
        "a constant load and an output counted from there",
    )
    always = "at PMIN or above at all times: they are not committed"
    work.tell(int((on & (least > 0)).sum()), "generator runs", "generators run", always)
    one, many = "load that can be curtailed is", "loads that can be curtailed are"
    work.tell(int((on & (least < 0) & (most <= 0)).sum()), one, many, "a generator with an output below 0")
    return pd.DataFrame(rows, columns=_COLUMNS), moved


def _costs(work: Work, on: Bools) -> dict[int, Cost]:
    """Return the cost of each generator in use, by its row."""
    case = work.case
    least, most, rows = case.column("gen", "PMIN"), case.column("gen", "PMAX"), np.flatnonzero(on).tolist()
    if "gencost" not in case.matrices:
        work.notes.append("the case has no mpc.gencost: every generator costs 0")
        return {at: Cost((float(most[at]),), (0.0,), float(least[at])) for at in rows}
    matrix = case.matrices["gencost"]
    if len(matrix.lines) not in (len(on), 2 * len(on)):
        reason = f"has {counted(len(matrix.lines), 'row')} for {counted(len(on), 'generator')}"
        line = matrix.lines[0] if matrix.lines else None
        work.faults.add(Fault(case.file, reason, line, "mpc.gencost", cure="write a row for each, in their order"))
        return {}
    work.tell(len(matrix.lines) - len(on), "cost of reactive power is", "costs of reactive power are", "dropped")
    found = {}
    for at in rows:
        try:
            found[at] = cost_of(matrix.values[at].tolist(), float(least[at]), float(most[at]))
        except ValueError as error:
            cure = "write a polynomial of degree 2 at most, or points in rising price"
            work.faults.add(Fault(case.file, str(error), matrix.lines[at], "mpc.gencost", cure=cure))
    return found
