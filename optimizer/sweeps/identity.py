"""Name a case by all that decides its plan: the study's content, its options and the versions at work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pandas as pd

from ..io.schema import GRID_TABLES
from ..io.write import grid_tables, table_text
from ..study import Study
from ..version import __version__

OPTIONS = ("gap", "time_limit_s")
"""Keys of [solve] that are options of a sweep."""


def versions() -> dict[str, str]:
    """Return the versions of what a plan depends on; not the machine's, nor Python's."""
    return {"rackgrid": __version__} | {name: version(name) for name in ("highspy", "pyomo", "numpy")}


@dataclass
class Digests:
    """SHA-256 of tables as their files hold them; a table seen before, the same object, costs nothing."""

    _seen: dict[tuple[int, str], tuple[pd.DataFrame, str]] = field(default_factory=dict)

    def of(self, frame: pd.DataFrame, name: str) -> str:
        """Return the digest of a table's file as ``Study.write`` writes it."""
        key = (id(frame), name)
        if key not in self._seen:  # the frame is held, so that its id is nobody else's
            text = table_text(frame, name)[1]
            self._seen[key] = frame, hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
        return self._seen[key][1]

    def content(self, study: Study, *, without: Collection[str] = ()) -> dict[str, Any]:
        """Return what a study holds, wherever it was read from; ``without`` names keys of [solve] to leave out."""
        keys = study.config.model_dump(mode="json", exclude={"files"})
        keys["solve"] = {name: value for name, value in keys["solve"].items() if name not in without}
        return {
            "keys": keys,
            "tables": {name: self.of(study.table(name), name) for name in study.own_tables},
            "grid": {name: self.of(frame, name) for name, frame in grid_tables(grid_of(study)).items()},
            "flow": study.grid.stated if study.has_grid else None,
        }


def grid_of(study: Study) -> dict[str, pd.DataFrame]:
    """Return the tables of a study's grid, none where it has no grid."""
    return {name: study.table(name) for name in GRID_TABLES} if study.has_grid else {}


def case_id(study: Study, digests: Digests) -> str:
    """Return 16 hex digits that are the same for the same study, options and versions, and for no other."""
    return hashed({"study": digests.content(study), "versions": versions()})


def about(study: Study, digests: Digests) -> dict[str, Any]:
    """Return what sweep.json says of the base study: its content apart from its options, these, and the versions."""
    solve = study.config.solve.model_dump(mode="json")
    return {
        "study": hashed(digests.content(study, without=OPTIONS)),
        "name": study.config.study.name,
        "options": {name: solve[name] for name in OPTIONS},
        "versions": versions(),
        "base": case_id(study, digests),
    }


def hashed(content: Mapping[str, Any]) -> str:
    """Return 16 hex digits of the SHA-256 of some content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
