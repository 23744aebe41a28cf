"""Racks arrive, wait, are placed, serve and leave."""

from __future__ import annotations

from typing import Any

from .notation import Program, Rule, linear


def delivery_balance(c: Program, k: int, t: int) -> Any:
    """What waits at the end of a period waited before or came in it, and was not placed.

    w_kt = w_k,t−1 + D_kt − Σ_s n_skt
    """
    m = c.m
    placed = [(1.0, m.n[s, k, t]) for s in c.sets.candidates if (s, k, t) in m.n]
    before = [(-1.0, m.w[k, t - 1])] if (k, t - 1) in m.w else []
    return linear([(1.0, m.w[k, t]), *before, *placed]) == float(c.p.delivered_pods[k, t])


def aged_waiting(c: Program, k: int, t: int) -> Any:
    """Racks that came at least ``aged_after_years`` ago and still wait, first in first out.

    a_kt ≥ Σ_{τ ≤ t−A} D_kτ − Σ_{s, τ≤t} n_skτ
    """
    m = c.m
    placed = [(1.0, m.n[s, k, a]) for s in c.sets.candidates for a in range(t + 1) if (s, k, a) in m.n]
    return linear([(1.0, m.a[k, t]), *placed]) >= float(c.p.delivered_pods[k, : c.p.aged_before[t]].sum())


def in_service(c: Program, s: int, k: int, t: int) -> Any:
    """Pods in service are those of the period before, those placed now, less those whose life has passed.

    N_skt = N_sk,t−1 + n_skt − Σ_{τ retired in t} n_skτ
    """
    m, serves = c.m, c.p.serves[k]
    before = [(-1.0, m.N[s, k, t - 1])] if (s, k, t - 1) in m.N else []
    placed = [(-1.0, m.n[s, k, t])] if serves[t, t] and (s, k, t) in m.n else []
    retired = [(1.0, m.n[s, k, a]) for a in range(t) if serves[a, t - 1] and not serves[a, t] and (s, k, a) in m.n]
    return linear([(1.0, m.N[s, k, t]), *before, *placed, *retired]) == 0.0


RULES = (
    Rule(delivery_balance, lambda c: c.m.w, "programme", "pods", "deliveries.racks"),
    Rule(aged_waiting, lambda c: c.m.a, "programme", "pods"),
    Rule(in_service, lambda c: c.m.N, "site", "pods"),
)
