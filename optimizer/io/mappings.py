"""Take keys as callers give them: nested as in study.toml, dotted, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.errors import Fault, InputError


def parted(keys: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, object]]:
    """Part keys into sections as in study.toml and dotted ones.

    Raises InputError where they are no mapping.
    """
    given = mapping(keys)
    nested = {str(k): v for k, v in given.items() if "." not in str(k)}
    return nested, {str(k): v for k, v in given.items() if "." in str(k)}


def mapping(keys: object) -> Mapping[str, object]:
    """Return keys that are a mapping.

    Raises InputError for anything else.
    """
    if not isinstance(keys, Mapping):
        fault = Fault("keys", f"is a {type(keys).__name__}, no mapping", cure='pass {"periods.first": 2026, …}')
        raise InputError([fault])
    return keys


def flat(keys: Mapping[str, object]) -> dict[str, object]:
    """Return keys dotted, those of sections too.

    Raises InputError where they are no mapping.
    """
    nested, dotted = parted(keys)
    found: dict[str, object] = {}
    for section, content in nested.items():
        if isinstance(content, Mapping):
            found |= {f"{section}.{key}": value for key, value in content.items()}
        else:
            found[section] = content
    return {**found, **dotted}


def dotted(content: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return every value of nested mappings by its keys, joined by points."""
    found: dict[str, object] = {}
    for key, value in content.items():
        found |= dotted(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {prefix + key: value}
    return found
