"""Checks of a plan that keeps to an earlier one: what is held is as committed.csv says, and changes have a price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .columns import Floats
from .report import Finding
from .table import Table

if TYPE_CHECKING:
    from .ground import Ground
    from .reading import Reading

FILE = "committed.csv"
DECISIONS = ("halls", "open", "racks", "upgrades")
KEYS = ("freeze_until", "holds", "move_usd_per_mw", "close_usd", "release")
AXES = ("site", "sku", "upgrade", "period")
_OF = {"halls": ("site",), "open": ("site",), "racks": ("site", "sku"), "upgrades": ("upgrade",)}


def ids_of(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ids that the rows of committed.csv may name: any, since the plan before knew others."""
    found = {axis: sorted({*map(str, frame[axis])} - {"", "nan"}) for axis in AXES if axis in frame}
    return {"decision": [*DECISIONS], **found}


@dataclass(frozen=True)
class Commitment:
    """What plan.json and committed.csv say: ``frozen`` periods are held; counts by decision, over places and periods.

    ``was`` is of all periods of this study, ``held`` without what is released; racks (s, k, t), halls and openings
    (s, t), upgrades (u, t). ``gone_racks`` (k,) and ``gone_pieces`` (t,) are of sites that the study lacks.
    """

    frozen: int
    holds_all: bool
    move_usd: float
    close_usd: float
    was: Mapping[str, Floats]
    held: Mapping[str, Floats]
    gone_racks: Floats
    gone_pieces: Floats

    @classmethod
    def of(cls, p: Reading, said: Mapping[str, Any], table: Table) -> Commitment:
        """Read the rows one by one."""
        sizes = {"site": len(p.sites), "sku": len(p.skus), "upgrade": len(p.upgrades)}
        known = {"site": p.sites, "sku": p.skus, "upgrade": p.upgrades}
        place = {axis: {name: i for i, name in enumerate(ids)} for axis, ids in known.items()}
        time = {name: t for t, name in enumerate(p.periods)}
        was, held = (
            {word: np.zeros([*(sizes[axis] for axis in axes), len(p.periods)]) for word, axes in _OF.items()}
            for _ in range(2)
        )
        gone_racks, gone_pieces = np.zeros(len(p.skus)), np.zeros(len(p.periods))
        for row in _rows(table):
            t, axes = time.get(str(row["period"])), _OF[str(row["decision"])]
            at = [place[axis].get(str(row[axis])) for axis in axes]
            if t is None:
                continue
            if None not in at:
                was[row["decision"]][(*at, t)] += row["count"]
                held[row["decision"]][(*at, t)] += row["count"] - row["released"]
            elif axes == ("site",):
                gone_pieces[t] += row["count"]
            elif axes == ("site", "sku") and at[1] is not None:
                gone_racks[at[1]] += row["count"]
        frozen = time.get(str(said.get("freeze_until")), -1) + 1
        return cls(
            frozen, said.get("holds") == "plan", _usd(said.get("move_usd_per_mw")), _usd(said.get("close_usd")), was,
            held, gone_racks, gone_pieces,
        )  # fmt: skip


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    """Yield the rows, ids as text and counts as numbers."""
    texts = {axis: ["" if cell is None or cell != cell else str(cell) for cell in table.frame[axis].tolist()]
             for axis in ("decision", *AXES)}  # fmt: skip
    counts = {name: table.number[name].tolist() for name in ("count", "released")}
    columns = texts | counts
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _usd(value: object) -> float:
    return float(value) if isinstance(value, int | float) and isfinite(value) else 0.0


def change_usd(g: Ground) -> Floats:
    """What changes of the plan before cost, undiscounted, (s + 1, t), the last of sites that the study lacks.

    move_usd_per_mw p_k max(0, Σ_t n̄_skt − Σ_t n_skt), less the racks Σ n̄ that exceed deliveries, spread alike over
    all that moved, in the first period; close_usd for each opening and each hall, in its period, the latest halls
    first, that is not there in the end.
    """
    usd, of = np.zeros((len(g.p.sites) + 1, len(g.p.periods))), g.commitment
    if of is None:
        return usd
    racks = g.p.pod_racks[None, :] * g.pods.sum(axis=2)
    moved = np.vstack([np.maximum(0.0, of.was["racks"].sum(axis=2) - racks), of.gone_racks])
    placed = of.was["racks"].sum(axis=(0, 2)) + of.gone_racks
    lost = np.maximum(0.0, placed - g.p.delivered_pods.sum(axis=1) * g.p.pod_racks)
    left = np.maximum(0.0, moved.sum(axis=0) - lost)
    counted = moved * np.divide(left, moved.sum(axis=0), out=np.zeros(len(left)), where=left > 0)
    usd[:, 0] = of.move_usd * counted @ (g.p.rack_kw / 1000.0)
    for s in range(len(g.p.sites)):
        fewer = of.was["halls"][s].sum() - g.halls[s].sum()
        for t in reversed(range(len(g.p.periods))):
            dropped = min(max(fewer, 0.0), of.was["halls"][s, t])
            fewer -= dropped
            closed = of.was["open"][s, t] if not g.opened[s, -1] else 0.0
            usd[s, t] += of.close_usd * (dropped + closed)
    usd[-1] += of.close_usd * of.gone_pieces
    return usd


