"""Read a network of PyPSA, a CSV folder or netCDF, as tables of its components and of their snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Fault, Faults, InputError, said
from optimizer.io.source import irregular, path_fault

from .convention import Floats

_NEWEST = 1  # major version of PyPSA whose networks are read
_MAY_BE_INFINITE = ("p_nom", "s_nom", "v_ang_max", "e_sum_")
_EXPORT = "export it anew with PyPSA: n.export_to_csv_folder(DIR)"


@dataclass(frozen=True)
class Network:
    """Components by their PyPSA name, indexed by the names of elements; series by component and attribute.

    ``snapshots`` has a row for each and the columns ``label`` and ``weight``; series have as many rows.
    """

    file: str
    static: dict[str, pd.DataFrame]
    series: dict[tuple[str, str], pd.DataFrame]
    snapshots: pd.DataFrame
    faults: Faults

    def of(self, component: str) -> pd.DataFrame:
        """Return the table of a component, empty where the network has none."""
        return self.static.get(component, pd.DataFrame())

    def texts(self, component: str, attribute: str, default: str = "") -> list[str]:
        """Return an attribute as text."""
        frame = self.of(component)
        if attribute not in frame:
            return [default] * len(frame)
        return [default if pd.isna(v) or v == "" else str(v) for v in frame[attribute]]

    def flags(self, component: str, attribute: str, *, default: bool) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return an attribute that is true or false."""
        texts = self.texts(component, attribute, str(default))
        return np.array([text.lower() not in ("false", "0", "0.0") for text in texts], dtype=bool)

    def numbers(self, component: str, attribute: str, default: float) -> Floats:
        """Return an attribute as numbers; what is none is added to the faults."""
        frame = self.of(component)
        if attribute not in frame:
            return np.full(len(frame), default)
        column = frame[attribute]
        values = pd.to_numeric(column, errors="coerce")
        for at in np.flatnonzero(values.isna() & column.notna() & (column.astype(str) != ""))[:1]:
            value = str(column.iloc[at])
            if value.lower() != "nan":
                self.refuse(component, [str(frame.index[at])], attribute, "is no number", "write a number", value)
        found = np.asarray(values.fillna(default), dtype=float)
        if not attribute.startswith(_MAY_BE_INFINITE):
            infinite = [str(name) for name in frame.index[np.isinf(found)]]
            self.refuse(component, infinite, attribute, "is not finite", "write a number")
        return found

    def over_time(self, component: str, attribute: str, default: float) -> Floats:
        """Return an attribute as numbers, snapshots × elements."""
        static = self.numbers(component, attribute, default)
        values = np.tile(static, (len(self.snapshots), 1))
        if (series := self.series.get((component, attribute))) is not None:
            places = self.of(component).index.get_indexer(series.columns.astype(str))
            values[:, places[places >= 0]] = series.to_numpy(dtype=float)[:, places >= 0]
            empty = ~np.isfinite(values)
            if empty.any():
                element = str(self.of(component).index[np.flatnonzero(empty.any(axis=0))[0]])
                self.refuse(component, [element], attribute, "has snapshots without a number", "write them all")
                values[empty] = default
        return values

    def refuse(
        self, component: str, elements: list[str], attribute: str, reason: str, cure: str, value: str | None = None
    ) -> None:
        """Add a fault for the first of these elements, with the number of others."""
        if elements:
            more = f", and so {len(elements) - 1:,} more" if len(elements) > 1 else ""
            place = f'{component} "{elements[0]}" {attribute}'.strip()
            self.faults.add(Fault(self.file, reason + more, column=place, value=value, cure=cure))


def read_network(path: Path) -> Network:
    """Read a network. Raises InputError where it is none, is damaged, or is of a kind or version that is not read."""
    name, path = str(path), Path.cwd() / path
    try:
        if path.is_dir():
            static, series, version = _folder(path, name)
        elif odd := irregular(path, name):
            raise InputError([odd])
        else:
            static, series, version = _netcdf(path, name)
    except (OSError, ValueError) as error:
        raise InputError([path_fault(path, name, error)]) from error
    if "buses" not in static or not len(static["buses"]):
        raise InputError([Fault(name, "is no network of PyPSA: it has no buses", cure=_EXPORT)])
    if (major := version.partition(".")[0]).isdigit() and int(major) > _NEWEST:
        cure = f"write it with PyPSA {_NEWEST}"
        raise InputError([Fault(name, f"was written by PyPSA {version}, which is not read", cure=cure)])
    snapshots = _snapshots(name, static.pop("snapshots", pd.DataFrame(index=["now"])))
    for (component, attribute), frame in series.items():
        if len(frame) != len(snapshots):
            reason = f"has {len(frame):,} rows of {component} {attribute} for {len(snapshots):,} snapshots"
            raise InputError([Fault(name, reason, cure=_EXPORT)])
    for component, frame in static.items():
        frame.index = frame.index.astype(str)
        if frame.index.has_duplicates:
            twice = str(frame.index[frame.index.duplicated()][0])
            raise InputError([Fault(name, "stands twice", column=component, value=twice, cure="rename one of them")])
    return Network(name, static, series, snapshots, Faults())


