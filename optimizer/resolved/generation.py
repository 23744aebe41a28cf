"""Generators and base load of a nodal grid, resolved onto periods and load blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..grid.segments import Segments, segments_of
from ..io.standing import labels_of
from ..resolution import Floats, Ints, by_block
from ..study import Study


@dataclass(frozen=True)
class Generation:
    """What generators can make and what it costs; g generators, j cost segments, z buses, t periods, b load blocks.

    A generator makes its ``least_mw`` (g, t, b) whenever it is there, and on top up to ``width_mw`` (j, t, b) of each
    segment, which costs ``usd_per_mwh`` and grows by ``usd_per_mw2h`` times its square. ``standing_usd`` (g, t, b) is
    what an hour costs at ``least_mw``. ``load_mw`` (z, t, b) is the load that was there before.
    """

    ids: list[str]
    zone_of: Ints
    segment_of: Ints
    least_mw: Floats
    width_mw: Floats
    usd_per_mwh: Floats
    usd_per_mw2h: Floats
    standing_usd: Floats
    load_mw: Floats

    @property
    def segments(self) -> list[str]:
        """Ids of the cost segments: generator and turn."""
        turns: dict[int, int] = {}
        return [f"{self.ids[g]}.{turns.setdefault(g, 0)}.{j}" for j, g in enumerate(self.segment_of.tolist())]

    @property
    def most_mw(self) -> Floats:
        """Most output of each generator, (g, t, b)."""
        return self.output_mw(self.width_mw)

    def output_mw(self, above_mw: Floats) -> Floats:
        """Output of each generator, (g, t, b), from what its segments make, (j, t, b)."""
        total = self.least_mw.copy()
        np.add.at(total, self.segment_of, above_mw)
        return total

    def above_mw(self, output_mw: Floats) -> Floats:
        """What the segments make where generators put out so much, (j, t, b): those of rising price in turn."""
        left = output_mw - self.least_mw
        found = np.zeros(self.width_mw.shape)
        for j, g in enumerate(self.segment_of.tolist()):
            found[j] = np.clip(left[g], 0.0, self.width_mw[j])
            left[g] = left[g] - found[j]
        return found

    def hourly_usd(self, above_mw: Floats) -> Floats:
        """Cost of an hour by generator, (g, t, b)."""
        usd = self.standing_usd.copy()
        np.add.at(usd, self.segment_of, self.usd_per_mwh * above_mw + self.usd_per_mw2h * above_mw**2)
        return usd

    @classmethod
    def resolved(cls, study: Study, zones: list[str], blocks: list[str]) -> Generation | None:
        """Resolve generators.csv and loads.csv; None for a grid that is not nodal."""
        if not study.is_nodal:
            return None
        table, horizon = study.generators, study.horizon
        ids = sorted(set(table["gen"]))
        zone = dict(zip(table["gen"], table["zone"], strict=True))
        order, place = ({v: i for i, v in enumerate(names)} for names in (ids, zones))
        shape = (len(ids), len(horizon), len(blocks))
        held: dict[tuple[int, int, int], Segments] = {}
        stated = _curves(table)
        for (gen, block), rows in stated.items():
            wanted = [block] if block else [b for b in blocks if (gen, b) not in stated]
            for start, found in rows:
                for name in wanted:
                    for t in range(max(0, horizon.position(start)), len(horizon)):
                        held[order[gen], t, blocks.index(name)] = found
        most = [max((len(c.width_mw) for at, c in held.items() if at[0] == g), default=0) for g in range(len(ids))]
        segment_of = np.repeat(np.arange(len(ids)), most)
        first = np.cumsum([0, *most])
        arrays = {name: np.zeros((len(segment_of), *shape[1:])) for name in ("width_mw", "usd_per_mwh", "usd_per_mw2h")}
        least, standing = np.zeros(shape), np.zeros(shape)
        for (g, t, b), curve in held.items():
            lowest = curve.p_min_mw
            width, price, square = curve.width_mw.copy(), curve.usd_per_mwh.copy(), curve.usd_per_mw2h
            standing[g, t, b] = curve.usd_per_hour + price[0] * lowest + square[0] * lowest**2
            width[0] -= lowest
            price[0] += 2 * square[0] * lowest
            for array, values in zip(arrays.values(), (width, price, square), strict=True):
                array[first[g] : first[g] + len(values), t, b] = values
            least[g, t, b] = lowest
        load = by_block(horizon, study.loads, "zone", zones, "load_mw", blocks, first_before=True)
        at = np.array([place[zone[g]] for g in ids], dtype=np.int64)
        return cls(ids, at, segment_of, least, **arrays, standing_usd=standing, load_mw=load)


def _curves(table: Any) -> dict[tuple[str, str], list[tuple[int, Segments]]]:
    """Return the curves of each generator and block by the month in which they begin, in their order."""
    starts = [0 if label is None else label.start for label in labels_of(table["period"].tolist())]
    found: dict[tuple[str, str], list[tuple[int, Segments]]] = {}
    for (gen, block, start), rows in table.groupby([table["gen"], table["block"], pd.Series(starts)], sort=True):
        columns = (rows[name].to_numpy(dtype=np.float64) for name in ("p_max_mw", "usd_per_mwh", "usd_per_mw2h"))
        width, price, square = columns
        curve = segments_of(width, float(rows["p_min_mw"].iloc[0]), price, square, float(rows["usd_per_hour"].sum()))
        found.setdefault((gen, block), []).append((start, curve))
    return found
