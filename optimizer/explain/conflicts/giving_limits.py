"""How limits of sites and of the grid give: columns and rows that let them change at a price."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import ceil, isfinite
from typing import Any

import numpy as np

from ...formulation import families as of
from ...resolution import Floats
from .draft import Draft
from .elastic import Elastic, Move, Value, number, relative, rounded
from .statements import Doors, Statement


def committed(e: Elastic, _i: int, s: Statement) -> None:
    """A committed site gives by opening late, or not at all."""
    column = e.draft.column(1.0, 1.0, whole=True)
    for _, opened in e.columns(of.OPENED, s.place):
        e.draft.row([(opened, 1.0), (column, 1.0)], 1.0, np.inf)
    e.switch(s, s.cells[0], column)


def max_mw(e: Elastic, _i: int, s: Statement) -> None:
    """More halls fit whole; the first of them may use what the ceiling left over."""
    (cell,) = s.cells
    p, most = e.wide.p, float(cell.value)
    hall, existing = float(p.hall_mw[s.place]), float(p.existing_mw[s.place].max())
    first = existing + (float(p.halls_max[s.place]) + 1) * hall - most
    if first <= 0:
        return
    price, cap = relative(cell), float(e.wide.most.halls[s.place])
    begun = e.draft.column(price * (first - hall), 1.0, whole=True)
    more = e.draft.column(price * hall, cap, whole=True)
    e.draft.row([(more, 1.0), (begun, -cap)], -np.inf, 0.0)
    e.draft.row([(more, 1.0), (begun, -1.0)], 0.0, np.inf)
    for _, row in e.rows("hall_ceiling", s.place):
        e.draft.add(row, more, -1.0)

    def told(x: Floats) -> Value:
        halls = round(x[more])
        return rounded(most + first + (halls - 1) * hall, up=True) if halls else None

    e.moves.append(Move(s, cell, told, lambda to: abs(number(to) - most) * price))


def halls_per_year(e: Elastic, _i: int, s: Statement) -> None:
    """The yearly halls of a site give by whole halls."""
    (cell,) = s.cells
    column = e.draft.column(relative(cell), float(e.wide.most.halls[s.place]), whole=True)
    for _, row in e.rows("hall_rate", s.place):
        e.draft.add(row, column, -1.0)
    e.figure(s, cell, column, rounding=1)


def lead(family: of.Family) -> Callable[[Elastic, int, Statement], None]:
    """A lead gives by whole periods, each of which counts 1."""

    def gives(e: Elastic, _i: int, s: Statement) -> None:
        (cell,) = s.cells
        horizon, years = e.wide.study.horizon, float(cell.value)
        n = ceil(years / horizon.length_years - 1e-9)
        steps = [max(0.0, round(years - j * horizon.length_years, 9)) for j in range(n + 1)]
        first = [horizon.first_after_lead(v) for v in steps]
        sooner = [e.draft.column(1.0, 1.0, whole=True) for _ in range(n)]  # by j + 1 periods at least
        for a, b in pairwise(sooner):
            e.draft.row([(a, 1.0), (b, -1.0)], 0.0, np.inf)
        for (_, t), column in e.columns(family, s.place):
            j = next((j for j, begins in enumerate(first) if begins <= t), None)
            if j is None:
                e.draft.row([(column, 1.0)], -np.inf, 0.0)
            elif j:
                e.draft.row([(column, 1.0), (sooner[j - 1], -float(e.wide.matrix.upper[column]))], -np.inf, 0.0)

        def told(x: Floats) -> Value:
            count = sum(x[column] > 0.5 for column in sooner)
            return steps[count] if count else None

        e.moves.append(Move(s, cell, told, lambda to: float(steps.index(number(to)))))

    return gives


def power(e: Elastic, _i: int, s: Statement) -> None:
    """A site's interconnection gives row by row: more of it, or less where spare power counts."""
    p, a = e.wide.p, e.draft
    spared = p.policy.max_unused_mw_years is not None
    far = 2.0 * e.wide.most.it_mw * float(p.peak_pue[s.place])
    opened = {t: c for (_, t), c in e.columns(of.OPENED, s.place)}
    up_at: dict[int, int] = {}
    down_at: dict[int, int] = {}
    for cell in s.cells:
        if not isfinite(cell.value) or not cell.periods:
            continue
        up = a.column(relative(cell), far)
        down = a.column(relative(cell), float(cell.value)) if spared else None
        for t in cell.periods:
            up_at[t] = _while_open(a, up, opened[t], far) if spared else up
            if down is not None:
                down_at[t] = _while_open(a, down, opened[t], far)
        e.figure(s, cell, up, down)
    for (_, t), row in e.rows("site_power", s.place):
        if t in up_at:
            a.add(row, up_at[t], -1.0)
        if t in down_at:
            a.add(row, down_at[t], 1.0)
    drawn = dict(e.rows("draw_limit", s.place))
    for at, column in e.columns(of.DRAW, s.place):
        t = at[1]
        change = [(c, sign) for c, sign in ((up_at.get(t), -1.0), (down_at.get(t), 1.0)) if c is not None]
        if at in drawn:
            for c, sign in change:
                a.add(drawn[at], c, sign)
        elif isfinite(p.interconnection_mw[s.place, t]):
            a.row([(column, 1.0), *change], -np.inf, float(p.interconnection_mw[s.place, t]))


