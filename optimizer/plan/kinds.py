"""Tell real sites, generic ones and those whose kind nobody stated apart, and say what a site is beside its id."""

from __future__ import annotations

from dataclasses import dataclass

from ..io.registers import SITE_KINDS, site_kind
from ..study import Study

REAL, UNSTATED, GENERIC = STANDINGS = tuple(dict.fromkeys(known.standing for known in SITE_KINDS))


def standing(kind: str) -> str:
    """Return REAL, GENERIC, or UNSTATED for a site without a kind, which counts as neither."""
    return site_kind(kind).standing


@dataclass(frozen=True)
class Known:
    """What a study says of a site for people; "" where it says nothing."""

    name: str = ""
    operator: str = ""
    kind: str = ""

    @property
    def called(self) -> str:
        """Name and operator, as far as they are stated."""
        return ", ".join(filter(None, (self.name, self.operator)))

    @property
    def words(self) -> str:
        """Name, operator and kind, as far as they are stated."""
        return ", ".join(filter(None, (self.called, self.kind)))

    @property
    def standing(self) -> str:
        """REAL, GENERIC or UNSTATED."""
        return standing(self.kind)


def known_sites(study: Study) -> dict[str, Known]:
    """Return what the study says of each site, by its id."""
    columns = (study.sites[name].astype(str) for name in ("site", "name", "operator", "kind"))
    return {site: Known(*said) for site, *said in zip(*columns, strict=True)}
