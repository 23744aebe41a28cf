"""Packages that are named like their one function: ``optimizer.solve`` can be imported from and called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def make_callable(name: str, function: Callable[..., Any]) -> None:
    """Let the module ``name`` be called as ``function``.

    Python binds an imported subpackage to its parent's attribute, over a function of the same name; so
    ``from optimizer import verify`` may give either, and both must work.
    """

    class CallableModule(ModuleType):
        """A module that stands for its function."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

    module = sys.modules[name]
    module.__class__ = CallableModule
    module.__doc__ = function.__doc__
