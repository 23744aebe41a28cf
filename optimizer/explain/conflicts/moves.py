"""The register of how each kind of statement gives, and a model in which some do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...formulation import families as of
from . import giving_limits as limits
from . import giving_policy as policy
from .draft import Draft
from .elastic import Elastic
from .statements import Doors, Statement
from .wide import Wide

GIVES: dict[str, Callable[[Elastic, int, Statement], None]] = {
    "max_sites": policy.max_sites, "max_new_mw_per_year": policy.ceiling("new_mw_rate"), "cluster": policy.cluster,
    "max_unused_mw_years": policy.ceiling("unused_ceiling"), "force_open": policy.force_open, "forbid": policy.forbid,
    "committed": limits.committed, "max_mw": limits.max_mw, "halls_per_year": limits.halls_per_year,
    "hall_lead_years": limits.lead(of.HALLS), "upgrade_lead": limits.lead(of.BOUGHT), "power": limits.power,
    "headroom": limits.headroom, "line": limits.line, "vendors": limits.doors(lambda d: d.vendors),
    "placement": limits.doors(lambda d: d.placement), "max_rack_kw": limits.max_rack_kw,
    "deliveries": policy.deliveries,
}  # fmt: skip
"""How each kind gives; shares, which multiply what is decided, are searched for by themselves."""


def elastic(wide: Wide, giving: list[int], free: list[int]) -> Elastic:
    """Return a model in which statements give; those that are ``free`` are taken away."""
    held = np.ones(len(wide.statements), dtype=bool)
    held[free] = False
    bounded = held.copy()
    bounded[giving] = False
    found = Elastic(wide, Draft(wide.kept(held, bounded)), Doors.of(wide.study), [])
    for i in giving:
        statement = wide.statements[i]
        GIVES[statement.kind](found, i, statement)
    return found
