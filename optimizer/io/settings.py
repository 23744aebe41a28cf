"""List the keys of study.toml that are values: what each means, its unit, its default and what it may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.io.config import Files, StudyConfig

# Units by the end of a key's name, the longest first.
_UNITS = {
    "usd_per_mw_year": "USD/MW/year",
    "usd_per_mw": "USD/MW",
    "mw_per_year": "MW/year",
    "mw_years": "MW-years",
    "mw": "MW",
    "years": "years",
    "time_limit_s": "s",
    "share": "share",
    "discount_rate": "1/year",
}
_UNIT = re.compile(rf"(?:^|[._])({'|'.join(_UNITS)})(?:\.|$)")
EXAMPLES: dict[str, Any] = {
    "periods.decide_on": date(2026, 7, 1),
    "policy.max_sites": 30,
    "policy.max_new_mw_per_year": 9000,
    "policy.max_zone_share": 0.4,
    "policy.max_site_share": 0.3,
    "policy.max_unused_mw_years": 900,
    "solve.time_limit_s": 600,
}
"""Values that may stand in a key whose default is to be absent."""


@dataclass(frozen=True)
class Setting:
    """One key: ``key`` is dotted, ``default`` None where the key is absent by default."""

    key: str
    unit: str
    meaning: str
    required: bool
    default: Any
    choices: tuple[Any, ...]

    @property
    def example(self) -> Any:
        """A value that may stand here: the default where there is one."""
        return EXAMPLES.get(self.key) if self.default is None else self.default


def settings() -> tuple[Setting, ...]:
    """Return every key but those of [files], in the order of study.toml."""
    return tuple(_leaves(StudyConfig, ""))


def value_of(config: StudyConfig, key: str) -> Any:
    """Return what a study holds at a dotted key."""
    value: Any = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """Return the words or numbers that a Literal lists, True and False for a bool, else ()."""
    if annotation is bool:
        return (True, False)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := choices_of(part))), ())


def _leaves(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            if inner is not Files:
                yield from _leaves(inner, f"{prefix}{name}.")
        else:
            yield _setting(prefix + name, field)


def _setting(key: str, field: FieldInfo) -> Setting:
    unit = _UNIT.search(key)
    required = field.is_required()
    return Setting(
        key,
        _UNITS[unit[1]] if unit else "",
        field.description or "",
        required,
        None if required else field.get_default(call_default_factory=True),
        choices_of(field.annotation),
    )
