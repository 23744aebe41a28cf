"""Checks of lines: AC circuits, controllable links, and what they join."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.table import Finding, Table

LEAST_PU = 1e-8
"""No circuit has a smaller reactance: its flow would follow from angles that no solver tells apart."""
_CABLE = "leave the cell empty where the line is a controllable link"


def reactances(lines: Table) -> np.ndarray:
    """Return the reactance of each line, NaN for a link, and for a cell with a fault of its own."""
    return lines.numbers("reactance_pu")


def no_reactance(context: Context) -> Iterator[Doubt]:
    """Find circuits without any reactance, or nearly so: their flow would be free."""
    lines = context.some("lines")
    if lines is not None:
        cure = f"write its series reactance; {_CABLE}"
        yield Doubt(lines, "reactance_pu", [*too_small(reactances(lines), cure)])


def too_small(x_pu: np.ndarray, cure: str) -> Iterator[Finding]:
    """Find reactances of 0, or so near to it that the flow is as open."""
    for i in np.flatnonzero(np.abs(x_pu) < LEAST_PU).tolist():
        yield Finding(i, "leaves the flow open", cure, f"{x_pu[i]:.10g}")


def series_capacitors(context: Context) -> Iterator[Doubt]:
    """Doubt circuits of a negative reactance."""
    lines = context.some("lines")
    if lines is not None:
        x, reason = reactances(lines), "is below 0, as of a series capacitor"
        cure = "write it without the minus where it is none"
        found = [Finding(int(i), reason, cure, f"{x[i]:.10g}") for i in np.flatnonzero(x < 0)]
        yield Doubt(lines, "reactance_pu", found, "warning")


def shift_of_a_link(context: Context) -> Iterator[Doubt]:
    """Find phase shifts of lines that have no phase."""
    lines = context.some("lines")
    if lines is not None:
        shift = lines.numbers("shift_deg")
        rows = [i for i in np.flatnonzero((shift != 0) & np.isnan(reactances(lines))) if not np.isnan(shift[i])]
        rows = [i for i in rows if not lines.unread(int(i), ("reactance_pu",))]
        reason, cure = "is the shift of a line without a reactance_pu", "give its reactance_pu, or no shift"
        yield Doubt(lines, "shift_deg", [Finding(int(i), reason, cure, f"{shift[i]:.10g}") for i in rows])


def flow_is_transport(context: Context) -> Iterator[Fault]:
    """Doubt reactances that nobody uses."""
    lines = context.some("lines")
    count = 0 if lines is None else int((~np.isnan(reactances(lines))).sum())
    if lines is not None and count and context.flows("transport"):
        reason = f"is not used for {count:,} line{'s' * (count > 1)}: flow is transport, up to the limits alone"
        cure = 'write flow = "dc" in grid.toml to split flow by reactance'
        yield Fault(lines.file, reason, None, "reactance_pu", cure=cure, severity="warning")


def low_in_an_emergency(context: Context) -> Iterator[Doubt]:
    """Doubt limits after an outage that are below those before it."""
    lines = context.some("lines")
    for column, normal in (("emergency_mw", "capacity_mw"), ("emergency_back_mw", "capacity_back_mw")):
        if lines is not None:
            limit, most = lines.numbers(column), lines.numbers(normal)
            found = [
                Finding(i, f"is below {normal}, {most[i]:,.10g}", "write what it may carry after an outage",
                        f"{limit[i]:.10g}", "emergency")
                for i in np.flatnonzero(limit < most).tolist()
            ]  # fmt: skip
            yield Doubt(lines, column, found, "warning")


def identical_circuits(context: Context) -> Iterator[Doubt]:
    """Doubt circuits between the same buses that are alike in every number."""
    lines = context.some("lines")
    if lines is None:
        return
    numbers = [c.name for c in lines.schema.typed if c.is_number]
    cells = np.nan_to_num(np.column_stack([lines.numbers(name) for name in numbers]), nan=-1.0).tolist()
    there, back = (numbers.index(name) for name in ("capacity_mw", "capacity_back_mw"))
    first: dict[object, int] = {}
    found = []
    for row, (a, b, own, x) in enumerate(
        zip(lines.texts("from"), lines.texts("to"), cells, reactances(lines), strict=True)
    ):
        is_alike = own[there] == own[back] and not any(lines.unread(row, [name]) for name in numbers)
        key = (min(a, b), max(a, b), *own) if is_alike else (a, b, *own)
        earlier = row if np.isnan(x) else first.setdefault(key, row)
        if earlier != row:
            reason = f'is the same circuit as "{lines.key(earlier)}" in {lines.unit} {lines.lines[earlier]}'
            cure = "delete one of them, unless there are two"
            found.append(Finding(row, f"{reason}, number by number", cure, lines.key(row), "identical"))
    yield Doubt(lines, "line", found, "warning")


def isolated_buses(context: Context) -> Iterator[Doubt]:
    """Doubt buses at which no line ends; zones with a surplus of their own need none where flow is transport."""
    zones, lines = context.some("zones"), context.whole("lines")
    if zones is not None and lines is not None and context.flows("dc", *(["transport"] if context.is_nodal else [])):
        joined = {*lines.texts("from"), *lines.texts("to")}
        alone = [(row, zone) for row, zone in enumerate(zones.texts("zone")) if zone and zone not in joined]
        found = [Finding(i, "has no line", "add its lines, or leave it out", zone) for i, zone in alone]
        yield Doubt(zones, "zone", found, "warning")
