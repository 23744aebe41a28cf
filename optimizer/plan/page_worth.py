"""Say which limits of a plan are worth most: by values that were asked for, else by what the plan knows itself."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan
from typing import Any

import pandas as pd

from ..units import figure, usd
from .grid import limit_in_words, limits, saving_in_words
from .limit_words import limit_words
from .page_parts import Item, PlanArrays, Section

_MOST = 5
_BIND = 3
_AMOUNTS = ("usd", "usd_from", "resolve_step", "resolve_low_usd", "resolve_high_usd")
_ONE = {"MW fence": "MW at the fence", "sites": "site", "halls a year": "hall a year", "pieces": "piece"}


def worth_section(arrays: PlanArrays, values: pd.DataFrame | None, folder: str) -> Section:
    """Return the five limits that are worth most, each once; where no values are at hand, the grid's and a command.

    Every amount says whether it is marginal or of a re-solve. Facts of an item: ``limit``, ``id``, ``period``,
    ``unit`` and the amounts of values.csv; of the grid's own ``usd_per_mw_year``.
    """
    heading = "What is worth most"
    if values is not None:
        items = _valued(values)
        none = Item("", "no limit is worth anything: one more of each saves nothing (marginal)")
        return Section("worth", heading, tuple(items or [none]))
    command = f"rackgrid explain {folder} --values -o {folder}/values"
    ask = Item("Ask", f"{command} says what one more MW, hall or site is worth", {"command": command})
    return Section("worth", heading, (*_of_the_grid(arrays), ask))


def _of_the_grid(arrays: PlanArrays) -> list[Item]:
    """Return what the plan's own dispatch says of the grid, none where no limit of it has a price."""
    of: dict[tuple[str, str], list[Any]] = {}
    for limit in limits(arrays.plan):
        if limit.usd_per_mw_year > 0:
            of.setdefault((limit.element, limit.id), []).append(limit)
    items = []
    for each in [*of.values()][:_MOST]:
        words = f"{saving_in_words(arrays.plan, each)} (marginal, all that is built held)"
        facts = {"limit": each[0].element, "id": each[0].id, "period": each[0].period,
                 "usd_per_mw_year": each[0].usd_per_mw_year}  # fmt: skip
        items.append(Item("", words, facts))
    return items or _binding(arrays)


def _binding(arrays: PlanArrays) -> list[Item]:
    """Return the limits of the grid that bind and have no price of their own: what matters there is who gets them."""
    periods: dict[tuple[str, str], int] = {}
    for limit in limits(arrays.plan):
        periods[limit.element, limit.id] = periods.get((limit.element, limit.id), 0) + 1
    if not periods:
        return []
    ranked = sorted(periods, key=lambda key: (-periods[key], key))
    named = [f"{limit_in_words(*key)} in {_counted(periods[key])}" for key in ranked[:_BIND]]
    more = f" and {len(ranked) - _BIND:,} more" if len(ranked) > _BIND else ""
    words = f"{', '.join(named)}{more}; one MW more saves nothing while all racks stay where they are (marginal)"
    return [Item("Full in the grid", words, {"limits": [list(key) for key in ranked]})]


def _counted(periods: int) -> str:
    """Return a number of periods in words."""
    return "1 period" if periods == 1 else f"{periods:,} periods"


def _valued(values: pd.DataFrame) -> list[Item]:
    """Return an item for each limit that is worth anything, in the period in which it is worth most."""
    found: dict[tuple[str, str], Item] = {}
    for row in values.to_dict("records"):
        worth = _number(row, "usd") if _known(row, "usd") else _number(row, "resolve_low_usd")
        if worth > 0 and len(found) < _MOST:
            found.setdefault((row["limit"], row["id"]), _value(row))
    return [*found.values()]


def _value(row: Mapping[Any, Any]) -> Item:
    unit = _ONE.get(row["unit"], row["unit"])
    parts = []
    if _known(row, "usd"):
        rest = _number(row, "usd_from") if _known(row, "usd_from") else 0.0
        more = f", {usd(rest)} with all later periods" if rest > 1.001 * _number(row, "usd") else ""
        parts.append(f"one {unit} more saves {usd(_number(row, 'usd'))}{more} (marginal)")
    if _known(row, "resolve_low_usd", "resolve_high_usd"):
        step, both = _number(row, "resolve_step"), (_number(row, "resolve_low_usd"), _number(row, "resolve_high_usd"))
        of = f"{'one' if step == 1 else figure(step)} {unit} more{' from then on' if row['period'] else ''}"
        if both[0] >= 0 or both[1] <= 0:
            parts.append(f"{of} saves {usd(both[0])} to {usd(both[1])} (re-solve)")
        else:
            parts.append(f"{'' if parts else f'{of} saves '}at most {usd(both[1])}, nothing proven (re-solve)")
    facts = {key: row[key] for key in ("limit", "id", "period", "unit")}
    facts |= {key: _number(row, key) for key in _AMOUNTS if _known(row, key)}
    return Item(
        limit_words(row["limit"], row["id"]), (f"{row['period']}: " if row["period"] else "") + "; ".join(parts), facts
    )


def _known(row: Mapping[Any, Any], *names: str) -> bool:
    return all(isfinite(_number(row, name)) for name in names)


def _number(row: Mapping[Any, Any], name: str) -> float:
    """Return a number of a row, nan where there is none."""
    return float(row.get(name, nan))
