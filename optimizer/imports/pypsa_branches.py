"""Lines, transformers and links of a PyPSA network as rows of lines.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .convention import Floats, angle_limits_mw
from .gridfiles import MOST_MW, back_cells, limit_cells
from .part import Part

_BASE_MVA = 100.0


def branches(part: Part) -> tuple[list[pd.DataFrame], NDArray[np.int64]]:
    """Return lines and transformers, and the positions of the buses at their ends, 2 × circuits.

    As PyPSA's linear power flow (Brown, Hörsch, Schlachtberger 2018, doi:10.5334/jors.188): a line's reactance is
    x / v_nom² on 1 MVA, between DC buses r / v_nom²; a transformer's x / s_nom · tap_ratio.
    """
    tables = [_lines(part), _transformers(part)]
    ends = [[part.buses[bus] for table in tables for bus in table[end]] for end in ("from", "to")]
    return tables, np.array(ends, dtype=np.int64)


def _lines(part: Part) -> pd.DataFrame:
    net = part.network
    on = part.in_use("lines", "line", "bus0", "bus1")
    buses, begins = net.of("buses"), net.texts("lines", "bus0")
    at = buses.index.get_indexer(pd.Index(begins))
    volts = net.numbers("buses", "v_nom", 1.0)
    flat = [str(name) for name in buses.index[volts <= 0]]
    net.refuse("buses", flat, "v_nom", "is not above 0", "write the voltage in kV")
    volts = np.where(volts > 0, volts, 1.0)[at]
    direct = np.array(net.texts("buses", "carrier", "AC"), dtype=object)[at] == "DC"
    types = _typed(part, "lines", "line_types", on)
    length, parallel = net.numbers("lines", "length", 0.0), net.numbers("lines", "num_parallel", 1.0)
    ohm = {}
    for name in ("x", "r"):
        per_length = types[f"{name}_per_length"].to_numpy(dtype=float)
        stated = net.numbers("lines", name, 0.0)
        ohm[name] = np.where(np.isnan(per_length), stated, per_length * length / np.where(parallel > 0, parallel, 1.0))
    several = on & ~np.isnan(types["x_per_length"].to_numpy(dtype=float)) & (parallel != 1)
    part.tell(int(several.sum()), "line of several circuits is", "lines of several circuits are", "one circuit")
    part.tell(int((on & direct).sum()), "DC line has", "DC lines have", "its resistance as reactance")
    reactance = np.where(direct, ohm["r"], ohm["x"]) / volts**2 * _BASE_MVA
    return _circuits(part, "lines", "line", on, reactance, np.zeros(len(on)))


def _transformers(part: Part) -> pd.DataFrame:
    net = part.network
    on = part.in_use("transformers", "transformer", "bus0", "bus1")
    types = _typed(part, "transformers", "transformer_types", on)
    parallel = net.numbers("transformers", "num_parallel", 1.0)
    parallel = np.where(parallel > 0, parallel, 1.0)
    own, tap = net.numbers("transformers", "s_nom", 0.0), net.numbers("transformers", "tap_ratio", 1.0)
    shift, x = net.numbers("transformers", "phase_shift", 0.0), net.numbers("transformers", "x", 0.0)
    kind = {name: types[name].to_numpy(dtype=float) for name in types}
    typed = ~np.isnan(kind["s_nom"])
    r_of_type = kind["vscr"] / 100
    x_of_type = np.sqrt(np.maximum((kind["vsc"] / 100) ** 2 - r_of_type**2, 0)) / kind["s_nom"] / parallel
    position = net.numbers("transformers", "tap_position", 0.0)
    tap = np.where(typed, 1 + (position - kind["tap_neutral"]) * kind["tap_step"] / 100, tap)
    shift = np.where(typed, kind["phase_shift"], shift)
    size = np.where(typed, kind["s_nom"] * parallel, own)
    none = [str(n) for n in net.of("transformers").index[on & (size <= 0)]]
    net.refuse("transformers", none, "s_nom", "is not above 0, and x is per unit of it", "write its MVA")
    own_base = x / np.where(own > 0, own, 1.0)
    reactance = np.where(typed, x_of_type, own_base) * tap * _BASE_MVA
    if ("transformers", "phase_shift") in net.series:
        part.notes.append("phase shifts that differ between snapshots keep the one that transformers.csv states")
    return _circuits(part, "transformers", "transformer", on, reactance, shift, np.where(typed, size, np.nan))


def _typed(part: Part, component: str, table: str, on: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the parameters of each element's standard type, NaN where it names none.

    The network's own types come before PyPSA's standard ones (PyPSA 1.4.0, data/standard_types, MIT licence).
    """
    net = part.network
    known = pd.read_csv(Path(__file__).with_name(f"{table}.csv"), index_col=0)
    own = net.of(table)
    if len(own):
        values = {name: net.numbers(table, name, np.nan) for name in known.columns}
        fresh = pd.DataFrame(values, index=own.index)
        known = pd.concat([fresh, known[~known.index.isin(fresh.index)]])
    types = net.texts(component, "type")
    names = zip(net.of(component).index, types, on, strict=True)
    unknown = [str(name) for name, kind, used in names if used and kind and kind not in known.index]
    net.refuse(component, unknown, "type", "is no type of the network, nor a standard one", f"add it to {table}.csv")
    return known.reindex(types)


