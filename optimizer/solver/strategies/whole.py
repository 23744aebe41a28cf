"""The whole model at once, for problems of few pods: a bound with relaxed pods, then branch and bound."""

from __future__ import annotations

from functools import partial

from ..arrays import Floats
from ..problem import Problem
from ..runner import Runner
from .protocol import Aim, Outcome
from .search import Search, searched


def whole(problem: Problem, aim: Aim, runner: Runner, /, *, base: Floats | None = None) -> Outcome:
    """Search from ``base``, a point that need not satisfy the rows, or from nothing."""
    return searched(problem, aim, runner, partial(steps, base=base))


def steps(search: Search, base: Floats | None = None) -> None:
    """Offer the base, prove a first bound, then prove the rest by the whole model."""
    search.offer(base)
    search.first_bound()
    search.finish()
