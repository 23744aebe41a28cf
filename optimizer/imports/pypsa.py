"""A PyPSA network as a grid: buses become zones, lines and transformers circuits, snapshots load blocks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Fault

from .convention import Floats
from .gridfiles import ImportedGrid, counted, islands, one_of_each
from .network import Network, read_network
from .part import Part
from .pypsa_branches import branches, links
from .snapshots import blocks_of, chosen

_CURRENTS = ("AC", "DC", "electricity", "low voltage")
"""Carriers of buses that are power; what is attached to others, such as heat or gas, is no part of a grid."""
_READ = {"buses", "lines", "transformers", "links", "generators", "loads", "line_types", "transformer_types"}
_SILENT = {"carriers", "sub_networks", "shapes", "investment_periods", "investment_period_weightings"}
_NO_USE = {
    "start_up_cost": 0.0,
    "shut_down_cost": 0.0,
    "stand_by_cost": 0.0,
    "e_sum_max": np.inf,
    "e_sum_min": -np.inf,
    "ramp_limit_up": 1.0,
    "ramp_limit_down": 1.0,
}
"""Attributes of generators that a dispatch of single hours has no use for, with the value that says nothing."""


def import_pypsa(path: Path, snapshots: str | None = None) -> ImportedGrid:
    """Read a network of PyPSA, a folder of CSV files or netCDF, as a grid of DC flow with a block per snapshot.

    Raises InputError with every fault.
    """
    whole = read_network(path)
    places = chosen(whole.snapshots["label"].tolist(), snapshots)
    part = _cut(whole, places)
    net, notes = part.network, part.notes
    zones = _zones(part)
    blocks = blocks_of(net.snapshots["label"].tolist(), net.snapshots["weight"].to_numpy(dtype=float), notes)
    circuits, ends = branches(part)
    lines = _unique([*circuits, links(part)], part)
    machines, slack = _generators(part)
    loads = _loads(part)
    _tell_dropped(part)
    net.faults.raise_if_any()
    island = islands([*part.buses], ends)
    reference = one_of_each([part.buses[bus] for bus in slack], island)
    tables = {"zones": zones, "lines": lines, "generators": machines, "loads": loads, "blocks": blocks}
    return ImportedGrid(tables, [[*part.buses][at] for at in reference], notes)


def _cut(whole: Network, places: NDArray[np.int64]) -> Part:
    """Return the network in chosen snapshots of a weight above 0, and its buses of power."""
    notes: list[str] = []
    weights = whole.snapshots["weight"].to_numpy(dtype=float)[places]
    kept = places[weights > 0]
    if len(kept) < len(places):
        notes.append(f"{counted(len(places) - len(kept), 'snapshot')} of weight 0 left out")
    net = replace(
        whole,
        snapshots=whole.snapshots.iloc[kept].reset_index(drop=True),
        series={key: frame.iloc[kept] for key, frame in whole.series.items()},
    )
    labels = net.snapshots["label"]
    if labels.duplicated().any():
        twice = str(labels[labels.duplicated()].iloc[0])
        net.faults.add(_twice(net, twice))
    carriers, active = net.texts("buses", "carrier", "AC"), net.flags("buses", "active", default=True)
    power = [carrier in _CURRENTS for carrier in carriers]
    names = [str(name) for name, ok, on in zip(net.of("buses").index, power, active, strict=True) if ok and on]
    others = sorted({carrier for carrier, ok in zip(carriers, power, strict=True) if not ok})
    if others:
        count = counted(power.count(False), "bus is", "buses are")
        notes.append(f"{count} no power ({', '.join(others[:5])}) and left out")
    return Part(net, {name: at for at, name in enumerate(names)}, notes)


def _twice(net: Network, label: str) -> Fault:
    return Fault(net.file, "stands twice among the snapshots", value=label, cure="give each its own label")


def _zones(part: Part) -> pd.DataFrame:
    """Return zones.csv: lon and lat of the buses whose x and y are degrees and not both 0."""
    net, names = part.network, [*part.buses]
    at = net.of("buses").index.get_indexer(pd.Index(names))
    lon, lat = net.numbers("buses", "x", 0.0)[at], net.numbers("buses", "y", 0.0)[at]
    placed = (lon != 0) | (lat != 0)
    zones = pd.DataFrame({"zone": names, "name": names})
    if not placed.any():
        return zones
    if (np.abs(lon) > 180).any() or (np.abs(lat) > 90).any():
        part.notes.append("x and y of buses are no degrees: the grid has no places")
        return zones
    part.tell(int((~placed).sum()), "bus has", "buses have", "no place")
    return zones.assign(lon=np.where(placed, lon, np.nan), lat=np.where(placed, lat, np.nan))


def _unique(tables: list[pd.DataFrame], part: Part) -> pd.DataFrame:
    """Return all lines in one table; names of several kinds carry their kind."""
    lines = pd.concat(tables, ignore_index=True)
    shared = lines["line"].duplicated(keep=False)
    lines.loc[shared, "line"] = lines.loc[shared, "kind"] + " " + lines.loc[shared, "line"].astype(str)
    part.tell(int(shared.sum()), "line carries", "lines carry", "the kind in its id: its name is not the only one")
    return lines.drop(columns="kind")


def _generators(part: Part) -> tuple[pd.DataFrame, list[str]]:
    """Return generators.csv, with blocks where a generator differs between them, and the buses marked as slack."""
    net = part.network
    on = part.in_use("generators", "generator", "bus")
    size = part.nominal_mw("generators", "p_nom", on, "generator")
    names = np.array(net.of("generators").index, dtype=object)
    infinite = [str(name) for name in names[on & ~np.isfinite(size)]]
    net.refuse("generators", infinite, "p_nom", "is not finite", "write the most that it can give, in MW")
    backward = [str(name) for name in names[on & (net.numbers("generators", "sign", 1.0) < 0)]]
    net.refuse("generators", backward, "sign", "is below 0: it draws power", "write it as a load")
    size = np.where(np.isfinite(size), size, 0.0)
    most = net.over_time("generators", "p_max_pu", 1.0) * size
    least = net.over_time("generators", "p_min_pu", 0.0) * size
    square = net.over_time("generators", "marginal_cost_quadratic", 0.0)
    crossed = [str(name) for name in names[on & (least > most + 1e-9).any(axis=0)]]
    net.refuse("generators", crossed, "p_min_pu", "is above p_max_pu", "lower it where less is available")
    falling = [str(name) for name in names[on & (square < 0).any(axis=0)]]
    net.refuse("generators", falling, "marginal_cost_quadratic", "is below 0: not convex", "write 0 or more")
    part.tell(int((on & (least > 0).any(axis=0)).sum()), "generator runs", "generators run",
              "at p_min_pu or above at all times: they are not committed")  # fmt: skip
    for attribute, nothing in _NO_USE.items():
        values = net.numbers("generators", attribute, nothing)
        part.tell(int((on & (values != nothing)).sum()), f"{attribute} of a generator", f"{attribute} of generators",
                  "dropped")  # fmt: skip
    price = net.over_time("generators", "marginal_cost", 0.0)
    columns = {"p_max_mw": most, "p_min_mw": np.minimum(least, most), "usd_per_mwh": price, "usd_per_mw2h": square}
    keys = {"gen": names.astype(str), "zone": np.array(net.texts("generators", "bus"), dtype=object)}
    slack = [bus for bus, used, control in zip(keys["zone"], on, net.texts("generators", "control"), strict=True)
             if used and control == "Slack"]  # fmt: skip
    return by_block({k: v[on] for k, v in keys.items()}, {k: v[:, on] for k, v in columns.items()}, net), slack


def _loads(part: Part) -> pd.DataFrame:
    """Return loads.csv: the sum at each bus, with blocks where it differs between them."""
    net = part.network
    on = part.in_use("loads", "load", "bus")
    drawn = -net.over_time("loads", "p_set", 0.0) * net.numbers("loads", "sign", -1.0)
    sums = np.zeros((len(net.snapshots), len(part.buses)))
    for at in np.flatnonzero(on):
        sums[:, part.buses[net.texts("loads", "bus")[at]]] += drawn[:, at]
    some = (sums != 0).any(axis=0)
    return by_block({"zone": np.array([*part.buses], dtype=object)[some]}, {"load_mw": sums[:, some]}, net)


def by_block(keys: dict[str, NDArray[np.object_]], values: dict[str, Floats], net: Network) -> pd.DataFrame:
    """Return a row for each element that is the same in every snapshot, else one for each snapshot.

    ``keys`` are texts of the elements, ``values`` snapshots × elements.
    """
    labels = np.array(net.snapshots["label"], dtype=object)
    varies = np.any([np.ptp(each, axis=0) > 0 for each in values.values()], axis=0)
    count = np.where(varies, len(labels), 1)
    element = np.repeat(np.arange(len(count)), count)
    at = np.arange(len(element)) - np.repeat(np.cumsum(count) - count, count)
    block = np.where(varies[element], labels[at], None)
    frame = {k: v[element] for k, v in keys.items()} | {k: v[at, element] for k, v in values.items()}
    return pd.DataFrame(frame | ({"block": block} if varies.any() else {}))


def _tell_dropped(part: Part) -> None:
    """Say which components are no part of a grid."""
    for component, frame in part.network.static.items():
        if component not in _READ | _SILENT and len(frame):
            part.notes.append(f"{component.replace('_', ' ')} dropped: {len(frame):,}")
    if len(part.network.of("loads")) and ("loads", "q_set") in part.network.series:
        part.notes.append("reactive loads dropped")
