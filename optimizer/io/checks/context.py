"""What the checks between tables look at, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from optimizer.errors import Fault
from optimizer.io.config import GridConfig, StudyConfig
from optimizer.io.keys import Keys
from optimizer.io.periods import Horizon
from optimizer.io.table import Finding, Table


@dataclass(frozen=True)
class Context:
    """Everything that could be read: a table that could not is absent; ``keys`` know what ``config`` does not.

    ``grid`` are the keys of grid.toml, and ``grid_keys`` where they stand.
    """

    config: StudyConfig
    keys: Keys
    horizon: Horizon | None
    tables: dict[str, Table]
    has_grid: bool
    grid: GridConfig
    grid_keys: Keys

    @property
    def months(self) -> int | None:
        """Length of a period, None where nobody knows it."""
        if not self.keys.knows("periods.per_year"):
            return None
        return 12 // int(self.keys.content.get("periods", {}).get("per_year", 1))

    @property
    def is_nodal(self) -> bool:
        """Whether generators stand in the place of headroom."""
        return self.some("generators") is not None

    def flows(self, *ways: str) -> bool:
        """Whether power is known to move in one of these ways."""
        return self.grid_keys.knows("flow") and self.grid.flow in ways

    def doubt(self, key: str, reason: str, *, value: object = None, cure: str = "") -> Fault:
        """Return a doubt of a key of study.toml."""
        return replace(self.keys.fault(key, reason, value=value, cure=cure), severity="warning")

    def whole(self, name: str, column: str = "") -> Table | None:
        """Return a table that others can be held against: it has rows and lost none, nor a cell of the column."""
        table = self.some(name)
        if table is None or table.lost_rows:
            return None
        name = column or table.schema.order[0]
        is_read = name not in table.missing and all(unread != name for _, unread in table.unread_cells)
        return table if is_read else None

    def some(self, name: str) -> Table | None:
        """Return a table that has rows to check."""
        table = self.tables.get(name)
        return table if table is not None and len(table.frame) else None


@dataclass(frozen=True)
class Doubt:
    """What a check found in one column of a table."""

    table: Table
    column: str
    findings: list[Finding]
    severity: str = "error"


Check = Callable[[Context], Iterable[Doubt | Fault]]
