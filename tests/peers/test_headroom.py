"""Headroom beside another route: linear programs over all angles and all outages at once, solved by SciPy."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from optimizer.grid_alone import read_grid_alone
from optimizer.imports.convention import CONVENTIONS
from optimizer.imports.matpower import import_matpower
from optimizer.imports.writing import write_grid
from optimizer.network import Circuits, resolved
from optimizer.solver.base import dispatch
from optimizer.solver.headroom import Way, headroom
from optimizer.study import Study

ROOT = Path(__file__).parents[2]
CASE = "benchmarks/pglib/pglib_opf_case39_epri.m"
CLOSE_MW = 0.01


def raw(name: str) -> Path:
    place = Path(os.environ.get("RACKGRID_RAW_DATA", ROOT.parent / "shared" / "data")) / name
    if not place.exists():
        pytest.skip(f"{name} is not here")
    return place


class Peer:
    """One period and block of a nodal grid in plain arrays: flows are linear in what buses inject and links carry."""

    def __init__(self, study: Study) -> None:
        self.study, table = study, study.lines
        self.at = {z: i for i, z in enumerate(study.zones["zone"])}
        self.ac = table["reactance_pu"].notna().to_numpy(dtype=bool)
        self.ends = np.array([[self.at[z] for z in table[c]] for c in ("from", "to")])
        lines = table[self.ac]
        self.circuits = Circuits(
            len(self.at), self.ends[0, self.ac], self.ends[1, self.ac],
            (lines["x_base_mva"] / lines["reactance_pu"]).to_numpy(dtype=float),
            np.radians(lines["shift_deg"].to_numpy(dtype=float)),
        )  # fmt: skip

    def most(self, bus: str, made: dict[str, float] | None = None, flow: dict[str, float] | None = None) -> float:
        """Return the largest load of a bus, with generation free, or held and served at the reference bus."""
        s, n = self.study, len(self.at)
        first = s.generators.drop_duplicates("gen")
        gens = list(first["gen"])
        most = s.generators.groupby("gen")["p_max_mw"].sum()
        links = s.lines[~self.ac]
        columns = len(gens) + len(links) + 2  # what is made, what links carry, the new load, what serves it
        inject = np.zeros((n, columns))
        for j, zone in enumerate(first["zone"]):
            inject[self.at[zone], j] = 1.0
        for j, (a, b) in enumerate(self.ends[:, ~self.ac].T):
            inject[a, len(gens) + j], inject[b, len(gens) + j] = -1.0, 1.0
        inject[self.at[bus], -2] = -1.0
        reference = s.grid.reference[0] if s.grid.reference else bus
        inject[self.at[reference], -1] = 1.0
        load = np.zeros(n)
        for zone, mw in zip(s.loads["zone"], s.loads["load_mw"], strict=True):
            load[self.at[zone]] += mw
        bounds = [(float(lo), float(most[g])) for g, lo in zip(gens, first["p_min_mw"], strict=True)]
        bounds += [(-float(b), float(a)) for a, b in zip(links["capacity_mw"], links["capacity_back_mw"], strict=True)]
        bounds += [(0.0, None), (0.0, 0.0)]
        if made is not None and flow is not None:
            bounds = [(made[g],) * 2 for g in gens] + [(flow[i],) * 2 for i in links["line"]] + [(0, None), (0, None)]
        rows, right = self._limits(inject, load)
        found = linprog(
            -np.eye(columns)[-2], rows, right, inject.sum(axis=0)[None], [load.sum()], bounds, method="highs"
        )
        assert found.status == 0
        return float(-found.fun)

    def _limits(self, inject: np.ndarray, load: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lines = self.study.lines[self.ac]
        cases: list[int | None] = [None]
        if self.study.grid.security == "n-1":
            cases += np.flatnonzero(~self.circuits.radial).tolist()
        rows, right = [], []
        for out in cases:
            slope, there = self._flows(inject, load, out)
            names = ("capacity_mw", "capacity_back_mw") if out is None else ("emergency_mw", "emergency_back_mw")
            ahead, back = (lines[name].to_numpy() for name in names)
            if out is not None:
                ahead = np.where(np.isnan(ahead), lines["capacity_mw"], ahead)
                back = np.where(np.isnan(back), ahead, back)
            kept = np.isfinite(ahead) & (np.arange(len(lines)) != out)
            rows += [slope[kept], -slope[kept]]
            right += [(ahead - there)[kept], (back + there)[kept]]
        return np.vstack(rows), np.concatenate(right)

    def _flows(self, inject: np.ndarray, load: np.ndarray, out: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return flows per MW of each column, taken up at bus 0, and those of loads and shifts alone."""

        def balanced(mw: np.ndarray) -> np.ndarray:
            mw = mw.copy()
            mw[0] -= mw.sum(axis=0)
            return mw

        none = resolved(self.circuits, np.zeros((len(load), 1)), out)
        slope = resolved(self.circuits, balanced(inject), out) - none
        return slope, resolved(self.circuits, balanced(-load[:, None]), out)[:, 0]


@pytest.mark.parametrize("security", ["none", "n-1"])
@pytest.mark.parametrize("way", ["redispatch", "fixed"])
def test_headroom_of_39_buses(tmp_path: Path, security: str, way: Way) -> None:
    folder = tmp_path / "grid"
    write_grid(import_matpower(raw(CASE), CONVENTIONS["pglib"]), folder)
    if security == "n-1":  # the case is not secure by itself: emergency limits are made wide enough
        config = folder / "grid.toml"
        kept = [line for line in config.read_text(encoding="utf-8").splitlines() if not line.startswith("security")]
        config.write_text("\n".join([*kept, 'security = "n-1"', ""]), encoding="utf-8")
        lines = pd.read_csv(folder / "lines.csv", dtype={"from": str, "to": str})
        lines.assign(emergency_mw=lines["capacity_mw"] * 1.6).to_csv(folder / "lines.csv", index=False)
    study = read_grid_alone(folder)
    peer, (base,) = Peer(study), dispatch(study)
    rooms, _ = headroom(study, way=way)
    held = (base.output_mw, base.flow_mw) if way == "fixed" else ()
    for room in rooms:
        if room.headroom_mw is None:
            assert room.zone in study.grid.reference
        else:
            assert room.headroom_mw == pytest.approx(peer.most(room.zone, *held), abs=CLOSE_MW), room
