"""A small conflict among the statements of a study, and how many there are beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from .oracle import Oracle

# Of so many statements every conflict is searched; of more, one after the other as they are met.
FEW = 40
# Conflicts of a small study that are enumerated at most.
MOST_CONFLICTS = 60
TURN = (
    "placement", "max_rack_kw", "vendors", "hall_lead_years", "upgrade_lead", "halls_per_year", "line", "headroom",
    "committed", "power", "max_mw", "forbid", "deliveries", "force_open", "max_new_mw_per_year", "share", "cluster",
    "max_unused_mw_years", "max_sites",
)  # fmt: skip
"""Kinds of statements in the turn in which it is tried to do without them."""


@dataclass(frozen=True)
class Found:
    """A conflict as places of its statements, and those of which it is not settled that it needs them."""

    held: tuple[int, ...]
    unsettled: tuple[int, ...] = ()


def smallest(oracle: Oracle, among: list[int], over: Callable[[], bool]) -> Found | None:
    """Return a conflict among statements that have no plan together; None where they have one.

    Statements that the linear relaxation points at come first; then each is done without where the others still have
    no plan. Past ``over`` what is left unasked is unsettled.
    """
    held = _pointed(oracle, _in_turn(oracle, among))
    if oracle.ask(held).word == "plan":
        return None
    kept, unsettled = _deleted(oracle, held, over)
    found = Found(tuple(sorted(kept)), tuple(sorted(unsettled)))
    word = "unsettled" if over() else oracle.ask(list(found.held), sure=True).word
    if word == "plan" and not oracle.sure:  # an earlier word was wrong
        oracle.sure = True
        oracle.forget()
        return smallest(oracle, among, over)
    return found if word == "none" else replace(found, unsettled=found.unsettled or found.held)


def _in_turn(oracle: Oracle, among: list[int]) -> list[int]:
    return sorted(among, key=lambda i: (TURN.index(oracle.wide.statements[i].kind), i))


def _pointed(oracle: Oracle, held: list[int]) -> list[int]:
    """Return what the linear relaxation points at, as long as that is fewer and has no plan."""
    while (fewer := oracle.pointed(held)) is not None and len(fewer) < len(held):
        fewer = _in_turn(oracle, fewer)
        if oracle.ask(fewer).word != "none":
            return held
        held = fewer
    return held


def _deleted(oracle: Oracle, held: list[int], over: Callable[[], bool]) -> tuple[list[int], list[int]]:
    """Do without as many as can be, several at once where that works; return what is left, and what is unsettled."""
    needed: list[int] = []
    unsettled: list[int] = []
    rest, step = list(held), max(1, len(held) // 4)
    while rest:
        if over():
            return needed + rest, unsettled + rest
        known = next((i for i in rest if _alone_breaks(oracle, i, needed + rest)), None)
        if known is not None:
            rest.remove(known)
            needed.append(known)
            continue
        step = min(step, len(rest))
        tried = rest[:step]
        one = oracle.wide.statements[tried[0]]
        if step == 1 and len(held) > FEW and one.of_site and oracle.try_at(needed + rest[1:], one.place):
            continue
        word = oracle.ask(needed + rest[step:]).word
        if word == "none":
            rest = rest[step:]
            if step > 1 and len(rest) > 1:
                fewer = set(_pointed(oracle, needed + rest))
                rest = [i for i in rest if i in fewer]
            step *= 2
        elif step > 1:
            step = max(1, step // 2)
        else:
            rest = rest[1:]
            needed += tried
            unsettled += tried if word == "unsettled" else []
    return needed, unsettled


def _alone_breaks(oracle: Oracle, i: int, held: list[int]) -> bool:
    """Whether a point is known that keeps all of these statements but one."""
    which = oracle.some(held)
    return any(broken[i] and (broken & which).sum() == 1 for broken in oracle.points)


def others(oracle: Oracle, told: Found, over: Callable[[], bool]) -> int:
    """Return how many conflicts share no statement with the one told or each other: the most, of a small study.

    Of a large one, or past ``over``, as many as were met: at least.
    """
    rest = [i for i in range(oracle.count) if i not in told.held]
    conflicts: list[frozenset[int]] = []
    seen: set[frozenset[int]] = set()

    def met(among: frozenset[int]) -> frozenset[int] | None:
        known = next((c for c in conflicts if c <= among), None)
        if known is None and not over() and (found := smallest(oracle, sorted(among), over)) and not found.unsettled:
            known = frozenset(found.held)
            conflicts.append(known)
        return known

    def enumerated(among: frozenset[int]) -> None:
        """Meet every conflict: each other one lacks some statement of the one at hand (Reiter 1987)."""
        if among in seen or over() or len(conflicts) >= MOST_CONFLICTS:
            return
        seen.add(among)
        conflict = met(among)
        for i in sorted(conflict or ()):
            enumerated(among - {i})

    greedy, left = 0, frozenset(rest)
    while (conflict := met(left)) is not None:
        greedy, left = greedy + 1, left - conflict
    if greedy and len(rest) <= FEW:
        enumerated(frozenset(rest))
    return max(greedy, _packed(conflicts))


def _packed(conflicts: list[frozenset[int]]) -> int:
    """Return how many of some sets can be chosen that share nothing."""
    if not conflicts:
        return 0
    first, rest = conflicts[0], conflicts[1:]
    return max(1 + _packed([c for c in rest if not c & first]), _packed(rest) if len(conflicts) <= 20 else 0)


def until(seconds: float, stopped: Callable[[], bool]) -> Callable[[], bool]:
    """Return what says whether so many seconds are over, or somebody asked to stop."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end or stopped()
