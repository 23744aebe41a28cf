"""Rewrite the folder of a plan or of a study in the current formats; the folder as it was stays beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ..errors import Fault, InputError
from ..io.toml import dumps, parsed
from ..io.upgrade import STUDY_STEPS, ahead, current_keys, rewrite
from ..study import read_study
from .folder import own_files
from .plan import Plan
from .steps import STEPS, younger

_KEYS = "study.toml"


def upgrade_plan(plan: Plan, folder: str | Path) -> tuple[Path | None, list[str]]:
    """Rewrite the folder from which a plan was read; return where it is as it was, and what changed, in words.

    None and nothing where it is of the current formats already.
    Raises InputError where the folder is a sweep's or cannot be written.
    """
    place = Path(folder).resolve()
    if (place / "case.json").exists():
        cure = "rackgrid export --to folder makes a folder of its own of it"
        raise InputError([Fault(str(folder), "is a plan of a sweep, which is upgraded as it is read", cure=cure)])
    found = json.loads((place / "plan.json").read_text(encoding="utf-8"))["format"]
    steps, files = ahead(STEPS, found), own_files(plan)
    tables = {name.partition(".")[0] for name in younger(found)}
    made = [f"{table}.csv" for table in sorted(tables) if f"{table}.csv" in files] + ["sites.geojson"] * (
        "sites" in tables
    )
    made += ["plan.json"] * bool(steps)
    return _rewritten(place, found, [s.words for s in steps], {name: files[name] for name in made}, f"study/{_KEYS}")


def upgrade_study(folder: str | Path) -> tuple[Path | None, list[str]]:
    """Rewrite the study.toml of a study's folder; return as ``upgrade_plan`` does. Comments of the file are lost.

    Raises InputError where there is none, the study has a fault, or the folder cannot be written.
    """
    place = Path(folder).resolve()
    if not (place / _KEYS).is_file():
        cure = "name a folder of one of them; a workbook is upgraded as it is read"
        raise InputError([Fault(str(folder), f"holds no plan.json and no {_KEYS}", cure=cure)])
    read_study(place)
    return _rewritten(place, 0, [], {}, _KEYS)


def _rewritten(
    place: Path, found: int, done: list[str], texts: Mapping[str, str], keys: str
) -> tuple[Path | None, list[str]]:
    """Put texts into a folder, and the keys of its study in the current format."""
    written = parsed((place / keys).read_text(encoding="utf-8-sig"), keys)
    if isinstance(written, dict) and (steps := ahead(STUDY_STEPS, written["format"])):
        found, done = found or written["format"], done + [step.words for step in steps]
        texts = {**texts, keys: dumps(current_keys(written))}
    if not texts:
        return None, []
    backup = place.with_name(f"{place.name}.format-{found}")
    rewrite(place, texts, backup)
    return backup, done
