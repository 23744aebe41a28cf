"""Statements of a study: each an input that a person can change, where it stands, and what in the model it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...io.config import SHARES
from ...io.periods import parse_label
from ...io.standing import doors, labels_of
from ...parameters import Parameters
from ...study import Study

Group = Literal["policy", "limits", "programme"]
GROUPS: tuple[Group, ...] = ("policy", "limits", "programme")
"""Groups of repairs, in the turn in which they are asked: rules of the planner, limits, what is delivered."""
STUDY = "study"


@dataclass(frozen=True)
class Cell:
    """One figure of a statement: the row of its table by number, its column, its value and the periods it holds in.

    ``row`` is None where no cell says it: a default. ``block`` is the load block of a row that names one.
    """

    table: str
    row: int | None
    column: str
    value: Any
    periods: tuple[int, ...] = ()
    block: str = ""


@dataclass(frozen=True)
class Statement:
    """One input: its kind, the table (``study`` for study.toml), the column or key, the id, and its figures.

    ``place`` is that of the id in the arrays of the study; -1 for a key that has none.
    """

    kind: str
    group: Group
    table: str
    column: str
    id: str
    place: int
    cells: tuple[Cell, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it."""
        return self.table, self.column, self.id

    @property
    def of_site(self) -> bool:
        """Whether it is about one site."""
        return self.place >= 0 and self.kind not in ("headroom", "line", "upgrade_lead", "deliveries")


def statements(study: Study, p: Parameters) -> tuple[Statement, ...]:
    """Find every statement of a study, by table, column and id."""
    found = [statement for finder in FINDERS for statement in finder(study, p)]
    return tuple(sorted(found, key=lambda s: s.key))


def _policy(study: Study, p: Parameters) -> Iterator[Statement]:
    policy = study.config.policy
    kinds = dict.fromkeys(SHARES, "share") | dict.fromkeys(("min_site_mw", "min_vendor_mw"), "cluster")
    for key in ("max_sites", "max_new_mw_per_year", *SHARES, "min_site_mw", "min_vendor_mw", "max_unused_mw_years"):
        value = getattr(policy, key)
        if value is not None and (kinds.get(key) != "cluster" or value > 0):
            yield Statement(kinds.get(key, key), "policy", STUDY, key, "", -1, (Cell(STUDY, None, key, value),))
    for key in ("force_open", "forbid"):
        for site in getattr(policy, key):
            yield Statement(key, "policy", STUDY, key, site, p.sites.index(site), (Cell(STUDY, None, key, site),))


def _of_sites(study: Study, p: Parameters) -> Iterator[Statement]:
    """What a column of sites says of each site, where it says anything that limits."""
    says: dict[str, Callable[[Any], bool]] = {
        "max_mw": isfinite, "halls_per_year": isfinite, "hall_lead_years": lambda v: v > 0,
        "committed": bool, "vendors": bool, "max_rack_kw": isfinite,
    }  # fmt: skip
    for column, limits in says.items():
        for s, value in enumerate(study.sites[column].tolist()):
            if limits(value):
                yield Statement(column, "limits", "sites", column, p.sites[s], s, (Cell("sites", s, column, value),))


def _power(study: Study, p: Parameters) -> Iterator[Statement]:
    ramp = study.site_ramp
    rows_of = {site: rows.index.to_numpy() for site, rows in ramp.groupby("site")} if len(ramp) else {}
    for s in np.flatnonzero(np.isfinite(p.interconnection_mw).any(axis=1)).tolist():
        cells = _power_cells(study, s, rows_of.get(p.sites[s]))
        table = "site_ramp" if any(c.table == "site_ramp" for c in cells) else "sites"
        yield Statement("power", "limits", table, "interconnection_mw", p.sites[s], s, cells)


def _power_cells(study: Study, s: int, rows: Any) -> tuple[Cell, ...]:
    """Return the figures of a site's interconnection: of its ramp, and its own where that holds before the ramp."""
    column, own, n_t = "interconnection_mw", float(study.sites["interconnection_mw"].to_numpy()[s]), len(study.horizon)
    values = study.site_ramp[column].to_numpy(dtype=float)
    stated = [] if rows is None else [r for r in rows.tolist() if not np.isnan(values[r])]
    by_row = _holding(study, "site_ramp", stated)
    taken = {t for periods in by_row.values() for t in periods}
    before = tuple(t for t in range(n_t) if t not in taken)
    cells = [Cell("sites", s, column, own, before)] if before and not np.isnan(own) else []
    cells += [Cell("site_ramp", r, column, float(values[r]), by_row[r]) for r in stated]
    return tuple(cells)


def _holding(study: Study, table: str, rows: list[int]) -> dict[int, tuple[int, ...]]:
    """Return the periods in which each of some rows holds, of which the last to start holds."""
    periods = study.table(table)["period"].tolist()
    labels = labels_of([periods[r] for r in rows])
    starts = [0 if label is None else label.start for label in labels]
    holder = np.full(len(study.horizon), -1)
    for i in np.argsort(starts, kind="stable").tolist():
        holder[max(0, study.horizon.position(starts[i])) :] = i
    return {r: tuple(np.flatnonzero(holder == i).tolist()) for i, r in enumerate(rows)}


