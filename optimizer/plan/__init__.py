"""A plan: what was decided, in tidy tables, with its cost, bound and gap."""

from .folder import write_plan
from .plan import TABLES, Plan
from .reading import read_plan

__all__ = ["TABLES", "Plan", "read_plan", "write_plan"]
