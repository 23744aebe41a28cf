"""Openings, halls and the yearly pace at which they come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from .notation import Program, Rule, linear


def opening_order(c: Program, s: int, t: int) -> Any:
    """A site that is open stays open: y_st ≥ y_s,t−1."""
    return linear([(1.0, c.m.y[s, t]), (-1.0, c.m.y[s, t - 1])]) >= 0.0


def hall_space(c: Program, s: int, t: int) -> Any:
    """Racks stand in halls; what is built without racks is idle.

    Σ_k p_k N_skt + idle_st = existing_st y_st + hall_s Σ_{τ≤t} h_sτ
    """
    return linear([*c.it_load(s, t), (1.0, c.m.idle[s, t]), *c.built(s, t, -1.0)]) == 0.0


def hall_ceiling(c: Program, s: int, t: int) -> Any:
    """New halls fit whole under ``max_mw``, and none stands at a closed site.

    Σ_{τ≤t} h_sτ ≤ floor((max_s − existing_s) / hall_s) · y_st
    """
    return linear([*c.halls_by(s, t), *c.open_(s, t, -float(c.p.halls_max[s]))]) <= 0.0


def hall_rate(c: Program, s: int, year: int) -> Any:
    """Halls of a site commissioned in one calendar year: Σ_{t in year} h_st ≤ halls_per_year_s."""
    terms = [(1.0, c.m.h[s, t]) for t, y in enumerate(c.p.horizon.calendar_years) if y == year and (s, t) in c.m.h]
    return linear(terms) <= float(c.p.halls_per_year[s])


def new_mw_rate(c: Program, year: int) -> Any:
    """Halls of the whole programme commissioned in one calendar year.

    Σ_s hall_s Σ_{t in year} h_st ≤ max_new_mw_per_year
    """
    years = c.p.horizon.calendar_years
    terms = [(float(c.p.hall_mw[s]), c.m.h[s, t]) for s, t in c.m.h if years[t] == year]
    if not terms:
        return pyo.Constraint.Skip
    return linear(terms) <= float(c.p.policy.max_new_mw_per_year or 0.0)


def _years(c: Program) -> list[int]:
    return sorted(set(c.p.horizon.calendar_years)) if c.p.policy.max_new_mw_per_year is not None else []


def _rated(c: Program) -> list[tuple[int, int]]:
    years, limited = c.p.horizon.calendar_years, np.isfinite(c.p.halls_per_year)
    return sorted({(s, years[t]) for s, t in c.m.h if limited[s]})


RULES = (
    Rule(opening_order, lambda c: [(s, t) for s, t in c.m.y if t > 0], "site", "1"),
    Rule(hall_space, lambda c: c.m.idle, "site", "MW IT"),
    Rule(hall_ceiling, lambda c: c.m.h, "site", "halls", "sites.max_mw"),
    Rule(hall_rate, _rated, "site", "halls", "sites.halls_per_year"),
    Rule(new_mw_rate, _years, "programme", "MW IT", "policy.max_new_mw_per_year", "sum", 3),
)
