"""From a study to a proven plan: ``solve`` is the one public call; heavy parts load when it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .progress import Progress

if TYPE_CHECKING:
    from ..plan import Plan
    from ..replan import Committed
    from ..study import Study

__all__ = ["Progress", "solve"]


def solve(
    study: Study,
    *,
    gap: float | None = None,
    time_limit_s: float | None = None,
    threads: int | None = None,
    solver: str | None = None,
    strategy: str | None = None,
    committed: Committed | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Find a plan of least cost, prove how near to the least it is, and recheck it.

    ``gap`` (relative), ``time_limit_s``, ``threads``, ``solver`` and ``strategy`` replace the study's own keys.
    ``progress`` hears of every new plan and bound; ``stop`` is asked several times a second and ends the search when
    it answers true.
    ``committed`` is what is held of an earlier plan, or of placements of one's own; see ``optimizer.Committed``.
    A keyboard interrupt, ``stop`` and the time limit keep the best plan found so far, with status "feasible".

    Raises InfeasibleError where it is proven that no plan exists, or where what is committed does not fit, SolverError
    where the search was stopped before any plan was found, InputError where the solver is not installed.
    """
    from .options import SolveOptions
    from .planner import solved

    study = SolveOptions(gap, time_limit_s, threads, solver, strategy).applied(study)
    if committed is None:
        return solved(study, progress, stop)
    from .replanned import replanned

    return replanned(study, committed, progress, stop)
