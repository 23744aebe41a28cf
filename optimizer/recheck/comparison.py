"""Make a check that is one comparison: a column that follows from the decisions, or a quantity that keeps a limit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .columns import Floats
from .ground import Ground
from .report import Finding
from .shapes import KEYS
from .tolerance import exceeds

Check = Callable[[Ground], list[Finding]]


def follows(name: str, place: str, unit: str, of: Callable[[Ground], Floats], rule: str) -> Check:
    """Return the check that a column, TABLE.COLUMN, holds what ``of`` recomputes over the keys of its table."""
    table, _, column = place.partition(".")

    def check(g: Ground) -> list[Finding]:
        return g.tables[table].compare(column, of(g), unit)

    return named(check, name, of.__module__, rule)


def keeps(
    name: str,
    place: str,
    unit: str,
    of: Callable[[Ground], tuple[ArrayLike, ArrayLike]],
    rule: str,
    *,
    over: tuple[str, ...] | None = None,
    relation: str = "at most",
    key: str = "",
) -> Check:
    """Return the check that a quantity told at TABLE.COLUMN keeps a limit, over its table's keys or other axes.

    ``of`` gives both. Nothing is checked where the ``key`` of [policy] is not set.
    """
    table, _, column = place.partition(".")
    axes = KEYS[table] if over is None else over
    sign = 1.0 if relation == "at most" else -1.0

    def check(g: Ground) -> list[Finding]:
        if key and getattr(g.config.policy, key) is None:
            return []
        stated, limit = np.broadcast_arrays(*(np.asarray(values, np.float64) for values in of(g)))
        return [
            Finding(f"{table}.csv", g.label(axes, at), column, float(stated[at]), float(limit[at]), relation=relation)
            for at in map(tuple, np.argwhere(exceeds(sign * stated, sign * limit, unit)))
        ]

    return named(check, name, of.__module__, rule)


def named(check: Check, name: str, module: str, rule: str) -> Check:
    """Name a check for reports: its rule in words stands where other checks have their docstring."""
    check.__name__, check.__qualname__, check.__module__, check.__doc__ = name, name, module, rule
    return check
