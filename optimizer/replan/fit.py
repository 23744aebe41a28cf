"""What of an earlier plan no longer fits a study, line by line with both numbers, and what can't be held by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from ..formulation.families import BOUGHT, HALLS, Family
from ..formulation.sets import filtered
from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.before import Before
from ..tolerance import band
from ..units import figure

NO_FIT = "What is committed does not fit the study; --release gives up the least of it."
_STAND = "committed"


def misfits(p: Parameters, before: Before) -> list[str]:
    """Return a line for everything that no longer fits, with what is committed and what the study lets be."""
    return [line for find in _CHECKS for line in find(p, before)]


def without_the_impossible(p: Parameters, before: Before) -> Before:
    """Release what the study has no place for, whatever else is released."""
    table, frozen = before.table, p.periods[: before.frozen]
    ids, racks = p.ids, dict(zip(p.skus, p.pod_racks.tolist(), strict=True))
    sets = filtered(p)
    places: dict[str, set[tuple[str, ...]]] = {
        "racks": {(ids["site"][s], ids["sku"][k], p.periods[t]) for s, k, t in sets.triples},
        "open": {(ids["site"][s], "", p.periods[t]) for s, t in sets.loaded},
        "halls": {(ids["site"][s], "", p.periods[t]) for s, t in _index(HALLS, p)},
        "upgrades": {("", "", p.periods[t], ids["upgrade"][u]) for u, t in _index(BOUGHT, p)},
    }
    released = []
    names = ("decision", "site", "sku", "period", "upgrade", "count", "released")
    for word, site, sku, period, upgrade, count, given in zip(*(table[n].tolist() for n in names), strict=True):
        key = (site, sku, period, upgrade) if word == "upgrades" else (site, sku, period)
        held = period in frozen and (before.holds_all or word == "racks")
        lost = count if key not in places[word] else count % racks[sku] if word == "racks" else 0
        released.append(max(given, lost) if held else 0)
    return rereleased(p, before, released)


def rereleased(p: Parameters, before: Before, released: list[int]) -> Before:
    """Return the same with other numbers released, by the rows of its table."""
    table = before.table.assign(released=np.array(released, dtype=np.int64))
    return Before.of(table, before.facts, ids=p.ids, pod_racks=p.pod_racks, delivered_pods=p.delivered_pods)


def given_up(table: pd.DataFrame) -> list[str]:
    """Return a line for each row of committed.csv of which something is released: of how many, and how many stay."""
    rows = table[table["released"] > 0]
    names = ("decision", "site", "sku", "upgrade", "period", "count", "released")
    return [
        f"{upgrade or site}{f', {sku}' if sku else ''}: {count:,} {_unit(word)} {_STAND} in {period}, "
        f"{count - released:,} can stay"
        for word, site, sku, upgrade, period, count, released in zip(*(rows[n].tolist() for n in names), strict=True)
    ]


def _unit(word: str) -> str:
    return {"open": "opening"}.get(word, word)


def _index(family: Family, p: Parameters) -> list[tuple[int, ...]]:
    return family.index(filtered(p), p)


def _held(p: Parameters, before: Before) -> pd.DataFrame:
    """Return the rows that are held."""
    rows = before.table[before.table["period"].isin(p.periods[: before.frozen])]
    return rows if before.holds_all else rows[rows["decision"] == "racks"]


# what is gone ---------------------------------------------------------------------------------------------------
def _gone(p: Parameters, before: Before) -> Iterator[str]:
    """Sites, rack types and upgrades that the study lacks."""
    rows = _held(p, before)
    racks = rows[rows["decision"] == "racks"]
    for site, sku, count in _sums(racks, "site", "sku"):
        lacks = [f"site {site}"] * (site not in p.sites) + [f"rack type {sku}"] * (sku not in p.skus)
        if lacks:
            yield f"{site}, {sku}: {count:,} racks {_STAND}, 0 can be: the study has no {' and no '.join(lacks)}"
    others = rows[rows["decision"].isin(["open", "halls"]) & ~rows["site"].isin(p.sites)]
    for word, site, count in _sums(others, "decision", "site"):
        if word == "halls" or site not in set(racks["site"]):
            yield f"{site}: {count:,} {_unit(word)} {_STAND}, 0 can be: the study has no site {site}"
    bought = rows[(rows["decision"] == "upgrades") & ~rows["upgrade"].isin(p.ids["upgrade"])]
    for _, upgrade, count in _sums(bought, "decision", "upgrade"):
        yield f"{upgrade}: {count:,} upgrades {_STAND}, 0 can be: the study has no upgrade {upgrade}"


def _sums(rows: pd.DataFrame, one: str, other: str) -> list[tuple[str, str, int]]:
    """Return two ids and the sum of counts of their rows."""
    sums = rows.groupby([one, other], as_index=False)["count"].sum()
    return list(zip(*(sums[name].tolist() for name in (one, other, "count")), strict=True))


def _shut(p: Parameters, before: Before) -> Iterator[str]:
    """Doors that are shut, sites that are forbidden or hold nothing, and pods of another size."""
    candidates = {*filtered(p).candidates}
    racks = before.held["pods"].sum(axis=2) * p.pod_racks
    for s, k in np.argwhere(racks > 0).tolist():
        why = "" if p.admits[s, k] else "the site does not take them"
        why = why if s in candidates else "the site is forbidden" if p.forbidden[s] else "the site can hold none"
        if why:
            yield f"{p.sites[s]}, {p.skus[k]}: {racks[s, k]:,.0f} racks {_STAND}, 0 can be: {why}"
    rows = _held(p, before)
    rows = rows[(rows["decision"] == "racks") & rows["sku"].isin(p.skus) & rows["site"].isin(p.sites)]
    pods = rows["sku"].map(dict(zip(p.skus, p.pod_racks.tolist(), strict=True)))
    for site, sku, period, count, pod in zip(
        *(rows[n].tolist() for n in ("site", "sku", "period", "count")), pods.tolist(), strict=True
    ):
        if count % pod:
            yield f"{site}, {sku}: {count:,} racks {_STAND} in {period}, {count // pod * pod:,} are whole pods of {pod}"


# sums -----------------------------------------------------------------------------------------------------------
def _delivered(p: Parameters, before: Before) -> Iterator[str]:
    """Racks placed that are not delivered by then, of each type in the period in which they exceed most."""
    table = _held(p, before)
    rows = table[(table["decision"] == "racks") & table["sku"].isin(p.skus)]
    placed = np.zeros((len(p.skus), len(p.horizon)))
    at = ([p.skus.index(sku) for sku in rows["sku"]], [p.periods.index(t) for t in rows["period"]])
    np.add.at(placed, at, rows["count"].to_numpy(dtype=np.float64))
    placed, came = np.cumsum(placed, axis=1), np.cumsum(p.delivered_pods, axis=1) * p.pod_racks[:, None]
    for k, t, racks, delivered in _worst(placed, came.astype(np.float64), before):
        yield f"{p.skus[k]}: {racks:,.0f} racks are placed by {p.periods[t]}, {delivered:,.0f} are delivered by then"


def _power(p: Parameters, before: Before) -> Iterator[str]:
    """Less power than racks draw, at the fence."""
    bought = p.upgrades.added_mw("site", len(p.sites), np.cumsum(before.held["upgrades"], axis=1))
    bought = bought if before.holds_all else p.upgrades.added_mw("site", len(p.sites))
    for s, t, mw, most in _worst(p.peak_pue[:, None] * _it_mw(p, before), p.power_mw + bought, before):
        yield f"{p.sites[s]}: racks draw {figure(mw)} MW in {p.periods[t]}, the site has power for {figure(most)} MW"


def _halls(p: Parameters, before: Before) -> Iterator[str]:
    """Less hall than racks need; halls that do not fit, come too early or too many in a year."""
    halls, until = before.held["halls"], np.arange(len(p.horizon)) < before.frozen
    if not before.holds_all:
        for s, t, mw, most in _worst(_it_mw(p, before), p.may_hold_it_mw, before):
            yield f"{p.sites[s]}: racks of {figure(mw)} MW stand in {p.periods[t]}, the site holds {figure(most)} MW"
        return
    for s, t, mw, most in _worst(_it_mw(p, before), p.existing_mw + p.hall_mw[:, None] * np.cumsum(halls, axis=1),
                                 before):  # fmt: skip
        yield f"{p.sites[s]}: racks of {figure(mw)} MW stand in {p.periods[t]}, halls there hold {figure(most)} MW"
    for s in np.flatnonzero(halls.sum(axis=1) > p.halls_max).tolist():
        yield f"{p.sites[s]}: {halls[s].sum():.0f} halls {_STAND}, {p.halls_max[s]} fit under max_mw"
    early = halls * (np.arange(len(until)) < p.first_hall[:, None])
    for s, t in np.argwhere(early > 0).tolist():
        count = f"{early[s, t]:.0f} halls {_STAND} in {p.periods[t]}"
        yield f"{p.sites[s]}: {count}, 0 can be built by then (hall_lead_years)"
    years = np.array(p.horizon.calendar_years)
    for year in sorted(set(years[until].tolist())):
        built = halls[:, years == year].sum(axis=1)
        for s in np.flatnonzero(built > p.halls_per_year).tolist():
            rate = f"{p.halls_per_year[s]:.0f} can be built in a year (halls_per_year)"
            yield f"{p.sites[s]}: {built[s]:.0f} halls {_STAND} in {year}, {rate}"
        mw, limit = float(built @ p.hall_mw), p.policy.max_new_mw_per_year
        if limit is not None and mw > limit + float(band(limit)):
            yield f"halls of {figure(mw)} MW {_STAND} in {year}, policy.max_new_mw_per_year is {figure(limit)} MW"


def _upgrades(p: Parameters, before: Before) -> Iterator[str]:
    """Upgrades that can't be bought so many times, or not by then."""
    bought = before.held["upgrades"]
    for u in np.flatnonzero(bought.sum(axis=1) > p.upgrades.most).tolist():
        most = int(p.upgrades.most[u])
        yield f"{p.upgrades.ids[u]}: {bought[u].sum():.0f} upgrades {_STAND}, {most} can be bought (max_count)"
    for u, t in np.argwhere((bought > 0) & ~p.upgrades.can_stand).tolist():
        yield f"{p.upgrades.ids[u]}: {bought[u, t]:.0f} upgrades {_STAND} in {p.periods[t]}, 0 can stand by then"