def _circuits(
    part: Part,
    component: str,
    one: str,
    on: NDArray[np.bool_],
    reactance: Floats,
    shift: Floats,
    size: Floats | None = None,
) -> pd.DataFrame:
    """Return the rows of circuits in use; ``size`` is the nominal power that a type sets, else NaN."""
    net = part.network
    rigid = [str(n) for n in net.of(component).index[on & (reactance == 0)]]
    rigid = rigid if not net.faults.errors else []  # an unknown type has none
    net.refuse(component, rigid, "x", "is a reactance of 0", "write one, or a type and a length; or merge its buses")
    nominal = part.nominal_mw(component, "s_nom", on, one)
    if size is not None:
        nominal = np.where(np.isnan(size), nominal, size)
    limit = nominal * _least_over_time(part, component, "s_max_pu", 1.0, on, one)
    widest = net.numbers(component, "v_ang_max", np.inf)
    safe = np.where(reactance == 0, 1.0, reactance)
    low, high = angle_limits_mw(safe, _BASE_MVA, shift, -np.abs(widest), np.abs(widest))
    outside = [str(n) for n in net.of(component).index[on & ((high < 0) | (low > 0))]]
    net.refuse(component, outside, "v_ang_max", "leaves out a flow of 0", "widen it")
    forth, back = np.minimum(limit, high), np.minimum(limit, -low)
    lowered = on & ((forth < limit) | (back < limit))
    part.tell(
        int(lowered.sum()),
        "limit of an angle difference lowers",
        "limits of angle differences lower",
        f"the capacity of the {one}",
    )
    part.tell(int((on & (limit == 0)).sum()), f"{one} of size 0 is", f"{one}s of size 0 are", "a corridor: no flow")
    part.tell(int((on & (limit > MOST_MW)).sum()), f"{one} is", f"{one}s are", "unlimited")
    return pd.DataFrame(
        {
            "kind": one,
            "line": net.of(component).index[on].astype(str),
            "from": np.array(net.texts(component, "bus0"), dtype=object)[on],
            "to": np.array(net.texts(component, "bus1"), dtype=object)[on],
            "capacity_mw": limit_cells(forth[on]),
            "capacity_back_mw": back_cells(forth[on], back[on]),
            "reactance_pu": reactance[on],
            "x_base_mva": _BASE_MVA,
            "shift_deg": shift[on],
        },
        dtype=object,
    )


def _least_over_time(
    part: Part, component: str, attribute: str, default: float, on: NDArray[np.bool_], one: str
) -> Floats:
    """Return the value of least size over the snapshots: a line has one capacity in all blocks."""
    values = part.network.over_time(component, attribute, default)
    differ = on & (np.ptp(values, axis=0) > 0)
    part.tell(int(differ.sum()), f"{attribute} of a {one}", f"{attribute} of {one}s",
              "the least of all snapshots: it differs between them")  # fmt: skip
    return np.asarray(values[np.abs(values).argmin(axis=0), np.arange(values.shape[1])])


def links(part: Part) -> pd.DataFrame:
    """Return the links as controllable lines without losses; prices where power goes one way."""
    net = part.network
    on = part.in_use("links", "link", "bus0", "bus1")
    size = part.nominal_mw("links", "p_nom", on, "link")
    most = size * _least_over_time(part, "links", "p_max_pu", 1.0, on, "link")
    least = size * _least_over_time(part, "links", "p_min_pu", 0.0, on, "link")
    backward = [str(n) for n in net.of("links").index[on & (most < 0)]]
    net.refuse("links", backward, "p_max_pu", "is below 0", "swap its buses")
    lossy = on & (net.over_time("links", "efficiency", 1.0) != 1).any(axis=0)
    part.tell(int(lossy.sum()), "link loses", "links lose", "power on the way: efficiency is dropped")
    part.tell(int((on & (least > 0)).sum()), "link has", "links have", "a least flow above 0, which is dropped")
    more = np.array([bool(text) for text in net.texts("links", "bus2")], dtype=bool)
    part.tell(int((on & more).sum()), "link has", "links have", "more than two buses: bus0 and bus1 are kept")
    price = net.numbers("links", "marginal_cost", 0.0)
    kept = (price > 0) & (least >= 0)
    part.tell(int((on & (price != 0) & ~kept).sum()), "link has", "links have",
              "a price that is below 0 or of two directions, which is dropped")  # fmt: skip
    forth, back = np.maximum(most, 0), np.maximum(-least, 0)
    return pd.DataFrame(
        {
            "kind": "link",
            "line": net.of("links").index[on].astype(str),
            "from": np.array(net.texts("links", "bus0"), dtype=object)[on],
            "to": np.array(net.texts("links", "bus1"), dtype=object)[on],
            "capacity_mw": limit_cells(forth[on]),
            "capacity_back_mw": back_cells(forth[on], back[on]),
            "usd_per_mwh": np.where(kept, price, 0.0)[on],
        },
        dtype=object,
    )
