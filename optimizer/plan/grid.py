"""Say what a plan does to the grid: what it reinforces, which limits bind, how full lines are in the worst block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import shown
from ..study import Study
from ..units import figure, mw, share, usd

if TYPE_CHECKING:
    from .plan import Plan

_OWN_TABLES = ("blocks", "upgrades", "generators", "loads")
_ELEMENTS = {"zone": "the headroom of zone {}", "line": "line {}", "gen": "generator {}"}
_STATES = {"zone": "is used up", "line": "is full", "gen": "makes all it can"}
_SCREENED = re.compile(r"n-1: (.+)$", re.MULTILINE)
_LISTED = 5


@dataclass(frozen=True)
class Bought:
    """Reinforcements of one kind bought in a period; ``capacity_mw`` is what one adds, ``usd`` undiscounted."""

    upgrade: str
    kind: str
    target: str
    capacity_mw: float
    period: str
    count: int
    usd: float

    @property
    def where(self) -> str:
        """What it reinforces, in words."""
        return f"{self.kind} {self.target}"


@dataclass(frozen=True)
class Limit:
    """A limit that binds in a period, in these blocks; ``usd_per_mw_year`` is what one MW more saves in all of them."""

    element: str
    id: str
    period: str
    blocks: tuple[str, ...]
    limit_mw: float
    usd_per_mw_year: float

    @property
    def words(self) -> str:
        """What binds, and when, as the beginning of a sentence."""
        return limit_in_words(self.element, self.id)


def shows_grid(study: Study) -> bool:
    """Whether a study says more of its grid than zones and plain lines: blocks, upgrades, generators or DC flow."""
    return study.flow == "dc" or any(len(study.table(name)) for name in _OWN_TABLES)


def block_names(study: Study) -> list[str]:
    """Return the load blocks in order; one of all hours where the study has no more."""
    return [str(block) for block in study.blocks["block"]] or ["all"]


def worst(table: pd.DataFrame, key: str, *measures: pd.Series) -> pd.DataFrame:
    """Return of each thing and period the row of its worst block: the most of the measures in turn, else the first."""
    ranks = {f"\0{i}": measure for i, measure in enumerate(measures)}
    ranked = table.assign(**ranks).sort_values(list(ranks), ascending=False, kind="stable", na_position="last")
    return ranked.drop_duplicates([key, "period"])[table.columns].sort_index()


def worst_flows(plan: Plan) -> pd.DataFrame:
    """Return of each line and period the block that loads it most; of an unlimited line that of the largest flow."""
    table = plan.tables["flows"]
    return worst(table, "line", table["loading"], table["flow_mw"].abs())


def worst_zones(plan: Plan) -> pd.DataFrame:
    """Return of each zone and period the block that uses most headroom; of a bus that of the highest price."""
    table = plan.tables["zones"]
    first = table["price_usd_per_mwh"] if plan.study.is_nodal else used_share(table)
    return worst(table, "zone", first, table["load_mw"])


def used_share(zones: pd.DataFrame) -> pd.Series:
    """Return the share of headroom that is served, row by row of zones.csv; empty where there is none."""
    return (zones["served_mw"] / zones["headroom_mw"]).where(zones["headroom_mw"] > 0)


def bought(plan: Plan) -> list[Bought]:
    """Return what was bought, by period and id."""
    known = {str(row["upgrade"]): row for row in plan.study.upgrades.to_dict("records")}
    rows = plan.tables["upgrades"].sort_values(["period", "upgrade"], kind="stable").to_dict("records")
    return [
        Bought(
            upgrade=str(row["upgrade"]), kind=str(of["kind"]), target=str(of["target"]),
            capacity_mw=float(of["capacity_mw"]), period=str(row["period"]), count=int(row["count"]),
            usd=float(row["capex_usd"]),
        )
        for row in rows for of in [known[str(row["upgrade"])]]
    ]  # fmt: skip


def limits(plan: Plan) -> list[Limit]:
    """Return the limits that bind, by period: those of the grid before generators, what saves most per MW first."""
    blocks: dict[tuple[str, str, str], list[tuple[str, float, float]]] = {}
    for element, name, period, block, limit_mw, saved in plan.tables["binding"].itertuples(index=False, name=None):
        blocks.setdefault((element, name, period), []).append((block, limit_mw, 0.0 if saved != saved else saved))
    found = [
        Limit(*at, tuple(block for block, *_ in of), max(most for _, most, _ in of), sum(saved for *_, saved in of))
        for at, of in sorted(blocks.items())
    ]
    return sorted(found, key=lambda limit: (limit.element == "gen", -limit.usd_per_mw_year))


def limit_in_words(element: str, name: str) -> str:
    """Name what binds: a zone, a line, a generator, or a line after an outage (``LOADED/OUT``)."""
    if element in _ELEMENTS:
        return _ELEMENTS[element].format(shown(name, 40))
    loaded, _, out = name.partition("/")
    return f"line {shown(loaded, 30)} after the outage of {shown(out, 30)}"


def when(plan: Plan, period: str, blocks: Sequence[str]) -> str:
    """Say a period and, where the study has several, its blocks."""
    names = block_names(plan.study)
    return period if len(names) == 1 else f"{period} {'all blocks' if len(blocks) == len(names) else ', '.join(blocks)}"


def screened(plan: Plan) -> str:
    """Say how the last search for outages that overload a line ended, as the log has it; "" where there was none."""
    found = _SCREENED.findall(plan.log)
    return str(found[-1]) if found else ""


def fullest(plan: Plan) -> str:
    """Say which line is loaded most, and when; "" where no line has a limit or none carries anything."""
    rows = plan.tables["flows"]
    rows = rows[rows["loading"] > 0]
    if not len(rows):
        return ""
    row = rows.nlargest(1, "loading").to_dict("records")[0]
    at = when(plan, str(row["period"]), [str(row["block"])])
    return f"line {shown(row['line'], 40)}, {share(row['loading'])} of {mw(row['capacity_mw'])} in {at}"


def grid_lines(plan: Plan) -> list[tuple[str, str]]:
    """Return what a planner asks first of the grid, each line with its heading; none for a study of plain lines."""
    if not shows_grid(plan.study):
        return []
    own, offered = bought(plan), len(plan.study.upgrades)
    lines = []
    if own:
        lines.append(("Upgrades", f"{sum(b.count for b in own):,} bought, {usd(sum(b.usd for b in own))} undiscounted"))
        lines += [("", _bought(one)) for one in own[:_LISTED]]
        lines += [("", f"and {len(own) - _LISTED:,} more (upgrades.csv)")] if len(own) > _LISTED else []
    elif offered:
        lines.append(("Upgrades", f"none of {offered:,} is bought"))
    relief = relief_usd(plan)
    told = {
        "Relief": f"generation and wheeling cost {usd(relief)} less than without the programme" if relief > 0 else "",
        "N-1": screened(plan),
        "Fullest": fullest(plan),
    }
    return [*lines, *((head, words) for head, words in told.items() if words), *_binds(plan)]


def _binds(plan: Plan) -> list[tuple[str, str]]:
    """Say what binds where one MW more would save money, the dearest limits first, then how many others bind."""
    of: dict[tuple[str, str], list[Limit]] = {}
    for limit in limits(plan):
        of.setdefault((limit.element, limit.id), []).append(limit)
    lines = [saving_in_words(plan, each) for each in of.values() if each[0].usd_per_mw_year > 0][:_LISTED]
    rest = len(of) - len(lines)
    if rest and not lines:
        lines.append(f"{rest:,} {'limits' if rest > 1 else 'limit'}, of which one MW more would save nothing")
    elif rest:
        lines.append(f"and {rest:,} more (binding.csv)")
    return [("" if row else "Binds", words) for row, words in enumerate(lines)]


def relief_usd(plan: Plan) -> float:
    """Return how far generation and wheeling lie below those without the programme, discounted."""
    return float(plan.facts.get("relief_usd") or 0.0)


def _bought(one: Bought) -> str:
    each = f"{figure(one.capacity_mw)} MW{' each' if one.count > 1 else ''}"
    return f"{shown(one.upgrade, 30)}: {one.count} in {one.period}, {usd(one.usd)} ({shown(one.where, 30)}, {each})"


def saving_in_words(plan: Plan, of: Sequence[Limit]) -> str:
    """Say what one MW more of a limit saves, ``of`` its periods, the dearest first."""
    first, more = of[0], len(of) - 1
    at = when(plan, first.period, first.blocks) + (f" and {more} more period{'s' if more > 1 else ''}" if more else "")
    state = _STATES.get(first.element, "is at its limit")
    return f"{first.words} {state} in {at}: one MW more would save {usd(_round(first.usd_per_mw_year))} a year"


def _round(value: float) -> float:
    """Return a dual value to three digits: more would pretend a precision that it has not."""
    return float(f"{value:.3g}")