def _placement(study: Study, p: Parameters) -> Iterator[Statement]:
    table = study.placement
    if not len(table):
        return
    shut = ~table["allowed"].to_numpy(dtype=bool) | np.isinf(table["usd_per_rack"].to_numpy(dtype=float))
    for site, rows in table[shut].groupby("site"):
        cells = tuple(
            Cell("placement", int(r), "usd_per_rack" if allowed else "allowed", sku)
            for r, allowed, sku in zip(rows.index, rows["allowed"], rows["sku"], strict=True)
        )
        s = p.sites.index(str(site))
        yield Statement("placement", "limits", "placement", cells[0].column, str(site), s, cells)


def _grid(study: Study, p: Parameters) -> Iterator[Statement]:
    if study.has_grid and not study.is_nodal:
        for z, zone in enumerate(p.zones):
            yield Statement("headroom", "limits", "headroom", "headroom_mw", zone, z, _headroom_cells(study, z, zone))
    where = {line: r for r, line in enumerate(study.lines["line"].tolist())}
    for i, line in enumerate(p.lines):
        both = (p.line_mw[i], p.line_back_mw[i])
        if (np.isfinite(both).any() and max(both) > 0) or np.isnan(p.line_per_rad_mw[i]):
            cells = [
                Cell("lines", where[line], column, float(mw))
                for column, mw in zip(("capacity_mw", "capacity_back_mw"), both, strict=True)
                if isfinite(mw)
            ]
            if cells:
                yield Statement("line", "limits", "lines", "capacity_mw", line, i, tuple(cells))


def _headroom_cells(study: Study, z: int, zone: str) -> tuple[Cell, ...]:
    table, every = study.headroom, tuple(range(len(study.horizon)))
    rows = np.flatnonzero((table["zone"] == zone).to_numpy()).tolist() if len(table) else []
    if not rows:
        return (Cell("zones", z, "headroom_mw", 0.0, every),)
    cells: list[Cell] = []
    blocks, mw = table["block"].tolist(), table["headroom_mw"].tolist()
    for block in dict.fromkeys(blocks[r] for r in rows):
        by_row = _holding(study, "headroom", [r for r in rows if blocks[r] == block])
        cells += [
            Cell("headroom", r, "headroom_mw", float(mw[r]), periods, str(block)) for r, periods in by_row.items()
        ]
    return tuple(cells)


def _upgrades(study: Study, p: Parameters) -> Iterator[Statement]:
    where = {u: r for r, u in enumerate(study.upgrades["upgrade"].tolist())}
    for u, name in enumerate(p.upgrades.ids):
        years = float(study.upgrades["lead_years"].to_numpy()[where[name]])
        if years > 0:
            cell = Cell("upgrades", where[name], "lead_years", years)
            yield Statement("upgrade_lead", "limits", "upgrades", "lead_years", name, u, (cell,))


def _deliveries(study: Study, p: Parameters) -> Iterator[Statement]:
    horizon, table = study.horizon, study.deliveries
    out_from = {
        sku: horizon.position(parse_label(v).start) if v else 0
        for sku, v in zip(study.racks["sku"], study.racks["available_from"], strict=True)
    }
    for sku, rows in table.groupby("sku", sort=True):
        cells = []
        for r, period, racks, mw in zip(rows.index, rows["period"], rows["racks"], rows["mw"], strict=True):
            among = tuple(horizon.spread(parse_label(period), out_from[sku]))
            column, value = ("mw", float(mw)) if pd.isna(racks) else ("racks", float(racks))
            cells.append(Cell("deliveries", int(r), column, value, among))
        k = p.skus.index(str(sku))
        yield Statement("deliveries", "programme", "deliveries", "", str(sku), k, tuple(cells))


FINDERS: tuple[Callable[[Study, Parameters], Iterator[Statement]], ...] = (
    _policy, _of_sites, _power, _placement, _grid, _upgrades, _deliveries,
)  # fmt: skip
"""What finds the statements of a study."""


@dataclass(frozen=True)
class Doors:
    """Which pairs of site and SKU each kind of statement shuts, (s, k)."""

    vendors: np.ndarray
    max_rack_kw: np.ndarray
    placement: np.ndarray

    @classmethod
    def of(cls, study: Study) -> Doors:
        """Ask the doors of the study once with each kind alone."""
        sites, racks, nothing = study.sites, study.racks, study.placement.iloc[:0]
        anyone, any_kw = sites.assign(vendors=""), sites.assign(max_rack_kw=np.inf)
        free = anyone.assign(max_rack_kw=np.inf)
        return cls(
            ~doors(any_kw, racks, nothing)[0], ~doors(anyone, racks, nothing)[0],
            ~doors(free, racks, study.placement)[0],
        )  # fmt: skip
