"""A plan: what was decided, in tidy tables, with its cost, bound and gap."""

from .folder import read_plan, write_plan
from .plan import TABLES, Plan

__all__ = ["TABLES", "Plan", "read_plan", "write_plan"]
