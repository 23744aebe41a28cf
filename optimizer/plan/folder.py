"""Write the folder of a plan, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Fault, InputError, unwritable
from ..io.schema import NODAL_TABLES, PLAN_TABLES, REPLAN_TABLES, TABLES
from ..io.scratch import clear, scratch, swapped
from ..io.whole import is_own
from ..io.write import csv_text, write_text

if TYPE_CHECKING:
    from .plan import Plan

_ELSEWHERE = "choose another place with -o"
_OF_PLAN = {"plan.json", "solve.log", "sites.geojson", "case.json", *(f"{table}.csv" for table in PLAN_TABLES)}
_OF_STUDY = {"study.toml", "grid.toml", *(f"{table}{end}" for table in TABLES for end in (".csv", ".geojson"))}


def digest(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plan.json's content without what differs between equal plans.

    Its own ``digest``, the seconds taken and where the files came from are left out.
    """
    content = {key: value for key, value in facts.items() if key not in ("digest", "seconds", "inputs")}
    if isinstance(content.get("study"), Mapping):
        content["study"] = {key: value for key, value in content["study"].items() if key != "files"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def claim(folder: str | Path, *, force: bool = False) -> Path:
    """Check that a plan may be written at this place; return its absolute path.

    Raises InputError where something is there that may not be replaced or the place cannot be written.
    """
    target = Path.cwd() / folder
    try:
        clear(target.parent)
        if target.is_symlink() or target.exists():
            if not target.is_dir():
                raise _taken(target, "is a file, and a plan is a folder", "name another place with -o")
            if any(target.iterdir()):
                if not (target / "plan.json").is_file():
                    raise _taken(target, "is not empty and holds no plan", "name another place with -o")
                if not force:
                    raise _taken(target, "holds a plan already", "replace it with --force or name another place")
        _writable_parent(target)
    except OSError as fault:
        raise unwritable(target, fault, _ELSEWHERE) from fault
    return target


def _writable_parent(target: Path) -> None:
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    with scratch(parent):
        pass


def _taken(target: Path, reason: str, cure: str) -> InputError:
    return InputError([Fault(str(target), reason, cure=cure)])


def write_plan(plan: Plan, folder: str | Path, *, force: bool = False) -> Path:
    """Write ``plan`` to ``folder``: a temporary folder beside it first, then a swap.

    Raises InputError where the place is taken or the disk refuses; what was there stays whole then.
    """
    target = claim(folder, force=force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with swapped(target) as fresh:
            plan.study.write(fresh / "study")
            for name, text in own_files(plan).items():
                write_text(text, fresh / name)
            if target.exists():
                _keep(target, fresh)
    except OSError as fault:
        raise unwritable(target, fault, _ELSEWHERE) from fault
    return target


def _keep(old: Path, fresh: Path) -> None:
    """Copy what is the user's; what this tool wrote for the plan of before – tables, pages, pictures – is left out."""
    for name in not_ours(old):
        place = fresh / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / name, place, follow_symlinks=False)


def not_ours(folder: Path) -> list[str]:
    """Return the files and links in a plan folder that this tool did not write for a plan, its study's included."""
    found, ours = [], {".": _OF_PLAN, "study": _OF_STUDY, "study/grid": _OF_STUDY}
    for root, folders, files in os.walk(folder):
        inside = Path(root).relative_to(folder)
        known = ours.get(inside.as_posix())  # what stands deeper is the user's, another plan perhaps
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in (*files, *links):
            path = Path(root) / name
            written = known is not None and (name in known or (path.is_file() and is_own(path)))
            if (path.is_symlink() or path.is_file()) and not written:
                found.append((inside / name).as_posix())
    return sorted(found)


def plan_tables(plan: Plan) -> list[str]:
    """Return the tables that the folder of a plan has a file of."""
    without = {*(() if plan.study.is_nodal else NODAL_TABLES), *(() if is_replan(plan.facts) else REPLAN_TABLES)}
    return [name for name in PLAN_TABLES if name not in without]


def is_replan(facts: Mapping[str, Any]) -> bool:
    """Whether a plan of these facts keeps to an earlier one."""
    return facts.get("replan") is not None


def own_files(plan: Plan) -> dict[str, str]:
    """Return the text of every file of a plan folder by its name, those of its study apart."""
    files = {f"{name}.csv": csv_text(plan.tables[name]) for name in plan_tables(plan)}
    files["sites.geojson"] = _site_features(plan)
    files["solve.log"] = plan.log
    facts = {key: value for key, value in plan.facts.items() if key != "digest"}
    facts["digest"] = digest(facts)
    files["plan.json"] = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return files


def _site_features(plan: Plan) -> str:
    """Return sites.csv with geometry: one point feature per site and period, each on a line."""
    sites, table = plan.study.sites, plan.tables["sites"]
    columns = (sites[name].tolist() for name in ("site", "name", "kind", "lon", "lat"))
    known = {
        site: ({"name": name, "kind": kind}, {"type": "Point", "coordinates": [lon, lat]})
        for site, name, kind, lon, lat in zip(*columns, strict=True)
    }
    names = [str(column) for column in table.columns]
    cells = (table[name].astype(object).where(table[name].notna(), None).tolist() for name in names)
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    lines = []
    for row in zip(*cells, strict=True):
        properties = dict(zip(names, row, strict=True))
        people, point = known[properties["site"]]
        lines.append(encode({"type": "Feature", "properties": properties | people, "geometry": point}))
    return '{"type":"FeatureCollection","features":[' + ",".join(f"\n{line}" for line in lines) + "]}\n"