def _while_open(a: Draft, change: int, opened: int, far: float) -> int:
    """Return a column that is ``change`` while the site is open, else 0: closed sites have no power to spare."""
    felt = a.column(0.0, far)
    a.row([(felt, 1.0), (change, -1.0)], -np.inf, 0.0)
    a.row([(felt, 1.0), (opened, -far)], -np.inf, 0.0)
    a.row([(felt, 1.0), (change, -1.0), (opened, -far)], -far, np.inf)
    return felt


def headroom(e: Elastic, _i: int, s: Statement) -> None:
    """A zone's headroom gives row by row."""
    p, blocks = e.wide.p, [*e.wide.p.block_hours]
    limited = dict(e.rows("headroom_limit", s.place))
    named = {cell.block for cell in s.cells}
    at_cell: dict[tuple[int, int], int] = {}
    for cell in s.cells:
        more = e.draft.column(relative(cell))
        for t in cell.periods:
            for b, block in enumerate(blocks):
                if cell.block == block or (not cell.block and block not in named):
                    at_cell[t, b] = more
        e.figure(s, cell, more)
    for at, served in e.columns(of.SERVED, s.place):
        change = [(column, -1.0)] if (column := at_cell.get((at[1], at[2]))) is not None else []
        if at in limited:
            for c, sign in change:
                e.draft.add(limited[at], c, sign)
        else:
            e.draft.row([(served, 1.0), *change], -np.inf, float(p.headroom_mw[at]))


def line(e: Elastic, _i: int, s: Statement) -> None:
    """A line gives in both directions at once where they are alike, and its limit after an outage with it."""
    p, i = e.wide.p, s.place
    same = p.line_mw[i] == p.line_back_mw[i]
    ways: list[tuple[of.Family, str, Floats, str]] = [
        (of.FLOW, "line_limit", p.line_mw, "capacity_mw"),
        (of.BACKFLOW, "line_limit_back", p.line_back_mw, "capacity_mw" if same else "capacity_back_mw"),
    ]
    column_of = {}
    for cell in s.cells[:1] if same else s.cells:
        column_of[cell.column] = e.draft.column(relative(cell))
        e.figure(s, cell, column_of[cell.column])
    stated = e.wide.study.lines.set_index("line")["emergency_mw"].notna()[s.id]
    for sign, (family, rule, limit, column) in zip((1, -1), ways, strict=True):
        limited, change = dict(e.rows(rule, i)), column_of.get(column)
        for at, flow in e.columns(family, i):
            if at in limited and change is not None:
                e.draft.add(limited[at], change, -1.0)
            elif at not in limited and isfinite(limit[i]):
                more = [] if change is None else [(change, -1.0)]
                e.draft.row([(flow, 1.0), *more], -np.inf, float(limit[i]))
        for at, row in e.rows("outage_limit", i):
            if at[2] == sign and change is not None and not stated:
                e.draft.add(row, change, -1.0)


def doors(shut: Callable[[Doors], Any]) -> Callable[[Elastic, int, Statement], None]:
    """Doors that are shut by name give by opening to all."""

    def gives(e: Elastic, _i: int, s: Statement) -> None:
        away = shut(e.doors)
        by_sku = {cell.value: e.draft.column(1.0, 1.0, whole=True) for cell in s.cells}
        one = next(iter(by_sku.values()))
        for (site, k, _), column in e.columns(of.PODS, s.place):
            if away[site, k]:
                door = by_sku[e.wide.p.skus[k]] if s.kind == "placement" else one
                e.draft.row([(column, 1.0), (door, -float(e.wide.matrix.upper[column]))], -np.inf, 0.0)
        for cell in s.cells:
            e.switch(s, cell, by_sku[cell.value])

    return gives


def max_rack_kw(e: Elastic, _i: int, s: Statement) -> None:
    """The heaviest rack gives in steps: to each rack that is heavier."""
    (cell,) = s.cells
    kw = e.wide.study.racks["rack_kw"].to_numpy(dtype=float)
    shut = e.doors.max_rack_kw[s.place]
    steps = sorted({float(v) for v in kw[shut]})
    if not steps:
        return
    costs = np.diff([float(cell.value), *steps]) * relative(cell)
    levels = [e.draft.column(float(cost), 1.0, whole=True) for cost in costs]
    for a, b in pairwise(levels):
        e.draft.row([(a, 1.0), (b, -1.0)], 0.0, np.inf)
    for (_, k, _t), column in e.columns(of.PODS, s.place):
        if shut[k]:
            level = levels[steps.index(float(kw[k]))]
            e.draft.row([(column, 1.0), (level, -float(e.wide.matrix.upper[column]))], -np.inf, 0.0)

    def told(x: Floats) -> Value:
        count = sum(x[level] > 0.5 for level in levels)
        return steps[count - 1] if count else None

    e.moves.append(Move(s, cell, told, lambda to: (number(to) - float(cell.value)) * relative(cell)))
