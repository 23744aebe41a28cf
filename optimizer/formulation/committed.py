"""What keeps to an earlier plan: decisions that are held exactly, and what is counted of those that change."""

from __future__ import annotations

from typing import Any

import numpy as np

from .families import BOUGHT, CLOSED, HALLS, MOVED, OPENED, PODS, UNBUILT
from .notation import Program, Rule, linear

FIELD = {family.letter: family.field for family in (PODS, HALLS, OPENED, BOUGHT)}


def held_pods(c: Program, s: int, k: int, t: int) -> Any:
    """Racks are placed as committed: n_skt = n̄_skt."""
    return _same(c, "n", (s, k, t))


def held_halls(c: Program, s: int, t: int) -> Any:
    """Halls are commissioned as committed: h_st = h̄_st."""
    return _same(c, "h", (s, t))


def held_open(c: Program, s: int, t: int) -> Any:
    """Sites are open as committed: y_st = ȳ_st."""
    return _same(c, "y", (s, t))


def held_upgrades(c: Program, u: int, t: int) -> Any:
    """Upgrades are commissioned as committed: x_ut = x̄_ut."""
    return _same(c, "x", (u, t))


def moved_away(c: Program, s: int, k: int) -> Any:
    """What the plan before had at a site and this one has not: moved_sk ≥ Σ_t n̄_skt − Σ_t n_skt."""
    placed = [(1.0, c.m.n[s, k, t]) for t in range(len(c.p.horizon)) if (s, k, t) in c.m.n]
    return linear([(1.0, c.m.moved[s, k]), *placed]) >= _stated(c, "pods", s, k)


def not_opened(c: Program, s: int, t: int) -> Any:
    """A site that opened in t of the plan before and does not open now: unopened_st ≥ 1 − y_sT."""
    last = len(c.p.horizon) - 1
    opened = [(1.0, c.m.y[s, last])] if (s, last) in c.m.y else []
    return linear([(1.0, c.m.unopened[s, t]), *opened]) >= 1.0


def not_built(c: Program, s: int) -> Any:
    """Halls that are not built, the latest first since they are the cheapest: Σ_t unbuilt_st ≥ Σ_t h̄_st − Σ_t h_st."""
    dropped = [(1.0, c.m.unbuilt[at]) for at in c.m.unbuilt if at[0] == s]
    return linear([*dropped, *c.halls_by(s, len(c.p.horizon) - 1)]) >= _stated(c, "halls", s)


def _same(c: Program, letter: str, at: tuple[int, ...]) -> Any:
    """A decision is as committed; where there is no place for what is committed, there is no plan."""
    assert c.p.before is not None
    there = c.m.component(letter)
    return linear([(1.0, there[at])] if at in there else [(0.0, None)]) == float(c.p.before.held[FIELD[letter]][at])


def _stated(c: Program, field: str, *at: int) -> float:
    assert c.p.before is not None
    return float(c.p.before.stated[field][at].sum())


def _frozen(c: Program, letter: str) -> list[tuple[int, ...]]:
    """Index of what is held: each decision that there is, and what is committed where there is none."""
    before = c.p.before
    if before is None or not (before.holds_all or letter == "n"):
        return []
    there, held = c.m.component(letter), before.held[FIELD[letter]]
    lost = [at for at in map(tuple, np.argwhere(held).tolist()) if at not in there]
    if letter == OPENED.letter:  # a committed site is open without a decision
        lost = [at for at in lost if not c.p.committed[at[0]]]
    return [at for at in (*there, *lost) if at[-1] < before.frozen]


def _rule(row: Any, letter: str, owner: Any, unit: str) -> Rule:
    return Rule(row, lambda c: _frozen(c, letter), owner, unit)


def _sites(c: Program) -> list[int]:
    return sorted({s for s, _ in c.m.component(UNBUILT.letter)})


HELD = (
    _rule(held_pods, "n", "site", "pods"),
    _rule(held_halls, "h", "site", "halls"),
    _rule(held_open, "y", "site", "1"),
    _rule(held_upgrades, "x", "programme", "pieces"),
)
"""Rules that hold what is committed."""
RULES = (
    *HELD,
    Rule(moved_away, lambda c: c.m.component(MOVED.letter), "site", "pods"),
    Rule(not_opened, lambda c: c.m.component(CLOSED.letter), "site", "1"),
    Rule(not_built, _sites, "site", "halls"),
)
