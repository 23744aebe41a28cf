"""Explain a plan on one page, with the answers to other questions where they are at hand."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from ..plan import Plan
from ..plan import page as pages
from ..plan.page import Page


class Framed(Protocol):
    """Values of limits: ``frame`` is as values.csv."""

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each limit and period, the most valuable first."""


class Sited(Protocol):
    """Other sets of sites: ``sites`` is as sites.csv of alternatives."""

    @property
    def sites(self) -> pd.DataFrame:
        """A row for each site: its class and what losing it costs."""


def page(plan: Plan, values: Framed | None = None, alternatives: Sited | None = None) -> Page:
    """Return what drives a plan's cost, what waits and why, what is worth most and what would change it.

    At most 40 lines of 100 letters as text; ``html`` and ``facts`` hold the same. Without values or alternatives the
    page tells what the plan knows itself, and names the command that finds the rest.
    """
    sooner = getattr(values, "sooner", None)
    return pages.page(
        plan,
        values=None if values is None else values.frame,
        sooner=sooner if isinstance(sooner, pd.DataFrame) else None,
        sites=None if alternatives is None else alternatives.sites,
    )
