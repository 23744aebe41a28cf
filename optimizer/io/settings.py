"""List the keys of study.toml that are values: what each means, its unit, its default and what it may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.io.cells import Problem, read_bool, read_number, read_period, read_text
from optimizer.io.config import Files, GridConfig, StudyConfig
from optimizer.io.schema import Column, keys

EXAMPLES: dict[str, Any] = {"periods.decide_on": date(2026, 7, 1)}
"""Values that may stand in a key whose default is to be absent and that is no number."""


@dataclass(frozen=True)
class Setting:
    """One key: ``key`` is dotted, ``default`` None where it is absent by default, ``kind`` bool, int, float or str."""

    key: str
    unit: str
    meaning: str
    required: bool
    default: Any
    choices: tuple[Any, ...]
    kind: type

    @property
    def is_number(self) -> bool:
        """Whether it holds any number, not one of a few."""
        return self.kind in (int, float) and not self.choices

    @property
    def example(self) -> Any:
        """A value that may stand here: the default where there is one."""
        if self.default is not None or self.key not in keys():
            return EXAMPLES.get(self.key, self.default)
        return self.kind(keys()[self.key].example) if keys()[self.key].example else None


def settings() -> tuple[Setting, ...]:
    """Return every key but those of [files], in the order of study.toml."""
    return tuple(_leaves(StudyConfig, ""))


def read_value(key: str, value: object) -> object:
    """Return a word or a number as the key holds it, read as every cell of a table is; else the value itself."""
    setting = _known().get(key)
    found: object = Problem("")
    if setting is not None and key in ("periods.first", "periods.last"):
        found = read_period(value, Column(key))
    elif setting is not None and setting.kind is bool:
        found = read_bool(value, Column(key))
    elif setting is not None and setting.kind in (int, float):
        found = read_number(value, Column(key))
        found = int(found) if isinstance(found, float) and found.is_integer() and abs(found) < 1e15 else found
    elif setting is not None and setting.choices:
        found = read_text(value, Column(key, f"choice:{'|'.join(setting.choices)}"))
    return value if isinstance(found, Problem) else found


@cache
def _known() -> dict[str, Setting]:
    """Return the keys of study.toml and of grid.toml."""
    return {setting.key: setting for setting in (*settings(), *_leaves(GridConfig, ""))}


def value_of(config: StudyConfig, key: str) -> Any:
    """Return what a study holds at a dotted key."""
    return reduce(getattr, key.split("."), config)


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """Return the words or numbers that a Literal lists, True and False for a bool, else ()."""
    if annotation is bool:
        return (True, False)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := choices_of(part))), ())


def _kind(annotation: Any) -> type:
    """Return what a value is: bool, int or float, str for all else."""
    if get_origin(annotation) is Literal:
        return type(get_args(annotation)[0])
    parts = get_args(annotation) or (annotation,)
    return next((k for part in parts if (k := _kind(part) if get_args(part) else part) in (bool, int, float)), str)


def _leaves(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            if inner is not Files:
                yield from _leaves(inner, f"{prefix}{name}.")
        else:
            yield _setting(prefix + name, field)


def _setting(key: str, field: FieldInfo) -> Setting:
    unit = keys()[key].unit if key in keys() else ""
    required, what = field.is_required(), field.annotation
    default = None if required else field.get_default(call_default_factory=True)
    return Setting(key, unit, field.description or "", required, default, choices_of(what), _kind(what))
