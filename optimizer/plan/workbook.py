"""Turn a plan into the sheets of one workbook for finance: key figures, cost, spending, every table, and plan.json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ..account.quantities import spending
from ..io.mappings import dotted
from ..io.registers import register, term_words
from ..io.schema import schema
from ..io.sheets import Cell, Head, Sheet, letter, rows_of
from ..units import excel_format, share
from .check import check_tables
from .folder import plan_tables
from .key_figures import key_figures
from .kinds import standing
from .plan import Plan
from .summary import PAID

COST, BY_YEAR, BY_SITE, FACTS = "cost by term", "spending by year", "spending by site", "plan.json"
_PROGRAMME = "(programme)"  # no id of a site has brackets
_SITE = {"site name": "name", "state": "state", "operator": "operator", "site kind": "kind", "zone": "zone"}
_BESIDE = {
    "site": ("sites", _SITE),
    "sku": ("racks", {"vendor": "vendor"}),
    "zone": ("zones", {"zone name": "name"}),
    "line": ("lines", {"from": "from", "to": "to"}),
}
"""What people want to see beside an id: the table of the study that says it, and its columns by their header."""
_REAL = "real or GENERIC"
Values = Sequence[Any]


def plan_sheets(plan: Plan) -> list[Sheet]:
    """Return the sheets of a plan, key figures first; sums and what follows from other sheets are formulas.

    Raises InputError where the plan's tables are damaged.
    """
    check_tables(plan)
    cost, by_site = _cost(plan), _by_site(plan)
    by_year = _by_year(by_site)
    tables = [_table(plan, name) for name in plan_tables(plan)]
    return [key_figures(plan, [cost, by_year, *tables]), cost, by_year, by_site, *tables, _facts(plan)]


def _table(plan: Plan, name: str) -> Sheet:
    """Return a table of the plan folder with what people want to see beside its ids."""
    frame = plan.tables[name]
    columns: list[tuple[Head, Values]] = []
    for column in map(str, frame.columns):
        values = frame[column].tolist()
        columns.append((_head(name, column, frame[column]), values))
        columns += [(h, v) for h, v in _beside(plan, column, values) if h.name not in frame.columns]
    return _of_columns(name, columns)


def _of_columns(name: str, columns: Sequence[tuple[Head, Values]]) -> Sheet:
    return Sheet(name, [head for head, _ in columns], list(zip(*(values for _, values in columns), strict=True)))


def _head(table: str, name: str, values: pd.Series) -> Head:
    column = schema(f"plan/{table}").find(name)
    if column is None:
        return Head(name, "A column of a later release.", is_text=not pd.api.types.is_numeric_dtype(values))
    meaning = f"{column.meaning}\nUnit: {column.unit}" if column.unit else column.meaning
    return Head(name, meaning, is_text=column.dtype == "str", format=excel_format(column.unit), adds=column.adds)


def _beside(plan: Plan, key: str, ids: Values) -> Iterator[tuple[Head, Values]]:
    """Yield the columns that stand beside a column of ids."""
    if key not in _BESIDE:
        return
    table, columns = _BESIDE[key]
    rows = plan.study.table(table).set_index(key)
    for header, column in columns.items():
        known = rows[column].to_dict()
        yield _for_people(header, schema(table)[column].meaning), [known.get(i) for i in ids]
        if column == "kind":
            words = {i: standing(str(kind)) for i, kind in known.items()}
            yield _for_people(_REAL, "GENERIC: no project, a place where one could be."), [words.get(i) for i in ids]


def _for_people(name: str, comment: str) -> Head:
    return Head(name, comment, "people", is_text=True)


def _usd(name: str, comment: str) -> Head:
    return Head(name, comment, format=excel_format("USD"), adds=True)


def _cost(plan: Plan) -> Sheet:
    """Return the cost term by term; discounted, the terms sum to the objective."""
    now, plain = plan.facts["cost_usd"]["discounted"], plan.facts["cost_usd"]["undiscounted"]
    rate = share(plan.study.config.money.discount_rate)
    heads = (
        Head("term", "What is paid, priced, or left at the end. Racks are bought outside of the cost.", is_text=True),
        _usd(f"USD, discounted at {rate}", "Discounted to the first period: the sum is the cost of the plan."),
        _usd("USD, undiscounted", "The same money, not discounted."),
    )
    return Sheet(COST, heads, [(term_words(t), now[t], plain.get(t)) for t in now if now[t] or plain.get(t)])


def _by_site(plan: Plan) -> Sheet:
    """Return what is paid by site and term, with a column for each calendar year."""
    horizon = plan.study.horizon
    years = sorted(set(horizon.calendar_years))
    paid = spending(plan.study, plan.tables)
    year_of = dict(zip(horizon.names, horizon.calendar_years, strict=True))
    order = {term: i for i, term in enumerate(PAID)}
    sums: dict[tuple[str, int], dict[int, float]] = {}
    for site, period, term, usd in rows_of(paid):
        of_key = sums.setdefault((site, order[term]), {})
        of_key[year_of[period]] = of_key.get(year_of[period], 0.0) + usd
    keys, words = sorted(sums), list(PAID.values())
    ids, terms = [site for site, _ in keys], [words[term] for _, term in keys]
    head = Head("term", "What is paid; prices of unused capacity are no spending.", is_text=True)
    columns: list[tuple[Head, Values]] = [
        (Head("site", f"Id of the site; {_PROGRAMME}: of no site.", is_text=True), [i or _PROGRAMME for i in ids]),
        *_beside(plan, "site", ids),
        (head, terms),
    ]
    first = len(columns) + 1
    for year in years:
        columns.append((_of_year(plan, year), [sums[key].get(year, 0.0) for key in keys]))
    ends = letter(first), letter(first + len(years) - 1)
    rows = (f"{ends[0]}{n}:{ends[1]}{n}" for n in range(2, len(keys) + 2))
    totals = [Cell(sum(sums[key].values()), formula=f"SUM({row})") for key, row in zip(keys, rows, strict=True)]
    columns.append((_usd("all years", "USD, undiscounted."), totals))
    return _of_columns(BY_SITE, columns)


def _of_year(plan: Plan, year: int) -> Head:
    horizon = plan.study.horizon
    of = [name for name, y in zip(horizon.names, horizon.calendar_years, strict=True) if y == year]
    span = "" if len(of) == 1 else f", {of[0]} to {of[-1]}"
    return _usd(str(year), f"USD, undiscounted, in the year in which it falls due{span}.")


def _by_year(by_site: Sheet) -> Sheet:
    """Return what is paid by term and calendar year, as sums over the sheet by site."""
    names, last = [head.name for head in by_site.columns], len(by_site.rows) + 1
    term = names.index("term")
    of_term = f"'{BY_SITE}'!${letter(term + 1)}$2:${letter(term + 1)}${last}"
    years = range(term + 1, len(names) - 1)
    rows: list[list[Any]] = []
    for word in PAID.values():
        found = [row for row in by_site.rows if row[term] == word]
        if found:
            n, sums = len(rows) + 2, [sum(row[i] for row in found) for i in years]
            cells = [
                Cell(usd, formula=f"SUMIFS('{BY_SITE}'!${letter(i + 1)}$2:${letter(i + 1)}${last},{of_term},$A{n})")
                for i, usd in zip(years, sums, strict=True)
            ]
            total = Cell(sum(sums), formula=f"SUM(B{n}:{letter(len(years) + 1)}{n})")
            rows.append([word, *cells, total])
    head = Head("USD, undiscounted", "What is paid, in the year in which it falls due.", is_text=True)
    return Sheet(BY_YEAR, [head, *by_site.columns[term + 1 :]], rows)


def _facts(plan: Plan) -> Sheet:
    """Return what plan.json says, key by key; a part without a unit of its own has that of the whole."""
    units = {row["key"]: row["unit"] for row in register("facts")}
    heads = (
        Head("key", "Key as in plan.json; parts are joined by a point.", look="required", is_text=True),
        Head("value", "Its value.", look="required"),
        Head("unit", "Unit of the value.", is_text=True),
    )
    rows: list[Sequence[Any]] = [("study", Cell(plan.study.config.study.name), None)]
    for whole in (key for key in units if "." not in key):
        for key, value in dotted({whole: plan.facts.get(whole)}).items():
            unit = units.get(key, units[whole])
            rows.append((key, Cell(value, excel_format(unit)), unit or None))
    return Sheet(FACTS, heads, rows)
