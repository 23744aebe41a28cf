"""Say what drives a plan's cost: its three largest terms, and where most of each falls."""

from __future__ import annotations

import pandas as pd

from ..io.registers import TERMS, term_words
from ..units import share, usd
from .page_parts import Item, PlanArrays, Section

_DRIVERS = 3
_AXES = {"site": "sites", "sku": "rack types", "line": "lines"}


def cost_section(arrays: PlanArrays) -> Section:
    """Return the three terms that cost most, discounted; each share is of all that costs, value left at the end apart.

    Facts of an item: ``term``, ``usd`` and ``share``, ``places`` as [id, USD] of the largest, where the term has any.
    """
    costs = arrays.plan.tables["costs"]
    sums = costs.groupby("term")["discounted_usd"].sum()
    costly = sums[sums > 0]
    total = float(costly.sum())
    heading = "What drives the cost"
    if total <= 0:
        return Section("cost", heading, (Item("", "nothing costs anything"),))
    left = float(sums[sums < 0].sum())
    rest = f", before {usd(-left)} of value left at the end" if left else ""
    heading = f"What drives the cost: {usd(total)} discounted{rest}"
    ranked = sorted(costly.items(), key=lambda pair: (-float(pair[1]), str(pair[0])))[:_DRIVERS]
    return Section("cost", heading, tuple(_driver(arrays, str(term), float(of), total) for term, of in ranked))


def _driver(arrays: PlanArrays, term: str, amount: float, total: float) -> Item:
    rows = arrays.plan.tables["costs"]
    rows = rows[rows["term"] == term]
    what, sums = _by_place(rows)
    places = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    most = ", ".join(f"{arrays.marked(name)} {usd(of)}" for name, of in places)
    among = f"most of {len(sums):,} {what}: " if len(sums) > 2 else ""
    where = f"; {among}{most}" if places else ""
    price = ", a price of the study and no spending" if term in TERMS and TERMS[term].part == "price" else ""
    facts = {"term": term, "usd": amount, "share": amount / total, "places": [list(pair) for pair in places]}
    return Item(term_words(term), f"{usd(amount)}, {share(round(amount / total, 3))}{price}{where}", facts)


def _by_place(rows: pd.DataFrame) -> tuple[str, dict[str, float]]:
    """Return what a term falls to – sites, else rack types, else lines – and the amounts by id."""
    for axis, what in _AXES.items():
        own = rows[rows[axis].fillna("") != ""].groupby(axis)["discounted_usd"].sum()
        if len(own):
            return what, {str(name): float(of) for name, of in own.items()}
    return "", {}
