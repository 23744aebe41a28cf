"""What a question asks of a plan beyond its study: which sites hold racks in the end, and which do not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Demands:
    """Sites, as places in the order of ids, that hold a rack in service in the last period, or none.

    ``unlike``: sets of sites that must not be just those that hold one; committed sites, which always count, are in
    none of them.
    """

    held: frozenset[int] = frozenset()
    empty: frozenset[int] = frozenset()
    unlike: tuple[frozenset[int], ...] = ()


NO_DEMANDS = Demands()
