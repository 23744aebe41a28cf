"""Solve many variants of one study: each from what its base already knows, never from its bound."""

from __future__ import annotations

from collections.abc import Callable

from ..plan import Plan
from ..study import Study
from .engine import Engine
from .known import Known
from .planner import planned, prepared
from .problem import Problem
from .progress import Journal, Progress
from .reuse import Template
from .runner import Runner

__all__ = ["Known", "Resolver", "learn", "recall"]

# The base is solved this much closer than asked: its plan has to stay near enough under other costs.
BASE_SHARE = 0.5


def learn(
    study: Study,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Known:
    """Solve the base case; raises what ``solve`` raises."""
    with Engine() as engine:
        runner = Runner(engine, Journal(progress), study.config.solve.time_limit_s, stop)
        problem = prepared(study, runner)
        return Known.of(planned(problem, runner, of_many=True, gap=BASE_SHARE * study.config.solve.gap), problem)


def recall(plan: Plan) -> Known:
    """Return what a base's plan teaches that was read from its folder."""
    return Known.of(plan, Problem.of(plan.study))


class Resolver:
    """Solves variants of a base one after the other with one solver process, which ``close`` ends.

    Without ``known`` (a base that has no plan) each is solved from scratch.
    """

    def __init__(self, known: Known | None) -> None:
        self._known = known
        self._template = None if known is None else Template(known.plan.study)
        self._engine = Engine()

    def plan(
        self,
        study: Study,
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Plan:
        """Solve one variant; the same plan whatever was solved before.

        The study's gap and time limit hold. Raises what ``solve`` raises.
        """
        runner = Runner(self._engine, Journal(progress), study.config.solve.time_limit_s, stop)
        return planned(prepared(study, runner, self._template), runner, of_many=True, known=self._known)

    def close(self) -> None:
        """End the solver's process."""
        self._engine.close()
