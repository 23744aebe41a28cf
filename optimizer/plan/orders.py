"""What a person has to order so that one plan becomes the other: racks from where, to where, in which period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from .plan import Plan

Place = tuple[str, str]
"""A site and a period."""


@dataclass(frozen=True)
class Order:
    """Racks of one type that the first plan places at a site in a period, and the other at another or later.

    ``from_site`` and ``from_period`` are "" of racks that the first plan leaves waiting, or does not have; ``to_site``
    and ``to_period`` are "" of racks that the other does.
    """

    sku: str
    racks: int
    from_site: str
    from_period: str
    to_site: str
    to_period: str


def orders(a: Plan, b: Plan) -> tuple[Order, ...]:
    """Return the orders that turn what ``a`` places into what ``b`` places, by period, rack type and site.

    Racks that stay at their site are matched first, then those of the same period, then the earliest with the
    earliest.
    """
    was, now = (_placed(plan) for plan in (a, b))
    found = [
        order
        for sku in sorted({sku for sku, *_ in (*was, *now)})
        for order in _of_sku(sku, {at[1:]: n for at, n in was.items() if at[0] == sku},
                             {at[1:]: n for at, n in now.items() if at[0] == sku})
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda o: (o.to_period or o.from_period, o.sku, o.from_site, o.to_site)))


def _placed(plan: Plan) -> dict[tuple[str, str, str], int]:
    rows: pd.DataFrame = plan.assignments[plan.assignments["racks"] > 0]
    cells = zip(*(rows[name].tolist() for name in ("sku", "site", "period", "racks")), strict=True)
    return {(str(sku), str(site), str(period)): int(racks) for sku, site, period, racks in cells}


def _of_sku(sku: str, was: dict[Place, int], now: dict[Place, int]) -> Iterator[Order]:
    more = {at: now.get(at, 0) - was.get(at, 0) for at in was.keys() | now.keys()}
    leave = {at: -n for at, n in more.items() if n < 0}
    come = {at: n for at, n in more.items() if n > 0}
    alike: tuple[Callable[[Place, Place], bool], ...] = (
        lambda out, into: out[0] == into[0], lambda out, into: out[1] == into[1], lambda _out, _into: True,
    )  # fmt: skip
    for fits in alike:
        for out in sorted(leave, key=lambda at: at[::-1]):
            for into in sorted(come, key=lambda at: at[::-1]):
                if (racks := min(leave[out], come[into])) and fits(out, into):
                    leave[out] -= racks
                    come[into] -= racks
                    yield Order(sku, racks, *out, *into)
    yield from (Order(sku, n, *out, "", "") for out, n in leave.items() if n)
    yield from (Order(sku, n, "", "", *into) for into, n in come.items() if n)