Tables = tuple[dict[str, pd.DataFrame], dict[tuple[str, str], pd.DataFrame], str]


def _folder(path: Path, name: str) -> Tables:
    """Read a folder of CSV files: component.csv, component-attribute.csv, snapshots.csv, network.csv."""
    static: dict[str, pd.DataFrame] = {}
    series: dict[tuple[str, str], pd.DataFrame] = {}
    for file in sorted(path.glob("*.csv")):
        component, _, attribute = file.stem.partition("-")
        text = not attribute and component != "snapshots"
        kept: dict[str, Any] = {"dtype": str, "keep_default_na": False} if text else {}
        try:
            frame = pd.read_csv(file, encoding="utf-8-sig", **kept)
            if component == "snapshots" and not attribute:
                static[component] = frame
                continue
            frame = frame.set_index(frame.columns[0])
            if attribute:
                series[component, attribute] = frame.astype(float)
            else:
                static[component] = frame
        except (IndexError, ValueError) as error:  # of pandas too: its errors of parsing are ValueErrors
            cure = "correct the file, or export the network anew"
            raise InputError(
                [Fault(f"{name}/{file.name}", f"can't be read as CSV: {said(error)}", cure=cure)]
            ) from error
    facts = static.pop("network", pd.DataFrame())
    version = str(facts["pypsa_version"].iloc[0]) if "pypsa_version" in facts and len(facts) else ""
    return static, series, version


def _netcdf(path: Path, name: str) -> Tables:
    """Read netCDF as PyPSA writes it: buses_i, buses_v_nom, generators_t_p_max_pu, snapshots_objective."""
    with path.open("rb") as file:
        head = file.read(4)
    if head != b"\x89HDF" and head[:3] != b"CDF":
        raise InputError([Fault(name, "is neither a folder of CSV files nor netCDF", cure=_EXPORT)])
    if find_spec("xarray") is None or find_spec("netCDF4") is None:
        cure = f'pip install "rackgrid[import]", or {_EXPORT}'
        raise InputError([Fault(name, "needs xarray and netCDF4, which are not installed", cure=cure)])
    import xarray

    try:
        with xarray.open_dataset(path, engine="netcdf4") as opened:
            data = opened.load()
    except Exception as error:  # of whatever kind: HDF5 names a damaged file in many ways
        raise InputError([Fault(name, f"is damaged, or no netCDF: {said(error)}", cure=_EXPORT)]) from error
    static: dict[str, pd.DataFrame] = {}
    series: dict[tuple[str, str], pd.DataFrame] = {}
    components = {str(n).removesuffix("_i") for n in data.dims if str(n).endswith("_i") and "_t_" not in str(n)}
    if "snapshots" in data.dims:
        own = {str(n).removeprefix("snapshots_"): data[n].values for n in data if str(n).startswith("snapshots_")}
        labels = {} if "snapshot" in own else {"snapshot": data["snapshots"].values}
        static["snapshots"] = pd.DataFrame({**labels, **own})
    for component in components:
        names, mark = pd.Index(data[f"{component}_i"].values).astype(str), f"{component}_t_"
        columns: Mapping[str, Any] = {
            str(n).removeprefix(f"{component}_"): data[n].values for n in data if data[n].dims == (f"{component}_i",)
        }
        static[component] = pd.DataFrame(columns, index=names)
        for each in (str(n) for n in data if str(n).startswith(mark)):
            elements = pd.Index(data[f"{each}_i"].values).astype(str)
            series[component, each.removeprefix(mark)] = pd.DataFrame(data[each].values, columns=elements)
    return static, series, str(data.attrs.get("network_pypsa_version", ""))


def _snapshots(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return label and weight of each snapshot."""
    if "period" in table or "timestep" in table:
        cure = "export the network of one period"
        raise InputError([Fault(name, "has investment periods, which a grid's blocks are not", cure=cure)])
    marks = [c for c in ("snapshot", "name") if c in table]
    labels = table[marks[0]] if marks else pd.Series(table.index) if table.empty else table.iloc[:, 0]
    weights = next((table[c] for c in ("objective", "weightings", "generators") if c in table), None)
    weight = np.ones(len(labels)) if weights is None else pd.to_numeric(weights, errors="coerce").to_numpy(dtype=float)
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.sum() > 0):
        raise InputError([Fault(name, "has weights of snapshots below 0, or none above", cure="correct snapshots.csv")])
    return pd.DataFrame({"label": [_label(text) for text in labels], "weight": weight})


def _label(value: object) -> str:
    """Return the label of a snapshot; a time is told to the minute."""
    text = str(value).replace("T", " ") if str(value)[:4].isdigit() else str(value)
    return text[:16] if text[16:].strip(":.0") == "" and len(text) > 16 else text
