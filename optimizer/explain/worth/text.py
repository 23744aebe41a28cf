"""Values in the words of a planner who has one minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import escape

from ...errors import shown
from ...plan.limit_words import limit_words
from ...units import figure, usd

if TYPE_CHECKING:
    from .answer import Values

MOST_SOONER = 5


def named(row: Mapping[Any, Any]) -> str:
    """Return the words for a limit: what, where, when, and in which block of several."""
    what = limit_words(str(row["limit"]), str(row["id"]))
    block = "" if row["block"] in ("", "all") else f" {shown(row['block'], 20)}"
    return f"{what}{', ' if row['period'] else ''}{row['period']}{block}"


def money(value: float) -> str:
    """Return an amount that is saved, with its sign; "–" where none is known."""
    return "–" if np.isnan(value) else "no plan" if np.isinf(value) else usd(value)


def bracket(low: float, high: float) -> str:
    """Return what a new solve proved."""
    if np.isnan(low) and np.isnan(high):
        return "–"
    if np.isneginf(high):
        return "no plan"
    if low < 0 < high:
        return f"at most {money(high)}, nothing proven"
    return f"{money(low)} to {money(high)}"


def shown_rows(of: Values, top: int) -> list[tuple[str, str, str, str, str]]:
    """Return the cells of the ``top`` limits that are worth most: name, unit, one more, from then on, new solve."""
    frame = of.frame
    worth = frame["usd"].fillna(0.0)
    again = frame["resolve_step"].notna() & ((worth > 0) | frame["usd"].isna())
    order = pd.concat([frame[again & frame["usd"].isna()], frame[~frame["usd"].isna() & (again | (worth > 0))]])
    rows = order.head(top)
    return [
        (named(row), str(row["unit"]), money(row["usd"]), money(row["usd_from"]),
         bracket(row["resolve_low_usd"], row["resolve_high_usd"]))
        for row in rows.to_dict("records")
    ]  # fmt: skip


def text(of: Values, top: int) -> str:
    """Return the most valuable limits as lines of text."""
    rows = shown_rows(of, top)
    lines = [f"What limits are worth: plan of {usd(of.plan.objective_usd)}, discounted"]
    if rows:
        head = ("one more of", "unit", "saves", "from then on", "solved anew, a step from then on")
        widths = [max(len(cells[i]) for cells in (head, *rows)) for i in range(len(head))]
        lines += [
            "  ".join(cell.ljust(w) for cell, w in zip(cells, widths, strict=True)).rstrip() for cells in (head, *rows)
        ]
    else:
        lines.append("one more of no limit saves anything")
    costly = of.frame[(of.frame["limit"] == "delivery") & (of.frame["usd"] < 0)]
    if len(costly):
        row = costly.sort_values("usd").iloc[0]
        lines.append(
            f"dearest delivery: one MW IT more of {shown(row['id'], 40)} in {row['period']} costs {usd(-row['usd'])}"
        )
    lines += _soon(of, top)
    lines.append(
        "saves: marginal, openings, halls and upgrades held and pods continuous; solved anew: within both gaps"
    )
    if of.left_open:
        lines.append(f"left open by the time limit or a stop: {figure(of.left_open)} of {figure(of.asked)} new solves")
    return "\n".join(lines)


def _soon(of: Values, top: int) -> list[str]:
    known = of.sooner[(of.sooner["resolve_low_usd"] > 0) | (of.sooner["usd"] > 0)]
    lines = []
    for row in known.head(min(top, MOST_SOONER)).to_dict("records"):
        proven = bracket(row["resolve_low_usd"], row["resolve_high_usd"])
        first = f"to first order {money(row['usd'])}"
        lines.append(f"  {shown(row['site'], 40)}: " + (first if proven == "–" else f"{proven}, solved anew; {first}"))
    more = len(of.sooner) - len(lines)
    if more > 0:
        lines.append(f"  {more:,} {'more ' if lines else ''}sites whose power comes later: see sooner.csv, by -o DIR")
    return ["power one period sooner saves", *lines] if lines else []


def html(of: Values, top: int) -> str:
    """Return the most valuable limits as a small table."""
    head = "".join(f"<th>{cell}</th>" for cell in ("one more of", "unit", "saves", "from then on", "solved anew"))
    body = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in shown_rows(of, top))
    return f"<table><caption>What limits are worth</caption><tr>{head}</tr>{body}</table>"
