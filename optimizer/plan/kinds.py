"""Tell real sites, generic ones and those whose kind nobody stated apart."""

from __future__ import annotations

REAL, GENERIC, UNSTATED = "real", "GENERIC", "kind not stated"


def is_generic(kind: str) -> bool:
    """Whether a site's ``kind`` says that it is no project: "generic", "generic-gas" and the like."""
    return kind.strip().casefold().startswith("generic")


def standing(kind: str) -> str:
    """Return REAL, GENERIC, or UNSTATED for a site without a kind, which counts as neither."""
    return GENERIC if is_generic(kind) else REAL if kind.strip() else UNSTATED
