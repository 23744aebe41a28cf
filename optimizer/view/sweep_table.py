"""Write a sweep's cases as tables of a page: what was varied, how cases ended, every case with its numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optimizer.errors import shown
from optimizer.io.registers import STATUSES
from optimizer.units import share

from .page.blocks import Cell, Code, Column, Generic, Links, Paragraph, Part, Table
from .sweep_frames import Floats, given, is_numeric, numbers, ordered, planned, texts
from .sweep_programme import placed_gw, programmes, rate_unit, usd_per_gw
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
    has, step = given(cases, inputs), step_of(cases)
    rows: list[list[Cell]] = []
    for place, name in enumerate(inputs):
        values = ordered(cases[name].tolist())
        rows.append(
            [readable(name, step=step), Code(name), _values(name, values, step), f"{int(has[:, place].sum()):,}"]
        )
    columns = [Column("Input", wide=True), Column("Key", wide=True), Column("Values", wide=True),
               Column("In cases", number=True)]  # fmt: skip
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
    shown_rows = rest.head(MOST_ROWS)
    rows = [
        [number, words, status.replace("_", " "), reason]
        for number, words, status, reason in zip(
            _ids(shown_rows), _together(shown_rows, inputs), texts(shown_rows, "status"), texts(shown_rows, "reason"),
            strict=True,
        )
    ]  # fmt: skip
    columns = [Column("Case", number=True), Column("Inputs", wide=True), Column("Status", choice=True),
               Column("Reason", wide=True, width=2000)]  # fmt: skip
    many = len(rows) > 10
    return [Table("Cases without a plan", columns, rows, live=many, long=many)]


def cases_section(
    cases: pd.DataFrame, base: pd.DataFrame, inputs: Sequence[str], pages: Mapping[str, Sequence[str]]
) -> list[Part]:
    """Return every case with its inputs and results, the base above them; at most MOST_ROWS of them.

    ``pages`` are the names of the pages that lie in a plan's folder.
    """
    part, first = cases.head(MOST_ROWS), base.head(1)
    both = pd.concat([f for f in (first, part) if len(f)], ignore_index=True) if len(first) or len(part) else part
    columns, rows = _columns(part, both, inputs), _rows(both, first, inputs, pages)
    own, rest = rows[: len(first)], rows[len(first) :]
    pinned = own[0] if own else ()
    parts: list[Part] = [Table("Every case", columns, rest, live=True, long=True, pinned=pinned)]
    if (more := len(cases) - len(part)) > 0:
        parts.append(f"The other {more:,} cases stand in cases.parquet.")
    if any(_FOLDER.fullmatch(folder) and not pages.get(folder) for folder in texts(both, "plan")):
        parts.append(_HOW)
    return parts


def _columns(part: pd.DataFrame, both: pd.DataFrame, inputs: Sequence[str]) -> list[Column]:
    heads, step = [Column("Case", number=True)], step_of(part)
    if len(inputs) > _MOST_COLUMNS:
        heads.append(Column("Inputs", wide=True))
    else:
        heads += [Column(_head(n, step), number=is_numeric(ordered(part[n].tolist()))) for n in inputs]
    money = [f"{words}, {measure(c, numbers(both, c)).name}" for words, c in _MONEY]
    programme = [
        Column("Placed, IT GW", number=True), Column(f"Objective, {rate_unit(both).name} per GW", number=True),
        Column("Other programme than the base"),
    ]  # fmt: skip
    return [
        *heads, Column("Status", choice=True), Column("Gap, %", number=True), Column(money[0], number=True),
        Column(money[1], number=True), *programme, Column("Unused, IT MW-years", number=True),
        Column("Sites", number=True), Column("Plan"),
    ]  # fmt: skip


_MONEY = (("Objective", "objective_usd"), ("Real money", "money_usd"))


def _rows(
    both: pd.DataFrame, base: pd.DataFrame, inputs: Sequence[str], pages: Mapping[str, Sequence[str]]
) -> list[list[Cell]]:
    listed = [name for name in inputs if name in both.columns]
    together = len(inputs) > _MOST_COLUMNS
    given_columns = [_together(both, listed)] if together else [_each(both, name) for name in inputs]
    money = [_scaled(numbers(both, c)) for _, c in _MONEY]
    unused, opened = numbers(both, "unused_mw_years"), numbers(both, "sites_opened")
    results: list[Sequence[Cell]] = [
        [s.replace("_", " ") for s in texts(both, "status")],
        ["–" if np.isnan(g) else f"{100 * g:.3f}" for g in numbers(both, "gap")],
        *money,
        *_programme(both, base),
        ["–" if np.isnan(v) else f"{v:,.1f}" for v in unused],
        ["–" if np.isnan(v) else f"{v:,.0f}" for v in opened],
        [_links(folder, pages.get(folder, ())) for folder in texts(both, "plan")],
    ]
    return [list(cells) for cells in zip(_ids(both), *given_columns, *results, strict=True)]


def _programme(both: pd.DataFrame, base: pd.DataFrame) -> list[list[str]]:
    """Return the GW that each case places, what it costs per GW, and how its racks differ from the base's."""
    rates, kind = usd_per_gw(both), rate_unit(both)
    return [
        ["–" if np.isnan(gw) else f"{gw:,.3f}" for gw in placed_gw(both)],
        ["–" if np.isnan(rate) else kind.said(float(rate)) for rate in rates],
        programmes(both, base),
    ]


def _ids(frame: pd.DataFrame) -> list[str]:
    """Return the numbers of cases; the base is 0."""
    found = numbers(frame, "number")
    return ["" if np.isnan(n) else "base" if n == 0 else f"{n:.0f}" for n in found]


def _each(frame: pd.DataFrame, name: str) -> list[str]:
    values = frame[name].tolist() if name in frame.columns else [None] * len(frame)
    has = given(frame, [name])[:, 0] if name in frame.columns else np.zeros(len(frame), dtype=bool)
    plain = name.rstrip("*+")  # the sign stands in the head, so that the column sorts as numbers
    return [valued(plain, v, 60) if there else "base" for v, there in zip(values, has, strict=True)]


def _head(name: str, step: str) -> str:
    """Return an input as the head of its column, with the sign of what its values do."""
    return readable(name, 80, step=step) + (" ×" if name.endswith("*") else " +" if name.endswith("+") else "")


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


def _scaled(values: Floats) -> list[str]:
    unit = measure("x_usd", values).unit
    return ["–" if np.isnan(v) else f"{v / unit:,.3f}".replace("-", "−") for v in values]


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
        kind = Generic() if row["kind"] == "GENERIC" else row["kind"] or "not in the base"
        often = [f"{row['cases']:,}", plain_number(round(100 * float(row["share"]), 1))]
        cells.append(
            [str(row["site"]), str(row["name"]), kind, str(row["zone"]), *often, "yes" if row["in_base"] else ""]
        )
    never = len(rows) - len(seen)
    after = [f"Sites that open in no case: {never:,}."] if never else []
    columns = [
        Column("Site"), Column("Name", wide=True), Column("Is", choice=True), Column("Zone"),
        Column("Cases", number=True), Column("% of cases", number=True), Column("In the base"),
    ]  # fmt: skip
    return [*([Table("How often each site opens", columns, cells, live=True, long=True)] if cells else []), *after]


def gap_in_words(frame: pd.DataFrame) -> str:
    """Return the largest gap of the rows with a plan, "" without any."""
    gaps = numbers(frame, "gap")[planned(frame)]
    return "" if not len(gaps) else "not proven for all" if np.isnan(gaps).any() else share(float(gaps.max()))