def _counted(p: Parameters, before: Before) -> Iterator[str]:
    """More sites than the study lets be open."""
    limit = p.policy.max_sites
    if before.holds_all and limit is not None:
        opened = int((before.held["opened"].any(axis=1) | p.committed).sum())
        if opened > limit:
            yield f"{opened} sites are open by {p.periods[before.frozen - 1]}, policy.max_sites is {limit}"


def _it_mw(p: Parameters, before: Before) -> Floats:
    """IT MW of the held racks that are in service, (s, t)."""
    serving = np.einsum("ska,kat->skt", before.held["pods"], p.serves.astype(np.float64))
    return np.asarray(np.einsum("skt,k->st", serving, p.pod_mw), dtype=np.float64)


def _worst(values: Floats, limits: Floats, before: Before) -> Iterator[tuple[int, int, float, float]]:
    """Yield the rows, (·, t), that pass their limit in a frozen period, where they do most, with both numbers."""
    excess = np.where(values > limits + band(values, limits), values - limits, 0.0)[:, : before.frozen]
    for i in np.flatnonzero(excess.any(axis=1)).tolist():
        t = int(excess[i].argmax())
        yield i, t, float(values[i, t]), float(limits[i, t])


_CHECKS: tuple[Callable[[Parameters, Before], Iterator[str]], ...] = (
    _gone, _shut, _delivered, _power, _halls, _upgrades, _counted,
)  # fmt: skip
