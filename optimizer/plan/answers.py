"""Read what was asked of a plan before and lies in its folder: values of limits, and other sets of sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

PLACES = ("", "values", "alternatives", "explain")
"""Folders within a plan's where answers are looked for, the first that has them counts."""
_TEXT = {"limit", "id", "period", "block", "unit", "site", "class"}
_NEAR = 1e-9


@dataclass(frozen=True)
class Answers:
    """Answers to questions about a plan; None where one was not asked, or was asked of another plan.

    ``values``: a row for each limit and period, as in values.csv, the most valuable first. ``sooner``: a row for each
    site whose power could come a period sooner, as in sooner.csv. ``sites``: the class of each site and what losing it
    costs, as in sites.csv of alternatives. Numbers are floats, nan where a cell is empty.
    """

    values: pd.DataFrame | None = None
    sooner: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None


def read_answers(folder: str | Path, facts: Mapping[str, Any]) -> Answers:
    """Return the answers in a plan's folder that are of this plan; what cannot be read was not asked."""
    found: dict[str, pd.DataFrame] = {}
    for place in (Path(folder) / name for name in PLACES):
        told = _told(place / "values.json", facts)
        if "values" not in found and told is not None:
            found |= _table("values", place / "values.csv", {"limit", "id", "usd"})
            found |= _table("sooner", place / "sooner.csv", {"site", "usd"})
        if "sites" not in found and _told(place / "alternatives.json", facts) is not None:
            found |= _table("sites", place / "sites.csv", {"site", "class"})
    return Answers(**found)


def _told(path: Path, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a file of answers says, None where it is of another plan or none."""
    with suppress(OSError, ValueError):
        told = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(told, dict) and _of_this_plan(told, facts):
            return told
    return None


def _of_this_plan(told: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether answers are of a plan of this cost: one that was solved again in the same folder has another.

    Alternatives may have found a cheaper plan than the one that was asked about, which they name beside it.
    """
    stated, own = told.get("plan_objective_usd", told.get("objective_usd")), float(facts["objective_usd"])
    return isinstance(stated, int | float) and abs(stated - own) <= _NEAR * max(1.0, abs(own))


def _table(name: str, path: Path, needs: set[str]) -> dict[str, pd.DataFrame]:
    with suppress(OSError, ValueError):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if needs <= set(frame.columns):
            numbers = {c: pd.to_numeric(frame[c], errors="coerce") for c in frame.columns if c not in _TEXT}
            return {name: frame.assign(**numbers)}
    return {}
