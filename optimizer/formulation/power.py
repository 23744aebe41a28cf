"""Power at the site: what is energised, what is drawn and from which source."""

from __future__ import annotations

from typing import Any

from .notation import Program, Rule, linear
from .sets import by_block


def site_power(c: Program, s: int, t: int) -> Any:
    """Peak load and spare power are what an open site has at its fence.

    peak_pue_s Σ_k p_k N_skt + spare_st = (I_st + O_st) y_st + Σ_u capacity_u Σ_{τ≤t} x_uτ
    """
    load, energised = c.it_load(s, t, float(c.p.peak_pue[s])), c.open_(s, t, -float(c.p.power_mw[s, t]))
    return linear([*load, (1.0, c.m.spare[s, t]), *energised, *c.upgraded("site", s, t, -1.0)]) == 0.0


def power_sources(c: Program, s: int, t: int, b: int) -> Any:
    """Load is drawn from the zone or generated on site: peak_pue_s load_scale_b Σ_k p_k N_skt = d_stb + o_stb."""
    m = c.m
    sources = [(-1.0, var[s, t, b]) for var in (m.d, m.o) if (s, t, b) in var]
    return linear([*c.it_load(s, t, float(c.p.load_per_it[s, b])), *sources]) == 0.0


def draw_limit(c: Program, s: int, t: int, b: int) -> Any:
    """Upgrades of a site add to its interconnection: d_stb ≤ I_st + Σ_u capacity_u Σ_{τ≤t} x_uτ."""
    return linear([(1.0, c.m.d[s, t, b]), *c.upgraded("site", s, t, -1.0)]) <= float(c.p.interconnection_mw[s, t])


def upgrade_open(c: Program, u: int, t: int) -> Any:
    """A site is upgraded only once it is open: Σ_{τ≤t} x_uτ ≤ max_count_u y_st."""
    s, most = int(c.p.upgrades.target[u]), float(c.p.upgrades.most[u])
    return linear([*c.bought_by(u, t), *c.open_(s, t, -most)]) <= 0.0


RULES = (
    Rule(site_power, lambda c: c.m.spare, "site", "MW", "sites.interconnection_mw"),
    Rule(power_sources, lambda c: by_block(c.p, c.m.idle), "site", "MW", dispatch=True),
    Rule(
        draw_limit,
        lambda c: [at for at in c.m.d if c.upgraded("site", at[0], at[1])],
        "site",
        "MW",
        "upgrades.capacity_mw",
        dispatch=True,
    ),
    Rule(
        upgrade_open,
        lambda c: [(u, t) for u, t in c.m.x if c.p.upgrades.kind[u] == "site"],
        "site",
        "pieces",
        "upgrades.max_count",
    ),
)
