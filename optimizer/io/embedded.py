"""Find the embedded study: beside the package in a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path

from optimizer.errors import InputError

STUDY = "openai-26gw"


def data_root() -> Path:
    """Return the folder that holds studies/, sites/ and grids/.

    Raises InputError where the installation carries none.
    """
    package = Path(__file__).resolve().parents[1]
    for root in (package / "_data", package.parent):
        if (root / "studies" / STUDY / "study.toml").is_file():
            return root
    raise InputError("this installation carries no embedded study: install rackgrid again, or name a study")


def embedded_study() -> Path:
    """Return the study.toml of the embedded study."""
    return data_root() / "studies" / STUDY / "study.toml"
