"""Read the folder of a plan, with every fault named and older formats carried to the current one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from ..errors import Fault, InputError, limit_met, said, shown
from ..io.config import StudyConfig
from ..io.schema import NODAL_TABLES, PLAN_TABLES, REPLAN_TABLES, SOME_TABLES, schema
from ..io.scratch import clear
from ..io.source import SHARED, irregular, path_fault
from ..io.upgrade import carried, current_keys
from ..io.wording import listed
from ..study import Study, read_study
from .folder import digest, is_replan
from .plan import Plan, blank
from .steps import FORMAT, STEPS, younger

_WHOLE = "a plan folder is whole or no plan: solve again"
# A float must read back as the one that was written: pandas did not always do so by itself.
_OLD = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_PRECISION: Literal["round_trip"] | None = "round_trip" if _OLD else None
_TEXT = {c.name for table in PLAN_TABLES for c in schema(f"plan/{table}").columns if c.dtype == "str"}


def read_plan(folder: str | Path, *, study: Study | None = None) -> Plan:
    """Read a plan folder; ``study`` is taken for the one that lies in it, which is then not read.

    A plan of an older format is read as one of the current format; its folder stays as it is.
    Raises InputError naming every file that is missing or cannot be read, or a format this release does not know.
    """
    folder = Path(folder)
    facts = _read_facts(folder)
    names = [
        name for name in PLAN_TABLES
        if name not in younger(facts["format"]) and _is_there(name, facts, folder)
    ]  # fmt: skip
    files = (*(f"{name}.csv" for name in names), "sites.geojson", "solve.log")
    faults = [fault for name in files if (fault := _refused(folder / name))]
    tables = {}
    for name in names if not faults else ():
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
    lacking = [name for name in NODAL_TABLES if name not in tables and name not in younger(facts["format"])]
    if study.is_nodal and lacking:
        raise InputError([Fault(str(folder / f"{name}.csv"), "is missing", cure=_WHOLE) for name in lacking])
    tables |= {name: blank(name) for name in SOME_TABLES if name not in tables and name not in younger(facts["format"])}
    log = (folder / "solve.log").read_text(encoding="utf-8", errors="replace")
    plan = carried(Plan(study, facts, tables, log), STEPS, facts["format"])
    return replace(plan, facts=_current_facts(plan.facts, facts))


def _is_there(table: str, facts: Mapping[str, Any], folder: Path) -> bool:
    """Whether a plan has a table: all but some have to, and these where there is a file."""
    asked = table not in SOME_TABLES or (table in REPLAN_TABLES and is_replan(facts))
    return asked or (folder / f"{table}.csv").exists()


def _current_facts(facts: Mapping[str, Any], stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return plan.json in the current format; a digest that held is made anew, one that did not goes on to tell."""
    found = {**facts, "format": FORMAT}
    if isinstance(facts.get("study"), Mapping):
        found["study"] = _with_defaults(current_keys(facts["study"]), StudyConfig)
    with suppress(TypeError, ValueError):  # of numbers that are none
        if found != stated and stated.get("digest") == digest(stated):
            found["digest"] = digest(found)
    return found


def _with_defaults(keys: Mapping[str, Any], of: type[BaseModel]) -> dict[str, Any]:
    """Give keys that are younger than the plan their defaults: it was made as if they stood there."""
    found = dict(keys)
    for name, field in of.model_fields.items():
        if name in keys:
            kind = field.annotation
            if isinstance(keys[name], Mapping) and isinstance(kind, type) and issubclass(kind, BaseModel):
                found[name] = _with_defaults(keys[name], kind)
        elif not field.is_required():
            found[name] = to_jsonable_python(field.get_default(call_default_factory=True))
    return found


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
    if type(found := facts["format"]) is not int or not 1 <= found <= FORMAT:
        written = facts.get("versions")
        version = written.get("rackgrid") if isinstance(written, Mapping) else None
        known = f"{shown(version, 40)}, the version that wrote it, or " if isinstance(version, str) else ""
        reason = f"format {found} is not known to this release, which reads 1 to {FORMAT}"
        raise InputError([Fault(str(path), reason, cure=f"install {known}a newer rackgrid")])
    return facts
