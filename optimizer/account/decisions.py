"""What the solver decides, and what a site holds and leaves unused by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..io.schema import schema
from ..parameters import Parameters
from ..resolution import Bools, Floats, Ints
from ..tolerance import band

STATED = {
    "pods": ("assignments", "pods"), "halls": ("sites", "halls"), "opened": ("sites", "open"),
    "draw_mw": ("power", "draw_mw"), "onsite_mw": ("power", "onsite_output_mw"), "served_mw": ("zones", "served_mw"),
    "flow_mw": ("flows", "flow_mw"), "upgrades": ("upgrades", "count"), "output_mw": ("dispatch", "mw"),
}  # fmt: skip
"""The table and the column in which a plan states each decision."""
SO_FAR = ("halls",)
"""What sites.csv counts from the first period on."""
_WHOLE = {"pods": np.int64, "halls": np.int64, "opened": np.bool_, "upgrades": np.int64}


@dataclass(frozen=True)
class Decisions:
    """Pods placed (s, k, t), halls commissioned (s, t), sites open (s, t) and the dispatch by load block.

    ``draw_mw`` and ``onsite_mw`` (s, t, b) serve the sites; ``served_mw`` (z, t, b) comes from a zone's own surplus;
    ``flow_mw`` (l, t, b) is positive from → to, of all circuits of a line together. ``upgrades`` (u, t) are
    commissioned; ``output_mw`` (g, t, b) is what generators of a nodal grid make. All power in fence MW.
    """

    pods: Ints
    halls: Ints
    opened: Bools
    draw_mw: Floats
    onsite_mw: Floats
    served_mw: Floats
    flow_mw: Floats
    upgrades: Ints
    output_mw: Floats

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Decisions:
        """Take decisions by name; what is whole goes to the nearest whole number."""
        return cls(**{name: np.round(v).astype(_WHOLE[name]) if name in _WHOLE else v for name, v in values.items()})

    @classmethod
    def stated(cls, p: Parameters, tables: Mapping[str, pd.DataFrame]) -> Decisions:
        """Read what was decided from a plan's tables: what no row says is 0, what ``p`` lacks is left out."""
        found = {}
        for name, (table, column) in STATED.items():
            axes = schema(f"plan/{table}").order
            at = np.array([pd.Index(p.ids[axis]).get_indexer(pd.Index(tables[table][axis])) for axis in axes])
            known = np.asarray((at >= 0).all(axis=0))
            found[name] = np.zeros([len(p.ids[axis]) for axis in axes])
            found[name][tuple(at[:, known])] = tables[table][column].to_numpy()[known]
        return cls.of(found | {name: np.diff(found[name], axis=1, prepend=0.0) for name in SO_FAR})

    def pods_in_service(self, p: Parameters) -> Ints:
        """Pods in service, (s, k, t)."""
        return np.asarray(np.einsum("ska,kat->skt", self.pods, p.serves.astype(np.int64)), dtype=np.int64)

    def it_mw(self, p: Parameters) -> Floats:
        """IT MW in service, (s, t)."""
        return np.asarray(np.einsum("skt,k->st", self.pods_in_service(p), p.pod_mw), dtype=np.float64)

    def waiting_pods(self, p: Parameters) -> Ints:
        """Pods delivered and not placed at the end of each period, (k, t)."""
        return np.cumsum(p.delivered_pods - self.pods.sum(axis=0), axis=1)

    def aged_pods(self, p: Parameters) -> Ints:
        """Waiting pods that came at least ``aged_after_years`` ago, first in first out, (k, t)."""
        placed = np.cumsum(self.pods.sum(axis=0), axis=1)
        old = np.array([p.delivered_pods[:, :n].sum(axis=1) for n in p.aged_before]).T.reshape(placed.shape)
        return np.asarray(np.maximum(0, old - placed), dtype=np.int64)


@dataclass(frozen=True)
class Usage:
    """Quantities by site and period, (s, t): IT MW in service and built; at the fence load at peak, what the
    interconnection, generation on site and both give (inf where unlimited) and what of it is spare (nan there).
    ``load_mw`` is what draw and on-site output serve, (s, t, b); ``headroom_mw`` (z, t, b), ``line_mw`` and
    ``line_back_mw`` (l, t) are limits of the grid. What was bought is included everywhere.
    """

    it_mw: Floats
    peak_mw: Floats
    interconnection_mw: Floats
    onsite_mw: Floats
    power_mw: Floats
    built_mw: Floats
    idle_hall_mw: Floats
    idle_power_mw: Floats
    load_mw: Floats
    headroom_mw: Floats
    line_mw: Floats
    line_back_mw: Floats


def usage(p: Parameters, x: Decisions) -> Usage:
    """Compute what each site holds and leaves unused."""
    it_mw, onsite_mw, standing = x.it_mw(p), p.onsite_mw, np.cumsum(x.upgrades, axis=1)
    bought = p.upgrades.added_mw("site", len(p.sites), standing)
    ways = p.upgrades.added_mw("line", len(p.lines), standing)
    interconnection_mw, copies = p.interconnection_mw + bought, p.upgrades.circuits_mw(len(p.lines), standing)
    power_mw = interconnection_mw + onsite_mw
    headroom_mw = p.headroom_mw + p.upgrades.added_mw("zone", len(p.zones), standing)[:, :, None]
    peak_mw = p.peak_pue[:, None] * it_mw
    built = p.existing_mw * x.opened + p.hall_mw[:, None] * np.cumsum(x.halls, axis=1)
    limited = np.isfinite(power_mw)
    energised = np.where(limited & x.opened, power_mw, 0.0)
    spare = _clean(np.where(limited, energised - peak_mw, np.nan), energised)
    load_mw = p.load_per_it[:, None] * it_mw[:, :, None]
    idle = _clean(built - it_mw, built)
    return Usage(
        it_mw, peak_mw, interconnection_mw, onsite_mw, power_mw, built, idle, spare, load_mw, headroom_mw,
        p.line_mw[:, None] + ways + copies, p.line_back_mw[:, None] + ways + copies,
    )  # fmt: skip


def _clean(rest: Floats, of: Floats) -> Floats:
    """Take what a limit leaves for nothing where it is within the limit's band."""
    return np.where(np.abs(rest) <= band(of), 0.0, rest)
