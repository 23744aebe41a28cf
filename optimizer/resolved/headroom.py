"""How much new load a grid can take, as it is found and told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """The largest new load of a bus in a period and block, and what keeps it from more; None: not determined.

    ``limited_by`` names elements and ids as binding.csv does, "line ab". ``upgrade`` is the reinforcement that gives
    more at least cost, ``upgrade_usd_per_mw`` what a MW of it costs.
    """

    zone: str
    period: str
    block: str
    headroom_mw: float | None
    limited_by: tuple[str, ...]
    upgrade: str = ""
    upgrade_usd_per_mw: float | None = None


@dataclass(frozen=True)
class Joint:
    """The largest load of all sites together in a period and block, and how it is spread."""

    period: str
    block: str
    joint_mw: float
    by_site: dict[str, float]
