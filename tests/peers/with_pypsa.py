"""The least cost of an expansion study by PyPSA, which decides nothing whole: every choice is a case of its own.

A set of bought circuits is a copy of the grid, an island of one network; a placement of pods in a load block is a
snapshot. What PyPSA dispatches in each is least by itself, so the best case is the best plan.
"""

from __future__ import annotations

import itertools
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pypsa

from optimizer import Study

from .expansions import BLOCKS, ENERGY_USD_PER_MWH, PER_SITE, POD_MW, PODS, PUE, WAITING_USD_PER_MW_YEAR

SHED_USD_PER_MWH = 1e5
PLACEMENTS = [x for x in itertools.product(range(PER_SITE + 1), repeat=2) if sum(x) <= PODS]
SNAPSHOTS = list(itertools.product(PLACEMENTS, BLOCKS["block"]))
HOURS, SCALE = (BLOCKS[column].to_numpy() for column in ("hours_per_year", "load_scale"))


def least_usd(studies: Sequence[Study]) -> list[float]:
    """Return the least objective of each study; all are of one kind, and solved as one network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        n = pypsa.Network()
        n.set_snapshots(range(len(SNAPSHOTS)))
        parts, outages = Parts(), []
        for i, study in enumerate(studies):
            for count in _counts(study):
                outages += parts.add_copy(_name(i, count), study, count)
        for component, rows in parts.rows.items():
            table = pd.DataFrame(rows).set_index("name")
            varying = [column for column in table if isinstance(table[column].iloc[0], np.ndarray)]
            frames = {c: pd.DataFrame(dict(table[c]), index=n.snapshots) for c in varying}
            n.add(component, table.index, **{c: table[c] for c in table.columns.difference(varying)}, **frames)
        options = {"io_api": "direct", "log_to_console": False}
        if studies[0].grid.security == "n-1":
            listed = pd.MultiIndex.from_tuples(outages)
            done = n.optimize.optimize_security_constrained(branch_outages=listed, **options)
        else:
            done = n.optimize(**options)
    assert done == ("ok", "optimal")
    return [min(_cases(n, i, study)) for i, study in enumerate(studies)]


def _name(study: int, count: Sequence[int]) -> str:
    return f"{study}.{'.'.join(map(str, count))}."


def _counts(study: Study) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(int(most) + 1) for most in study.upgrades["max_count"]))


def _cases(n: pypsa.Network, i: int, study: Study) -> Iterator[float]:
    """Yield the objective of every set of circuits and every placement in which no load is shed."""
    base = None
    for count in _counts(study):
        usd, shed = _hourly(n, _name(i, count))
        yearly = usd.reshape(len(PLACEMENTS), -1) @ HOURS
        base = yearly[0] if base is None else base  # nothing bought, nothing placed
        capex = float(np.dot(count, study.upgrades["capex_usd"]))
        for pods, year, lost in zip(PLACEMENTS, yearly, shed.reshape(len(PLACEMENTS), -1).sum(axis=1), strict=True):
            if lost < 1e-6:
                waiting = (PODS - sum(pods)) * POD_MW * WAITING_USD_PER_MW_YEAR
                mwh = 0.0 if study.is_nodal else sum(pods) * POD_MW * PUE * float(HOURS @ SCALE)
                yield capex + waiting + year - base + mwh * ENERGY_USD_PER_MWH


def _hourly(n: pypsa.Network, name: str) -> tuple[np.ndarray, np.ndarray]:
    """USD of an hour, and MW shed, by snapshot in one copy."""
    usd = np.zeros(len(SNAPSHOTS))
    for static, mw in ((n.generators, n.generators_t.p), (n.links, n.links_t.p0)):
        own = [x for x in static.index if x.startswith(name) and not x.startswith(f"{name}shed")]
        made, square = mw[own].to_numpy(), static.loc[own, "marginal_cost_quadratic"].to_numpy()
        usd += made @ static.loc[own, "marginal_cost"].to_numpy() + made**2 @ square
    shed = n.generators_t.p[[x for x in n.generators.index if x.startswith(f"{name}shed")]]
    return usd, shed.to_numpy().sum(axis=1)


class Parts:
    """Components of a network, collected so that each kind is added at once."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add_copy(self, name: str, study: Study, count: Sequence[int]) -> list[tuple[str, str]]:
        """Add a grid with so many of each upgrade; return its circuits whose loss splits no island."""
        for zone in study.zones["zone"]:
            self._add("Bus", name + zone, v_nom=1.0)
            shed = {"p_nom": 1e3, "marginal_cost": SHED_USD_PER_MWH, "marginal_cost_quadratic": 0.0}
            one = np.ones(len(SNAPSHOTS))
            self._add("Generator", f"{name}shed{zone}", bus=name + zone, **shed, p_max_pu=one, p_min_pu=0 * one)
        self._add_generation(name, study)
        self._add_loads(name, study)
        upgrades = study.upgrades.assign(count=count).set_index("target")
        graph = nx.MultiGraph()
        for line in study.lines.to_dict("records"):
            more = upgrades.loc[line["line"]] if line["line"] in upgrades.index else None
            ends = {"bus0": name + line["from"], "bus1": name + line["to"]}
            if study.flow == "transport" or pd.isna(line["reactance_pu"]):
                added = 0.0 if more is None else more["count"] * more["capacity_mw"]
                self._add_link(name + line["line"], line, ends, added)
                continue
            graph.add_edge(line["from"], line["to"], key=self._add_circuit(name + line["line"], line, ends))
            for copy in range(0 if more is None else more["count"]):
                x, mw = more["reactance_pu"], more["capacity_mw"]
                x = line["reactance_pu"] * line["capacity_mw"] / mw if pd.isna(x) else x
                self._add_circuit(f"{name}{line['line']} {copy}", line | {"capacity_mw": mw, "reactance_pu": x}, ends)
        without = {key: graph.edge_subgraph(set(graph.edges) - {(a, b, key)}) for a, b, key in graph.edges(keys=True)}
        return [
            key
            for a, b, key in graph.edges(keys=True)
            if {a, b} <= set(without[key]) and nx.has_path(without[key], a, b)
        ]

    def _add(self, component: str, name: str, **columns: Any) -> None:
        self.rows[component].append({"name": name, **columns})

    def _add_link(self, name: str, line: dict[str, Any], ends: dict[str, str], added_mw: float) -> None:
        back = {"bus0": ends["bus1"], "bus1": ends["bus0"]}
        for way, places, column in (("", ends, "capacity_mw"), (" back", back, "capacity_back_mw")):
            cost = {"marginal_cost": line["usd_per_mwh"], "marginal_cost_quadratic": 0.0}
            self._add("Link", name + way, **places, p_nom=line[column] + added_mw, **cost)

    def _add_circuit(self, name: str, line: dict[str, Any], ends: dict[str, str]) -> tuple[str, str]:
        """PyPSA counts lines in Ω, here at 1 kV, and transformers on their own rating; only these shift."""
        per_mw, mw = line["reactance_pu"] / line["x_base_mva"], line["capacity_mw"]
        if line["shift_deg"]:
            self._add("Transformer", name, **ends, x=per_mw * mw, s_nom=mw, phase_shift=line["shift_deg"])
            return "Transformer", name
        self._add("Line", name, **ends, x=per_mw, s_nom=mw)
        return "Line", name

    def _add_generation(self, name: str, study: Study) -> None:
        free = {"marginal_cost": 0.0, "marginal_cost_quadratic": 0.0}
        for zone, rows in () if study.is_nodal else study.headroom.groupby("zone"):
            mw = _of_snapshots(dict(zip(rows["block"], rows["headroom_mw"], strict=True)))
            self._add("Generator", f"{name}own{zone}", bus=name + zone, p_nom=1.0, **free, p_max_pu=mw, p_min_pu=0 * mw)
        for i, row in enumerate(study.generators.to_dict("records")):
            here = _of_snapshots({b: float(row["block"] in ("", b)) for b in BLOCKS["block"]})
            least = 0.0 if pd.isna(row["p_min_mw"]) else row["p_min_mw"] / row["p_max_mw"]
            self._add(
                "Generator", f"{name}{row['gen']}.{i}", bus=name + row["zone"], p_nom=row["p_max_mw"],
                marginal_cost=row["usd_per_mwh"], marginal_cost_quadratic=row["usd_per_mw2h"],
                p_max_pu=here, p_min_pu=least * here,
            )  # fmt: skip

    def _add_loads(self, name: str, study: Study) -> None:
        for zone, rows in study.loads.groupby("zone") if study.is_nodal else ():
            mw = dict(zip(rows["block"], rows["load_mw"], strict=True))
            self._add("Load", f"{name}{zone}", bus=name + zone, p_set=_of_snapshots(mw))
        scale = _of_snapshots(dict(zip(BLOCKS["block"], SCALE, strict=True)))
        for i, zone in enumerate(study.sites["zone"]):
            pods = np.array([placed[i] for placed, _ in SNAPSHOTS])
            self._add("Load", f"{name}site{i}", bus=name + zone, p_set=pods * POD_MW * PUE * scale)


def _of_snapshots(by_block: dict[str, float]) -> np.ndarray:
    return np.array([by_block[block] for _, block in SNAPSHOTS])
