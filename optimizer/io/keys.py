"""Read the keys of study.toml with overrides, and say in plain words what is wrong with a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from optimizer.errors import Fault, Faults, shown
from optimizer.io import schema as dictionary
from optimizer.io import toml
from optimizer.io.cells import almost_a_number
from optimizer.io.config import StudyConfig, keys_of
from optimizer.io.partial import damaged, of_sections, without
from optimizer.io.pieces import read_toml
from optimizer.io.settings import read_value
from optimizer.io.source import Source, decoded, kind_of, nearest
from optimizer.io.table import SHOWN_ROWS
from optimizer.io.upgrade import FORMAT, current_keys
from optimizer.io.wording import listed, near

_PERCENT = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*%", re.ASCII)
_TEXT_KEYS = ("study.name", "study.description")
_WORDS = {
    "int": "is no whole number",
    "float": "is no number",
    "string": "is no text",
    "bool": "is neither true nor false",
    "model": "is no section of keys",
    "dict": "is no section of keys",
    "date": "is no date",
}
_CURES = {
    "int": "write a whole number without quotes",
    "float": "write a number without quotes",
    "string": 'write it in "quotes"',
    "bool": "write true or false without quotes",
}
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Keys:
    """The keys of one file as they were read: where they stand, for faults."""

    file: str
    content: dict[str, Any]
    text: str = ""
    overridden: frozenset[str] = frozenset()
    overrider: str = "--set"
    cells: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # row and cell of each key in a sheet
    unread: frozenset[str] = frozenset()  # keys that have a fault of their own; "": there may be more sections

    def knows(self, dotted: str) -> bool:
        """Whether a key or a whole section holds what it seems to: no fault lies in it, nor around it."""
        if "" in self.unread and dotted.partition(".")[0] not in self.content:
            return False
        return not any(f"{k}.".startswith(f"{dotted}.") or dotted.startswith(f"{k}.") for k in self.unread)

    def fault(self, dotted: str, reason: str, *, value: object = None, cure: str = "") -> Fault:
        """Return a fault of a key, at the override or the line that holds it."""
        shown_value = None if value is None else _as_written(value)
        if any(dotted == o or dotted.startswith(f"{o}.") or o.startswith(f"{dotted}.") for o in self.overridden):
            return Fault(self.overrider, reason, None, dotted, shown_value, cure)
        if dotted in self.cells:
            row, cell = self.cells[dotted]
            return Fault(self.file, reason, row, dotted, shown_value, cure, cell=cell)
        line = toml.line_of(self.text, dotted) if self.text else None
        return Fault(self.file, reason, line, dotted, shown_value, cure)


def toml_keys(path: Path, name: str, source: Source) -> Keys | None:
    """Read study.toml or grid.toml, as far as it is TOML; None and a fault where there is no such file."""
    content = source.read(path, name)
    if content is None:
        return None
    text = decoded(content, name, source.faults)
    if text is None and (kind_of(content) or b"\0" in content):
        return Keys(name, {}, unread=frozenset({""}))
    readable = content.decode("utf-8-sig", "replace") if text is None else text
    keys, unread = read_toml(readable, name, source.faults)
    return Keys(name, keys, readable, unread=unread | damaged(keys) if text is None else unread)


def overridden(keys: Keys, overrides: Mapping[str, object], faults: Faults) -> Keys:
    """Return the keys in the current format with dotted overrides applied; a text is a TOML value where it is one."""
    if problem := toml.excess((keys.content, overrides)):
        faults.add(Fault(keys.overrider, problem))
        return replace(keys, content={}, unread=frozenset({""}))
    content = current_keys({str(k): _plain(v) for k, v in keys.content.items()})
    for dotted, given in overrides.items():
        parts = [p.strip() for p in str(dotted).split(".")]
        value = _override_value(str(dotted), given)
        table: Any = content
        for part in parts[:-1]:
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict) or not all(parts):
            cure = _nearest_key(str(dotted), StudyConfig)
            faults.add(Fault(keys.overrider, "is no key", None, str(dotted), cure=cure))
        elif value is None:
            table.pop(parts[-1], None)
        else:
            table[parts[-1]] = value
    names = keys.overridden | {str(k) for k in overrides}
    return replace(keys, content=content, overridden=names)


def _override_value(dotted: str, given: object) -> object:
    if not isinstance(given, str):
        return read_value(dotted, _plain(given))
    if _is_share(dotted) and (percent := _PERCENT.fullmatch(given.strip())):
        return float(f"{percent[1]}e-2")
    value = toml.value_of(given)
    if (dotted in _TEXT_KEYS or dotted.startswith("files.")) and not isinstance(value, str):
        return given
    return read_value(dotted, value)


def _is_share(dotted: str) -> bool:
    """Whether a key holds a part of a whole: what people write in per cent."""
    column = dictionary.keys().get(dotted)
    return column is not None and column.unit in ("share", "1/year")


def _plain(value: Any) -> Any:
    """Return what a TOML file could hold: numbers of numpy, days of pandas and sets are taken for what they mean."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if isinstance(value, datetime):
        return value.date() if value == datetime.combine(value.date(), time()) else value
    return value.tolist() if hasattr(value, "dtype") and hasattr(value, "tolist") else value


