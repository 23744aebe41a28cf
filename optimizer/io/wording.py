"""Put words together for people: lists that are cut, singular and plural."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.errors import shown


def listed(items: Sequence[object], *, most: int = 5, width: int = 30, quoted: bool = False) -> str:
    """Return the first items, escaped and cut, and how many more there are."""
    words = [f'"{shown(item, width)}"' if quoted else shown(item, width) for item in items[:most]]
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(words) + more


def counted(items: Sequence[object], one: str, several: str) -> str:
    """Return the word for one item or for several."""
    return one if len(items) == 1 else several
