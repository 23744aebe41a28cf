"""Compare two studies: the keys, rows and cells that differ, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass

from ..io.mappings import dotted
from ..io.schema import TABLES
from ..study import Study
from .tables import CellChange, Row, TableDifference, compare_tables
from .totals import Amount, totals

__all__ = ["Amount", "CellChange", "Differences", "KeyChange", "Row", "TableDifference", "compare"]

_FOR_PEOPLE = ("study.name", "study.description")
_IN_ANY_ORDER = ("policy.force_open", "policy.forbid")


@dataclass(frozen=True)
class KeyChange:
    """A dotted key of study.toml and its values; None where it is not set.

    ``grid`` ("absent", "present"), ``grid.flow`` and the other keys of grid.toml stand for the grid's folder. Text
    only: no plan depends on it.
    """

    key: str
    a: object
    b: object
    text_only: bool = False


@dataclass(frozen=True)
class Differences:
    """What differs between two studies, and their totals, equal ones too."""

    keys: tuple[KeyChange, ...]
    tables: tuple[TableDifference, ...]
    totals: tuple[Amount, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.keys and not self.tables

    @property
    def text_only(self) -> bool:
        """Whether nothing differs but text for people, which no plan depends on."""
        return all(k.text_only for k in self.keys) and all(t.text_only for t in self.tables)


def compare(a: Study, b: Study) -> Differences:
    """Return what differs from ``a`` to ``b``; where files lie and the order of rows are no difference."""
    tables = (compare_tables(name, a.table(name), b.table(name)) for name in TABLES)
    return Differences(_key_changes(a, b), tuple(t for t in tables if t is not None), totals(a, b))


def _key_changes(a: Study, b: Study) -> tuple[KeyChange, ...]:
    left, right = _keys(a), _keys(b)
    if left["periods.decide_on"] != right["periods.decide_on"] and a.horizon.decide_on == b.horizon.decide_on:
        right["periods.decide_on"] = left["periods.decide_on"]  # one states the default
    return tuple(KeyChange(k, left[k], right[k], k in _FOR_PEOPLE) for k in left if left[k] != right[k])


def _keys(study: Study) -> dict[str, object]:
    """Return every key of study.toml but its paths, and what stands for the grid."""
    keys = dotted(study.config.model_dump(exclude={"files"}))
    keys |= {key: tuple(sorted(study.config.policy.model_dump()[key.rpartition(".")[2]])) for key in _IN_ANY_ORDER}
    keys |= {"grid": "present" if study.has_grid else "absent", "grid.flow": study.flow}
    order = {"security": study.grid.security, "outages": study.grid.outages, "reference": study.grid.reference}
    return keys | {f"grid.{key}": tuple(sorted(v)) if isinstance(v, tuple) else v for key, v in order.items()}
