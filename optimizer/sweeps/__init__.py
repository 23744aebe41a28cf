"""Many cases of one study, one table: ``sweep`` is the public call; what solves loads when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..study import Study
from .progress import SweepProgress
from .result import Sweep, read_sweep

__all__ = ["Sweep", "SweepProgress", "read_sweep", "sweep"]


def sweep(
    study: Study,
    cases: pd.DataFrame | Sequence[Study] | Mapping[str, Study],
    *,
    cluster: object = None,
    out: str | Path | None = None,
    gap: float | None = None,
    time_limit_s: float | None = None,
    workers: int | None = None,
    drop_late: bool = False,
    retry: bool = False,
    force: bool = False,
    progress: Callable[[SweepProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Sweep:
    """Solve many cases of a study into one table and a folder of plans, and go on where an earlier run ended.

    ``cases`` is a table with a column per varied key (``grid`` and its neighbours make one), a list of variants
    (``study.replace(...)``) or variants by name. ``gap`` (relative) and ``time_limit_s`` hold for every case that
    states none of its own. ``out`` is the folder, by default ``sweeps/`` and the study's name. ``workers``
    processes of this machine work side by side where dask.distributed is installed (default: one per core);
    ``cluster`` is the address of a running scheduler instead, or a Client or Cluster of dask.distributed.
    ``drop_late`` leaves out deliveries that a shift moves past the horizon. A case that fails is a row with its
    reason; ``retry`` tries those of an earlier run again. ``force`` starts anew in the folder of another sweep.
    ``progress`` hears how it goes instead of a line on stderr; ``stop`` is asked several times a second, and like
    a keyboard interrupt it ends the sweep with the cases solved so far.

    Raises InputError with every fault of the cases and of the folder before anything is solved.
    """
    from ..solver.options import SolveOptions
    from .runner import run

    return run(
        study, cases, cluster=cluster, out=out, options=SolveOptions(gap, time_limit_s), workers=workers,
        drop_late=drop_late, retry=retry, force=force, progress=progress, stop=stop or (lambda: False),
    )  # fmt: skip
