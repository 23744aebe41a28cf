"""Write a sweep's cases as tables of a page: what was varied, how cases ended, every case with its numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from optimizer.errors import shown
from optimizer.io.registers import STATUSES
from optimizer.plan.kinds import GENERIC
from optimizer.units import share

from .page.blocks import Cell, Code, Column, Generic, Links, Paragraph, Part, Table
from .sweep_frames import Floats, given, is_numeric, numbers, ordered, planned, texts
from .sweep_programme import PLACED, programmes, rate_unit, usd_per_gw
from .sweep_words import measure, plain_number, readable, step_of, valued

MOST_ROWS = 500
"""Cases on the page; the rest stands in cases.parquet."""
_MOST_COLUMNS = 6  # inputs with a column of their own
_FOLDER = re.compile(r"plans/[0-9A-Za-z_-]+")
_VALUES = 8
_HOW = Paragraph([
    "To look at a case: ", Code("rackgrid map plans/CASE"), " and ", Code("rackgrid report plans/CASE"),
    " in the folder of this page. The same sweep once more puts links to their pages here.",
])  # fmt: skip


def varied_table(cases: pd.DataFrame, inputs: Sequence[str]) -> Table:
    """Return each input for people and as typed, how many values it takes, and which."""
    counts, step = given(cases, inputs).sum(axis=0), step_of(cases)
    rows: list[list[Cell]] = [
        [readable(name, step=step), Code(name), _values(name, ordered(cases[name].tolist()), step), f"{count:,}"]
        for name, count in zip(inputs, counts.tolist(), strict=True)
    ]
    columns = [*(Column(head, wide=True) for head in ("Input", "Key", "Values")), Column("In cases", number=True)]
    return Table("What was varied", columns, rows)


def _values(name: str, values: list[object], step: str) -> str:
    """List the values, or their range where they are many."""
    if not values:
        return "none"
    if len(values) <= _VALUES:
        return ", ".join(valued(name, v, 60, step=step) for v in values)
    if is_numeric(values):
        return f"{len(values):,} values from {valued(name, values[0])} to {valued(name, values[-1], step=step)}"
    return f"{len(values):,} values: {', '.join(valued(name, v, 30) for v in values[:3])}, …"


def ended_table(cases: pd.DataFrame) -> Table:
    """Return how many cases ended how."""
    counts = Counter(texts(cases, "status"))
    order = [s for s in STATUSES if s in counts] + sorted(set(counts) - set(STATUSES))
    rows = [[status.replace("_", " "), STATUSES.get(status, ""), f"{counts[status]:,}"] for status in order]
    columns = [Column("Status"), Column("Meaning", wide=True), Column("Cases", number=True)]
    return Table("How the cases ended", columns, rows)


def unplanned_table(cases: pd.DataFrame, inputs: Sequence[str]) -> list[Table]:
    """Return the cases without a plan with their inputs and reasons; no table where all have one."""
    rest = cases[~planned(cases)]
    if not len(rest):
        return []
    rest = rest.head(MOST_ROWS)
    cells = (_ids(rest), _together(rest, inputs), _statuses(rest), texts(rest, "reason"))
    columns = [Column("Case", number=True), Column("Inputs", wide=True), Column("Status", choice=True),
               Column("Reason", wide=True, width=2000)]  # fmt: skip
    many = len(rest) > 10
    return [Table("Cases without a plan", columns, list(zip(*cells, strict=True)), live=many, long=many)]


def cases_section(
    cases: pd.DataFrame, base: pd.DataFrame, inputs: Sequence[str], pages: Mapping[str, Sequence[str]]
) -> list[Part]:
    """Return every case with its inputs and results, the base above them; at most MOST_ROWS of them.

    ``pages`` are the names of the pages that lie in a plan's folder.
    """
    part, first = cases.head(MOST_ROWS), base.head(1)
    both = pd.concat([f for f in (first, part) if len(f)], ignore_index=True) if len(first) or len(part) else part
    listed = _listed(part, both, first, inputs, pages)
    rows = list(zip(*(cells for _, cells in listed), strict=True))
    pinned = rows[0] if len(first) else ()
    columns = [column for column, _ in listed]
    parts: list[Part] = [Table("Every case", columns, rows[len(first) :], live=True, long=True, pinned=pinned)]
    if (more := len(cases) - len(part)) > 0:
        parts.append(f"The other {more:,} cases stand in cases.parquet.")
    if any(_FOLDER.fullmatch(folder) and not pages.get(folder) for folder in texts(both, "plan")):
        parts.append(_HOW)
    return parts


def _listed(
    part: pd.DataFrame,
    both: pd.DataFrame,
    base: pd.DataFrame,
    inputs: Sequence[str],
    pages: Mapping[str, Sequence[str]],
) -> list[tuple[Column, Sequence[Cell]]]:
    """Return the columns, each with its cells: the base's first, then those of the cases ``part``."""
    step, rate, signs = step_of(part), rate_unit(both), {"*": " ×", "+": " +"}

    def number(head: str, values: Floats, said: Callable[[float], str]) -> tuple[Column, list[str]]:
        return Column(head, number=True), ["–" if np.isnan(v) else said(v).replace("-", "−") for v in values]

    def money(head: str, column: str) -> tuple[Column, list[str]]:
        values = numbers(both, column)
        kind = measure(column, values)
        return number(f"{head}, {kind.name}", values, lambda usd: f"{usd / kind.unit:,.3f}")

    own: list[tuple[Column, Sequence[Cell]]] = [
        (
            Column(readable(n, 80, step=step) + signs.get(n[-1:], ""), is_numeric(ordered(part[n].tolist()))),
            _each(both, n),
        )
        for n in inputs
    ]
    if len(inputs) > _MOST_COLUMNS:
        own = [(Column("Inputs", wide=True), _together(both, [name for name in inputs if name in both.columns]))]
    return [
        (Column("Case", number=True), _ids(both)),
        *own,
        (Column("Status", choice=True), _statuses(both)),
        number("Gap, %", numbers(both, "gap"), lambda gap: f"{100 * gap:.3f}"),
        money("Objective", "objective_usd"),
        money("Real money", "money_usd"),
        number("Placed, IT GW", numbers(both, PLACED), lambda gw: f"{gw:,.3f}"),
        number(f"Objective, {rate.name} per GW", usd_per_gw(both), rate.said),
        (Column("Other programme than the base"), programmes(both, base)),
        number("Unused, IT MW-years", numbers(both, "unused_mw_years"), lambda years: f"{years:,.1f}"),
        number("Sites", numbers(both, "sites_opened"), lambda count: f"{count:,.0f}"),
        (Column("Plan"), [_links(folder, pages.get(folder, ())) for folder in texts(both, "plan")]),
    ]


