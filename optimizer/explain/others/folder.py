"""Write alternatives as a folder: tables, facts, plans, and a map of how often each site opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...errors import Fault, InputError, unwritable
from ...io.scratch import clear, swapped
from ...io.write import csv_text, features_text, write_text
from ...plan.folder import not_ours
from ...plan.places import site_points

if TYPE_CHECKING:
    from .result import Alternatives

FACTS = "alternatives.json"
FILES = (FACTS, "alternatives.csv", "sites.csv", "map.html", "map.geojson")
_PLANS = "plans"
_ELSEWHERE = "choose another place with -o"


def claim(folder: str | Path, *, force: bool = False) -> Path:
    """Check that alternatives may be written at this place; return its absolute path.

    Raises InputError where something is there that may not be replaced or the place cannot be written.
    """
    target = Path.cwd() / folder
    try:
        clear(target.parent)
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise _taken(target, "is a file or a link where a folder is meant", _ELSEWHERE)
        there = {path.name for path in target.iterdir()} if target.exists() else set()
        if there and (FACTS not in there or there - {*FILES, _PLANS}):
            raise _taken(target, "holds other files", _ELSEWHERE)
        if others := [f"{place.name}/{name}" for place in (target / _PLANS).glob("*") for name in not_ours(place)]:
            raise _taken(target, f"holds other files, such as {_PLANS}/{others[0]}", _ELSEWHERE)
        if there and not force:
            raise _taken(target, "holds alternatives already", f"replace them with --force, or {_ELSEWHERE}")
    except OSError as fault:
        raise unwritable(target, fault, _ELSEWHERE) from fault
    return target


def write_alternatives(found: Alternatives, folder: str | Path, *, force: bool = False) -> Path:
    """Write the folder whole or not at all: a fresh one beside it first, then a swap."""
    from ...view.alternatives import alternatives_page

    target = claim(folder, force=force)
    places = _places(found)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with swapped(target) as fresh:
            write_text(csv_text(found.table), fresh / "alternatives.csv")
            write_text(csv_text(found.sites), fresh / "sites.csv")
            write_text(features_text(places), fresh / "map.geojson")
            page = alternatives_page(found.plans[0], found.table, found.sites, found.opened, found.summary())
            write_text(page, fresh / "map.html")
            for place, plan in zip(found.table["plan"], found.plans, strict=True):
                plan.to_folder(fresh / str(place))
            text = json.dumps(found.facts(), indent=1, ensure_ascii=False, allow_nan=False)
            write_text(text + "\n", fresh / FACTS)
    except OSError as fault:
        raise unwritable(target, fault, _ELSEWHERE) from fault
    return target


def _places(found: Alternatives) -> pd.DataFrame:
    """Return sites.csv with names and points, a row per site."""
    study = found.plans[0].study
    sites = study.sites.set_index("site")[["name", "kind"]]
    return found.sites.join(sites.assign(geometry=site_points(study)), on="site")


def _taken(target: Path, reason: str, cure: str) -> InputError:
    return InputError([Fault(str(target), reason, cure=cure)])
