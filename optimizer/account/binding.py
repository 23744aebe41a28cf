"""How full the grid is: loading of lines, limits that bind, and the dual values of the base case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..io.schema import schema
from ..parameters import Parameters
from ..resolution import Floats
from ..tolerance import band
from .costs import circuit_shares
from .decisions import Decisions, Usage
from .prices import Prices

# Dual values below this are the solver's noise.
NOISE = 1e-6


def tidy(values: Floats) -> Floats:
    """Return dual values without the solver's noise."""
    return np.where(np.abs(values) < NOISE, 0.0, np.round(values, 6)) + 0.0


def loading(p: Parameters, x: Decisions) -> Floats:
    """Flow of each line as a share of its capacity, the largest of its circuits; nan where unlimited, (l, t, b)."""
    most = np.where(x.flow_mw < 0, p.line_back_mw[:, None, None], p.line_mw[:, None, None])
    shares = circuit_shares(p, x)
    links = p.upgrades.added_mw("line", len(p.lines), np.cumsum(x.upgrades, axis=1))
    limits = [most + links[:, :, None]]
    standing = np.cumsum(x.upgrades, axis=1)
    for u in np.flatnonzero(p.upgrades.circuit).tolist():
        limit = np.zeros(most.shape)
        limit[p.upgrades.target[u]] = (p.upgrades.capacity_mw[u] * standing[u])[:, None]
        limits.append(limit)
    found = np.full(most.shape, np.nan)
    for share, limit in zip(shares, limits, strict=True):
        own = np.abs(share[:, :, None] * x.flow_mw)
        part = np.divide(own, limit, out=np.where(own > band(0.0), np.inf, np.nan), where=limit > 0)
        found = np.fmax(found, np.where(np.isinf(limit), np.nan, part))
    return np.where((limits[0] == 0) & np.isnan(found), 0.0, found)


def binding(p: Parameters, x: Decisions, use: Usage, prices: Prices) -> pd.DataFrame:
    """Return the limits of zones, lines, generators and after outages that a plan's dispatch reaches."""
    return _table("binding", _binding(p, x, use, prices))


def _binding(p: Parameters, x: Decisions, use: Usage, prices: Prices) -> Iterator[tuple[Any, ...]]:
    zones, lines, gens = p.ids["zone"], p.ids["line"], p.ids["gen"]
    if p.generation is None:
        full = (use.headroom_mw > 0) & (x.served_mw >= use.headroom_mw - band(use.headroom_mw))
        yield from _rows(p, "zone", zones, full, use.headroom_mw, prices.zone)
    else:
        most = p.generation.most_mw
        full = (most > p.generation.least_mw) & (x.output_mw >= most - band(most))
        yield from _rows(p, "gen", gens, full, most, prices.gen)
    limit = np.where(x.flow_mw < 0, use.line_back_mw[:, :, None], use.line_mw[:, :, None])
    full = (limit > 0) & (loading(p, x) >= 1.0 - 1e-9)
    yield from _rows(p, "line", lines, full, limit, prices.line)
    for (i, out, sign, t, b), usd in sorted(prices.outage.items()):
        highest = float((p.line_emergency_mw if sign > 0 else p.line_emergency_back_mw)[i])
        after = sign * float(x.flow_mw[i, t, b] + p.wires.lodf[i, out] * x.flow_mw[out, t, b])
        if after >= highest - band(highest):
            name, worth = f"{lines[i]}/{lines[out]}", float(tidy(np.array(usd)))
            yield "outage", name, p.periods[t], p.ids["block"][b], highest, worth


def _rows(
    p: Parameters, element: str, ids: list[str], full: Any, limit: Floats, usd: Floats
) -> Iterator[tuple[Any, ...]]:
    usd = tidy(usd)
    for i, t, b in np.argwhere(full).tolist():
        yield element, ids[i], p.periods[t], p.ids["block"][b], float(limit[i, t, b]), float(usd[i, t, b])


def base(p: Parameters) -> pd.DataFrame:
    """Return flows and dual values of the base case; no row where the grid is not nodal."""
    return _table("base", _base(p))


def _base(p: Parameters) -> Iterator[tuple[Any, ...]]:
    case = p.base
    if case is None:
        return
    at = [(t, b, p.periods[t], p.ids["block"][b]) for t, b in np.ndindex(len(p.horizon), len(p.block_hours))]
    for z, zone in enumerate(p.zones):
        yield from (("zone", zone, *when, np.nan, float(case.zone_usd_per_mwh[z, t, b])) for t, b, *when in at)
    for i, line in enumerate(p.lines):
        for t, b, *when in at:
            yield "line", line, *when, float(case.flow_mw[i, t, b]), float(case.line_usd_per_mwh[i, t, b])
    for (i, out, t, b), usd in sorted(case.outage_usd_per_mwh.items()):
        yield "outage", f"{p.lines[i]}/{p.lines[out]}", p.periods[t], p.ids["block"][b], np.nan, usd


def _table(name: str, rows: Iterator[tuple[Any, ...]]) -> pd.DataFrame:
    columns = schema(f"plan/{name}")
    frame = pd.DataFrame.from_records(list(rows), columns=columns.names)
    return frame.sort_values(columns.order, ignore_index=True)
