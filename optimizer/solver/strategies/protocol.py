"""What every strategy is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, Protocol

from ...account.decisions import Decisions
from ..completion import Completed
from ..problem import Problem
from ..runner import Runner

Told = Literal["USD", "plans", "nothing"]
"""What a caller hears of a search: money; of plans alone, while MW-years are minimised; nothing of what is no plan."""


@dataclass(frozen=True)
class Aim:
    """The gap at which a search may stop, what its caller hears of it, and decisions to begin with.

    ``room_mw_years``: what lies between the least possible of the MW-years that are limited, and their limit.
    ``until_usd``: the search may end sooner, once a plan costs no more than this, or it is proven that none does.
    ``known_usd`` is a bound that is proven already.
    """

    gap: float
    told: Told = "USD"
    start: Decisions | None = None
    room_mw_years: float = 0.0
    until_usd: float | None = None
    known_usd: float = -inf


@dataclass(frozen=True)
class Outcome:
    """The best plan found, None where there is none, and a bound that no plan of the problem lies below.

    ``objective`` and ``bound`` are in USD, or in MW-years where these are minimised. ``infeasible``: proven to have no
    plan. ``problem`` is the one whose columns the plan has, of fewer sites where a strategy built no more.
    ``reached``: the asked gap is proven. ``settled`` is False where an earlier objective was left open;
    ``least_waiting_mw_years`` is a bound that was proven on the way.
    """

    problem: Problem
    best: Completed | None
    objective: float
    bound: float
    infeasible: bool = False
    reached: bool = False
    settled: bool = True
    least_waiting_mw_years: float = 0.0


class Strategy(Protocol):
    """Searches a problem: the least of its matrix. A stop or the time limit keeps what was found by then."""

    def __call__(self, problem: Problem, aim: Aim, runner: Runner, /) -> Outcome: ...
