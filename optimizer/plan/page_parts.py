"""What the one page is made of: items under headings, and the plan's arrays from which they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..account.causes import Causes, causes
from ..account.decisions import Decisions, Usage, usage
from ..parameters import Parameters
from .kinds import GENERIC, known_sites

if TYPE_CHECKING:
    from .plan import Plan


@dataclass(frozen=True)
class Item:
    """One thing that the page says: a head, words, and the same as numbers for programs, by name with unit."""

    head: str
    words: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Head and words as one line of text."""
        return f"{self.head}: {self.words}" if self.head else self.words


@dataclass(frozen=True)
class Section:
    """Items under a heading; ``key`` names them for programs."""

    key: str
    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PlanArrays:
    """A plan as arrays, each made once and only where the page asks for it."""

    plan: Plan

    @cached_property
    def p(self) -> Parameters:
        """The study resolved onto its periods."""
        return Parameters.of(self.plan.study)

    @cached_property
    def x(self) -> Decisions:
        """What was decided."""
        return Decisions.stated(self.p, self.plan.tables)

    @cached_property
    def use(self) -> Usage:
        """What sites hold and leave unused."""
        return usage(self.p, self.x)

    @cached_property
    def causes(self) -> Causes:
        """Where one more pod has no room."""
        return causes(self.p, self.x, self.use)

    @cached_property
    def generic(self) -> frozenset[str]:
        """Ids of sites that are no projects."""
        return frozenset(site for site, known in known_sites(self.plan.study).items() if known.standing == GENERIC)

    def marked(self, site: str) -> str:
        """Return a site's id, marked where it is no project and its id does not say so."""
        says = site not in self.generic or GENERIC.casefold() in site.casefold()
        return site if says else f"{site} ({GENERIC})"
