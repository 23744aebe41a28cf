"""Reinforcements that a plan may buy whole, resolved onto the periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..resolution import Bools, Floats, Ints, filled, numbers
from ..study import Study

ZONE, LINE, SITE = "zone", "line", "site"


@dataclass(frozen=True)
class Upgrades:
    """Reinforcements u in the order of their ids: what one adds, costs, and when the first can stand.

    ``target`` is the place of the zone, line or site; ``first`` the first period in which one can be commissioned
    (T or more: never); ``most`` how many can be bought in all. ``per_rad_mw`` is x_base / x of one added AC circuit,
    nan where an upgrade adds to a limit.
    """

    ids: list[str]
    kind: list[str]
    target: Ints
    capacity_mw: Floats
    capex_usd: Floats
    first: Ints
    most: Ints
    per_rad_mw: Floats
    n_periods: int

    @property
    def circuit(self) -> Bools:
        """Which add an AC circuit beside their line, (u,)."""
        return np.asarray(np.isfinite(self.per_rad_mw), dtype=np.bool_)

    @property
    def nothing(self) -> Upgrades:
        """No upgrades, of one period."""
        none = np.zeros(0, dtype=np.int64)
        return Upgrades([], [], none, np.zeros(0), np.zeros(0), none, none, np.zeros(0), 1)

    def of(self, kind: str, target: int) -> list[int]:
        """Upgrades that add to the limit of a zone, line or site."""
        return self._adding.get((kind, target), [])

    @cached_property
    def _adding(self) -> dict[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = {}
        for u, place in enumerate(zip(self.kind, self.target.tolist(), strict=True)):
            if not self.circuit[u]:
                found.setdefault(place, []).append(u)
        return found

    @cached_property
    def can_stand(self) -> Bools:
        """Whether one can stand in a period, (u, t)."""
        return np.asarray(np.arange(self.n_periods) >= self.first[:, None], dtype=np.bool_)

    def added_mw(self, kind: str, count: int, bought: Floats | Ints | None = None) -> Floats:
        """MW that upgrades add to the limits of so many zones, lines or sites, (target, t).

        ``bought`` counts what stands, (u, t); without it, what could at most.
        """
        mw = np.zeros((count, self.n_periods))
        stands = self.most[:, None] * self.can_stand if bought is None else bought
        mine = np.array([k == kind for k in self.kind], dtype=bool) & ~self.circuit
        np.add.at(mw, self.target[mine], (self.capacity_mw[:, None] * stands)[mine])
        return mw

    def circuits_mw(self, n_lines: int, standing: Ints) -> Floats:
        """MW of the AC circuits that were bought beside each line, (l, t), of what stands, (u, t)."""
        mw = np.zeros((n_lines, self.n_periods))
        np.add.at(mw, self.target[self.circuit], (self.capacity_mw[:, None] * standing)[self.circuit])
        return mw

    def circuits_per_rad_mw(self, n_lines: int, standing: Ints) -> Floats:
        """x_base / x of the AC circuits that were bought beside each line, summed, (l, t), of what stands, (u, t)."""
        sums = np.zeros((n_lines, self.n_periods))
        np.add.at(sums, self.target[self.circuit], (self.per_rad_mw[:, None] * standing)[self.circuit])
        return sums

    @property
    def link_mw(self) -> float:
        """MW that all upgrades of links together can add."""
        links = np.array([k == LINE for k in self.kind], dtype=bool) & ~self.circuit
        return float((self.capacity_mw * self.most)[links].sum())

    @cached_property
    def copies(self) -> list[tuple[int, int]]:
        """Every AC circuit that can be bought: its upgrade and its turn among those of the upgrade, from 0."""
        return [(u, j) for u in np.flatnonzero(self.circuit).tolist() for j in range(int(self.most[u]))]

    @classmethod
    def resolved(cls, study: Study, places: Mapping[str, Sequence[str]]) -> Upgrades:
        """Resolve upgrades.csv; ``places`` are the ids of zones, lines and sites in the order of their arrays."""
        table = study.upgrades
        if study.flow == "none":
            table = table[table["kind"] != LINE].reset_index(drop=True)
        kind = table["kind"].tolist()
        at = {name: {v: i for i, v in enumerate(ids)} for name, ids in places.items()}
        target = np.array([at[k][v] for k, v in zip(kind, table["target"], strict=True)], dtype=np.int64)
        leads = numbers(table["lead_years"]).tolist()
        lines, capacity = study.lines, numbers(table["capacity_mw"])
        per_rad = np.full(len(table), np.nan)
        for u in np.flatnonzero(np.array(kind, dtype=object) == LINE).tolist() if study.flow == "dc" else ():
            line = lines.iloc[target[u]]
            own = float(line["reactance_pu"])
            if not np.isnan(own):
                beside = own * float(line["capacity_mw"]) / capacity[u]
                per_rad[u] = float(line["x_base_mva"]) / filled(table["reactance_pu"], beside)[u]
        return cls(
            list(table["upgrade"]), kind, target, capacity, numbers(table["capex_usd"]),
            np.array([study.horizon.first_after_lead(lead) for lead in leads], dtype=np.int64),
            table["max_count"].to_numpy(dtype=np.int64), per_rad, len(study.horizon),
        )  # fmt: skip
