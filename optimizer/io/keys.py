"""Read the keys of study.toml with overrides, and say in plain words what is wrong with a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from optimizer.errors import Fault, Faults, shown
from optimizer.io import toml
from optimizer.io.config import StudyConfig, keys_of
from optimizer.io.source import nearest

FORMAT = 1
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

    def fault(self, dotted: str, reason: str, *, value: object = None, cure: str = "") -> Fault:
        """Return a fault of a key, at the override or the line that holds it."""
        shown_value = None if value is None else _as_written(value)
        if any(dotted == o or dotted.startswith(f"{o}.") or o.startswith(f"{dotted}.") for o in self.overridden):
            return Fault(self.overrider, reason, None, dotted, shown_value, cure)
        line = toml.line_of(self.text, dotted) if self.text else None
        return Fault(self.file, reason, line, dotted, shown_value, cure)


def overridden(keys: Keys, overrides: Mapping[str, object], faults: Faults) -> Keys:
    """Return the keys with dotted overrides applied; a text is read as a TOML value where it is one."""
    content = _copy(keys.content)
    for dotted, given in overrides.items():
        parts = [p.strip() for p in str(dotted).split(".")]
        value = _override_value(str(dotted), given)
        table: Any = content
        for part in parts[:-1]:
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict) or not all(parts):
            faults.add(
                Fault(
                    keys.overrider,
                    "is no key",
                    None,
                    str(dotted),
                    cure=_nearest_key(str(dotted), StudyConfig),
                )
            )
        elif value is None:
            table.pop(parts[-1], None)
        else:
            table[parts[-1]] = value
    names = keys.overridden | {str(k) for k in overrides}
    return replace(keys, content=content, overridden=names)


def _override_value(dotted: str, given: object) -> object:
    if not isinstance(given, str):
        return given
    value = toml.value_of(given)
    if (dotted in _TEXT_KEYS or dotted.startswith("files.")) and not isinstance(value, str):
        return given
    return value


def _copy(content: Mapping[str, Any]) -> dict[str, Any]:
    return {str(k): _copy(v) if isinstance(v, Mapping) else v for k, v in content.items()}


def check_format(keys: Keys, faults: Faults) -> bool:
    """Whether this release reads this format of study.toml; a fault where not."""
    value = keys.content.get("format")
    if value is None:
        faults.add(keys.fault("format", "is missing", cure=f"write format = {FORMAT} in the first line"))
    elif type(value) is not int or value != FORMAT:
        newer = type(value) is int and value > FORMAT
        cure = "install a newer rackgrid" if newer else f"write format = {FORMAT}"
        faults.add(keys.fault("format", f"is not {FORMAT}, the format that this release reads", value=value, cure=cure))
    else:
        return True
    keys.content["format"] = FORMAT
    return False


def validated(keys: Keys, model: type[Model], faults: Faults) -> Model | None:
    """Return the model of all keys, or None and a fault for each key that is wrong."""
    try:
        return model.model_validate(keys.content)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            faults.add(_explained(keys, dict(item), model))
    except RecursionError:
        faults.add(Fault(keys.file, "is nested too deeply"))
    return None


def _explained(keys: Keys, item: dict[str, Any], model: type[BaseModel]) -> Fault:
    """Turn one finding of pydantic into a fault in our words."""
    dotted = ".".join(str(p) for p in item["loc"])
    kind, context, value = str(item["type"]), item.get("ctx", {}), item["input"]
    if kind == "extra_forbidden":
        return keys.fault(dotted, "is no key of this format", cure=_nearest_key(dotted, model))
    if kind == "missing":
        return keys.fault(dotted, "is missing", cure=f"add it: {_meaning(dotted, model)}")
    limits = {
        "greater_than": ("gt", "is not above"),
        "greater_than_equal": ("ge", "is below"),
        "less_than": ("lt", "is not below"),
        "less_than_equal": ("le", "is above"),
    }
    if kind in limits:
        key, words = limits[kind]
        cure = "write a share from 0 to 1, 0.9 for 90 %" if dotted.endswith("_share") else _meaning(dotted, model)
        return keys.fault(dotted, f"{words} {context[key]:,.10g}", value=value, cure=cure)
    if kind == "finite_number":
        return keys.fault(dotted, "is not finite", value=value, cure="leave the key out for no limit")
    if kind == "literal_error":
        return keys.fault(dotted, f"is none of {context['expected'].replace(chr(39), chr(34))}", value=value)
    if kind == "value_error":
        reason, _, cure = str(context["error"]).partition(": ")
        return keys.fault(dotted, reason, value=None if isinstance(value, Mapping) else value, cure=cure)
    if kind in ("string_too_short", "string_too_long"):
        return keys.fault(dotted, "is empty" if kind.endswith("short") else "is too long", cure=_meaning(dotted, model))
    word = kind.partition("_")[0]
    return keys.fault(dotted, _WORDS.get(word, str(item["msg"]).lower()), value=value, cure=_CURES.get(word, ""))


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{shown(value, 60)}"' if isinstance(value, str) else shown(value, 60)


def _meaning(dotted: str, model: type[BaseModel]) -> str:
    """Return the description of a key."""
    found: Any = model
    description = ""
    for part in dotted.split("."):
        field = getattr(found, "model_fields", {}).get(part)
        if field is None:
            return ""
        description, found = field.description or "", field.annotation
    return description.rstrip(".")


def _nearest_key(dotted: str, model: type[BaseModel]) -> str:
    """Name the section in which a key belongs, else the nearest key."""
    known = list(keys_of(model))
    last = dotted.rpartition(".")[2]
    elsewhere = [k for k in known if k.rpartition(".")[2] == last]
    if elsewhere:
        section, _, key = elsewhere[0].rpartition(".")
        return f"{key} belongs to [{section}]" if section else f"{key} stands above the first section"
    section = dotted.rpartition(".")[0]
    siblings = [k.rpartition(".")[2] for k in known if k.rpartition(".")[0] == section]
    if near := get_close_matches(last, siblings, n=1, cutoff=0.6):
        return f'did you mean "{near[0]}"?'
    return nearest(dotted, known) or (f"keys here: {', '.join(siblings[:12])}" if siblings else "")
