"""Where modules come from: never from the folder that a user happens to work in."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that holds this package: last on the path, so that what lies beside it hides no other module."""


def without_current_folder() -> None:
    """Take the current folder off the import path, by whatever name it is there: a numpy.py in it is not numpy."""
    sys.path[:] = [*filter(_elsewhere, sys.path), ROOT]


def safe_environment() -> dict[str, str]:
    """Return this process's environment for Python processes that import nothing from the current folder."""
    kept = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if _elsewhere(path)]
    return {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(kept)}


def _elsewhere(path: str) -> bool:
    try:
        return os.path.isabs(path) and os.path.realpath(path) != os.path.realpath(os.getcwd())
    except OSError:  # the current folder is gone
        return os.path.isabs(path)
