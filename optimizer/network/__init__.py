"""The DC physics of a grid: flows for injections, flows after outages, and how far angles can lie apart.

``Factors`` (PTDF, LODF) is for models and screening; ``resolved`` solves for the angles anew and shares no code with
it, for a recheck. Nothing here knows files, zones or periods: buses and circuits are numbers.
"""

from __future__ import annotations

from .angles import loose, resolved
from .circuits import Circuits, Singular
from .factors import Factors
from .spread import spread_rad

__all__ = ["Circuits", "Factors", "Singular", "loose", "resolved", "spread_rad"]
