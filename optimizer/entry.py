"""Front doors of packages: names that load on first use, and packages that can be called like their one function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
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


def lazy(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` that loads each name from its module on first use, so that the package stays light.

    A name without a module is one itself.
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f".{homes[name] or name}", package)
        value = getattr(module, name) if homes[name] else module
        setattr(sys.modules[package], name, value)
        return value

    return load
