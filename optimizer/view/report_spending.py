"""Write the report's spending: by year and term, and by site."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from optimizer.account.quantities import spending
from optimizer.plan.kinds import known_sites
from optimizer.plan.plan import Plan
from optimizer.plan.summary import PAID
from optimizer.units import aligned, money_unit

from .page.blocks import Cell, Column, Part, Table
from .report_summary import NAMED, named


def spending_section(plan: Plan) -> list[Part]:
    """Return what is paid, undiscounted: terms by calendar year, and sites by term, the dearest first."""
    paid = spending(plan.study, plan.tables)
    if not len(paid):
        return ["This plan spends nothing."]
    years = dict(zip(plan.study.horizon.names, plan.study.horizon.calendar_years, strict=True))
    paid = paid.assign(year=[str(years[p]) for p in paid["period"]])
    note = (
        "Undiscounted, in the year in which it falls due. Prices of unused capacity and the value left at the end "
        "are no spending. Racks are bought for the programme, not for a site."
    )
    return [note, _by_year(paid), *_by_site(plan, paid[paid["site"] != ""])]


def _by_year(paid: pd.DataFrame) -> Table:
    sums = paid.pivot_table(index="term", columns="year", values="usd", aggfunc="sum", fill_value=0.0)
    sums = sums.reindex([t for t in PAID if t in sums.index])
    sums.loc["total"] = sums.sum()
    sums["all years"] = sums.sum(axis=1)
    return _table("Spending by year", sums, [Column("Term")], [[PAID.get(term, term)] for term in sums.index])


def _by_site(plan: Plan, paid: pd.DataFrame) -> list[Table]:
    if not len(paid):
        return []
    sums = paid.pivot_table(index="site", columns="term", values="usd", aggfunc="sum", fill_value=0.0)
    sums = sums[[t for t in PAID if t in sums.columns]]
    sums["total"] = sums.sum(axis=1)
    sums = sums.sort_values("total", ascending=False, kind="stable")
    known = known_sites(plan.study)
    names = [named(str(site), known) for site in sums.index]
    sums.loc["\0total"] = sums.sum()
    sums.columns = pd.Index([PAID.get(t, t) for t in sums.columns])
    return [_table("Spending by site", sums, NAMED, [*names, ["total", ""]])]


def _table(caption: str, sums: pd.DataFrame, heads: Sequence[Column], names: Sequence[Sequence[Cell]]) -> Table:
    unit, money = money_unit(float(sums.abs().to_numpy().max()))
    values = ([aligned(v / unit, 1) for v in row] for row in sums.to_numpy().tolist())
    rows = [[*name, *row] for name, row in zip(names, values, strict=True)]
    columns = [*heads, *(Column(str(c), number=True) for c in sums.columns)]
    return Table(f"{caption}, {money}", columns, rows, has_total=True)
