"""Hold a case while it is made: the keys and tables that its changes have replaced so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ..errors import Fault
from ..io.config import Periods
from ..io.periods import Horizon
from ..io.settings import value_of
from ..study import Study
from .selector import Rows


@dataclass
class Draft:
    """A study under change; nothing of ``base`` is touched.

    Rows are named by their place in the table as it was before the first change, which the index of a changed
    table keeps: a row that a change splits stays one, and a row that is left out is gone.
    """

    base: Study
    drop_late: bool = False
    keys: dict[str, object] = field(default_factory=dict)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    begun: dict[str, pd.DataFrame] = field(default_factory=dict)
    doubts: list[Fault] = field(default_factory=list)

    def start(self, table: str) -> pd.DataFrame:
        """Return a table as selectors see it: before the first change of its cells."""
        return self.begun[table] if table in self.begun else self.base.table(table)

    def frame(self, table: str) -> pd.DataFrame:
        """Return a table as it stands."""
        return self.frames[table] if table in self.frames else self.start(table)

    def places(self, table: str, rows: Rows) -> Rows:
        """Return where rows stand now."""
        return np.flatnonzero(self.frame(table).index.isin(rows))

    def put(self, table: str, frame: pd.DataFrame) -> None:
        """Let a changed table take the place of the one before; its index names the rows."""
        self.frames[table] = frame

    def replace(self, table: str, frame: pd.DataFrame) -> None:
        """Let another table take the place of one that no change has touched."""
        self.begun[table] = frame.reset_index(drop=True)
        self.frames.pop(table, None)

    def doubt(self, key: str, value: object, reason: str, cure: str) -> None:
        """Note what does not stop the case and may not be what was meant."""
        self.doubts.append(Fault("changes", reason, None, key, str(value), cure, severity="warning"))

    def value(self, key: str) -> object:
        """Return what the case holds at a key of study.toml."""
        return self.keys[key] if key in self.keys else value_of(self.base.config, key)

    @property
    def horizon(self) -> Horizon:
        """The case's periods; the base's where those of the case are wrong, which the study then says."""
        own = {key.partition(".")[2]: value for key, value in self.keys.items() if key.startswith("periods.")}
        if not own:
            return self.base.horizon
        try:
            return Periods.model_validate(self.base.config.periods.model_dump() | own).horizon
        except ValidationError:
            return self.base.horizon

    def study(self) -> Study:
        """Return the study of the case, the base itself where nothing differs.

        Raises InputError with every fault of it.
        """
        frames = {name: self.frame(name).reset_index(drop=True) for name in {*self.frames, *self.begun}}
        new: dict[str, Any] = {n: frame for n, frame in frames.items() if not frame.equals(self.base.table(n))}
        if not new and not self.keys:
            return self.base
        return self.base.replace(keys=self.keys, **new)
