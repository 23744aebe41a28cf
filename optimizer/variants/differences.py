"""Say what differs between a study and a variant of it: keys by their value, tables by a digest."""

from __future__ import annotations

import hashlib

import pandas as pd

from ..io.schema import TABLES
from ..io.settings import settings, value_of
from ..io.write import cell_text
from ..study import Study

_DIGITS = 8


def differences(base: Study, other: Study) -> dict[str, object]:
    """Return the keys and tables in which another study differs: values of keys, and of tables a digest."""
    found: dict[str, object] = {}
    for key in (setting.key for setting in settings()):
        value = value_of(other.config, key)
        if value != value_of(base.config, key):
            found[key] = _shown(value)
    if (base.has_grid, base.flow) != (other.has_grid, other.flow):
        found["flow"] = other.flow if other.has_grid else "no grid"
    for key in ("security", "outages", "reference"):
        value = getattr(other.grid, key)
        if value != getattr(base.grid, key):
            found[key] = _shown(value)
    for name in TABLES:
        a, b = base.table(name), other.table(name)
        if a is not b and (digest := _digest(b)) != _digest(a):
            found[name] = f"changed {digest[:_DIGITS]}"
    return found


def _shown(value: object) -> object:
    """Return a value for a cell: text where it is no number."""
    if value is None:
        return "none"
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value) or "none"
    return value if isinstance(value, (int, float, str)) else str(value)


def _digest(frame: pd.DataFrame) -> str:
    """Return a digest of a table's cells, the same wherever it is computed."""
    digest = hashlib.sha256()
    for name in frame.columns:
        cells = frame[name].tolist()
        texts = [cell_text(cell) if not hasattr(cell, "wkb_hex") else str(cell.wkb_hex) for cell in cells]
        digest.update("\x1f".join([str(name), *texts]).encode("utf-8", "backslashreplace") + b"\x1e")
    return digest.hexdigest()
