"""Checks of grid.toml against the tables of the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Fault
from optimizer.grid.checks.lines import reactances
from optimizer.io.checks.context import Context
from optimizer.io.source import nearest
from optimizer.io.table import Table
from optimizer.io.wording import counted, listed
from optimizer.network.circuits import Circuits

_MOST = 8  # ids that are named in one line


def security_without_dc(context: Context) -> Iterator[Fault]:
    """Find outages to be survived by lines of which nobody knows how they share what one has carried."""
    if context.grid.security == "n-1" and context.flows("none", "transport"):
        reason, cure = 'asks for flow = "dc"', 'write flow = "dc", or security = "none"'
        yield context.grid_keys.fault("security", reason, value="n-1", cure=cure)


def unused_outages(context: Context) -> Iterator[Fault]:
    """Doubt a list of outages that nothing has to survive."""
    if context.grid.outages and context.grid.security == "none" and context.grid_keys.knows("security"):
        reason, cure = 'is not used: security is "none"', 'write security = "n-1" to survive these outages'
        yield replace(context.grid_keys.fault("outages", reason, cure=cure), severity="warning")


def outages_of_no_circuit(context: Context) -> Iterator[Fault]:
    """Find outages of lines that do not exist, or that are no AC circuit."""
    lines = context.tables.get("lines")
    if lines is None or lines.lost_rows or (len(lines.frame) and context.whole("lines") is None):
        return
    capacity = lines.numbers("capacity_mw") + lines.numbers("capacity_back_mw")
    kinds = np.select([np.isnan(reactances(lines)), capacity == 0], ["a link", "a corridor"], "").tolist()
    what = dict(zip(lines.texts("line"), kinds, strict=True))
    unread = {lines.key(row) for row, _ in lines.unread_cells}
    words = {
        "a link": "is a link, without a reactance_pu: its loss is not covered",
        "a corridor": "is a corridor without capacity: there is no circuit to lose",
    }
    for line in context.grid.outages or ():
        if line not in what:
            cure = nearest(line, what) or "take it out of the list, or add the line"
            yield context.grid_keys.fault("outages", f"is no line of {lines.file}", value=line, cure=cure)
        elif what[line] and line not in unread:
            cure = "take it out of the list"
            yield context.grid_keys.fault("outages", words[what[line]], value=line, cure=cure)


def references(context: Context) -> Iterator[Fault]:
    """Find reference buses that do not exist, or that are two of one island."""
    zones = context.whole("zones")
    if zones is None:
        return
    known = set(zones.texts("zone"))
    for bus in context.grid.reference:
        if bus not in known:
            cure = nearest(bus, known) or "take it out of the list, or add the zone"
            yield context.grid_keys.fault("reference", f"is no zone of {zones.file}", value=bus, cure=cure)
    graph = _graph(context)
    first: dict[int, str] = {}
    for bus in context.grid.reference if graph is not None else ():
        if graph is not None and bus in graph.bus_at:
            other = first.setdefault(int(graph.circuits.islands[graph.bus_at[bus]]), bus)
            if other != bus:
                reason = f'is in the island of "{other}", which is a reference too'
                yield context.grid_keys.fault("reference", reason, value=bus, cure="keep one of the two")


def radial_circuits(context: Context) -> Iterator[Fault]:
    """Say which outages split an island, and which sites lie behind them: they are not covered."""
    graph = _graph(context) if context.grid.security == "n-1" and context.flows("dc") else None
    sites = context.some("sites")
    if graph is None or sites is None:
        return
    covered = set(graph.ids if context.grid.outages is None else context.grid.outages)
    is_told = graph.circuits.radial & np.isin(graph.ids, list(covered))
    if not is_told.any():
        return
    behind = graph.behind(is_told, _references(context, graph))
    at = [graph.bus_at.get(zone, -1) for zone in sites.texts("zone")]
    lost = [site for site, bus in zip(sites.texts("site"), at, strict=True) if bus >= 0 and behind[bus]]
    names = [line for line, told in zip(graph.ids, is_told.tolist(), strict=True) if told]
    whose = f"the site{'s' * (len(lost) != 1)} {listed(lost, most=_MOST)}" if lost else "no site"
    reason = (
        f"does not cover {counted(names, 'the circuit', 'the circuits')} {listed(names, most=_MOST)}, whose outage "
        f"splits the grid: behind {counted(names, 'it', 'them')} {counted(lost or [''], 'lies', 'lie')} {whose}"
    )
    cure = "a second circuit would let the outage be survived"
    yield replace(context.grid_keys.fault("security", reason, value="n-1", cure=cure), severity="warning")


@dataclass(frozen=True, eq=False)
class _Graph:
    """The buses of a grid by their index, and its AC circuits with their ids, corridors left out."""

    bus_at: Mapping[str, int]
    ids: list[str]
    circuits: Circuits

    def behind(self, split: NDArray[np.bool_], reference: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether a bus has lost the reference of its island, one for each, once some circuits are out."""
        kept = self._only(~split).islands
        return np.asarray(kept != kept[reference[self.circuits.islands]])

    def _only(self, which: NDArray[np.bool_]) -> Circuits:
        c = self.circuits
        return Circuits(c.n_buses, c.start[which], c.end[which], c.per_rad_mw[which], c.shift_rad[which])


def _graph(context: Context) -> _Graph | None:
    """Return the AC circuits between known zones; None where a table of them could not be read whole."""
    zones, lines = context.whole("zones"), context.whole("lines", "reactance_pu")
    if zones is None or lines is None:
        return None
    bus_at = {zone: i for i, zone in enumerate(dict.fromkeys(zones.texts("zone")))}
    start, end = (np.array([bus_at.get(zone, -1) for zone in lines.texts(n)], dtype=np.int64) for n in ("from", "to"))
    x, capacity = reactances(lines), lines.numbers("capacity_mw") + lines.numbers("capacity_back_mw")
    which = np.flatnonzero(~np.isnan(x) & (x != 0) & (capacity != 0) & (start >= 0) & (end >= 0) & (start != end))
    ids = lines.texts("line")
    per_rad_mw, shift = lines.numbers("x_base_mva")[which] / x[which], np.radians(lines.numbers("shift_deg")[which])
    circuits = Circuits(len(bus_at), start[which], end[which], per_rad_mw, shift)
    return _Graph(bus_at, [ids[i] for i in which.tolist()], circuits)


def _references(context: Context, graph: _Graph) -> NDArray[np.int64]:
    """Return the reference bus of each island: as stated, else the one with the most supply, ties by id."""
    supply = np.zeros(graph.circuits.n_buses)
    for table, column in (("generators", "p_max_mw"), ("headroom", "headroom_mw")):
        rows = context.some(table)
        for zone, mw in _supply_mw(rows, column) if rows is not None else ():
            if zone in graph.bus_at:
                supply[graph.bus_at[zone]] += mw
    stated = set(context.grid.reference)
    islands = graph.circuits.islands
    found: dict[int, int] = {}
    for _, _, zone in sorted((zone not in stated, -supply[bus], zone) for zone, bus in graph.bus_at.items()):
        found.setdefault(int(islands[graph.bus_at[zone]]), graph.bus_at[zone])
    return np.array([found[island] for island in range(len(found))], dtype=np.int64)


def _supply_mw(rows: Table, column: str) -> Iterator[tuple[str, float]]:
    """Yield each zone and the most that the rows of one period and block add up to there."""
    at_once = rows.frame.groupby(["zone", "period", "block"])[column].sum()
    yield from ((str(zone), float(mw)) for zone, mw in at_once.groupby("zone").max().items())
