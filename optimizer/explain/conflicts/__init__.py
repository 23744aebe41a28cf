"""Why a study has no plan: statements that clash, and repairs."""

from __future__ import annotations

from .find import conflict
from .result import Change, Conflict, Repair, Told

__all__ = ["Change", "Conflict", "Repair", "Told", "conflict"]
