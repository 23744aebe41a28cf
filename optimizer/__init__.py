"""Plan which racks go where and when: ``read_study``, ``solve``, ``verify``, ``sweep``; the README has a first plan."""

import sys

if sys.argv[:1] == ["-m"]:  # python -m optimizer, which puts the current folder first
    from .modules import without_current_folder

    without_current_folder()

from typing import TYPE_CHECKING

from .entry import lazy
from .version import __version__

if TYPE_CHECKING:
    from . import view
    from .errors import InfeasibleError, InputError, RackgridError, SolverError
    from .plan import Plan, read_plan
    from .solve import solve
    from .study import Study, read_study
    from .sweep import sweep
    from .verify import verify

_HOMES = {
    "InfeasibleError": "errors",
    "InputError": "errors",
    "Plan": "plan",
    "RackgridError": "errors",
    "SolverError": "errors",
    "Study": "study",
    "read_plan": "plan",
    "read_study": "study",
    "solve": "solve",
    "sweep": "sweep",
    "verify": "verify",
    "view": "",
}

__all__ = [
    "InfeasibleError",
    "InputError",
    "Plan",
    "RackgridError",
    "SolverError",
    "Study",
    "__version__",
    "read_plan",
    "read_study",
    "solve",
    "sweep",
    "verify",
    "view",
]

__getattr__ = lazy(__name__, _HOMES)
__dir__ = __all__.copy
