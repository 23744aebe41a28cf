"""Dual values of a plan's dispatch: what one MW more would cost or save, with all that is built held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..parameters import Parameters
from ..resolution import Floats


@dataclass(frozen=True)
class Prices:
    """What one MW more drawn costs, USD per MWh, (z, t, b); what one MW more of a limit saves, USD per MW-year.

    ``zone`` (z, t, b), ``gen`` (g, t, b), ``line`` (l, t, b) whichever direction binds, ``outage`` by the line that is
    loaded, the line that is out, the direction, period and block. None of them is unique.
    """

    mwh: Floats
    zone: Floats
    line: Floats
    gen: Floats
    outage: Mapping[tuple[int, int, int, int, int], float]

    @classmethod
    def nothing(cls, p: Parameters) -> Prices:
        """Return prices that nobody computed: zeros."""
        z, i, g = (np.zeros((len(p.ids[axis]), len(p.horizon), len(p.block_hours))) for axis in ("zone", "line", "gen"))
        return cls(z, z, i, g, {})
