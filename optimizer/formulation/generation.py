"""Generators of a nodal grid: what the square of their output costs."""

from __future__ import annotations

from typing import Any

from .notation import Program, Rule, linear


def square(c: Program, j: int, t: int, b: int, at_mw: float) -> Any:
    """A straight line that touches the square from below where it was needed: W c_jtb ≥ 2 m̂ m_jtb − m̂².

    ``c`` counts the square in MW of the segment's width W, so that it is as large as what is made.
    """
    made = c.p.generation
    assert made is not None
    width = float(made.width_mw[j, t, b])
    touch = [(width, c.m.c[j, t, b]), (-2.0 * at_mw, c.m.m[j, t, b])]
    return linear([(v / width, var) for v, var in touch]) >= -(at_mw**2) / width


RULES = (Rule(square, lambda c: c.p.cuts.tangents, "grid", "MW", "generators.usd_per_mw2h", dispatch=True),)
