"""Say what a plan leaves unused and why: racks that wait by their first cause with the places, and idle capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..account.causes import GENERATION, LIMITS, ZONE
from ..account.quantities import quantities
from ..errors import shown
from ..io.registers import OF_SITES
from ..units import mw, mw_years
from .causes import cause_words
from .page_parts import Item, PlanArrays, Section
from .summary import split_of_waiting

_CAUSES, _PLACES = 3, 3


def waiting_section(arrays: PlanArrays) -> Section:
    """Return how long racks wait, each first cause with where it holds them back, and what idles.

    Facts of an item: ``kind`` as in unused.csv, ``mw_years`` (idle power at the fence, else IT), ``cause``, ``places``.
    """
    plan, unused = arrays.plan, arrays.plan.unused
    waiting = unused[unused["kind"] == "waiting"]
    seen = quantities(plan.study, plan.tables)
    items: list[Item] = []
    if float(waiting["mw_years"].sum()) > 0:
        by_rack = ", ".join(f"{shown(k, 24)} {mw_years(v)}" for k, v in [*seen.waited_by_sku.items()][:3])
        left = f"; {mw(seen.unplaced_mw)} still wait at the end" if seen.unplaced_mw > 0 else ""
        total = float(waiting["mw_years"].sum())
        words = f"{mw_years(total)} ({by_rack}){left}; {split_of_waiting(plan)}"
        items = [Item("Racks wait", words, {"kind": "waiting", "mw_years": total}), *_held_back(arrays, waiting)]
    else:
        items = [Item("", "no rack waits through a period", {"kind": "waiting", "mw_years": 0.0})]
    return Section("waiting", "What waits and idles, and why", (*items, *_idle(arrays, unused)))


def _first(causes: pd.Series) -> pd.Series:
    return causes.fillna("").astype(str).str.split(";").str[0].str.strip()


def _held_back(arrays: PlanArrays, waiting: pd.DataFrame) -> list[Item]:
    """Return an item for each first cause, that of most MW-years first."""
    words = cause_words(arrays.plan)
    parts = [
        (float(rows["mw_years"].sum()), str(cause), rows)
        for cause, rows in waiting.groupby(_first(waiting["cause"]), sort=True)
        if cause
    ]
    items = []
    for total, cause, rows in sorted(parts, key=lambda part: (-part[0], part[1]))[:_CAUSES]:
        worst = rows.sort_values(["mw_years", "sku", "period"], ascending=[False, True, True]).to_dict("records")[0]
        others = list(dict.fromkeys(c.strip() for row in rows["cause"] for c in str(row).split(";")))
        beside = ", ".join(c for c in others if c and c != cause)
        places, told = _places(arrays, cause, worst)
        of = f"{mw_years(total)} in {_span(arrays, rows)}: {words.get(cause, cause)}"
        text = of + (f"; {told}" if told else "") + (f"; beside it {beside}" if beside else "")
        facts = {"kind": "waiting", "cause": cause, "mw_years": total, "places": places}
        items.append(Item(cause, text, facts))
    return items


def _span(arrays: PlanArrays, rows: pd.DataFrame) -> str:
    names = [name for name in arrays.plan.study.horizon.names if name in set(rows["period"])]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _places(arrays: PlanArrays, cause: str, row: Mapping[Any, Any]) -> tuple[list[str], str]:
    """Return where a limit has no room for a SKU in a period, and say it; nothing of causes that are no limit.

    First what it alone holds back most, then where most racks serve in the end: these wait for what comes later there.
    """
    p = arrays.p
    limit = LIMITS[ZONE] if cause == GENERATION else cause
    if limit not in LIMITS or row["sku"] not in p.skus:
        return [], ""
    t = p.periods.index(row["period"])
    full, stopped = arrays.causes.full_at(limit, p.skus.index(row["sku"]), t)
    later = np.maximum(0.0, arrays.use.it_mw[:, -1] - arrays.use.it_mw[:, t])
    if limit == LIMITS[ZONE]:
        return _zones(arrays, full, stopped, later, row["period"])
    at = [s for s in np.lexsort((np.arange(len(full)), -later, -stopped)).tolist() if full[s]]
    named = [f"{arrays.marked(p.sites[s])}{_later(float(later[s]))}" for s in at[:_PLACES]]
    return [p.sites[s] for s in at], _listing(named, len(at), "site", row["period"])


def _later(it_mw: float) -> str:
    return f" (+{mw(it_mw)} later)" if it_mw > 0 else ""


def _zones(arrays: PlanArrays, full: Any, stopped: Any, later: Any, period: str) -> tuple[list[str], str]:
    p = arrays.p
    sums: dict[int, tuple[float, float]] = {}
    for s in np.flatnonzero(full & (p.zone_of >= 0)).tolist():
        held, more = sums.get(int(p.zone_of[s]), (0.0, 0.0))
        sums[int(p.zone_of[s])] = held + float(stopped[s]), more + float(later[s])
    at = sorted(sums, key=lambda z: (-sums[z][0], -sums[z][1], z))
    named = [f"{p.zones[z]}{_later(sums[z][1])}" for z in at[:_PLACES]]
    return [p.zones[z] for z in at], _listing(named, len(at), "zone", period)


def _listing(named: Sequence[str], count: int, what: str, period: str) -> str:
    if not named:
        return ""
    first = "" if count <= len(named) else "first "
    return f"in {period} at {count:,} {what}{'s' if count > 1 else ''}, {first}{', '.join(named)}"


def _idle(arrays: PlanArrays, unused: pd.DataFrame) -> list[Item]:
    """Return an item for each kind of idle capacity, with its first cause and where most of it is."""
    words, items = cause_words(arrays.plan), []
    for kind in OF_SITES:
        rows = unused[unused["kind"] == kind.name]
        total = float(rows["mw_years"].sum())
        if total <= 0:
            continue
        by_cause = rows.groupby(_first(rows["cause"]))["mw_years"].sum().sort_values(ascending=False, kind="stable")
        cause, of = str(by_cause.index[0]), float(by_cause.iloc[0])
        sums = rows[_first(rows["cause"]) == cause].groupby("site")["mw_years"].sum()
        places = sorted(sums.items(), key=lambda pair: (-float(pair[1]), str(pair[0])))[:2]
        where = ", ".join(f"{arrays.marked(str(site))} {mw_years(float(v))}" for site, v in places)
        why = f"{cause} {mw_years(of)} ({words.get(cause, cause)}), most at {where}" if cause else f"most at {where}"
        text = f"{mw_years(total)}{' at the fence' * kind.at_the_fence}: {why}"
        facts = {"kind": kind.name, "cause": cause, "mw_years": total, "places": [str(site) for site, _ in places]}
        items.append(Item(f"Idle {kind.rest}", text, facts))
    return items
