"""Solve cases one after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..solver.again import Known
from .attempt import Job, Outcome, Resolvers, attempt, worker_name


def solved(
    jobs: Sequence[Job], known: Known | None, *, stop: Callable[[], bool], started: Callable[[Job, str], None]
) -> Iterator[Outcome]:
    """Yield how each case ended, until ``stop`` answers true; ``started`` hears of each before."""
    resolvers = Resolvers(known)
    try:
        for job in jobs:
            if stop():
                return
            started(job, worker_name())
            yield attempt(job, resolvers, stop)
    finally:
        resolvers.close()
