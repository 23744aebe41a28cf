"""What the solver decides, and the tidy tables that follow from it and from the study's parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..io.schema import schema
from ..parameters import Parameters
from ..resolution import Bools, Floats, Ints
from ..tolerance import band
from .causes import causes

BLOCK = "all"  # the one load block of this release
# Below this, in MW, a remainder is too little for a row of unused.csv.
NOTHING_MW = 1e-6


@dataclass(frozen=True)
class Decisions:
    """Pods placed (s, k, t), halls commissioned (s, t), sites open (s, t) and the dispatch at peak.

    ``draw_mw`` and ``onsite_mw`` (s, t) serve the sites; ``served_mw`` (z, t) comes from a zone's own surplus;
    ``flow_mw`` (l, t) is positive from → to. All power in fence MW.
    """

    pods: Ints
    halls: Ints
    opened: Bools
    draw_mw: Floats
    onsite_mw: Floats
    served_mw: Floats
    flow_mw: Floats

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
    """Quantities by site and period, (s, t): IT MW in service and built, spare fence MW (nan where unlimited)."""

    it_mw: Floats
    built_mw: Floats
    idle_hall_mw: Floats
    idle_power_mw: Floats


def usage(p: Parameters, x: Decisions) -> Usage:
    """Compute what each site holds and leaves unused."""
    it_mw = x.it_mw(p)
    built = p.existing_mw * x.opened + p.hall_mw[:, None] * np.cumsum(x.halls, axis=1)
    limited = np.isfinite(p.power_mw)
    energised = np.where(limited & x.opened, p.power_mw, 0.0)
    spare = np.where(limited, energised - p.peak_pue[:, None] * it_mw, np.nan)
    return Usage(it_mw, built, _clean(built - it_mw, built), _clean(spare, energised))


def _clean(rest: Floats, of: Floats) -> Floats:
    """Take what a limit leaves for nothing where it is within the limit's band."""
    return np.where(np.abs(rest) <= band(of), 0.0, rest)


def frames(p: Parameters, x: Decisions, prices: dict[str, float]) -> dict[str, pd.DataFrame]:
    """Build every table of the plan folder; ``prices`` are those of [unused], by kind, per MW-year or MW."""
    use = usage(p, x)
    return {
        "assignments": _assignments(p, x),
        "sites": _sites(p, x, use),
        "power": _power(p, x, use),
        "waiting": _waiting(p, x),
        "zones": _zones(p, x),
        "flows": _flows(p, x),
        "unused": _unused(p, x, use, prices),
        "upgrades": _frame("upgrades", []),
    }


def _frame(table: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows, columns=schema(f"plan/{table}").names)


def _assignments(p: Parameters, x: Decisions) -> pd.DataFrame:
    serving = x.pods_in_service(p)
    rows: list[tuple[object, ...]] = []
    for s, k in np.argwhere(x.pods.sum(axis=2) > 0):
        first = int(np.argmax(x.pods[s, k] > 0))
        for t in range(first, len(p.horizon)):
            pods, served = int(x.pods[s, k, t]), int(serving[s, k, t])
            racks, mw = int(p.pod_racks[k]), float(p.pod_mw[k])
            rows.append(
                (p.sites[s], p.skus[k], p.vendor_of[k], p.periods[t], pods, pods * racks, pods * mw,
                 served * racks, served * mw)
            )  # fmt: skip
    return _frame("assignments", rows)


def _sites(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    halls = np.cumsum(x.halls, axis=1)
    rows: list[tuple[object, ...]] = [
        (
            site, period, bool(x.opened[s, t]), int(halls[s, t]), use.built_mw[s, t], use.it_mw[s, t],
            p.peak_pue[s] * use.it_mw[s, t], _or_empty(p.interconnection_mw[s, t]), p.onsite_mw[s, t],
            use.idle_hall_mw[s, t], _or_empty(use.idle_power_mw[s, t]),
        )
        for s, site in enumerate(p.sites)
        for t, period in enumerate(p.periods)
    ]  # fmt: skip
    return _frame("sites", rows)


def _or_empty(value: float) -> float:
    return float(value) if np.isfinite(value) else float("nan")


def _power(p: Parameters, x: Decisions, use: Usage) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (p.sites[s], p.periods[t], BLOCK, p.peak_pue[s] * use.it_mw[s, t], x.draw_mw[s, t], x.onsite_mw[s, t])
        for s in range(len(p.sites))
        for t in range(len(p.periods))
        if x.opened[s, t]
    ]
    return _frame("power", rows)


def _waiting(p: Parameters, x: Decisions) -> pd.DataFrame:
    placed, waits = x.pods.sum(axis=0), x.waiting_pods(p)
    rows: list[tuple[object, ...]] = [
        (
            p.skus[k], p.periods[t], int(p.delivered_pods[k, t] * p.pod_racks[k]), int(placed[k, t] * p.pod_racks[k]),
            int(waits[k, t] * p.pod_racks[k]), waits[k, t] * p.pod_mw[k],
        )
        for k in range(len(p.skus))
        if p.delivered_pods[k].any()
        for t in range(len(p.periods))
    ]  # fmt: skip
    return _frame("waiting", rows)


def _zones(p: Parameters, x: Decisions) -> pd.DataFrame:
    load = np.zeros(p.headroom_mw.shape)
    for s, z in enumerate(p.zone_of):
        if z >= 0:
            load[z] += x.draw_mw[s]
    rows: list[tuple[object, ...]] = [
        (zone, period, BLOCK, load[z, t], x.served_mw[z, t], p.headroom_mw[z, t])
        for z, zone in enumerate(p.zones)
        for t, period in enumerate(p.periods)
    ]
    return _frame("zones", rows)


def _flows(p: Parameters, x: Decisions) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (line, period, BLOCK, x.flow_mw[i, t], (p.line_back_mw if x.flow_mw[i, t] < 0 else p.line_mw)[i])
        for i, line in enumerate(p.lines)
        for t, period in enumerate(p.periods)
    ]
    return _frame("flows", rows)


def _unused(p: Parameters, x: Decisions, use: Usage, prices: dict[str, float]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    years, last = p.length_years, len(p.horizon) - 1
    why = causes(p, x, use)

    def add(kind: str, i: int, t: int, mw: float, span: float, price: float) -> None:
        if mw > NOTHING_MW:
            usd = price * mw * (span or 1.0)
            site, sku, cause = (
                (p.sites[i], "", why.of_site(i, t))
                if kind in ("idle_hall", "idle_power")
                else ("", p.skus[i], why.of_sku(i, t))
            )
            rows.append((kind, site, sku, p.periods[t], mw, mw * span, usd, cause))

    waits, aged = x.waiting_pods(p) * p.pod_mw[:, None], x.aged_pods(p) * p.pod_mw[:, None]
    for k in range(len(p.skus)):
        for t in range(last + 1):
            add("aged", k, t, aged[k, t], years, prices["aged"])
            add("waiting", k, t, waits[k, t], years, float(p.waiting_usd_per_mw_year[k]))
        add("unplaced", k, last, waits[k, last], 0.0, prices["unplaced"])
    for s in range(len(p.sites)):
        for t in range(last + 1):
            add("idle_hall", s, t, use.idle_hall_mw[s, t], years, prices["idle_hall"])
            add("idle_power", s, t, float(np.nan_to_num(use.idle_power_mw[s, t])), years, prices["idle_power"])
    frame = _frame("unused", rows)
    # labels of one study are of one length: their text sorts by time
    return frame.sort_values(["kind", "site", "sku", "period"], ignore_index=True)
