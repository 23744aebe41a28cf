"""What the checks stand on: the study as they read it, the plan's decisions as stated, and what follows from them.

Decisions are pods, openings, halls, upgrades, draw, on-site output, served power, generation and flows; all else is
recomputed here. Letters: s sites, k SKUs, t periods, z zones, l lines, u upgrades, g generators, b load blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from ..io.config import StudyConfig
from ..tolerance import band
from . import votes
from .base import BaseCase
from .columns import Bools, Floats
from .committed import Commitment
from .reading import Reading
from .shapes import BOUGHT
from .shut import most_mw, shut_out
from .table import Table
from .wires import Wires

_EPS = 1e-9


def _decided(table: str, column: str) -> cached_property[Floats]:
    """Read a decision as its table states it."""
    return cached_property(lambda self: self.tables[table].spread(column))


@dataclass(frozen=True)
class Ground:
    """A plan as its tables and facts state it, beside the reading of its study."""

    p: Reading
    facts: Mapping[str, Any]
    tables: Mapping[str, Table]

    @property
    def config(self) -> StudyConfig:
        """Keys of study.toml."""
        return self.p.study.config

    # decisions ----------------------------------------------------------------------------------------------
    @cached_property
    def pods(self) -> Floats:
        """Pods placed, (s, k, t): as stated, or as racks and it_mw of the row say where these two agree."""
        return votes.pods(self.tables["assignments"], self.p)

    @cached_property
    def opened(self) -> Bools:
        """Whether a site is open, (s, t): as stated, or as its other numbers and power.csv say with one voice."""
        return votes.opened(
            self.tables["sites"], self.tables["power"], self.interconnection_mw + self.firm_onsite_mw, self.p
        )

    @cached_property
    def halls_by(self) -> Floats:
        """Halls commissioned by t, (s, t): as stated, or as built_mw and idle_hall_mw say where these two agree."""
        return votes.halls(self.tables["sites"], self.opened, self.p)

    @cached_property
    def halls(self) -> Floats:
        """Halls commissioned in t, (s, t)."""
        return np.diff(self.halls_by, axis=1, prepend=0.0)

    @cached_property
    def bought_by(self) -> dict[str, Floats]:
        """What sites bought whole by t, (s, t)."""
        return {name: self.tables["sites"].spread(name) for name in BOUGHT} | {"halls": self.halls_by}

    @cached_property
    def opening(self) -> Floats:
        """1 in the period in which a site that is not committed opens, (s, t); negative where it closes."""
        return np.diff(self.opened.astype(np.float64), axis=1, prepend=0.0) * ~self.p.committed[:, None]

    upgrades = _decided("upgrades", "count")
    """Upgrades commissioned in a period, (u, t)."""
    draw_mw = _decided("power", "draw_mw")
    """Draw from the zone, fence MW, (s, t, b)."""
    onsite_mw = _decided("power", "onsite_output_mw")
    """On-site output, fence MW, (s, t, b)."""
    served_mw = _decided("zones", "served_mw")
    """Power from the zone's own surplus, in a nodal grid its generation less its base load, (z, t, b)."""
    output_mw = _decided("dispatch", "mw")
    """What generators make, (g, t, b)."""
    base_output_mw = _decided("dispatch", "base_mw")
    """What generators make without the programme, (g, t, b)."""
    flow_mw = _decided("flows", "flow_mw")
    """Flow on a line, positive from → to, (l, t, b)."""

    @cached_property
    def last(self) -> Bools:
        """Whether a period is the last, (t,)."""
        return np.asarray(np.arange(len(self.p.periods)) == len(self.p.periods) - 1, dtype=np.bool_)

    # limits, with what is bought ----------------------------------------------------------------------------
    @cached_property
    def standing(self) -> Floats:
        """Upgrades that stand, Σ_{τ≤t} x_uτ, (u, t)."""
        return np.cumsum(self.upgrades, axis=1)

    @cached_property
    def interconnection_mw(self) -> Floats:
        """Firm fence MW at the point of interconnection, I_st + Σ_u capacity_u Σ_{τ≤t} x_uτ, (s, t)."""
        return self.p.interconnection_mw + self.p.upgraded_mw("site", self.standing)

    @cached_property
    def headroom_mw(self) -> Floats:
        """Fence MW that a zone's own surplus serves, (z, t, b)."""
        return self.p.headroom_mw + self.p.upgraded_mw("zone", self.standing)[:, :, None]

    @cached_property
    def wires(self) -> Wires:
        """Limits and susceptance of lines, with what is bought."""
        return Wires.of(self.p, self.standing)

    @cached_property
    def base(self) -> BaseCase:
        """The base case of a nodal grid, all 0 in any other."""
        return BaseCase.of(self.p, self.tables["base"])

    @cached_property
    def commitment(self) -> Commitment | None:
        """What is held of an earlier plan; None where the plan keeps to none."""
        said = self.facts.get("replan")
        return Commitment.of(self.p, said, self.tables["committed"]) if isinstance(said, Mapping) else None

    # what follows -------------------------------------------------------------------------------------------
    @cached_property
    def age(self) -> Floats:
        """Years from the start of period a to that of period t, (a, t)."""
        starts = np.arange(len(self.p.periods)) * self.p.length_years
        return starts[None, :] - starts[:, None]

    @cached_property
    def pods_in_service(self) -> Floats:
        """Pods placed at most life_years before, Σ_{a ≤ t, start_t − start_a < life_k} n_ska, (s, k, t)."""
        life = self.p.life_years
        serves = (self.age >= 0)[None] & ~(self.age[None] >= life[:, None, None] - _EPS)
        return np.asarray(np.einsum("ska,kat->skt", self.pods, serves.astype(np.float64)), dtype=np.float64)

    @cached_property
    def it_of_sku_mw(self) -> Floats:
        """IT MW in service of each SKU at each site, (s, k, t)."""
        return self.pods_in_service * self.p.pod_mw[None, :, None]

    @cached_property
    def it_mw(self) -> Floats:
        """IT MW in service, (s, t)."""
        return np.asarray(self.it_of_sku_mw.sum(axis=1), dtype=np.float64)

    @cached_property
    def load_mw(self) -> Floats:
        """Load at the fence at peak, peak_pue_s · P_st, (s, t)."""
        return self.p.peak_pue[:, None] * self.it_mw

    @cached_property
    def block_load_mw(self) -> Floats:
        """Load at the fence by load block, (s, t, b)."""
        return self.p.load_per_it[:, None] * self.it_mw[:, :, None]

    @cached_property
    def waits(self) -> Floats:
        """Pods delivered and not placed by the end of t, Σ_{τ≤t} (D_kτ − Σ_s n_skτ), (k, t)."""
        return np.cumsum(self.p.delivered_pods - self.pods.sum(axis=0), axis=1)

    @cached_property
    def waits_mw(self) -> Floats:
        """IT MW waiting, (k, t)."""
        return self.waits * self.p.pod_mw[:, None]

    @cached_property
    def aged_mw(self) -> Floats:
        """IT MW that wait and came in a period that starts at least A years before t, first in first out, (k, t)."""
        old = (self.age >= self.config.unused.aged_after_years - _EPS).astype(np.float64)
        left = self.p.delivered_pods @ old - np.cumsum(self.pods.sum(axis=0), axis=1)
        return np.asarray(np.maximum(0.0, left) * self.p.pod_mw[:, None], dtype=np.float64)

    @cached_property
    def built_mw(self) -> Floats:
        """IT MW built, existing_st y_st + hall_s Σ_{τ≤t} h_sτ, (s, t)."""
        return self.p.existing_mw * self.opened + self.p.hall_mw[:, None] * self.halls_by

    @cached_property
    def idle_hall_mw(self) -> Floats:
        """Built IT MW without racks, (s, t)."""
        return self.built_mw - self.it_mw

    @property
    def firm_onsite_mw(self) -> Floats:
        """Firm fence MW generated on site, (s, t): O_st."""
        return self.p.onsite_mw

    @cached_property
    def energised_mw(self) -> Floats:
        """Fence MW of open sites, (I_st + O_st) y_st, (s, t); inf where unlimited."""
        return np.where(self.opened, self.interconnection_mw + self.firm_onsite_mw, 0.0)

    @cached_property
    def spare_mw(self) -> Floats:
        """Fence MW energised and not drawn at peak, (s, t); nan where unlimited."""
        limited = np.isfinite(self.p.interconnection_mw)
        return np.where(limited, np.where(limited, self.energised_mw, 0.0) - self.load_mw, np.nan)

    @cached_property
    def zone_load_mw(self) -> Floats:
        """Draw of the sites of each zone, (z, t, b)."""
        load = np.zeros(self.served_mw.shape)
        inside = self.p.zone_of >= 0
        np.add.at(load, self.p.zone_of[inside], self.draw_mw[inside])
        return load

    @cached_property
    def zone_left_mw(self) -> Floats:
        """Fence MW a zone can still get: its headroom left, its neighbours' over what lines leave free, (z, t, b)."""
        own = np.maximum(0.0, self.headroom_mw - self.served_mw)
        free = np.zeros((len(own), *own.shape))  # MW that lines can still bring to a zone from another
        line_mw, line_back_mw = self.wires.line_mw[:, :, None], self.wires.line_back_mw[:, :, None]
        np.add.at(free, (self.p.line_to, self.p.line_from), np.maximum(0.0, line_mw - self.flow_mw))
        np.add.at(free, (self.p.line_from, self.p.line_to), np.maximum(0.0, line_back_mw + self.flow_mw))
        free[np.diag_indices(len(own))] = 0.0
        return np.asarray(own + np.minimum(own, free).sum(axis=1), dtype=np.float64)

    @cached_property
    def stays(self) -> Bools:
        """Whether a pod placed in t is in service in the last period, (k, t)."""
        life = self.p.life_years[:, None]
        return np.asarray(~(self.age[:, -1] >= life - _EPS), dtype=np.bool_)

    @cached_property
    def staying_mw(self) -> Floats:
        """IT MW placed by t and in service in the last period, (s, t)."""
        placed = np.cumsum(self.pods * self.stays, axis=2)
        return np.asarray(np.einsum("skt,k->st", placed, self.p.pod_mw), dtype=np.float64)

    @cached_property
    def shared_mw(self) -> dict[str, Floats]:
        """IT MW as in ``staying_mw`` of all sites that count for the same, by each share that is set, (s, t).

        A site that counts for nobody is below any share.
        """
        found = {}
        for key, whose in self.p.sharers.items():
            if getattr(self.config.policy, key) is not None:
                names, place = np.unique(whose, return_inverse=True)
                held = np.zeros((len(names), len(self.p.periods)))
                np.add.at(held, place, self.staying_mw)
                found[key] = np.where((whose == "")[:, None], -inf, held[place])
        return found

    @cached_property
    def most_by_sums(self) -> float:
        """Most IT MW in service in the last period by the sums of the rules, inf where sites alone let in no more."""
        most = most_mw(self.p)
        return most if 0.0 < most < most_mw(self.p, ruled=False) - band(most) else inf

    @cached_property
    def shut_out(self) -> bool:
        """Whether count, shares and clusters by their sums let nothing into service in the last period."""
        return shut_out(self.p)

    @cached_property
    def unused_mw_years(self) -> float:
        """Waiting and spare power in IT MW-years, Σ L (w_kt p_k) + Σ L spare_st / peak_pue_s."""
        spare_it = np.nansum(self.spare_mw / self.p.peak_pue[:, None])
        return float(self.waits_mw.sum() + spare_it) * self.p.length_years

    def label(self, axes: tuple[str, ...], at: tuple[int, ...]) -> str:
        """Return a position in words, such as "site abilene, period 2027"; nothing of the one load block or nobody."""
        places = [(axis, i, self.p.ids[axis]) for axis, i in zip(axes, at, strict=True)]
        told = [(axis, ids[i]) for axis, i, ids in places if i < len(ids) and (axis != "block" or len(ids) > 1)]
        return ", ".join(f"{axis} {name}" for axis, name in told)


def limit(key: float | None, of: float = 1.0) -> float:
    """Return what a key of [policy] lets be, as a share ``of`` something; inf where it is not set."""
    return inf if key is None else key * of
