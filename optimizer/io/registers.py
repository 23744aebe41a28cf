"""What a plan counts, each named once: terms of the cost, kinds of unused capacity and of sites, causes; vendors."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Term:
    """A term of the cost: over which axes beside the period, and whether it falls due when the horizon ends.

    ``part``: "facility" is what a site costs whatever stands in it, "price" the price of unused capacity, which is no
    money, "money" the rest. ``words`` name it for people.
    """

    name: str
    axes: tuple[str, ...]
    part: str
    at_the_end: bool
    words: str

    @property
    def paid(self) -> bool:
        """Whether it is money that is paid: no price of unused capacity, no value that is left at the end."""
        return self.part != "price" and not self.at_the_end


@dataclass(frozen=True)
class Kind:
    """A kind of unused capacity: the column that adds up – ``mw_years`` or ``mw`` – with its unit for people.

    ``total`` is the key of plan.json's ``unused`` that holds its sum, "" where there is none. A term of the same name
    prices it, over the same axis. ``words`` name it alone, ``short`` in a list; of sites ``rest`` behind "idle",
    and ``drawn`` on the map.
    """

    name: str
    measure: str
    unit: str
    total: str
    words: str
    short: str
    rest: str
    drawn: str

    @property
    def of_sites(self) -> bool:
        """Whether it is unused at a site, and not of a rack type."""
        return TERMS[self.name].axes == ("site",)

    @property
    def at_the_fence(self) -> bool:
        """Whether its MW are those at the fence, not of IT."""
        return self.unit.endswith("at the fence")


@dataclass(frozen=True)
class SiteKind:
    """What a site's ``kind`` says of it: ``standing`` tells projects from places that stand for capacity, in ``words``.

    ``kind`` is a pattern, of which the first that fits counts; case and blanks around do not.
    """

    kind: str
    standing: str
    words: str


@dataclass(frozen=True)
class Vendor:
    """A vendor whose racks are announced: its colour, and the published range of what a GW of it costs, if any.

    ``low`` and ``high`` in USD per GW, undiscounted, racks and facility together; "" ``source``: none is published.
    """

    name: str
    colour: str
    low: float
    high: float
    source: str


@cache
def register(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of ``schema/`` – terms, kinds, a table's dictionary – as they stand there."""
    text = (files(__package__) / "schema" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


TERMS = {
    row["term"]: Term(
        row["term"], tuple(filter(None, row["axes"].split("|"))), row["part"], bool(row["at_the_end"]), row["words"]
    )
    for row in register("terms")
}
"""Every term, in the order in which people are told of them."""
CHANGE = "change"
"""The term of plans that keep to an earlier one; no other plan has it."""
ALWAYS = tuple(name for name in TERMS if name != CHANGE)
"""The terms that every plan has."""
KINDS = {row["kind"]: Kind(row["kind"], *(row[key] for key in list(row)[1:])) for row in register("kinds")}
OF_SITES = tuple(kind for kind in KINDS.values() if kind.of_sites)
CAUSES = {row["cause"]: row["words"] for row in register("causes")}
"""Every cause of unused capacity in words, the order in which a row names them."""
STATUSES = {row["status"]: row["words"] for row in register("statuses")}
"""What became of a case of a sweep, in words."""
SITE_KINDS = tuple(SiteKind(**row) for row in register("site_kinds"))
VENDORS = {
    row["vendor"].casefold(): Vendor(
        row["vendor"], row["colour"], float(row["low_usd_per_gw"] or 0), float(row["high_usd_per_gw"] or 0),
        row["source"],
    )
    for row in register("vendors")
}  # fmt: skip
PRICES = tuple(name for name, term in TERMS.items() if term.part == "price")
SPENT = tuple(name for name, term in TERMS.items() if term.paid)
FACILITY = tuple(name for name, term in TERMS.items() if term.part == "facility")


@cache
def site_kind(kind: str) -> SiteKind:
    """Return what a site's ``kind`` says of it; the last pattern takes any."""
    return next(known for known in SITE_KINDS if fnmatchcase(kind.strip().casefold(), known.kind))


def published(vendor: str) -> Vendor | None:
    """Return the vendor of this name where an estimate of its cost is published."""
    found = VENDORS.get(vendor.strip().casefold())
    return found if found is not None and found.source else None


def term_words(term: str) -> str:
    """Return a term in words; one that this release does not know is its own word."""
    return TERMS[term].words if term in TERMS else term
