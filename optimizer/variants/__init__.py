"""The language of changes: keys, selectors, operators, shifts, figures and designs, and the study of each case."""

from .designs import grid, latin_hypercube, one_at_a_time, sobol
from .figures import low_high
from .once import changed

__all__ = ["changed", "grid", "latin_hypercube", "low_high", "one_at_a_time", "sobol"]
