"""Where modules and programs come from: never from the folder that a user happens to work in."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that holds this package: last on the path, so that what lies beside it hides no other module."""


def without_current_folder() -> None:
    """Take the current folder off the import path, by whatever name it is there: a numpy.py in it is not numpy."""
    sys.path[:] = [*filter(_elsewhere, sys.path), ROOT]


def elsewhere(paths: str) -> str:
    """Return a list of folders as PATH has it without the current one, by whatever name it is there."""
    return os.pathsep.join(filter(_elsewhere, paths.split(os.pathsep)))


def safe_environment() -> dict[str, str]:
    """Return this process's environment for Python processes that import nothing from the current folder."""
    paths = {name: elsewhere(os.environ[name]) for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**os.environ, **paths, "PYTHONSAFEPATH": "1"}


def _elsewhere(path: str) -> bool:
    try:
        return os.path.isabs(path) and os.path.realpath(path) != os.path.realpath(os.getcwd())
    except OSError:  # the current folder is gone
        return os.path.isabs(path)
