"""Which of several cells that state one thing is the odd one, so that a mistake is told where it was made."""

from __future__ import annotations

import numpy as np

from .columns import Bools, Floats
from .reading import Reading
from .table import Table
from .tolerance import differs


def _whole(values: Floats) -> Bools:
    return np.asarray((values > -0.5) & ~differs(values, np.round(values), "mw"), dtype=np.bool_)


def pods(assignments: Table, p: Reading) -> Floats:
    """Pods placed, (s, k, t); where racks and it_mw agree on whole pods and pods does not, theirs."""
    _, k, _ = assignments.at
    stated = assignments.number["pods"]
    by_racks = assignments.number["racks"] / p.pod_racks[k]
    by_mw = assignments.number["it_mw"] / p.pod_mw[k]
    agreed = ~differs(by_racks, by_mw, "mw") & _whole(by_racks)
    placed = np.zeros(assignments.shape)
    placed[assignments.at] = np.where(agreed, np.round(by_racks), stated)
    return placed


def opened(sites: Table, power: Table, firm_mw: Floats, p: Reading) -> Bools:
    """Whether a site is open, (s, t), with so much firm power at its fence where it is.

    Where ``open`` and the rows of power.csv disagree, the site's own numbers decide: built_mw and idle_power_mw fit
    one answer only, or say nothing.
    """
    stated = sites.spread("open") > 0.5
    drawn = power.present().any(axis=2)
    fits_open, fits_closed = _fits(sites, firm_mw, p, 1.0), _fits(sites, firm_mw, p, 0.0)
    turned = (fits_open != fits_closed) & (stated != drawn) & (fits_open == drawn)
    return np.asarray(np.where(turned, drawn, stated), dtype=np.bool_)


def _fits(sites: Table, firm_mw: Floats, p: Reading, y: float) -> Bools:
    built = p.existing_mw * y + p.hall_mw[:, None] * sites.spread("halls")
    limited = np.isfinite(firm_mw)
    energised = np.where(limited, firm_mw, 0.0) * y
    spare = energised - p.peak_pue[:, None] * sites.spread("it_mw_in_service")
    alike = ~differs(sites.spread("built_mw"), built, "mw")
    alike &= ~limited | ~differs(sites.spread("idle_power_mw"), spare, "mw")
    if y == 0.0:
        alike &= sites.spread("halls") == 0
    return np.asarray(alike, dtype=np.bool_)


def halls(sites: Table, is_open: Bools, p: Reading) -> Floats:
    """Halls commissioned by t, (s, t); where built_mw and idle_hall_mw agree on whole halls, theirs."""
    stated = sites.spread("halls")
    existing = p.existing_mw * is_open
    by_built = (sites.spread("built_mw") - existing) / p.hall_mw[:, None]
    held = sites.spread("idle_hall_mw") + sites.spread("it_mw_in_service")
    by_idle = (held - existing) / p.hall_mw[:, None]
    agreed = ~differs(by_built, by_idle, "mw") & _whole(by_built)
    return np.asarray(np.where(agreed, np.round(by_built), stated), dtype=np.float64)