# checks -----------------------------------------------------------------------------------------------------------
def replan_facts(g: Ground) -> list[Finding]:
    """plan.json says of what is committed until when it is held, whether all of it, and at which prices."""
    said = g.facts.get("replan")
    if said is None:
        rows = len(g.tables["committed"].frame)
        return [Finding("plan.json", "", "replan", "missing", f"what {FILE} is committed to")] if rows else []
    if not isinstance(said, Mapping):
        return [Finding("plan.json", "", "replan", said, "values by key")]
    right: dict[str, tuple[Callable[[Any], bool], str]] = {
        "freeze_until": (lambda v: v in g.p.periods, "a period of the study"),
        "holds": (lambda v: v in ("plan", "racks"), "plan or racks"),
        "move_usd_per_mw": (_is_price, "a number, 0 or more"),
        "close_usd": (_is_price, "a number, 0 or more"),
        "release": (lambda v: isinstance(v, bool), "true or false"),
    }
    found = [
        Finding("plan.json", "", f"replan.{key}", said.get(key, "missing"), words)
        for key, (test, words) in right.items()
        if key not in said or not test(said[key])
    ]
    return found + [Finding("plan.json", "", f"replan.{k}", v, "no such key") for k, v in said.items() if k not in KEYS]


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0


def committed_rows(g: Ground) -> list[Finding]:
    """A row of committed.csv says of its decision where it is, and releases no more than there is, of what is held."""
    table, of, found = g.tables["committed"], g.commitment, []
    frozen = g.p.periods[: of.frozen] if of else []
    for i, row in enumerate(_rows(table)):
        axes = _OF[str(row["decision"])]
        for axis in ("site", "sku", "upgrade"):
            if bool(row[axis]) != (axis in axes):
                found.append(Finding(FILE, table.row(i), axis, row[axis], f"a {axis}" if axis in axes else "empty"))
        is_held = row["period"] in frozen and bool(of and (of.holds_all or row["decision"] == "racks"))
        if row["released"] > (most := row["count"] if is_held else 0):
            found.append(Finding(FILE, table.row(i), "released", row["released"], most, relation="at most"))
    return found


def held_racks(g: Ground) -> list[Finding]:
    """Racks are placed as committed: n_skt = n̄_skt up to freeze_until."""
    return _same(g, "racks", g.pods * g.p.pod_racks[None, :, None], "assignments.csv", "racks", always=True)


def held_halls(g: Ground) -> list[Finding]:
    """Halls are commissioned as committed: h_st = h̄_st up to freeze_until."""
    return _same(g, "halls", g.halls, "sites.csv", "halls")


def held_open(g: Ground) -> list[Finding]:
    """Sites open as committed, those that the study commits anyway apart: y_st = ȳ_st up to freeze_until."""
    opens = np.diff(g.opened.astype(np.float64), axis=1, prepend=0.0)
    if g.commitment is not None:
        opens = np.where(g.p.committed[:, None], g.commitment.held["open"], opens)
    return _same(g, "open", opens, "sites.csv", "open")


def held_upgrades(g: Ground) -> list[Finding]:
    """Upgrades are bought as committed: x_ut = x̄_ut up to freeze_until."""
    return _same(g, "upgrades", g.upgrades, "upgrades.csv", "count")


def _same(g: Ground, word: str, counts: Floats, file: str, column: str, *, always: bool = False) -> list[Finding]:
    """Find where the counts of a frozen period are not those that are held."""
    of = g.commitment
    if of is None or not (of.holds_all or always):
        return []
    held = of.held[word]
    apart = np.abs(counts - held) > 1e-6
    apart[..., of.frozen :] = False
    axes = (*_OF[word], "period")
    return [
        Finding(file, g.label(axes, at), column, float(counts[at]), float(held[at]), relation="committed")
        for at in map(tuple, np.argwhere(apart))
    ]


CHECKS = (committed_rows, held_racks, held_halls, held_open, held_upgrades)
