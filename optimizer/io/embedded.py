"""Find the embedded studies: beside the package in a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path

from optimizer.errors import InputError

STUDY = "openai-26gw"
COUNTIES = "studies/us-counties"
_PACKAGE = Path(__file__).resolve().parents[1]
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent)


def data_root() -> Path:
    """Return the folder that holds studies/, sites/ and grids/.

    Raises InputError where the installation carries none.
    """
    for root in _ROOTS:
        if (root / "studies" / STUDY / "study.toml").is_file():
            return root
    raise InputError("this installation carries no embedded study: install rackgrid again, or name a study")


def embedded_study() -> Path:
    """Return the study.toml of the embedded study."""
    return data_root() / "studies" / STUDY / "study.toml"


def has_rules_for_sites(study: Path) -> bool:
    """Return whether a study.toml is that of every county, whose sites are made when a copy of it is written."""
    return any(study.resolve() == root / COUNTIES / "study.toml" for root in _ROOTS)
