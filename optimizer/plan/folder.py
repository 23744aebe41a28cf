"""The plan folder: written whole or not at all, read back with every fault named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ..errors import Fault, InputError, limit_met, said, shown, unwritable
from ..io.schema import TABLES as INPUTS
from ..io.schema import schema
from ..io.scratch import NEW, OLD, clear, scratch
from ..io.source import SHARED, irregular, path_fault
from ..io.whole import is_own
from ..io.wording import listed
from ..io.write import csv_text, write_text
from ..study import Study, read_study
from .plan import TABLES, Plan

FORMAT = 1
_ELSEWHERE = "choose another place with -o"
_WHOLE = "a plan folder is whole or no plan: solve again"
# A float must read back as the one that was written: pandas did not always do so by itself.
_OLD = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_PRECISION: Literal["round_trip"] | None = "round_trip" if _OLD else None
_TEXT = {c.name for table in TABLES for c in schema(f"plan/{table}").columns if c.dtype == "str"}


_OF_PLAN = {"plan.json", "solve.log", "sites.geojson", "case.json", *(f"{table}.csv" for table in TABLES)}
_OF_STUDY = {"study.toml", "grid.toml", *(f"{table}{end}" for table in INPUTS for end in (".csv", ".geojson"))}


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
        with _swap(target) as fresh:
            _write_files(plan, fresh)
    except OSError as fault:
        raise unwritable(target, fault, _ELSEWHERE) from fault
    return target


@contextmanager
def _swap(target: Path) -> Iterator[Path]:
    """Give a fresh folder that takes the target's place at the end, or vanishes on any error."""
    with scratch(target.parent) as place:
        fresh = place / NEW
        fresh.mkdir()
        yield fresh
        if target.exists():
            _keep(target, fresh)
            (place / OLD).mkdir()
            target.replace(place / OLD / target.name)  # it comes back from there unless the fresh one takes its place
        fresh.replace(target)


def _keep(old: Path, fresh: Path) -> None:
    """Copy what is the user's; what this tool wrote for the plan of before – tables, pages, pictures – is left out."""
    for name in not_ours(old):
        place = fresh / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / name, place, follow_symlinks=False)


def not_ours(folder: Path) -> list[str]:
    """Return the files and links in a plan folder that this tool did not write for a plan, its study's included."""
    found = []
    for root, folders, files in os.walk(folder):
        inside = Path(root).relative_to(folder)
        ours = _OF_STUDY if inside.parts[:1] == ("study",) else _OF_PLAN
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in (*files, *links):
            path = Path(root) / name
            if (path.is_symlink() or path.is_file()) and not (name in ours or (path.is_file() and is_own(path))):
                found.append((inside / name).as_posix())
    return sorted(found)


def _write_files(plan: Plan, folder: Path) -> None:
    plan.study.write(folder / "study")
    for name, text in own_files(plan).items():
        write_text(text, folder / name)


def own_files(plan: Plan) -> dict[str, str]:
    """Return the text of every file of a plan folder by its name, those of its study apart."""
    files = {f"{name}.csv": csv_text(plan.tables[name]) for name in TABLES}
    text = json.dumps(_site_features(plan), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    files["sites.geojson"] = text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n"
    files["solve.log"] = plan.log
    facts = {key: value for key, value in plan.facts.items() if key != "digest"}
    facts["digest"] = digest(facts)
    files["plan.json"] = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return files


def _site_features(plan: Plan) -> dict[str, Any]:
    """Sites.csv with geometry: one point feature per site and period."""
    where = {s: (lon, lat) for s, lon, lat in plan.study.sites[["site", "lon", "lat"]].itertuples(index=False)}
    people = {
        s: {"name": name, "kind": kind}
        for s, name, kind in plan.study.sites[["site", "name", "kind"]].itertuples(index=False)
    }
    features = []
    for row in plan.tables["sites"].to_dict("records"):
        properties = {
            str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()
        }
        properties |= people[row["site"]]
        point = {"type": "Point", "coordinates": list(where[row["site"]])}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    return {"type": "FeatureCollection", "features": features}


def read_plan(folder: str | Path, *, study: Study | None = None) -> Plan:
    """Read a plan folder; ``study`` is taken for the one that lies in it, which is then not read.

    Raises InputError naming every file that is missing or cannot be read, or a format this release does not know.
    """
    folder = Path(folder)
    facts = _read_facts(folder)
    files = (*(f"{name}.csv" for name in TABLES), "sites.geojson", "solve.log")
    faults = [fault for name in files if (fault := _refused(folder / name))]
    tables = {}
    for name in TABLES if not faults else ():
        path = folder / f"{name}.csv"
        try:
            header = pd.read_csv(path, nrows=0)
            text = {column: str for column in header.columns if column in _TEXT}
            tables[name] = pd.read_csv(
                path,
                dtype=text,
                keep_default_na=False,
                na_values={c: [""] for c in header.columns if c not in _TEXT},
                float_precision=_PRECISION,
            )
        except (OSError, ValueError, UnicodeDecodeError) as fault:
            faults.append(Fault(str(path), f"cannot be read: {said(fault)}", cure=limit_met(fault)))
    if faults:
        raise InputError(faults)
    if study is None:
        study = _read_study(folder / str(facts.get("study_path", "study")))
    log = folder / "solve.log"
    return Plan(study, facts, tables, log.read_text(encoding="utf-8", errors="replace"))


def _refused(path: Path) -> Fault | None:
    """Say why a file of a plan is not read, None where it may be."""
    try:
        odd = irregular(path, str(path))
    except FileNotFoundError:
        return Fault(str(path), "is missing", cure=_WHOLE)
    except OSError as error:
        return path_fault(path, str(path), error)
    return replace(odd, cure=_WHOLE) if odd else None


def _read_study(place: Path) -> Study:
    """Read the study of a plan; of a sweep's plan, say in one line that the tables that it shares are not there."""
    try:
        return read_study(place)
    except InputError as fault:
        lost = [f.file for f in fault.faults if f.file.startswith(SHARED) and not (place / f.file).exists()]
        if not lost:
            raise
        name = shown(place.parent.resolve().name, 40)
        cure = f"put it back into plans/ of its sweep: there rackgrid export {name} --to folder makes one to move"
        reason = "is a plan of a sweep, and the tables that it shares with the sweep are not beside it"
        if (place / SHARED).is_dir():
            tables = listed([file.removeprefix(SHARED) for file in lost], most=6)
            reason = f"is a plan of a sweep, in whose folder tables/ lacks {tables}"
            cure = f"run the sweep again, which writes shared tables anew, or {cure}"
        raise InputError([Fault(str(place.parent), reason, cure=cure)]) from fault


def _read_facts(folder: Path) -> dict[str, Any]:
    path = folder / "plan.json"
    if not path.is_file():
        with suppress(OSError):
            clear(folder.resolve().parent)  # what a killed process had set aside comes back
    if not os.path.lexists(path):
        raise InputError([Fault(str(folder), "is no plan folder: it has no plan.json", cure="name the folder that "
                                "rackgrid solve wrote")])  # fmt: skip
    if odd := _refused(path):
        raise InputError([odd])
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError([Fault(str(path), f"cannot be read: {said(fault)}", cure=limit_met(fault))]) from fault
    if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
        raise InputError([Fault(str(path), "holds no plan: it states no format")])
    if facts["format"] != FORMAT:
        raise InputError(
            [
                Fault(
                    str(path),
                    f"format {facts['format']} is not {FORMAT}",
                    cure="read it with the release that wrote it",
                )
            ]
        )
    return facts
