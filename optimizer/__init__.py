"""Plan which racks go where and when: ``read_study``, ``solve``, ``verify``, ``sweep``; the README has a first plan."""

from .version import __version__

TYPE_CHECKING = False  # not that of typing: before the program has set its import path, nothing is imported here

if TYPE_CHECKING:
    from . import explain, view
    from .errors import InfeasibleError, InputError, RackgridError, SolverError
    from .formulation.build import model
    from .plan import Plan, read_plan
    from .recheck import verify
    from .replan import Committed
    from .solver import solve
    from .study import Study, read_study
    from .sweeps import sweep

_HOMES = {
    "Committed": "replan",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "Plan": "plan",
    "RackgridError": "errors",
    "SolverError": "errors",
    "Study": "study",
    "explain": "",
    "model": "formulation.build",
    "read_plan": "plan",
    "read_study": "study",
    "solve": "solver",
    "sweep": "",
    "verify": "recheck",
    "view": "",
}

__all__ = [
    "Committed",
    "InfeasibleError",
    "InputError",
    "Plan",
    "RackgridError",
    "SolverError",
    "Study",
    "__version__",
    "explain",
    "model",
    "read_plan",
    "read_study",
    "solve",
    "sweep",
    "verify",
    "view",
]


def __getattr__(name: str) -> object:
    from .entry import lazy

    return lazy(__name__, _HOMES)(name)


__dir__ = __all__.copy
