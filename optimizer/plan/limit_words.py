"""What limits a plan, in words, by the kinds of values.csv."""

from __future__ import annotations

from ..errors import shown

_WORDS = {
    "interconnection": "interconnection of {id}", "onsite": "on-site power of {id}", "zone": "headroom of zone {id}",
    "line": "capacity of line {id}", "upgrade": "count of upgrade {id}", "hall": "hall space at {id}",
    "halls_per_year": "halls a year at {id}", "max_sites": "policy.max_sites",
    "max_new_mw_per_year": "policy.max_new_mw_per_year", "share": "policy.{id}", "ceiling": "policy.{id}",
    "delivery": "deliveries of {id}",
}  # fmt: skip


def limit_words(kind: str, of: str) -> str:
    """Return the words for a limit of a kind on a site, zone, line, upgrade, rack type or key with this id."""
    return _WORDS.get(kind, f"{kind} {{id}}").format(id=shown(of, 40))
