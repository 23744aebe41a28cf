"""Say which sites must be there and what would change a plan: power that comes sooner, rules that are used up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..io.config import SHARES
from ..io.wording import listed
from ..units import figure, mw, share, usd
from .page_parts import Item, PlanArrays, Section

_NEAR = 0.99
_MOST = 3
_AMOUNTS = ("usd", "resolve_low_usd", "resolve_high_usd")


def sites_section(arrays: PlanArrays, classes: pd.DataFrame | None, folder: str) -> Section:
    """Return the sites that must be there, where alternatives were asked for; else what is committed, and a command.

    Facts of an item: ``class`` and ``sites``; of what must be there ``replacement_usd_low`` by site (re-solve).
    """
    heading = "Which sites must be there"
    if classes is not None:
        return Section("sites", heading, tuple(_classes(arrays, classes)))
    p, items = arrays.p, []
    for head, which in (("Committed", p.committed), ("Forced by force_open", p.forced & ~p.committed)):
        names = [p.sites[s] for s in np.flatnonzero(which)]
        if names:
            items.append(Item(head, f"{len(names):,}: {listed(names, most=8)}", {"class": head, "sites": names}))
    command = f"rackgrid alternatives {folder} -o {folder}/alternatives"
    ask = Item("Ask", f"{command} says which, and what losing each costs", {"command": command})
    return Section("sites", heading, (*items, ask))


def _classes(arrays: PlanArrays, classes: pd.DataFrame) -> Iterator[Item]:
    low = pd.to_numeric(classes.get("replacement_usd_low", pd.Series(np.nan, classes.index)), errors="coerce")
    ranked = classes.assign(low=low).sort_values(["low", "site"], ascending=[False, True], kind="stable")
    for name, words in (
        ("must", "no plan within the margin is without them"),
        ("optional", "plans with and without are at hand"),
        ("unsettled", "the time limit left them open"),
    ):
        rows = ranked[ranked["class"] == name]
        if not len(rows):
            if name == "must":
                yield Item("must", "none: each site can be replaced within the margin", {"class": name, "sites": []})
            continue
        sites, loss = [str(site) for site in rows["site"]], rows["low"].tolist()
        if name == "must":
            named = [f"{arrays.marked(s)}{_loss(v)}" for s, v in zip(sites, loss, strict=True)]
            told = f": {listed(named, most=5, width=80)}"
        else:
            told = f": {listed(sites, most=4)}" if name == "optional" else ""
        facts: dict[str, Any] = {"class": name, "sites": sites}
        if name == "must":
            facts["replacement_usd_low"] = [v if np.isfinite(v) else None for v in loss]
        yield Item(name, f"{len(rows):,}{told} ({words})", facts)


def _loss(value: float) -> str:
    if value != value or value <= 0:
        return ""
    return " (no plan without)" if np.isinf(value) else f" (without it +{usd(value)} at least, re-solve)"


def change_section(arrays: PlanArrays, sooner: pd.DataFrame | None, folder: str) -> Section:
    """Return what would change the plan: dates first, then rules and limits without room, then what is not proven.

    Facts of an item name their units; money of ``sooner`` is of re-solves.
    """
    items = [*_sooner(arrays, sooner, folder), *_rules(arrays), *_full(arrays), *_proof(arrays)]
    return Section("change", "What would change the plan", tuple(items))


def _sooner(arrays: PlanArrays, sooner: pd.DataFrame | None, folder: str) -> Iterator[Item]:
    """Yield what a period sooner saves where it was asked, else the largest steps of power while racks wait."""
    if sooner is None:
        yield from _later(arrays, folder)
        return
    proven = np.isfinite(sooner[_AMOUNTS[1]]) & np.isfinite(sooner[_AMOUNTS[2]])
    worth = sooner[_AMOUNTS[1]].where(proven, sooner["usd"]).fillna(0.0)
    rows = sooner.assign(worth=worth, proven=proven)[worth > 0].sort_values(["worth", "site"], ascending=[False, True])
    for row in rows.head(_MOST).to_dict("records"):
        facts = {"site": row["site"]} | {name: row[name] for name in _AMOUNTS if np.isfinite(row[name])}
        low, high = (usd(row[name]) for name in _AMOUNTS[1:])
        saved = f"{low} to {high} (re-solve)" if row["proven"] else f"{usd(row['usd'])} (marginal)"
        yield Item(f"{arrays.marked(row['site'])} sooner", f"its power one period sooner saves {saved}", facts)
    if not len(rows) and proven.all():
        yield Item("Power sooner", "no site's power one period sooner saves anything (re-solve)", {})
    elif not len(rows):
        call = f"rackgrid explain {folder} --values -o {folder}/values"
        yield Item("Power sooner", f"saves nothing to first order; {call} solves it anew", {})


def _later(arrays: PlanArrays, folder: str) -> Iterator[Item]:
    """Yield the largest steps of power that come after periods in which racks wait."""
    p = arrays.p
    waits = np.asarray((arrays.x.waiting_pods(p) > 0).any(axis=0))
    steps = np.diff(np.nan_to_num(arrays.use.power_mw, posinf=0.0), axis=1, prepend=0.0)
    before = np.concatenate([[False], waits[:-1]])
    steps[~arrays.x.opened[:, -1]] = 0.0
    steps[:, ~before] = 0.0
    at = [divmod(int(i), len(p.horizon)) for i in np.argsort(-steps, axis=None, kind="stable")[:_MOST]]
    named = [f"{arrays.marked(p.sites[s])} {mw(steps[s, t])} in {p.periods[t]}" for s, t in at if steps[s, t] > 0]
    if named:
        facts = {"later": [[p.sites[s], p.periods[t], float(steps[s, t])] for s, t in at if steps[s, t] > 0]}
        ask = f"rackgrid explain {folder} --values prices a period sooner"
        yield Item("Power sooner", f"{', '.join(named)}, while racks wait before; {ask}", facts)


def _rules(arrays: PlanArrays) -> Iterator[Item]:
    """Yield the rules of the programme that are used up, or nearly so."""
    policy, p, x = arrays.plan.study.config.policy, arrays.p, arrays.x
    told: list[tuple[str, float, float, str]] = []
    if policy.max_sites is not None:
        used = float(x.opened[:, -1].sum())
        told.append(("max_sites", used, float(policy.max_sites), f"{used:,.0f} of {policy.max_sites:,} sites"))
    if (rate := policy.max_new_mw_per_year) is not None:
        years = np.array(p.horizon.calendar_years)
        new = {y: float((p.hall_mw[:, None] * x.halls)[:, years == y].sum()) for y in dict.fromkeys(years.tolist())}
        year = max(new, key=lambda y: new[y])
        told.append(("max_new_mw_per_year", new[year], rate, f"{figure(new[year])} of {figure(rate)} MW IT in {year}"))
    if (most := policy.max_unused_mw_years) is not None:
        used = float(arrays.plan.facts["unused"]["unused_mw_years"])
        told.append(("max_unused_mw_years", used, most, f"{figure(used)} of {figure(most)} MW-years"))
    held = arrays.use.it_mw[:, -1]
    for key in SHARES:
        if (top := getattr(policy, key)) is not None and held.sum() > 0:
            parts = {w: float(held[p.sharers[key] == w].sum()) for w in {*p.sharers[key].tolist()} - {"", -1}}
            used = max(parts.values(), default=0.0) / float(held.sum())
            told.append((key, used, top, f"{share(used)} of {share(top)} at the largest"))
    for key, used, limit, words in told:
        if used >= _NEAR * limit:
            yield Item(f"policy.{key}", f"used up: {words}", {"key": key, "used": used, "limit": limit})


def _full(arrays: PlanArrays) -> Iterator[Item]:
    """Yield how many open sites have their power and their halls in use when the horizon ends."""
    x, use, last = arrays.x, arrays.use, arrays.p.periods[-1]
    opened = x.opened[:, -1]
    power, built = use.power_mw[:, -1], use.built_mw[:, -1]
    full = opened & np.isfinite(power) & (power > 0) & (use.peak_mw[:, -1] >= _NEAR * power)
    halls = opened & (built > 0) & (use.it_mw[:, -1] >= _NEAR * built)
    if (full | halls).any():
        of = {"open": int(opened.sum()), "power": int(full.sum()), "halls": int(halls.sum())}
        words = f"in {last} {of['power']:,} of {of['open']:,} open sites draw all their power"
        yield Item("Full sites", f"{words}, {of['halls']:,} fill all halls", of)


def _proof(arrays: PlanArrays) -> Iterator[Item]:
    plan = arrays.plan
    if plan.bound_usd is None:
        yield Item("Not proven", "how far this plan is from the best: any change may pay", {})
    elif (open_usd := plan.objective_usd - plan.bound_usd) > 1.0:
        words = f"another plan may be cheaper by up to {usd(open_usd)}, the gap: what is worth less may be chance"
        yield Item("Not proven", words, {"usd": open_usd})
