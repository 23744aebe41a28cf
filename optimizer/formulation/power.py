"""Power at the site: what is energised, what is drawn and from which source."""

from __future__ import annotations

from typing import Any

from .notation import Program, Rule, linear
from .sets import by_block


def site_power(c: Program, s: int, t: int) -> Any:
    """Peak load and spare power are what an open site has at its fence.

    peak_pue_s Σ_k p_k N_skt + spare_st = (I_st + O_st) y_st
    """
    load, energised = c.it_load(s, t, float(c.p.peak_pue[s])), c.open_(s, t, -float(c.p.power_mw[s, t]))
    return linear([*load, (1.0, c.m.spare[s, t]), *energised]) == 0.0


def power_sources(c: Program, s: int, t: int, b: int) -> Any:
    """Load is drawn from the zone or generated on site: peak_pue_s Σ_k p_k N_skt = d_stb + o_stb."""
    m = c.m
    sources = [(-1.0, var[s, t, b]) for var in (m.d, m.o) if (s, t, b) in var]
    return linear([*c.it_load(s, t, float(c.p.load_per_it[s, b])), *sources]) == 0.0


RULES = (
    Rule(site_power, lambda c: c.m.spare, "site", "MW", "sites.interconnection_mw"),
    Rule(power_sources, lambda c: by_block(c.p, c.m.idle), "site", "MW", dispatch=True),
)
