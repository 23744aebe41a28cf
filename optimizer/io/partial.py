"""Make models of the keys that are right, so that a wrong one hides no fault elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def without(content: Mapping[str, Any], unread: Collection[str], prefix: str = "") -> dict[str, Any]:
    """Return a content without some of its dotted keys."""
    return {
        key: without(value, unread, f"{prefix}{key}.") if isinstance(value, Mapping) else value
        for key, value in content.items()
        if prefix + key not in unread
    }


def damaged(content: Mapping[str, Any], prefix: str = "") -> set[str]:
    """Return the dotted keys whose text lost letters, since its bytes are no UTF-8."""
    found = set[str]()
    for key, value in content.items():
        if isinstance(value, Mapping):
            found |= damaged(value, f"{prefix}{key}.")
        elif "\ufffd" in str(value):
            found.add(prefix + key)
    return found


def of_sections(model: type[Model], content: Mapping[str, Any]) -> Model:
    """Return a model of the sections that can be read."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            with suppress(ValidationError):
                found[name] = inner.model_validate(content.get(name, {}))
        elif name in content:
            found[name] = content[name]
    return model.model_construct(**found)
