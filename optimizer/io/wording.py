"""Put words together for people: lists that are cut, singular and plural."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

from optimizer.errors import shown

_PART = 0.7  # parts of a word that are less alike than this mean different things


def listed(items: Sequence[object], *, most: int = 5, width: int = 30, quoted: bool = False) -> str:
    """Return the first items, escaped and cut, and how many more there are."""
    words = [f'"{shown(item, width)}"' if quoted else shown(item, width) for item in items[:most]]
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(words) + more


def counted(items: Sequence[object], one: str, several: str) -> str:
    """Return the word for one item or for several."""
    return one if len(items) == 1 else several


def near(word: str, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """Return the known word that a slip of the pen most likely made this one, or "".

    Words of several parts are near only part by part: max_state_share is no slip of max_site_share.
    """
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return next((folded[name] for name in found if _alike(word.casefold(), name)), "")


def _alike(word: str, name: str) -> bool:
    mine, theirs = (re.split(r"[_\-. ]+", text) for text in (word, name))
    if len(mine) < 2 or len(mine) != len(theirs):
        return True
    return all(SequenceMatcher(None, a, b).ratio() >= _PART for a, b in zip(mine, theirs, strict=True))
