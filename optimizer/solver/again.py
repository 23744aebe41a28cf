"""Solve many variants of one study: each from what its base already knows, never from its bound."""

from __future__ import annotations

from collections.abc import Callable

from ..plan import Plan
from ..study import Study
from .engine import Engine
from .known import Known, recall
from .planner import Planner
from .progress import Progress
from .reuse import Template

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
    closer = BASE_SHARE * study.config.solve.gap
    with Engine() as engine:
        planner = Planner(study, progress, stop, engine=engine, search_gap=closer)
        return Known.of(planner.plan(), planner.p, planner.c)


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
        planner = Planner(
            study, progress, stop, engine=self._engine, known=self._known, template=self._template
        )  # fmt: skip
        return planner.plan()

    def close(self) -> None:
        """End the solver's process."""
        self._engine.close()
