"""What a question asks beyond the study: sites that hold racks in the end, that hold none, or another set of them."""

from __future__ import annotations

from typing import Any

from .notation import Program, Rule, Term, linear


def _pods(c: Program, s: int, factor: float = 1.0) -> list[Term]:
    """``factor`` · Σ_k N_skT."""
    last = len(c.p.horizon) - 1
    return [(factor, c.m.N[s, k, last]) for k in c.sets.skus_at.get(s, [])]


def site_held(c: Program, s: int) -> Any:
    """A site holds a pod in the last period: Σ_k N_skT ≥ 1; where it can't, there is no plan."""
    return linear([*_pods(c, s), (0.0, None)]) >= 1.0


def site_empty(c: Program, s: int) -> Any:
    """A site holds nothing in the last period: Σ_k N_skT ≤ 0."""
    return linear(_pods(c, s)) <= 0.0


def site_counted(c: Program, s: int, t: int) -> Any:
    """A site that holds racks in the last period counts: Σ_k p_k N_skT ≤ (what it can hold) · u_sT."""
    return linear([*c.it_load(s, t), (-float(c.p.may_hold_it_mw[s, t]), c.m.u[s, t])]) <= 0.0


def site_counts_if_held(c: Program, s: int, t: int) -> Any:
    """A site that counts holds racks: u_sT ≤ Σ_k N_skT."""
    return linear([(1.0, c.m.u[s, t]), *_pods(c, s, -1.0)]) <= 0.0


def other_sites(c: Program, i: int) -> Any:
    """Not the same sites again: Σ_{s∈S_i} (1 − u_sT) + Σ_{s∉S_i} u_sT ≥ 1."""
    same = c.p.demands.unlike[i]
    missed = float(len(same - {s for s, _ in c.m.u}))  # those that can't hold any differ already
    differs = [part for s, t in c.m.u for part in _differs(c, s, t, inside=s in same)]
    return linear([(missed, None), *differs]) >= 1.0


def _differs(c: Program, s: int, t: int, *, inside: bool) -> list[Term]:
    return [(1.0, None), (-1.0, c.m.u[s, t])] if inside else [(1.0, c.m.u[s, t])]


RULES = (
    Rule(site_held, lambda c: sorted(c.p.demands.held), "programme", "pods"),
    Rule(site_empty, lambda c: [s for s in sorted(c.p.demands.empty) if _pods(c, s)], "programme", "pods"),
    Rule(site_counted, lambda c: c.m.u, "site", "MW IT"),
    Rule(site_counts_if_held, lambda c: c.m.u, "site", "pods"),
    Rule(other_sites, lambda c: range(len(c.p.demands.unlike)), "programme", "sites"),
)
