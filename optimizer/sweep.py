"""Keep ``from optimizer.sweep import grid`` of scripts: ``optimizer.sweep`` is the function and carries the names."""

import sys

from .sweeps import Sweep, SweepProgress, read_sweep, sweep
from .variants import changed, grid, latin_hypercube, low_high, one_at_a_time, sobol

__all__ = [
    "Sweep",
    "SweepProgress",
    "changed",
    "grid",
    "latin_hypercube",
    "low_high",
    "one_at_a_time",
    "read_sweep",
    "sobol",
    "sweep",
]

vars(sweep).update({name: globals()[name] for name in __all__})
sys.modules[__name__] = sweep  # type: ignore[assignment]  # what import binds to optimizer.sweep
