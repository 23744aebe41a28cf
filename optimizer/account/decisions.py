"""What the solver decides, and what a site holds and leaves unused by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..parameters import Parameters
from ..resolution import Bools, Floats, Ints
from ..tolerance import band


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
