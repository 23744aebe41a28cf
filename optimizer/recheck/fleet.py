"""Read generators.csv for the checks: what generators can make, and what an hour of it costs."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .columns import Floats, Ints
from .dates import Dates, begin

_COLUMNS = ("p_min_mw", "p_max_mw", "usd_per_mwh", "usd_per_mw2h", "usd_per_hour")
_ROUNDING = 1e-9  # of the price before: a fall below this is none


def _rising(rows: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Pool segments whose price falls a little into one of their average price, which makes the convex hull.

    Prices fall by no more than rounding where the study was read; such segments have no quadratic part.
    """
    ends = [usd + 2.0 * square * width for _, width, usd, square, _ in rows]
    pairs = zip(ends, (row[2] for row in rows[1:]), strict=False)
    if not any(end - after > _ROUNDING * abs(end) for end, after in pairs):
        return rows
    least, first_usd = rows[0][0], rows[0][2]
    pooled: list[list[float]] = []  # MW beyond the least output, and price
    for i, (_, width, usd, *_) in enumerate(rows):
        pooled.append([width - least if i == 0 else width, usd])
        while len(pooled) > 1 and pooled[-1][1] <= pooled[-2][1]:
            (mw, price), (before, other) = pooled.pop(), pooled.pop()
            whole = mw + before
            pooled.append([whole, (mw * price + before * other) / whole if whole else price])
    always = sum(row[4] for row in rows) + least * (first_usd - pooled[0][1])
    pooled[0][0] += least
    return [(least * (i == 0), mw, usd, 0.0, always * (i == 0)) for i, (mw, usd) in enumerate(pooled)]


@dataclass(frozen=True)
class Fleet:
    """Generators g, each of cost segments j in rising price, by period t and load block b.

    The first segment makes ``least_mw`` (g, t, b) to its width, each other 0 to its ``width_mw`` (g, j, t, b); a
    segment that makes q costs usd_per_mwh q + usd_per_mw2h q² an hour, and ``always_usd`` (g, t, b) comes on top.
    All is 0 before the first label of a generator.
    """

    ids: list[str]
    zone_of: Ints
    least_mw: Floats
    width_mw: Floats
    usd_per_mwh: Floats
    usd_per_mw2h: Floats
    always_usd: Floats

    @classmethod
    def of(cls, table: pd.DataFrame, zones: list[str], dates: Dates, blocks: list[str]) -> Fleet:
        """Carry the rows of each label forward; those of a block of its own stand for the rows without one."""
        said: dict[tuple[str, str], dict[int, list[tuple[float, ...]]]] = {}
        cells = zip(*(table[name].tolist() for name in ("gen", "block", "period", *_COLUMNS)), strict=True)
        for gen, block, label, *row in cells:
            said.setdefault((gen, block), {}).setdefault(begin(label), []).append(tuple(row))
        ids = sorted(set(table["gen"]))
        zone = dict(zip(table["gen"], table["zone"], strict=True))
        most = max((len(rows) for by_month in said.values() for rows in by_month.values()), default=0)
        found = np.zeros((len(_COLUMNS), len(ids), most, len(dates), len(blocks)))
        for g, gen in enumerate(ids):
            for b, block in enumerate(blocks):
                by_month = said.get((gen, block)) or said.get((gen, ""), {})
                months = sorted(by_month)
                for t, end in enumerate(dates.ends):
                    if began := bisect_left(months, end):
                        rows = _rising(by_month[months[began - 1]])
                        found[:, g, : len(rows), t, b] = np.array(rows).T
        least, width, usd, square, hourly = found
        at = np.array([zones.index(zone[gen]) for gen in ids], dtype=np.int64)
        return cls(ids, at, least.sum(axis=1), width, usd, square, hourly.sum(axis=1))

    @property
    def most_mw(self) -> Floats:
        """Most that a generator makes, (g, t, b)."""
        return np.asarray(self.width_mw.sum(axis=1), dtype=np.float64)

    def at_zones(self, of_gens: Floats, count: int) -> Floats:
        """Sum over the generators of each of so many zones, (z, t, b)."""
        found = np.zeros((count, *of_gens.shape[1:]))
        np.add.at(found, self.zone_of, of_gens)
        return found

    def hourly_usd(self, output_mw: Floats) -> Floats:
        """What an hour of an output costs, (g, t, b): segments fill in turn."""
        left, usd = output_mw, self.always_usd.copy()
        for j in range(self.width_mw.shape[1]):
            made = np.minimum(left, self.width_mw[:, j]) if j == 0 else np.clip(left, 0.0, self.width_mw[:, j])
            usd += self.usd_per_mwh[:, j] * made + self.usd_per_mw2h[:, j] * made**2
            left = left - made
        return usd

    def least_usd(self, price_usd_per_mwh: Floats) -> Floats:
        """Least that an hour costs less what its output earns at a price by generator, both (g, t, b)."""
        usd = self.always_usd.copy()
        for j in range(self.width_mw.shape[1]):
            low, high = self.least_mw if j == 0 else np.zeros(usd.shape), self.width_mw[:, j]
            net, square = self.usd_per_mwh[:, j] - price_usd_per_mwh, self.usd_per_mw2h[:, j]
            bent = square > 0.0
            best = np.where(bent, -net / np.where(bent, 2.0 * square, 1.0), np.where(net > 0.0, low, high))
            made = np.clip(best, low, high)
            usd += net * made + square * made**2
        return usd