def check_format(keys: Keys, faults: Faults) -> bool:
    """Whether anything else in study.toml can be judged: not where its format is newer; adds the fault."""
    value = keys.content.get("format")
    if not keys.knows("format"):
        pass  # told already
    elif value is None:
        faults.add(keys.fault("format", "is missing", cure=f"write format = {FORMAT} in the first line"))
    elif type(value) is not int or value != FORMAT:
        newer = type(value) is int and value > FORMAT
        cure = "install a newer rackgrid" if newer else f"write format = {FORMAT}"
        faults.add(keys.fault("format", f"is not {FORMAT}, the format that this release reads", value=value, cure=cure))
        if newer:
            return False
    keys.content["format"] = FORMAT
    return True


def validated(keys: Keys, model: type[Model], faults: Faults) -> tuple[Model, Keys]:
    """Return the keys that are right as their model, and all keys, which know the others; each of those is a fault.

    A section that can't be read lacks in the model, and in its ``model_fields_set``.
    """
    content = without(keys.content, keys.unread)
    try:
        return model.model_validate(content), keys
    except ValidationError as error:
        items: list[dict[str, Any]] = [dict(item) for item in error.errors(include_url=False)]
    unknown: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        if item["type"] == "extra_forbidden":
            unknown.setdefault(_dotted(item["loc"][:-1]), []).append(item)
        elif item["type"] != "missing" or _is_missed(keys, _dotted(item["loc"]), model):
            faults.add(_explained(keys, item, model))
    for group in unknown.values():
        several = len(group) > SHOWN_ROWS
        for item in group[:1] if several else group:
            others = listed([str(other["loc"][-1]) for other in group[1:]])
            more = f", nor are {others} here" if several else ""
            dotted = _dotted(item["loc"])
            faults.add(keys.fault(dotted, f"is no key of this format{more}", cure=_nearest_key(dotted, model)))
    wrong = frozenset(_dotted(item["loc"]) for item in items)
    return of_sections(model, without(content, wrong)), replace(keys, unread=keys.unread | wrong)


def _is_missed(keys: Keys, dotted: str, model: type[BaseModel]) -> bool:
    """Whether a key lacks for sure: it is not what an unreadable line of its section says."""
    section = dotted.rpartition(".")[0]
    odd = {k.rpartition(".")[0] for k in keys.unread - set(keys_of(model))}
    return keys.knows(dotted) and section not in odd


def _dotted(parts: Iterable[object]) -> str:
    return ".".join(str(p) for p in parts)


