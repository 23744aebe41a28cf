"""The nearest change of a site that flips its decision: its price, its MW or its date, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...parameters import Parameters
from ...resolution import Floats
from ...resolved.demands import Demands
from ...solver.questions import Answer, Questions
from ..anew import wide_gap

# Solves for each change, and how near the ends of its interval are to be, as a share of the far one.
MOST_SOLVES = 8
NEAR = 0.02
MOST_PERCENT, LEAST_MORE_MW = 300.0, 1000.0
KEEPS, OPEN, FLIPS = -1, 0, 1


@dataclass(frozen=True)
class Flip:
    """A change of a site by ``what`` ("price", "mw" or "date") in its ``unit``, and where the decision flips.

    Up to ``low`` the decision provably stays, 0 where that is not proven; from ``high`` on it provably flips, None
    where up to ``tried`` nothing did. ``stopped``: a time limit cut its search short. ``note`` says why there is none.
    """

    what: str
    unit: str
    low: float
    high: float | None
    tried: float
    stopped: bool = False
    note: str = ""


@dataclass(frozen=True)
class Change:
    """One change of a site: ``most`` of it is tried, in steps of ``step`` (0: any), as parameters."""

    what: str
    unit: str
    most: float
    step: float
    applied: Callable[[Parameters, float], Parameters]


def changes(p: Parameters, s: int, *, held: bool) -> Iterator[Change]:
    """Changes against the decision: dearer, less and later where the site is held, else cheaper, more and sooner."""
    sign, words = (1, ("dearer", "fewer", "later")) if held else (-1, ("cheaper", "more", "sooner"))
    percent = MOST_PERCENT if held else 100.0
    yield Change("price", f"% {words[0]}", percent, 0.0, lambda p, a: priced(p, s, 1.0 + sign * a / 100.0))
    name = "interconnection_mw" if p.interconnection_mw[s].any() or not p.onsite_mw[s].any() else "onsite_mw"
    have = getattr(p, name)[s]
    if np.isfinite(have).all():
        most = float(have.max()) if held else max(LEAST_MORE_MW, 2.0 * float(have.max()))
        if most > 0:
            yield Change("mw", f"MW fence {words[1]}", most, 0.0, lambda p, a: _with_mw(p, name, s, -sign * a))
    most = float(len(p.horizon) - (0 if held else 1))
    if most > 0:
        yield Change("date", f"periods {words[2]}", most, 1.0, lambda p, a: _moved(p, s, sign * round(a)))


def priced(p: Parameters, s: int, factor: float) -> Parameters:
    """Return parameters with a site's own prices times a factor: opening, halls, rent, upkeep, energy, placement."""
    names = (
        "open_usd", "hall_usd_per_mw", "lease_usd_per_mw_year", "fixed_usd_per_mw_year", "energy_usd_per_mwh",
        "onsite_usd_per_mwh", "placement_usd_per_rack",
    )  # fmt: skip
    arrays = {name: getattr(p, name).copy() for name in names}
    for array in arrays.values():
        array[s] *= factor
    return replace(p, **arrays)


def _with_mw(p: Parameters, name: str, s: int, more: float) -> Parameters:
    """Return parameters with more power at a site in every period in which it has some, in all where it has none."""
    mw = getattr(p, name).copy()
    mw[s] = np.where((mw[s] > 0) | ~mw[s].any(), np.maximum(0.0, mw[s] + more), 0.0)
    return p.changed(**{name: mw})


def _moved(p: Parameters, s: int, later: int) -> Parameters:
    """Return parameters with a site's power, halls and leads so many periods later, or sooner where negative."""
    arrays = {name: getattr(p, name).copy() for name in ("interconnection_mw", "onsite_mw", "existing_mw")}
    for array in arrays.values():
        array[s] = _shifted(array[s], later)
    first = p.first_hall.copy()
    first[s] = max(0, first[s] + later)
    return p.changed(first_hall=first, **arrays)


def _shifted(mw: Floats, later: int) -> Floats:
    n = len(mw)
    if later >= 0:
        return np.concatenate([np.zeros(min(later, n)), mw[: max(0, n - later)]])
    return np.concatenate([mw[-later:], np.full(min(-later, n), mw[-1])])


@dataclass
class Search:
    """Bisects a change of site ``s`` on new solves, until ``deadline``; ``out`` answers the study without it."""

    questions: Questions
    s: int
    held: bool
    out: Answer
    there: Answer
    deadline: float

    def flip(self, change: Change) -> Flip:
        """Return where a change flips the decision."""
        states = {0.0: self._state(self.there, self.out), change.most: OPEN}
        solves = 0
        stopped = False
        at: float | None = change.most
        while at is not None and solves < MOST_SOLVES:
            state = self._asked(change, at)
            if state is None:
                stopped = True
                break
            states[at], solves = state, solves + 1
            if solves == 1 and state != FLIPS:
                break
            at = _next(states, change.step)
        low = max((a for a, state in states.items() if state == KEEPS), default=0.0)
        high = min((a for a, state in states.items() if state == FLIPS), default=None)
        return Flip(change.what, change.unit, low, high, change.most, stopped)

    def _asked(self, change: Change, amount: float) -> int | None:
        """Solve the study with the site held under a change; None where time is over."""
        questions = self.questions
        p = change.applied(questions.p, amount)
        asked = [Demands(held=frozenset((self.s,)))]
        if p.committed[self.s] or p.retires:  # what it costs without racks in the end changes too
            asked.append(Demands(empty=frozenset((self.s,))))
        answers = []
        for demands in asked:
            left = self.deadline - time.monotonic()
            if left <= 0 or (questions.stop is not None and questions.stop()):
                return None
            limit = None if left == np.inf else left
            answers.append(questions.ask(questions.demanding(demands, p), time_limit_s=limit, gap=wide_gap(questions)))
        if any(answer.stopped and np.isinf(answer.objective_usd) for answer in answers):
            return None
        state = self._state(answers[0], answers[1] if len(answers) > 1 else self.out)
        by_years = self.questions.study.config.objective.minimise != "cost"
        # With more power a plan may have fewer MW-years than this one, which money does not tell.
        return OPEN if state == KEEPS and by_years and not self.held and change.what != "price" else state

    def _state(self, there: Answer, out: Answer) -> int:
        if there.objective_usd < out.bound_usd:
            return KEEPS if self.held else FLIPS
        if out.objective_usd < there.bound_usd:
            return FLIPS if self.held else KEEPS
        return OPEN


def _next(states: dict[float, int], step: float) -> float | None:
    """Return the amount to try next, between what keeps and what flips, None where these are near enough."""
    low = max((a for a, state in states.items() if state == KEEPS), default=0.0)
    high = min(a for a, state in states.items() if state == FLIPS)
    between = [a for a, state in states.items() if state == OPEN and low < a < high]
    parts = [(low, min(between)), (max(between), high)] if between else [(low, high)]
    near, far = max(parts, key=lambda part: part[1] - part[0])
    if step:
        middle = float((near + far) // 2)
        return middle if near < middle < far else None
    return None if far - near <= NEAR * high else (near + far) / 2
