"""What a site's kind says of it is data, and a word that nobody knows is a real site's."""

from __future__ import annotations

import pytest

from optimizer.io.registers import SITE_KINDS
from optimizer.plan.kinds import GENERIC, REAL, STANDINGS, UNSTATED, standing


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *((word, REAL) for word in ("campus", "Announced", "real", "a generic one", "gen", "*", "[g]eneric", "a\nb")),
        *((word, GENERIC) for word in ("generic", " GENERIC ", "generic-gas", "Generic site", "generic\nx")),
        *((word, UNSTATED) for word in ("", " ", "\t\n")),
    ],
)
def test_standing_is_told_by_how_the_kind_begins(kind: str, what: str) -> None:
    assert standing(kind) == what
    assert (standing(kind) == GENERIC) == kind.strip().casefold().startswith("generic")


def test_the_register_says_what_each_kind_is() -> None:
    assert (REAL, UNSTATED, GENERIC) == STANDINGS == ("real", "kind not stated", "GENERIC")
    assert len({known.kind for known in SITE_KINDS}) == len(SITE_KINDS)
    assert SITE_KINDS[-1].kind == "*", "any other word is taken"
    assert all(known.words for known in SITE_KINDS)