def _explained(keys: Keys, item: dict[str, Any], model: type[BaseModel]) -> Fault:
    """Turn one finding of pydantic into a fault in our words."""
    dotted = _dotted(item["loc"])
    kind, context, value = str(item["type"]), item.get("ctx", {}), item["input"]
    if kind == "missing":
        return keys.fault(dotted, "is missing", cure=f"add it: {_meaning(_field(dotted, model))}")
    limits = {
        "greater_than": ("gt", "is not above"),
        "greater_than_equal": ("ge", "is below"),
        "less_than": ("lt", "is not below"),
        "less_than_equal": ("le", "is above"),
    }
    if kind in limits:
        key, words = limits[kind]
        reason = f"{words} {context[key]:,.15g}"
        return keys.fault(dotted, reason, value=value, cure=_range(dotted, model))
    if kind == "finite_number":
        return keys.fault(dotted, "is not finite", value=value, cure="leave the key out for no limit")
    if kind == "literal_error":
        return keys.fault(dotted, f"is none of {context['expected'].replace(chr(39), chr(34))}", value=value)
    if kind == "value_error":
        reason, _, cure = str(context["error"]).partition(": ")
        return keys.fault(dotted, reason, value=None if isinstance(value, Mapping) else value, cure=cure)
    if kind in ("string_too_short", "string_too_long"):
        meaning = _meaning(_field(dotted, model))
        return keys.fault(dotted, "is empty" if kind.endswith("short") else "is too long", cure=f"write it: {meaning}")
    word = kind.partition("_")[0]
    if isinstance(value, str) and (percent := _PERCENT.fullmatch(value.strip())):
        if _is_share(dotted):
            return keys.fault(dotted, "is a percentage", value=value, cure=f"write {float(percent[1]) / 100:.10g}")
        return keys.fault(dotted, "is a percentage, and the key no share", value=value, cure=_range(dotted, model))
    if isinstance(value, str) and word in ("int", "float") and (problem := almost_a_number(value.strip())):
        return keys.fault(dotted, problem.reason, value=value, cure=problem.cure.replace("column", "key"))
    cure = _CURES.get(word, "")
    if word == "model" and dotted in keys.overridden:
        cure = f"name a key of it, such as {next(k for k in keys_of(model) if k.startswith(f'{dotted}.'))}"
    elif word == "model":
        cure = f"write [{dotted}] once, in single brackets, and its keys below it"
    return keys.fault(dotted, _WORDS.get(word, str(item["msg"]).lower()), value=value, cure=cure)


def _as_written(value: object) -> str:
    if isinstance(value, str):
        return f'"{shown(value, 60)}"'
    try:
        return shown(toml.written(value), 60)
    except ValueError:  # of thousands of digits
        return "a number of thousands of digits"


def _field(dotted: str, model: type[BaseModel]) -> FieldInfo | None:
    """Return the field of a key, None where no model has it."""
    found: Any = model
    field: FieldInfo | None = None
    for part in dotted.split("."):
        field = getattr(found, "model_fields", {}).get(part)
        if field is None:
            return None
        found = field.annotation
    return field


def _meaning(field: FieldInfo | None) -> str:
    return (field.description or "").rstrip(".") if field else ""


def _range(dotted: str, model: type[BaseModel]) -> str:
    """Say what numbers a key may hold, and what it means."""
    if _is_share(dotted):
        return "write a share from 0 to 1, 0.08 for 8 %"
    field = _field(dotted, model)
    found: dict[str, Any] = {}
    for annotation in (*field.metadata, *getattr(field.annotation, "__metadata__", ())) if field else ():
        for limit in getattr(annotation, "metadata", [annotation]):
            found |= {name: getattr(limit, name) for name in ("gt", "ge", "lt", "le") if hasattr(limit, name)}
    low = f"above {found['gt']:,.15g}" if "gt" in found else f"from {found['ge']:,.15g}" if "ge" in found else ""
    high = f"to {found['le']:,.15g}" if "le" in found else "on" if low.startswith("from") else ""
    bounds = f"write a number {low} {high}".rstrip()
    return f"{bounds}: {_meaning(field)}"


def _nearest_key(dotted: str, model: type[BaseModel]) -> str:
    """Name the section in which a key belongs, else the nearest key."""
    known = list(keys_of(model))
    section, _, last = dotted.rpartition(".")
    siblings = [k.rpartition(".")[2] for k in known if k.rpartition(".")[0] == section]
    if section and (found := near(last, siblings, cutoff=0.85)):
        return f'did you mean "{found}"?'
    elsewhere = [k for k in known if k.rpartition(".")[2] == last]
    if elsewhere:
        home, _, key = elsewhere[0].rpartition(".")
        is_section = any(k.startswith(f"{elsewhere[0]}.") for k in known)
        if not home:
            return f"{key} is a section: [{key}]" if is_section else f"{key} stands above the first section"
        return f"{key} belongs to [{home}]"
    if found := near(last, siblings):
        return f'did you mean "{found}"?'
    others = [k for k in known if "." in k and len(k) < 2 * len(dotted)]
    if found := near(last, [k.rpartition(".")[2] for k in others], cutoff=0.8):
        return f'did you mean "{next(k for k in others if k.endswith(found))}"?'
    where = f"[{section}]" if section else "the file"
    return f"keys of {where}: {', '.join(siblings[:12])}" if siblings else nearest(section, known)
