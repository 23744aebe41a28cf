"""Tell real sites from generic ones."""

from __future__ import annotations


def is_generic(kind: str) -> bool:
    """Whether a site's ``kind`` says that it is no project: "generic", "generic-gas" and the like."""
    return kind.strip().casefold().startswith("generic")