def _statuses(frame: pd.DataFrame) -> list[str]:
    return [status.replace("_", " ") for status in texts(frame, "status")]


def _ids(frame: pd.DataFrame) -> list[str]:
    """Return the numbers of cases; the base is 0."""
    found = numbers(frame, "number")
    return ["" if np.isnan(n) else "base" if n == 0 else f"{n:.0f}" for n in found]


def _each(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame.columns:
        return ["base"] * len(frame)
    plain = name.rstrip("*+")  # the sign stands in the head, so that the column sorts as numbers
    has = given(frame, [name])[:, 0]
    return [valued(plain, v, 60) if there else "base" for v, there in zip(frame[name].tolist(), has, strict=True)]


def _together(frame: pd.DataFrame, inputs: Sequence[str]) -> list[str]:
    """Return the inputs that each case gives, in one cell."""
    has, columns, step = given(frame, inputs), [frame[name].tolist() for name in inputs], step_of(frame)
    cells = []
    for row in range(len(frame)):
        parts = [
            f"{readable(name, step=step)} {valued(name, columns[i][row], 60)}"
            for i, name in enumerate(inputs)
            if has[row, i]
        ]
        cells.append("; ".join(parts[:12]) + (f"; and {len(parts) - 12} more" if len(parts) > 12 else ""))
    return [cell or "base" for cell in cells]


def _links(folder: str, names: Sequence[str]) -> Cell:
    """Return links to a plan's folder beside the page and to the pages in it; any other text stays text."""
    if not _FOLDER.fullmatch(folder):
        return shown(folder, 40)
    own = (f"{folder}/", folder.removeprefix("plans/"))
    return Links([own, *((f"{folder}/{name}", name.removesuffix(".html")) for name in names)])


def frequency_section(rows: pd.DataFrame) -> list[Part]:
    """Return how often each site opens, real and generic told apart; sites that never open are counted only."""
    seen = rows[(rows["cases"] > 0) | rows["in_base"]]
    cells: list[list[Cell]] = []
    for row in seen.to_dict("records"):
        kind = Generic() if row["kind"] == GENERIC else row["kind"] or "not in the base"
        often = [f"{row['cases']:,}", plain_number(round(100 * float(row["share"]), 1))]
        cells.append([row["site"], row["name"], kind, row["zone"], *often, "yes" if row["in_base"] else ""])
    columns = [
        Column("Site"), Column("Name", wide=True), Column("Is", choice=True), Column("Zone"),
        Column("Cases", number=True), Column("% of cases", number=True), Column("In the base"),
    ]  # fmt: skip
    parts: list[Part] = [Table("How often each site opens", columns, cells, live=True, long=True)] if cells else []
    never = len(rows) - len(seen)
    return [*parts, f"Sites that open in no case: {never:,}."] if never else parts


def gap_in_words(frame: pd.DataFrame) -> str:
    """Return the largest gap of the rows with a plan, "" without any."""
    gaps = numbers(frame, "gap")[planned(frame)]
    return "" if not len(gaps) else "not proven for all" if np.isnan(gaps).any() else share(float(gaps.max()))
